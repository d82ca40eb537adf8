"""Who may challenge a decision, who may back it, and when that is enough. Pure."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Final

from web.language import mark

BACKERS: Final = 2
"""So many others have to back a challenge before it counts."""


class Ground(StrEnum):
    """What a challenge is about."""

    PROCESS = "process"
    FACT = "fact"
    ABSENT = "absent"
    STAKE = "stake"


class State(StrEnum):
    """Where a challenge stands."""

    OPEN = "open"
    BACKED = "backed"
    """Enough backed it, so the matter went back."""


WORDS: Final[Mapping[Ground, str]] = {
    Ground.PROCESS: mark("Something went wrong in how it was decided"),
    Ground.FACT: mark("There is a new fact"),
    Ground.ABSENT: mark("It harms somebody who was not heard"),
    Ground.STAKE: mark("Somebody decided who has a stake in it"),
}


def refusal(
    *, cooling: bool, before: bool, author: str | None, member: str, backers: Collection[str]
) -> str:
    """Why a member may not back a challenge, as a code; "" if they may.

    Args:
        cooling: the decision still cools off.
        before: the matter was brought back once already.
        author: who challenges it; None: the member wants to challenge it.
        member: who asks.
        backers: who backs the challenge already.
    """
    if before:
        return "E_ONCE"
    if not cooling:
        return "E_STAGE"
    if author == member:
        return "E_OWN"
    return "E_TWICE" if member in backers else ""


SENTENCES: Final[Mapping[str, str]] = {
    "E_ONCE": mark("It was challenged once and talked through again. Now it stands."),
    "E_STAGE": mark("This does not cool off any more. Bring another proposal to change it."),
    "E_OWN": mark("You challenge it yourself. Two others have to back it."),
    "E_TWICE": mark("You back this challenge already."),
}


def enough(backers: int) -> bool:
    """Whether a challenge counts with so many who back it."""
    return backers >= BACKERS
