"""How trust between two nodes begins, stands and ends: one table, no I/O.

Source: vocabulary.md section 7, Peering (Relationship).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

LASTS = timedelta(days=365)
"""How long trust holds unless its statement says otherwise."""

OPEN = timedelta(days=14)
"""How long a proposal waits for an answer."""


class State(StrEnum):
    """Where the trust between our node and another stands."""

    PROPOSED = "proposed"
    ACTIVE = "active"
    REFUSED = "refused"
    REVOKED = "revoked"
    ENDED = "ended"


class Side(StrEnum):
    """Whose step it is."""

    US = "us"
    THEM = "them"


class Step(StrEnum):
    """What happens to a peering."""

    OFFER = "offer"
    ACCEPT = "accept"
    REJECT = "reject"
    UNDO = "undo"
    CLOCK = "clock"


NEXT: Mapping[tuple[State | None, Step], State] = {
    (None, Step.OFFER): State.PROPOSED,
    (State.REFUSED, Step.OFFER): State.PROPOSED,
    (State.REVOKED, Step.OFFER): State.PROPOSED,
    (State.ENDED, Step.OFFER): State.PROPOSED,
    (State.PROPOSED, Step.ACCEPT): State.ACTIVE,
    (State.PROPOSED, Step.REJECT): State.REFUSED,
    (State.PROPOSED, Step.UNDO): State.REVOKED,
    (State.PROPOSED, Step.CLOCK): State.ENDED,
    (State.ACTIVE, Step.UNDO): State.REVOKED,
    (State.ACTIVE, Step.CLOCK): State.ENDED,
}
"""What is not here is refused. Only the side that was asked may accept or reject."""


def after(now_is: State | None, step: Step, *, asked_by: Side | None, by: Side) -> State | None:
    """The state a step leads to; None if it is not allowed.

    Two proposals that cross are one agreement: each side has said yes by itself.

    Args:
        now_is: the state before; None if there is nothing between the two.
        step: what happens.
        asked_by: who proposed, if anybody did.
        by: whose step it is.
    """
    if step is Step.OFFER and now_is is State.PROPOSED:
        return State.PROPOSED if asked_by is by else State.ACTIVE
    if step in (Step.ACCEPT, Step.REJECT) and asked_by is by:
        return None
    if step is Step.UNDO and now_is is State.PROPOSED and asked_by is not by:
        return None
    return NEXT.get((now_is, step))


def ends(now: datetime, told: datetime | None) -> datetime:
    """When trust that begins now is over: as the statement says, after a year at the latest."""
    longest = now + LASTS
    return min(told, longest) if told is not None else longest
