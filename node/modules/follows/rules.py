"""How a follow is answered."""

from enum import StrEnum


class State(StrEnum):
    """Where a follow stands."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    REFUSED = "refused"


def answer(*, target_is_ours: bool, target_is_locked: bool, already: State | None) -> State:
    """The state a follow enters when we learn of it.

    Only the target's own node may accept, so a remote target leaves it asked. Asking
    again changes nothing, but for one that was refused.
    """
    if already in (State.ASKED, State.ACCEPTED):
        return already
    if not target_is_ours:
        return State.ASKED
    return State.ASKED if target_is_locked else State.ACCEPTED
