"""What becomes of a decision in force: the states of a step, who may move it, the review. Pure."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from web.language import mark

MOST_STEPS: Final = 7
"""More steps at one time are a plan that nobody sees through."""
MOST_MEASURES: Final = 5


class State(StrEnum):
    """Where a step stands."""

    FREE = "free"
    ASKED = "asked"
    TAKEN = "taken"
    SHOWN = "shown"
    DONE = "done"
    DROPPED = "dropped"


class Act(StrEnum):
    """What somebody does with a step."""

    TAKE = "take"
    AGREE = "agree"
    DECLINE = "decline"
    LEAVE = "leave"
    SHOW = "show"
    CONFIRM = "confirm"
    RETURN = "return"
    DROP = "drop"


class Part(StrEnum):
    """What somebody is to a step."""

    OWNER = "owner"
    CHECKER = "checker"
    MAKER = "maker"
    OTHER = "other"
    """Any member who is not to check it."""


NEXT: Final[Mapping[tuple[State, Act], tuple[State, Part]]] = {
    (State.FREE, Act.TAKE): (State.TAKEN, Part.OTHER),
    (State.ASKED, Act.AGREE): (State.TAKEN, Part.OWNER),
    (State.ASKED, Act.DECLINE): (State.FREE, Part.OWNER),
    (State.TAKEN, Act.LEAVE): (State.FREE, Part.OWNER),
    (State.TAKEN, Act.SHOW): (State.SHOWN, Part.OWNER),
    (State.SHOWN, Act.CONFIRM): (State.DONE, Part.CHECKER),
    (State.SHOWN, Act.RETURN): (State.TAKEN, Part.CHECKER),
    (State.FREE, Act.DROP): (State.DROPPED, Part.MAKER),
    (State.ASKED, Act.DROP): (State.DROPPED, Part.MAKER),
    (State.TAKEN, Act.DROP): (State.DROPPED, Part.MAKER),
}
"""Every legal move of a step, and whose it is; what is not here is refused."""

OPEN: Final = frozenset({State.FREE, State.ASKED, State.TAKEN, State.SHOWN})
"""What is still to be done."""

STANDS: Final[Mapping[State, str]] = {
    State.FREE: mark("Nobody carries this step out yet. Somebody has to take it first."),
    State.ASKED: mark("Who was asked has not said yes yet. Wait for their answer."),
    State.TAKEN: mark("Somebody is at it. It can be looked at once they say that it is done."),
    State.SHOWN: mark("This step is said to be done. Now somebody else looks whether it is."),
    State.DONE: mark("This step is done and confirmed. Write down a new one if more is needed."),
    State.DROPPED: mark("This step was dropped. Write down a new one if it is needed after all."),
}
"""Why a move is not possible, and what is instead, by the state."""

WHOSE: Final[Mapping[Part, str]] = {
    Part.OWNER: mark("Only who carries this step out does that. Talk with them."),
    Part.CHECKER: mark("Who carried a step out never confirms it. Somebody else looks at it."),
    Part.MAKER: mark("Who wrote this step down, or one of the %(word_keepers)s, drops it."),
    Part.OTHER: mark("You look whether this step is done, so somebody else carries it out."),
}
"""Why a move is not somebody's, and what to do, by whose it is."""


def parts(
    member: str, *, owner: str | None, checker: str | None, maker: str | None, keeper: bool
) -> frozenset[Part]:
    """What a member is to a step.

    Where nobody is named to check it, everybody may but its owner.
    """
    found = {Part.OTHER} if member != checker else set()
    if member == owner:
        found.add(Part.OWNER)
    elif checker in (None, member):
        found.add(Part.CHECKER)
    if keeper or member == maker:
        found.add(Part.MAKER)
    return frozenset(found)


def refusal(state: State, act: Act, mine: Collection[Part]) -> tuple[str, str] | None:
    """Why somebody cannot move a step so: a code and a marked sentence; None if they can."""
    if (state, act) not in NEXT:
        return "E_STATE", STANDS[state]
    part = NEXT[state, act][1]
    return None if part in mine else ("E_NOT_YOURS", WHOSE[part])


def offered(state: State, mine: Collection[Part]) -> list[Act]:
    """What somebody can do with a step now, in the order of Act."""
    return [act for act in Act if refusal(state, act, mine) is None]


def begins(*, maker: str, owner: str | None) -> State:
    """The state of a new step: who is named by somebody else is asked first."""
    if owner is None:
        return State.FREE
    return State.TAKEN if owner == maker else State.ASKED


def late(state: State, due: date, today: date) -> bool:
    """Whether a step is still open after its day."""
    return state in OPEN and due < today


# The decision ---------------------------------------------------------------------------------


class Phase(StrEnum):
    """Where a decision stands, as far as carrying it out goes."""

    BEFORE = "before"
    """Not in force yet: measures and expectations are written."""
    IN_FORCE = "inForce"
    REVIEW = "review"
    """In force, and its day to be looked at again has come."""
    REVIEWED = "reviewed"
    OVER = "over"
    """It was not adopted, or it is in force no longer."""


def phase(
    *,
    outcome: str | None,
    in_force: bool,
    ended: bool,
    review: datetime | None,
    reviewed: bool,
    now: datetime,
) -> Phase:
    """Where a decision stands.

    Args:
        outcome: of its vote; None while there is none.
        in_force: it came into force at some time.
        ended: and is no longer.
        review: when it is looked at again.
        reviewed: its verdict stands.
        now: the present.
    """
    if reviewed:
        return Phase.REVIEWED
    if ended or (outcome is not None and not outcome.startswith("approved")):
        return Phase.OVER
    if not in_force:
        return Phase.BEFORE
    return Phase.REVIEW if review is not None and review <= now else Phase.IN_FORCE


NOW: Final[Mapping[Phase, str]] = {
    Phase.BEFORE: mark("It is not in force yet. Until then write its measures; steps follow."),
    Phase.IN_FORCE: mark(
        "It is in force, so its measures and what was expected stay as they are. Steps can be "
        "added; the page says on which day it is looked at again."
    ),
    Phase.REVIEW: mark(
        "It is time to look at it again. Its measures and what was expected stay as they are."
    ),
    Phase.REVIEWED: mark("It was looked at again, and the verdict stands. A new one may follow."),
    Phase.OVER: mark("This decision is not in force, so there is nothing to carry out."),
}
"""Why something cannot be done, and what can, by the phase."""


class Verdict(StrEnum):
    """What a review finds."""

    WORKED = "worked"
    PARTLY = "partly"
    FAILED = "failed"


class Came(StrEnum):
    """What became of what somebody expected."""

    TRUE = "cameTrue"
    NOT = "didNot"
    UNSAID = "cannotBeSaid"


OWN: Final = mark("You wrote this review. Somebody else reads it and says whether it is so.")


def may_second(writer: str | None, member: str) -> bool:
    """Whether a member may say that a review is so: anybody but who wrote it."""
    return writer != member
