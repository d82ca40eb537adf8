"""Counting a record again from the figures that it tells, whoever made it. Pure.

What is not told cannot be counted, and says nothing against a record. A figure that cannot be
read is taken as one that is not told.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from node.modules.decisions.methods import METHODS
from node.modules.decisions.methods.face import Base, Ends, Marks, Method, Paper, Setup
from node.modules.decisions.methods.knapsack import filled
from node.modules.decisions.methods.ranked_pairs import lock
from node.modules.decisions.methods.schulze import leaders
from node.modules.decisions.objects import Option
from node.modules.decisions.options import STAY, key, options_of
from vocab.values import dataclass

MOST_BALLOTS: Final = 10_000
"""A record that tells of more is not counted again: its figures are made into ballots."""
ENDS: Final = {
    Ends.TAKES: frozenset({"approved", "approvedWithAmendments"}),
    Ends.LEAVES: frozenset({"rejected"}),
    Ends.BLOCKED: frozenset({"blocked"}),
    Ends.NOTHING: frozenset({"noDecision"}),
}


def agrees(document: Mapping[str, Any]) -> bool | None:
    """Whether the outcome follows from the figures of a record; None: they are not told.

    Args:
        document: a record as signed or received.
    """
    told = _map(document, "counting")
    among = bool(options_of(document))
    way = METHODS.get(str(told.get("way") or document.get("method")))
    if way is METHODS["majority"] and among:
        way = METHODS["options"]
    if way is None or document.get("disclosure") != "full":
        return None
    made = _setup(document, told, way)
    if way.paper is Paper.ONE:
        return _by_tallies(document, way, made)
    return _by_figures(document, told, way, made)


def _setup(document: Mapping[str, Any], told: Mapping[str, Any], way: Method) -> Setup:
    left = {key(one) for one in _texts(told, "runOff")}
    keys = [key(one.id) for one in options_of(document)]
    keys = [one for one in keys if not left or one in left]
    base = str(told.get("base", ""))
    return Setup(
        options=tuple(keys),
        stay=STAY if STAY in keys else "",
        eligible=_whole(_map(document, "electorate").get("eligible")),
        share=_number(told.get("share")) or way.share,
        base=Base(base) if base in set(Base) else Base.DECIDED,
        budget=_whole(told.get("budget")),
        costs={k: int(n) for k, n in _figures(told, "costs").items()},
    )


def _by_tallies(document: Mapping[str, Any], way: Method, made: Setup) -> bool | None:
    ballots: list[Marks] = []
    for one in _list(document, "tallies"):
        times = _whole(one.get("count"))
        word = key(one["option"]) if one.get("option") and way.among else one.get("position")
        if len(ballots) + times > MOST_BALLOTS:
            return None
        ballots += [{str(word): 1}] * times
    if not ballots:
        return None
    counted = way.count(ballots, made)
    return _same(document, counted.ends, counted.chosen)


def _by_figures(
    document: Mapping[str, Any], told: Mapping[str, Any], way: Method, made: Setup
) -> bool | None:
    totals = _figures(told, "figures")
    matrix = _matrix(told, made.options)
    chosen = tuple(key(one) for one in _texts(told, "chosen"))
    if way.name == "knapsackBudget" and totals and set(made.costs) >= set(totals):
        votes = {one: int(totals.get(one, 0)) for one in made.options}
        paid, drawn = filled(votes, made, made.budget)
        return None if drawn else set(paid) == set(chosen)
    if way.name == "schulze" and matrix:
        return _is_of(document, [made.options[one] for one in leaders(matrix)])
    if way.name == "rankedPairs" and matrix:
        locked, drawn = lock(matrix, range(len(matrix)))
        beaten = {b for _, b in locked}
        heads = [k for place, k in enumerate(made.options) if place not in beaten]
        return None if drawn else _is_of(document, heads)
    if way.name in ("instantRunoff", "star", "stv", "meekStv"):
        return _by_rounds(document, chosen, several=way.several)
    if way.several or way.name == "medianScore" or not totals:
        return None
    top = max(totals.values())
    return _is_of(document, [one for one, figure in totals.items() if figure == top])


def _by_rounds(document: Mapping[str, Any], chosen: Sequence[str], *, several: bool) -> bool | None:
    """Whether nobody went out who had more than who stayed, and the last round names the winner."""
    rounds = rounds_of(document)
    if not rounds:
        return None
    for one in rounds:
        gone = [n for k, n in one.figures.items() if k in one.out]
        stay = [n for k, n in one.figures.items() if k not in one.out]
        if gone and stay and max(gone) > min(stay):
            return False
    if several:
        named = [k for one in rounds for k in one.chosen]
        return sorted(named) == sorted(chosen)
    last = rounds[-1].figures
    top = max(last.values(), default=Fraction(0))
    return _is_of(document, [one for one, figure in last.items() if figure == top])


def _is_of(document: Mapping[str, Any], first: Sequence[str]) -> bool:
    """Whether the option chosen is one of those that lead; of equal ones staying comes first."""
    leading = [STAY] if STAY in first else list(first)
    taken = key(_text(document.get("chosenOption")))
    ends = Ends.LEAVES if taken == STAY else Ends.TAKES
    return taken in leading and document.get("outcome") in ENDS[ends]


def _same(document: Mapping[str, Any], ends: Ends, chosen: Sequence[str]) -> bool:
    taken = key(_text(document.get("chosenOption")))
    return document.get("outcome") in ENDS.get(ends, ()) and (not chosen or chosen[0] == taken)


def pairs_of(document: Mapping[str, Any]) -> tuple[list[str], list[list[int]]]:
    """The options and how many put which before which, as a record tells it; empty if it does not.

    In the order of the options, as `pairs.pairwise`.
    """
    told = _map(document, "counting")
    left = {key(one) for one in _texts(told, "runOff")}
    keys = [key(one.id) for one in options_of(document)]
    keys = [one for one in keys if not left or one in left]
    return keys, _matrix(told, keys)


def sums_of(document: Mapping[str, Any]) -> dict[str, Fraction]:
    """The figure of each option that a record tells."""
    return _figures(_map(document, "counting"), "figures")


@dataclass(frozen=True, kw_only=True)
class Told:
    """A round as a record tells it."""

    figures: Mapping[str, Fraction]
    chosen: frozenset[str]
    out: frozenset[str]


def rounds_of(document: Mapping[str, Any]) -> list[Told]:
    """The rounds that a record tells."""
    return [
        Told(
            figures=_figures(one, "figures"),
            chosen=frozenset(key(k) for k in _texts(one, "chosen")),
            out=frozenset(key(k) for k in _texts(one, "out")),
        )
        for one in _list(_map(document, "counting"), "rounds")
    ]


def chosen_of(document: Mapping[str, Any]) -> list[str]:
    """The options that a record says were taken, where several could be."""
    return [key(one) for one in _texts(_map(document, "counting"), "chosen")]


def taken_of(document: Mapping[str, Any]) -> list[Option]:
    """The options that a record says were taken: one, or several; those of its own alone."""
    ids = [_text(document.get("chosenOption")), *_texts(_map(document, "counting"), "chosen")]
    return [one for one in options_of(document) if one.id in ids]


# Reading with care: it may be a stranger's ---------------------------------------------------


def _matrix(told: Mapping[str, Any], keys: Sequence[str]) -> list[list[int]]:
    """How many put which option before which; empty unless all of it is told."""
    counts = {
        (key(_text(one.get("option"))), key(_text(one.get("over")))): _whole(one.get("count"))
        for one in _list(told, "pairs")
    }
    pairs = [(a, b) for a in keys for b in keys if a != b]
    if not counts or set(counts) != set(pairs):
        return []
    return [[counts.get((a, b), 0) for b in keys] for a in keys]


def _figures(told: Mapping[str, Any], name: str) -> dict[str, Fraction]:
    read = {key(_text(one.get("option"))): _number(one.get("figure")) for one in _list(told, name)}
    return {k: n for k, n in read.items() if n is not None}


def _number(said: Any) -> Fraction | None:
    """A whole number or a fraction, as in "37/3"."""
    top, _, bottom = str(said).partition("/")
    parts = (top, bottom or "1")
    if not all(part.isascii() and part.isdigit() and len(part) <= 400 for part in parts):
        return None
    return Fraction(int(top), int(bottom or 1)) if int(bottom or 1) else None


def _whole(said: Any) -> int:
    return said if isinstance(said, int) and not isinstance(said, bool) and said >= 0 else 0


def _text(said: Any) -> str:
    return said if isinstance(said, str) else ""


def _map(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    held = document.get(name)
    return held if isinstance(held, Mapping) else {}


def _list(document: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    held = document.get(name)
    return [one for one in held if isinstance(one, Mapping)] if isinstance(held, list) else []


def _texts(document: Mapping[str, Any], name: str) -> list[str]:
    held = document.get(name)
    if isinstance(held, str):
        return [held]
    return [one for one in held if isinstance(one, str)] if isinstance(held, list) else []
