"""The rounds of consent: their order, when one is over, and who takes the next. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from web.language import mark

LASTS: Final = timedelta(days=1)
"""How long a round is open at least; no deadline is shorter than a day."""
LONGEST: Final = timedelta(days=14)
"""How far off a round can be put by giving it more time."""


class Round(StrEnum):
    """What is done in it; the round of consent itself is the vote."""

    CLARIFY = "clarify"
    REACT = "react"
    OBJECT = "object"
    INTEGRATE = "integrate"
    DONE = "done"
    """All of them are over: the vote can open."""


class Act(StrEnum):
    """What who leads it does with a round."""

    GO_ON = "goOn"
    LONGER = "longer"
    """It gets more time."""


NEXT: Final[Mapping[tuple[Round, Act], Round]] = {
    (Round.CLARIFY, Act.GO_ON): Round.REACT,
    (Round.REACT, Act.GO_ON): Round.OBJECT,
    (Round.OBJECT, Act.GO_ON): Round.INTEGRATE,
    (Round.INTEGRATE, Act.GO_ON): Round.DONE,
    (Round.CLARIFY, Act.LONGER): Round.CLARIFY,
    (Round.REACT, Act.LONGER): Round.REACT,
    (Round.OBJECT, Act.LONGER): Round.OBJECT,
    (Round.INTEGRATE, Act.LONGER): Round.INTEGRATE,
}
"""Every legal step, all of them by who leads it; the clock takes none."""

WORDS: Final[Mapping[Round, str]] = {
    Round.CLARIFY: mark("Is everything clear?"),
    Round.REACT: mark("What do you think of it?"),
    Round.OBJECT: mark("Do you see harm in it?"),
    Round.INTEGRATE: mark("Can we change it so that nobody is harmed?"),
    Round.DONE: mark("All rounds are over"),
}


def rests_on_text(round_: Round) -> bool:
    """Whether what is said in a round, or was before it, is said of the text as it stood."""
    return round_ in (Round.OBJECT, Round.DONE)


def over(*, ends: datetime, now: datetime, waiting: int) -> bool:
    """Whether a round is over: its time is, or nobody is left who has not had their turn.

    Args:
        ends: its deadline.
        now: the present.
        waiting: how many have neither said something nor passed.
    """
    return now >= ends or waiting == 0


def refusal(
    round_: Round, act: Act, *, ends: datetime, now: datetime, waiting: int, objections: int
) -> str:
    """Why who leads it may not take a step, as a code; "" if they may.

    Args:
        round_: where it stands.
        act: what they want.
        ends: its deadline.
        now: the present.
        waiting: see `over`.
        objections: how many nobody has settled.
    """
    if (round_, act) not in NEXT:
        return "E_STATE"
    if act is Act.LONGER:
        return ""
    if not over(ends=ends, now=now, waiting=waiting):
        return "E_EARLY"
    return "E_OBJECTIONS" if round_ is Round.INTEGRATE and objections else ""


SENTENCES: Final[Mapping[str, str]] = {
    "E_STATE": mark("All rounds are over. The vote can open."),
    "E_EARLY": mark(
        "Some have not had their turn yet. Wait for them, or for the end of the round."
    ),
    "E_OBJECTIONS": mark(
        "An objection is not settled yet: it is integrated with the yes of who raised it, they "
        "take it back, or they say that it stands."
    ),
}
