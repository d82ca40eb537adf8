"""What can be said in a deliberation, what becomes of it, and whose that is. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from web.language import mark


class Kind(StrEnum):
    """What somebody says."""

    FACT = "fact"
    MIND = "mind"
    """What would change somebody's mind."""
    QUESTION = "question"
    OBJECTION = "objection"
    AMENDMENT = "amendment"
    MINUTES = "minutes"


class State(StrEnum):
    """Where it stands."""

    SAID = "said"
    ANSWERED = "answered"
    OFFERED = "offered"
    """An answer to an objection that its author has not agreed to yet."""
    INTEGRATED = "integrated"
    STANDING = "standing"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Act(StrEnum):
    """What somebody does with it."""

    ANSWER = "answer"
    OFFER = "offer"
    AGREE = "agree"
    REFUSE = "refuse"
    STAND = "stand"
    ACCEPT = "accept"
    DECLINE = "decline"
    WITHDRAW = "withdraw"


class Part(StrEnum):
    """What somebody is to it."""

    AUTHOR = "author"
    """Who said it."""
    LEAD = "lead"
    """Who brought the proposal, or leads it."""
    BRINGER = "bringer"
    """Who brought the proposal."""
    ANY = "any"


_K, _S, _A, _P = Kind, State, Act, Part
NEXT: Final[Mapping[tuple[Kind, State, Act], tuple[State, Part]]] = {
    (_K.QUESTION, _S.SAID, _A.ANSWER): (_S.ANSWERED, _P.ANY),
    (_K.QUESTION, _S.ANSWERED, _A.ANSWER): (_S.ANSWERED, _P.ANY),
    (_K.OBJECTION, _S.SAID, _A.OFFER): (_S.OFFERED, _P.LEAD),
    (_K.OBJECTION, _S.OFFERED, _A.AGREE): (_S.INTEGRATED, _P.AUTHOR),
    (_K.OBJECTION, _S.OFFERED, _A.REFUSE): (_S.SAID, _P.AUTHOR),
    (_K.OBJECTION, _S.SAID, _A.STAND): (_S.STANDING, _P.AUTHOR),
    (_K.OBJECTION, _S.OFFERED, _A.STAND): (_S.STANDING, _P.AUTHOR),
    (_K.OBJECTION, _S.SAID, _A.WITHDRAW): (_S.WITHDRAWN, _P.AUTHOR),
    (_K.OBJECTION, _S.OFFERED, _A.WITHDRAW): (_S.WITHDRAWN, _P.AUTHOR),
    (_K.OBJECTION, _S.STANDING, _A.WITHDRAW): (_S.WITHDRAWN, _P.AUTHOR),
    (_K.AMENDMENT, _S.SAID, _A.ACCEPT): (_S.ACCEPTED, _P.BRINGER),
    (_K.AMENDMENT, _S.SAID, _A.DECLINE): (_S.DECLINED, _P.BRINGER),
    (_K.AMENDMENT, _S.SAID, _A.WITHDRAW): (_S.WITHDRAWN, _P.AUTHOR),
    (_K.FACT, _S.SAID, _A.WITHDRAW): (_S.WITHDRAWN, _P.AUTHOR),
    (_K.MIND, _S.SAID, _A.WITHDRAW): (_S.WITHDRAWN, _P.AUTHOR),
    (_K.QUESTION, _S.SAID, _A.WITHDRAW): (_S.WITHDRAWN, _P.AUTHOR),
    (_K.MINUTES, _S.SAID, _A.WITHDRAW): (_S.WITHDRAWN, _P.AUTHOR),
}
"""Every legal move of what was said, and whose it is; what is not here is refused."""

WORDY: Final = frozenset({Act.ANSWER, Act.OFFER, Act.DECLINE})
"""Acts that need words."""


def parts(member: str, *, author: str | None, bringer: str | None, leads: bool) -> frozenset[Part]:
    """What a member is to something that was said."""
    found = {Part.ANY}
    if member == author:
        found.add(Part.AUTHOR)
    if member == bringer:
        found |= {Part.BRINGER, Part.LEAD}
    if leads:
        found.add(Part.LEAD)
    return frozenset(found)


def refusal(kind: Kind, state: State, act: Act, mine: frozenset[Part]) -> tuple[str, str] | None:
    """Why somebody may not do something: a code and a marked sentence; None if they may."""
    if (kind, state, act) not in NEXT:
        return "E_STATE", mark("This cannot be done with it now. Look at it again.")
    part = NEXT[kind, state, act][1]
    return None if part in mine else ("E_NOT_YOURS", WHOSE[part])


WHOSE: Final[Mapping[Part, str]] = {
    Part.AUTHOR: mark("Only who said it does that. Talk with them."),
    Part.LEAD: mark("Only who brought the proposal, or who leads it, does that."),
    Part.BRINGER: mark("Only who brought the proposal changes its text."),
    Part.ANY: "",
}


def offered(kind: Kind, state: State, mine: frozenset[Part]) -> list[Act]:
    """What somebody can do with it now, in the order of Act."""
    return [act for act in Act if refusal(kind, state, act, mine) is None]


def amended(text: str, passage: str, words: str) -> str | None:
    """A text in which other words stand in place of a passage; None if it is not there once.

    Without a passage the words are added at the end.

    >>> amended("Open on Sundays.", "Sundays", "Mondays")
    'Open on Mondays.'
    """
    if not passage.strip():
        return f"{text.rstrip()}\n\n{words.strip()}"
    return text.replace(passage, words) if text.count(passage) == 1 else None


OPEN: Final = frozenset({"researching", "formingPositions", "deliberating"})
"""Stages of a proposal in which it is deliberated."""


def silent(state: State, answered: datetime | None, now: datetime, *, days: int) -> bool:
    """Whether who raised an objection has not answered an offer for so many days."""
    waits = state is State.OFFERED and answered is not None
    return waits and answered is not None and now >= answered + timedelta(days=days)


class Raised(Protocol):
    """What has to be known of an objection."""

    @property
    def state(self) -> State:
        """Where it stands."""

    @property
    def answered(self) -> datetime | None:
        """When something was offered for it."""


def holds_up(one: Raised, now: datetime, *, here: bool, days: int) -> bool:
    """Whether an objection has to be settled before a matter goes on.

    Args:
        one: the objection.
        now: the present.
        here: who raised it is a member, and not suspended.
        days: how long an offer waits for an answer.
    """
    open_ = one.state in (State.SAID, State.OFFERED)
    return here and open_ and not silent(one.state, one.answered, now, days=days)


def may_say(kind: Kind, stage: str) -> bool:
    """Whether something can be said of a proposal at a stage; minutes can be added later, too."""
    return stage in OPEN or (kind is Kind.MINUTES and stage in ("voting", "decided", "acting"))


# Where members stand ---------------------------------------------------------------------------


class Stand(StrEnum):
    """Where a member stands while it is talked through; this is no vote."""

    FOR = "for"
    UNSURE = "unsure"
    AGAINST = "against"


FEWEST: Final = 5
"""With fewer who said it, it would tell where somebody stands."""


def mood(stands: Sequence[Stand]) -> str:
    """Where those stand who said so, in words and not in numbers; a marked sentence."""
    if len(stands) < FEWEST:
        return mark("Too few have said where they stand for this to be shown.")
    of = {one: stands.count(one) for one in Stand}
    most = max(Stand, key=lambda one: of[one])
    if of[most] * 2 <= len(stands):
        return mark("As it stands, we see it differently.")
    return MOODS[most]


MOODS: Final[Mapping[Stand, str]] = {
    Stand.FOR: mark("As it stands, most of those who said so are for it."),
    Stand.UNSURE: mark("As it stands, most of those who said so are not sure."),
    Stand.AGAINST: mark("As it stands, most of those who said so are against it."),
}


def held(supports: int, disputes: int) -> str:
    """What members think of a fact, in words; a marked sentence, "" if nobody said."""
    if supports and disputes:
        return mark("Some support it, some dispute it.")
    if disputes:
        return mark("Disputed.")
    return mark("Supported.") if supports else ""
