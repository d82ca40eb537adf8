"""Voting for somebody else: what a delegation is, and what becomes of each voice. Pure.

One hop: a voice goes to a person and counts with the ballot that this person casts with their own
hand, never with one cast for them by somebody else. So there is no chain and no ring to be
searched for: whatever has been given to whom, everybody who may vote weighs one at most.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from node.modules.decisions.methods.ways import SEATS, Method
from vocab.values import dataclass
from web.language import mark

ANY: Final = ""
"""The kind that stands for all matters."""
MONTH: Final = timedelta(days=30)
OWN_ONLY: Final = frozenset(
    {Method.CONSENT, Method.CONSENSUS, Method.GRADIENTS, Method.SENSE_CHECK, Method.ADVICE}
)
"""Ways in which somebody says with their own words what they think, or stops it alone."""


class State(StrEnum):
    """Where a delegation stands."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REVOKED = "revoked"
    """taken back by who gave it"""
    LAID_DOWN = "laidDown"
    """given back by who had it"""
    GONE = "gone"
    """who had it has left"""
    EXPIRED = "expired"


class Act(StrEnum):
    """What somebody does with a delegation."""

    ACCEPT = "accept"
    DECLINE = "decline"
    REVOKE = "revoke"
    LAY_DOWN = "layDown"


NEXT: Final[Mapping[tuple[State, Act], tuple[State, bool]]] = {
    (State.OFFERED, Act.ACCEPT): (State.ACCEPTED, False),
    (State.OFFERED, Act.DECLINE): (State.DECLINED, False),
    (State.OFFERED, Act.REVOKE): (State.REVOKED, True),
    (State.ACCEPTED, Act.REVOKE): (State.REVOKED, True),
    (State.ACCEPTED, Act.LAY_DOWN): (State.LAID_DOWN, False),
}
"""Every legal step, and whether it is taken by who gave it; else by who was asked."""
LIVE: Final = frozenset({State.OFFERED, State.ACCEPTED})


@dataclass(frozen=True, kw_only=True)
class Delegation:
    """That one member votes for another in a kind of matter; `holder` is None once they left."""

    id: str
    giver: str
    holder: str | None
    kind: str
    state: State
    at: datetime
    answered: datetime | None
    until: datetime | None

    def now(self, now: datetime) -> State:
        """Where it stands; one whose time is over has run out."""
        over = self.until is not None and now >= self.until
        return State.EXPIRED if self.state in LIVE and over else self.state

    def counts(self, now: datetime) -> bool:
        """Whether it counts in a vote that opens now."""
        return self.holder is not None and self.now(now) is State.ACCEPTED


class Fate(StrEnum):
    """What became of a voice in one vote."""

    USED = "used"
    OWN = "own"
    """its owner voted"""
    REVOKED = "revoked"
    LEFT = "left"
    """its owner is not among those who may vote any more"""
    GONE = "gone"
    """whoever had it is not among them any more"""
    STAKE = "stake"
    """whoever had it has a stake in it and stays out"""
    ABSENT = "absent"
    """whoever had it did not vote"""


@dataclass(frozen=True, kw_only=True)
class Slot:
    """Somebody on the list of a vote: whether they are well here, voted, or stay out."""

    here: bool
    voted: bool
    recused: bool


def fate(giver: Slot | None, holder: Slot | None, *, revoked: bool) -> Fate:
    """What becomes of a voice, as things stand; None: not on the list.

    >>> here = Slot(here=True, voted=True, recused=False)
    >>> fate(Slot(here=True, voted=False, recused=False), here, revoked=False).value
    'used'
    """
    if giver is None or not giver.here or giver.recused:
        return Fate.LEFT
    if giver.voted:
        return Fate.OWN
    if revoked:
        return Fate.REVOKED
    if holder is None or not holder.here:
        return Fate.GONE
    if holder.recused:
        return Fate.STAKE
    return Fate.USED if holder.voted else Fate.ABSENT


def chosen(live: Iterable[Delegation], kind: str) -> Mapping[str, Delegation]:
    """Whom each giver has vote for them in a kind of matter: what names the kind goes first."""
    found: dict[str, Delegation] = {}
    for one in sorted(live, key=lambda d: (d.kind != ANY, d.answered or d.at, d.id)):
        if one.kind in (ANY, kind):
            found[one.giver] = one
    return found


def fits(method: Method) -> bool:
    """Whether somebody else's voice may count in this way, if the ballots are open.

    Not where people speak for themselves or can stop it alone, nor where people are chosen.
    """
    return method not in OWN_ONLY | SEATS


FATES: Final[Mapping[Fate, str]] = {
    Fate.USED: mark("It was counted with the ballot of %(name)s."),
    Fate.OWN: mark("You voted yourself, so it was not needed."),
    Fate.REVOKED: mark("You took it back, so it was not counted."),
    Fate.LEFT: mark("You were not among those who could vote, so it was not counted."),
    Fate.GONE: mark("It was not counted: %(name)s could not vote any more."),
    Fate.STAKE: mark("It was not counted: %(name)s has a stake in this and stayed out."),
    Fate.ABSENT: mark("It was not counted: %(name)s did not vote."),
}
"""What is told to who gave it, once it is counted."""
WARNINGS: Final[Mapping[Fate, str]] = {
    Fate.GONE: mark("%(name)s cannot vote here now. Your voice counts only if you vote yourself."),
    Fate.STAKE: mark(
        "%(name)s has a stake in this and stays out. Your voice counts only if you vote yourself."
    ),
    Fate.REVOKED: mark("You took it back. Your voice counts only if you vote yourself."),
}
"""What is told to who gave it, while voting is open: it will not be counted as it stands."""
