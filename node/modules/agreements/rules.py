"""How an agreement may go on, and what fits a proposal: tables and exact numbers, no I/O.

Source: FEP-0837, Responding to a proposal; vocabulary.md section 7, Agreement.
"""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from vocab.values import dataclass

LASTS = timedelta(days=14)
"""How long an answer to a notice waits for a yes or a no."""

MOST_OPEN = 20
"""Answers of one person that may wait at once."""

WORDS = 1000
"""Characters that may go along with an answer or a no."""


DIGITS = 20
LONGEST = 100 * 60
"""Minutes that anything may have taken; what is more is a mistake."""

TERM = 200
"""Characters of where, and of who brings what."""

MINUTES = {"hour": 60, "minute": 1, "minute-Time": 1, "day": 24 * 60}
"""Units of time by their OM2 names, in minutes."""

HOURS = "/currency/hours"
"""How the IRI of a community's hours ends: what is wished in return is then time credit."""

_OURS = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")


class State(StrEnum):
    """Where an agreement stands; what `WIRE` does not rename is its `lifecycle` on the wire."""

    OFFERED = "offered"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    AGREED = "agreed"
    UNDER_WAY = "under way"
    DELIVERED = "delivered"
    CONFIRMED = "confirmed"
    FULFILLED = "fulfilled"
    DISPUTED = "disputed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Party(StrEnum):
    """What somebody is in an agreement.

    Whose notice it is, or whoever was answered last, decides on the answer and keeps the
    agreement (the proposer); one of the two gives, the other receives. `PLAIN` is added where
    the other's software knows no deliveries.
    """

    PROPOSER = "proposer"
    INTERESTED = "interested"
    GIVER = "giver"
    RECEIVER = "receiver"
    CLOCK = "clock"
    PLAIN = "plain"


def _all(*who: Party) -> frozenset[Party]:
    return frozenset(who)


PROPOSER, INTERESTED = _all(Party.PROPOSER), _all(Party.INTERESTED)
GIVER, RECEIVER, CLOCK = _all(Party.GIVER), _all(Party.RECEIVER), _all(Party.CLOCK)
DECIDES = (PROPOSER | RECEIVER, PROPOSER | {Party.PLAIN})
"""Who may say at once that it is done: whoever decides and received it; by plain software anybody
who decides."""

BINDING = (State.AGREED, State.UNDER_WAY, State.DELIVERED, State.DISPUTED)
"""Where both have said yes and it is not over."""

BEFORE = (State.AGREED, State.UNDER_WAY)
"""Where both have said yes and nothing is done yet."""

STEPS: Mapping[tuple[State | None, State], tuple[frozenset[Party], ...]] = {
    (None, State.OFFERED): (INTERESTED,),
    (State.OFFERED, State.OFFERED): (PROPOSER,),
    (State.REFUSED, State.OFFERED): (PROPOSER,),
    (State.OFFERED, State.AGREED): (PROPOSER,),
    (State.OFFERED, State.REFUSED): (PROPOSER,),
    (State.OFFERED, State.WITHDRAWN): (INTERESTED,),
    (State.OFFERED, State.EXPIRED): (CLOCK,),
    (State.AGREED, State.UNDER_WAY): (CLOCK,),
    **{(before, State.DELIVERED): (GIVER,) for before in (*BEFORE, State.DISPUTED)},
    (State.DELIVERED, State.CONFIRMED): (RECEIVER,),
    (State.DISPUTED, State.CONFIRMED): (RECEIVER,),
    (State.CONFIRMED, State.FULFILLED): (PROPOSER,),
    **{(before, State.FULFILLED): DECIDES for before in BINDING},
    **{(before, State.DISPUTED): (PROPOSER, RECEIVER) for before in (*BEFORE, State.DELIVERED)},
    (State.DISPUTED, State.AGREED): (PROPOSER,),
    **{(before, State.CANCELLED): (PROPOSER,) for before in BINDING},
}
"""Every step there is, and what somebody must be to take it; what is not here is refused.

From OFFERED, or REFUSED, to OFFERED is a counter: other terms, and the two change places.
"""

WIRE: Mapping[State, str] = {
    State.UNDER_WAY: "agreed",
    State.DELIVERED: "agreed",
    State.CONFIRMED: "agreed",
}
"""Local steps, by the word that others know (vocabulary.md section 7)."""

CONFIRMS = timedelta(days=7)
"""After how long what was delivered confirms itself."""

REMIND = timedelta(days=1)
"""How long before that, or before the day it is due, a reminder stands on the first page."""

TOLD: Mapping[str, State] = {
    "fulfilled": State.FULFILLED,
    "completed": State.FULFILLED,
    "cancelled": State.CANCELLED,
}
"""What a peer without states calls them in the `preview` of its agreement."""


def may(before: State | None, after: State, who: AbstractSet[Party]) -> bool:
    """Whether somebody who is all this may take this step."""
    return any(needed <= who for needed in STEPS.get((before, after), ()))


def said(before: State, lifecycle: str) -> State:
    """The state that the keeper of an agreement speaks of; its own word, or what it was."""
    if lifecycle == State.AGREED:
        return State.AGREED if before is State.DISPUTED else before
    known = (State.FULFILLED, State.DISPUTED, State.CANCELLED)
    return State(lifecycle) if lifecycle in known else before


def effective(kept: State, ends: datetime, now: datetime, due: datetime | None = None) -> State:
    """The state at a moment: what waits is over at its end, what is due is under way."""
    if kept is State.OFFERED and ends <= now:
        return State.EXPIRED
    return State.UNDER_WAY if kept is State.AGREED and due is not None and due <= now else kept


def moment(told: datetime | None, before: datetime | None, now: datetime) -> datetime:
    """When a step was taken: as the letter says, if that lies between the step before and now."""
    at = told or now
    return min(at if before is None else max(at, before), now)


def by_itself(before: State, after: State) -> bool:
    """Whether nobody takes this step: the proposer's node closes what both say is done."""
    return before is State.CONFIRMED and after is State.FULFILLED


def waited(delivered: datetime | None, now: datetime) -> bool:
    """Whether what was delivered has waited for as long as it takes to confirm itself."""
    return delivered is not None and delivered + CONFIRMS <= now


@dataclass(frozen=True, kw_only=True)
class Amount:
    """So much of a unit; `number` is a decimal as on the wire."""

    unit: str
    number: str

    @property
    def value(self) -> Fraction:
        """The exact number."""
        return Fraction(self.number)

    def times(self, how_often: int) -> "Amount":
        """A whole multiple of it."""
        return Amount(unit=self.unit, number=_decimal(self.value * how_often))


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a proposal allows: FEP-0837's `unitBased` is None where it is not said.

    `back` is what is wished in return; `least` and `available` bound what can be agreed on.
    """

    primary: Amount
    back: Amount | None
    unit_based: bool | None
    least: str | None = None
    available: str | None = None


def misfit(terms: Terms, primary: Amount, back: Amount | None) -> str | None:
    """Why an answer does not fit a proposal; None if it does.

    Units are equal; amounts are equal (`unitBased` false), the same whole multiple (true), or
    any (not said).
    """
    if (back is None) is not (terms.back is None):
        return "what is wished in return is missing, or was not asked for"
    if primary.unit != terms.primary.unit or (back and terms.back and back.unit != terms.back.unit):
        return "another unit"
    if primary.value <= 0 or (back is not None and back.value < 0):
        return "nothing, or less"
    if terms.unit_based is None:
        return _bounds(terms, primary)
    if terms.primary.value <= 0:
        return "a proposal of nothing"
    factor = primary.value / terms.primary.value
    if factor.denominator != 1 or (factor != 1 and not terms.unit_based):
        return "another amount"
    if back is not None and terms.back is not None and back.value != terms.back.value * factor:
        return "another amount in return"
    return _bounds(terms, primary) if terms.unit_based else None


def counters(terms: Terms, primary: Amount, back: Amount | None) -> str | None:
    """Why other terms do not fit a proposal: more or less of it may be, in the same proportion."""
    if (wrong := misfit(replace(terms, unit_based=None, least=None), primary, back)) is not None:
        return wrong
    if back is None or terms.back is None or terms.primary.value <= 0:
        return None
    same = back.value * terms.primary.value == terms.back.value * primary.value
    return None if same else "another proportion"


def _bounds(terms: Terms, primary: Amount) -> str | None:
    if terms.least is not None and primary.value < Fraction(terms.least):
        return "too little"
    if terms.available is not None and primary.value > Fraction(terms.available):
        return "more than there is"
    return None


def minutes(amount: Amount) -> int | None:
    """An amount of time in minutes; None if it is no time, or no whole minutes.

    >>> minutes(Amount(unit="hour", number="1.5")), minutes(Amount(unit="hour", number="0.01"))
    (90, None)
    """
    each = MINUTES.get(amount.unit)
    whole = amount.value * (each or 0)
    return int(whole) if each and whole.denominator == 1 and whole > 0 else None


def time(minutes_: int) -> Amount:
    """So many minutes, as hours where they come out even, else as minutes."""
    if minutes_ % 15:
        return Amount(unit="minute-Time", number=str(minutes_))
    return Amount(unit="hour", number=_decimal(Fraction(minutes_, 60)))


def exact(unit: str, value: Fraction) -> Amount | None:
    """So much of a unit; None if no decimal says it."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return Amount(unit=unit, number=_decimal(value)) if rest == 1 else None


def in_unit(minutes_: int, unit: str) -> Amount | None:
    """So many minutes in a unit of time; None if no decimal says it."""
    return exact(unit, Fraction(minutes_, MINUTES[unit])) if unit in MINUTES else None


def claims_more(agreed: Amount, done: Amount | None) -> bool:
    """Whether somebody says that it was more than was agreed on."""
    if done is None:
        return False
    one, other = minutes(done), minutes(agreed)
    if one is not None and other is not None:
        return one > other
    return done.unit == agreed.unit and done.value > agreed.value


def sayable(amount: Amount) -> bool:
    """Whether an amount is within the figures that may leave us (schemas/objects/common)."""
    return bool(_OURS.fullmatch(amount.number))


def multiples(terms: Terms) -> tuple[int, int | None]:
    """How many times what is proposed can be agreed on: at least, and at most (None: no limit)."""
    each = terms.primary.value
    if terms.unit_based is False or each <= 0:
        return 1, 1
    least = -(-Fraction(terms.least) // each) if terms.least else 1
    most = int(Fraction(terms.available) // each) if terms.available else None
    return max(1, int(least)), most


def lengths(terms: Terms) -> tuple[int, int, int] | None:
    """How long it may take: at least, at most and in which steps, in minutes.

    None where it is no time, or nothing is left to choose.
    """
    step = minutes(terms.primary)
    least, most = multiples(terms)
    if step is None or most is None or most == least:
        return None
    return least * step, most * step, step


def _decimal(value: Fraction) -> str:
    """A fraction whose denominator divides a power of ten, as a decimal.

    >>> _decimal(Fraction(5, 2)), _decimal(Fraction(3))
    ('2.5', '3')
    """
    whole, rest = divmod(value.numerator, value.denominator)
    digits = ""
    while rest:
        digit, rest = divmod(rest * 10, value.denominator)
        digits += str(digit)
    return f"{whole}.{digits}" if digits else str(whole)
