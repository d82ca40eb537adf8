"""The stages a proposal passes, and who may do what to it. Values in, values out."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from node.modules.proposals import pipeline
from node.modules.proposals.checks import NEXT
from web.language import mark

LEAST_TO_VOTE: Final = timedelta(days=1)
"""No deadline is shorter than a day."""
LONGEST: Final = timedelta(days=366)
FEWEST_OPTIONS: Final = 2
STAGES: Final[Mapping[str, frozenset[str]]] = NEXT
"""Every stage of the wire, and where it may lead; vocabulary.md section 7 with the added rows."""


def on_screen(
    stage: str, *, outcome: str | None = None, in_force: bool = False, side: str | None = None
) -> str:
    """What people call the state of a proposal, as a marked sentence.

    >>> on_screen("decided", outcome="approved", in_force=True)
    'In force'
    """
    found = pipeline.state(stage, side=side, outcome=outcome, in_force=in_force)
    return pipeline.WORDS[found] if found else mark("Elsewhere")


def legal(before: str | None, after: str) -> bool:
    """Whether a proposal may go from one stage to another; None: it is new, any stage will do."""
    if before is None:
        return after in STAGES
    return before in STAGES and after in STAGES[before]


def lawful(history: Sequence[tuple[str, datetime]]) -> bool:
    """Whether each stage of a history follows from the one before, in time too."""
    steps = all(legal(a, b) and s <= t for (a, s), (b, t) in pairwise(history))
    return bool(history) and history[0][0] in STAGES and steps


def continues(before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether a history goes on from the one we know: nothing of it is taken back."""
    return list(after[: len(before)]) == list(before)


def begun(now: datetime, *, at: str) -> list[tuple[str, datetime]]:
    """The history of a new proposal that begins at a stage; those before it are passed at once."""
    return [(stage, now) for stage in ("presented", *(pipeline.path("presented", at) or ()))]


def talked_through(history: Sequence[list[str]]) -> bool:
    """Whether the vote was not opened at once; a history is of [stage, time].

    >>> talked_through([["deliberating", "2026-11-20"], ["voting", "2026-11-20"]])
    False
    """
    began = dict(history)
    opened = began.get("voting")
    return opened is None or began.get("deliberating", opened) != opened


def times(now: datetime, *, opens: datetime | None, closes: datetime) -> dict[str, str]:
    """What is wrong with the times of a new proposal, by field.

    Args:
        now: the present.
        opens: when voting opens; None for at once.
        closes: when it closes, at least a day later and at most a year from now.
    """
    wrong = {}
    if opens is not None and opens <= now:
        wrong["opens"] = mark("This time has passed. Choose a later one, or leave it empty.")
    if closes < (opens or now) + LEAST_TO_VOTE:
        wrong["closes"] = mark("Give everybody at least a day to vote. Choose a later time.")
    elif closes > now + LONGEST:
        wrong["closes"] = mark("This is more than a year away. Choose an earlier time.")
    return wrong


def options(
    rows: Sequence[tuple[str, str]], *, stay: str = "", fewest: int = FEWEST_OPTIONS
) -> dict[str, str]:
    """What is wrong with the options of a proposal, by field.

    Args:
        rows: name and words of each, as they stand on the form; empty rows do not count.
        stay: what the option is called under which things stay as they are, if it is one.
        fewest: so many have to stand there.
    """
    wrong, seen = {}, {_same(stay)}
    for number, (name, words) in enumerate(rows, 1):
        if words and not name:
            wrong[f"option_{number}"] = mark("Give this option a name.")
        elif name and _same(name) in seen:
            wrong[f"option_{number}"] = mark("This option stands there already. Say another.")
        seen.add(_same(name))
    if not wrong and len(written(rows)) < fewest:
        wrong["option_2"] = mark("Write at least two options, or put one text to the vote.")
    return wrong


def settings(
    given: Mapping[str, Any], *, options: int, seats: bool, budget: bool
) -> dict[str, str]:
    """What is wrong with what a method has to know, by field.

    Args:
        given: `seats`; `budget` and `costs` of the options.
        options: how many there are.
        seats: the method fills seats.
        budget: the method spends money.
    """
    if seats and not 1 <= given.get("seats", 0) < options:
        return {"seats": mark("Say how many are to be chosen: at least one, fewer than there are.")}
    if not budget:
        return {}
    money, costs = given.get("budget", 0), given.get("costs", ())
    if not money:
        return {"budget": mark("Say how much there is to spend.")}
    wrong = {
        f"cost_{n}": mark("Say what this costs: more than nothing, and no more than there is.")
        for n, cost in enumerate(costs, 1)
        if not 0 < cost <= money
    }
    if len(costs) != options:
        wrong[f"cost_{len(costs) + 1}"] = mark("Say what each option costs.")
    return wrong


def written(rows: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The rows of a form in which an option stands."""
    return [(name, words) for name, words in rows if name]


def _same(name: str) -> str:
    """A name as people compare it."""
    return " ".join(name.split()).casefold()


def ending(outcome: str) -> str:
    """The stage that a counted proposal enters: decided, or ended where nothing was decided."""
    return "ended" if outcome == "noDecision" else "decided"


def may_withdraw(*, stage: str, author: bool, admin: bool) -> bool:
    """Whether somebody may take a proposal back: who brought it or an admin, before voting."""
    return (author or admin) and legal(stage, "withdrawn")


def may_change(*, stage: str, author: bool, joint: bool = False) -> bool:
    """Whether somebody may change text and options: who brought it, until voting opens.

    What several communities decide on stays as it is from the invitation on.
    """
    return author and not joint and legal(stage, "withdrawn")


def may_settle(*, author: bool, admin: bool) -> bool:
    """Whether somebody may choose who sees the decision: who brought it, or an admin."""
    return author or admin


def newer(known: int | None, told: int | None) -> bool:
    """Whether an Update is newer than what we have; without a number it is not."""
    return told is not None and told > (known if known is not None else -1)


def lines(
    name: str, text: str, options: Iterable[Mapping[str, Any]], *, why: Iterable[str | None] = ()
) -> list[str]:
    """All that a proposal says, line by line, to compare it with what it said before.

    `why`: what the problem is and who is affected, which stand before the text.
    """
    before = [line for words in why for line in (words or "").splitlines()]
    told = [f"{one.get('name', '')}: {one.get('tradeoff', '')}".rstrip(": ") for one in options]
    return [line for line in (name, *before, *text.splitlines(), *told) if line.strip()]
