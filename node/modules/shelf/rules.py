"""Which days a thing is free, and how a loan goes on; pure.

A day is a day of the community's zone; a stay holds its first and its last day.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from web.language import mark

KINDS: Final = frozenset({"lend", "space"})
"""The kinds of notices that have a calendar."""
AHEAD: Final = timedelta(days=366)
MOST_DAYS: Final = 90
"""The longest loan an owner may allow."""
USUAL_DAYS: Final = 14
MOST_OPEN: Final = 3
"""Loans of one thing that one member may ask for ahead."""
ANSWER: Final = timedelta(days=7)
"""How long an owner may take to answer, if the first day does not come before."""
QUIET: Final = timedelta(days=7)
"""After that what was brought back counts as back, if its owner says nothing."""
NEWS: Final = timedelta(days=7)
AFTER: Final = timedelta(days=30)
"""How long after it came back something may still be said about a thing."""
WORDS: Final = 1000
_DAY: Final = timedelta(days=1)


class State(StrEnum):
    """Where a loan stands. `given`: its owner says that they handed it over; `taken`: the
    borrower says so; `kept`: days that an owner keeps for themselves.
    """

    ASKED = "asked"
    AGREED = "agreed"
    GIVEN = "given"
    TAKEN = "taken"
    OUT = "out"
    BROUGHT = "brought"
    BACK = "back"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"
    KEPT = "kept"


class Step(StrEnum):
    """What happens to a loan; `end` is the thing leaving the shelf, or one of the two."""

    YES = "yes"
    NO = "no"
    CANCEL = "cancel"
    HAND = "hand"
    CONFIRM = "confirm"
    DENY = "deny"
    BRING = "bring"
    BACK = "back"
    CLOCK = "clock"
    END = "end"


class Party(StrEnum):
    """Who does it."""

    OWNER = "owner"
    BORROWER = "borrower"
    NODE = "node"


_O, _B, _N = Party.OWNER, Party.BORROWER, Party.NODE
STEPS: Final[Mapping[tuple[State, Step, Party], State]] = {
    (State.ASKED, Step.YES, _O): State.AGREED,
    (State.ASKED, Step.NO, _O): State.DECLINED,
    (State.ASKED, Step.CANCEL, _B): State.WITHDRAWN,
    (State.ASKED, Step.CLOCK, _N): State.LAPSED,
    (State.ASKED, Step.END, _N): State.CANCELLED,
    (State.AGREED, Step.CANCEL, _O): State.CANCELLED,
    (State.AGREED, Step.CANCEL, _B): State.CANCELLED,
    (State.AGREED, Step.CLOCK, _N): State.LAPSED,
    (State.AGREED, Step.END, _N): State.CANCELLED,
    (State.AGREED, Step.HAND, _O): State.GIVEN,
    (State.AGREED, Step.HAND, _B): State.TAKEN,
    (State.GIVEN, Step.CONFIRM, _B): State.OUT,
    (State.GIVEN, Step.DENY, _B): State.AGREED,
    (State.GIVEN, Step.BRING, _B): State.BROUGHT,
    (State.GIVEN, Step.BACK, _O): State.BACK,
    (State.TAKEN, Step.CONFIRM, _O): State.OUT,
    (State.TAKEN, Step.DENY, _O): State.AGREED,
    (State.TAKEN, Step.BRING, _B): State.BROUGHT,
    (State.TAKEN, Step.BACK, _O): State.BACK,
    (State.OUT, Step.BRING, _B): State.BROUGHT,
    (State.OUT, Step.BACK, _O): State.BACK,
    (State.BROUGHT, Step.CONFIRM, _O): State.BACK,
    (State.BROUGHT, Step.DENY, _O): State.OUT,
    (State.BROUGHT, Step.CLOCK, _N): State.BACK,
    (State.KEPT, Step.CANCEL, _O): State.CANCELLED,
    (State.KEPT, Step.CLOCK, _N): State.LAPSED,
    (State.KEPT, Step.END, _N): State.CANCELLED,
}
"""All steps there are. What was handed over is never called off: it has to come back."""

BEFORE: Final = (State.ASKED, State.AGREED, State.KEPT)
"""Nothing has been handed over yet."""
AWAY: Final = (State.GIVEN, State.TAKEN, State.OUT, State.BROUGHT)
"""The thing is not, or not surely, where it belongs."""
LIVE: Final = (*BEFORE, *AWAY)


def after(state: State, step: Step, party: Party) -> State | None:
    """The state after a step; None if it is not allowed.

    >>> after(State.ASKED, Step.YES, Party.BORROWER) is None
    True
    """
    return STEPS.get((state, step, party))


@dataclass(frozen=True, kw_only=True, order=True)
class Stay:
    """Some days in a row, the first and the last among them."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many they are."""
        return (self.last - self.first).days + 1

    def meets(self, other: "Stay") -> bool:
        """Whether they have a day in common."""
        return self.first <= other.last and other.first <= self.last


def at(state: State, stay: Stay, changed: datetime, now: datetime, today: date) -> State:
    """Where a loan stands at a moment, whether or not a job has run.

    Args:
        state: as it is kept.
        stay: its days.
        changed: when it came to this state.
        now: the moment.
        today: the day it is for the community.
    """
    unanswered = state is State.ASKED and (today > stay.first or now >= changed + ANSWER)
    unused = state in (State.AGREED, State.KEPT) and today > stay.last
    if unanswered or unused:
        return STEPS[state, Step.CLOCK, Party.NODE]
    if state is State.BROUGHT and now >= changed + QUIET:
        return State.BACK
    return state


def is_late(state: State, stay: Stay, today: date) -> bool:
    """Whether a thing should be back by now."""
    return state in (State.GIVEN, State.TAKEN, State.OUT) and today > stay.last


def held(state: State, stay: Stay, today: date) -> Stay | None:
    """The days on which nobody else can have the thing; what is out is out until it is back."""
    if state in BEFORE:
        return stay
    return Stay(first=stay.first, last=max(stay.last, today)) if state in AWAY else None


def stretches(taken: Iterable[Stay], within: Stay) -> Iterator[tuple[Stay, Stay | None]]:
    """The days of a span in order, cut where a stay begins or ends.

    Yields:
        Days in a row, and the stay by which they are taken; None for those that are free.
    """
    day = within.first
    for one in sorted(taken):
        if one.last < day or one.first > within.last:
            continue
        if one.first > day:
            yield Stay(first=day, last=one.first - _DAY), None
        last = min(one.last, within.last)
        yield Stay(first=max(day, one.first), last=last), one
        day = last + _DAY
    if day <= within.last:
        yield Stay(first=day, last=within.last), None


def next_free(taken: Iterable[Stay], today: date) -> date:
    """The first day from today on that nobody has.

    >>> next_free([], date(2026, 12, 1))
    datetime.date(2026, 12, 1)
    """
    day = today
    for one in sorted(taken):
        if one.first <= day <= one.last:
            day = one.last + _DAY
    return day


PASSED: Final = mark("This day has passed. Choose one from today on.")
BACKWARDS: Final = mark("It ends before it begins. Choose a later day.")
TOO_FAR: Final = mark("Choose a day within a year.")
TOO_LONG: Final = mark("That is longer than its owner lends it. Choose fewer days.")
LEAVES: Final = mark("Its notice leaves the board before that. Choose earlier days, or ask them.")
TAKEN: Final = mark("Somebody has it on one of these days. Look at the free days above.")


def fault(
    stay: Stay, *, today: date, most: int, until: date | None, taken: Iterable[Stay]
) -> tuple[str, str, str] | None:
    """Why nobody can have a thing on these days: (field, code, sentence); None if they can.

    Args:
        stay: the days.
        today: the day it is.
        most: the longest loan of it, in days.
        until: the last day its notice is up, None for one without end.
        taken: the days on which it is taken.
    """
    checks = (
        (stay.first < today, "first", "E_PAST", PASSED),
        (stay.last < stay.first, "last", "E_DAYS", BACKWARDS),
        (stay.last > today + AHEAD, "last", "E_DAYS", TOO_FAR),
        (stay.days > most, "last", "E_DAYS", TOO_LONG),
        (until is not None and stay.last > until, "last", "E_DAYS", LEAVES),
        (any(stay.meets(one) for one in taken), "first", "E_TAKEN", TAKEN),
    )
    return next(((where, code, words) for wrong, where, code, words in checks if wrong), None)
