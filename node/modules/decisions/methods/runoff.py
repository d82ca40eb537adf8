"""Instant run-off: the option with the fewest first places goes, until one has more than half.

Source: W. R. Ware (1871); Robert's Rules of Order (12th edition), 45:62, preferential voting.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence

from node.modules.decisions.methods import papers
from node.modules.decisions.methods.face import (
    Counted,
    Ends,
    Marks,
    Method,
    Paper,
    Round,
    Setup,
    whole,
    won,
)
from node.modules.decisions.methods.pairs import orders
from web.language import mark

Orders = Counter[tuple[int, ...]]
Piles = dict[int, list[tuple[tuple[int, ...], int, int]]]
"""Ballots by whom they count for now: the order, where on it that one stands, how many."""


def dealt(given: Orders) -> Piles:
    """All ballots with their first choice."""
    piles: Piles = defaultdict(list)
    for order, times in given.items():
        if order:
            piles[order[0]].append((order, 0, times))
    return piles


def passed(piles: Piles, out: Collection[int], left: Collection[int]) -> None:
    """Pass the ballots of those who are out to the next on each of them who is still in."""
    for one in out:
        for order, at, times in piles.pop(one, []):
            place = next((n for n in range(at + 1, len(order)) if order[n] in left), None)
            if place is not None:
                piles[order[place]].append((order, place, times))


def least(totals: dict[str, int], setup: Setup) -> tuple[list[str], bool]:
    """Who goes out, and whether the ladder had to say so; those with no ballot go together."""
    low = min(totals.values())
    equal = [key for key in totals if totals[key] == low]
    if not low:
        return equal, False
    return setup.first(equal)[-1:], len(equal) > 1


def count(ballots: Sequence[Marks], setup: Setup) -> Counted:
    """Count first places, let the least go, and count again."""
    piles = dealt(orders(ballots, setup))
    left = dict(enumerate(setup.options))
    rounds: list[Round] = []
    if not piles:
        return Counted(ends=Ends.NOTHING, totals=whole(dict.fromkeys(setup.options, 0)))
    while True:
        totals = {key: sum([n for _, _, n in piles.get(one, ())]) for one, key in left.items()}
        top, cast = max(totals.values()), sum(totals.values())
        leaders = [key for key in totals if totals[key] == top]
        if 2 * top > cast or len(leaders) == len(totals):
            chosen = tuple(leaders) if len(leaders) == 1 else ()
            rounds.append(Round(totals=whole(totals), chosen=chosen))
            return won(leaders, setup, totals=rounds[0].totals, rounds=tuple(rounds))
        out, drawn = least(totals, setup)
        rounds.append(Round(totals=whole(totals), out=tuple(out), drawn=drawn))
        gone = [one for one, key in left.items() if key in out]
        left = {one: key for one, key in left.items() if key not in out}
        passed(piles, gone, left)


METHOD = Method(
    name="instantRunoff",
    title=mark("In order, with run-offs"),
    good_for=mark("For several options, if one is to have more than half behind it in the end."),
    how=mark("You put the options in order. The one with the fewest first places goes, its ballots "
             "pass to the next on them, until one has more than half."),
    source="W. R. Ware (1871); Robert's Rules of Order (12th ed.), 45:62",
    paper=Paper.PLACES,
    count=count,
    fault=papers.places,
)  # fmt: skip
