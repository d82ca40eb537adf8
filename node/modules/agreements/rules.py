"""How an agreement may go on, and what fits a proposal: tables and exact numbers, no I/O.

Source: FEP-0837, Responding to a proposal; vocabulary.md section 7, Agreement.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction

LASTS = timedelta(days=14)
"""How long an answer to a notice waits for a yes or a no."""

MOST_OPEN = 20
"""Answers of one person that may wait at once."""

WORDS = 1000
"""Characters that may go along with an answer or a no."""


MINUTES = {"hour": 60, "minute": 1, "minute-Time": 1, "day": 24 * 60}
"""Units of time by their OM2 names, in minutes."""

HOURS = "/currency/hours"
"""How the IRI of a community's hours ends: what is wished in return is then time credit."""

_OURS = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")


class State(StrEnum):
    """Where an agreement stands; the last five are known on the wire (`lifecycle`)."""

    OFFERED = "offered"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    AGREED = "agreed"
    FULFILLED = "fulfilled"
    DISPUTED = "disputed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Party(StrEnum):
    """Who may take a step: whose notice it is, who answered it, or nobody but the clock."""

    PROPOSER = "proposer"
    INTERESTED = "interested"
    CLOCK = "clock"


STEPS: Mapping[tuple[State | None, State], Party] = {
    (None, State.OFFERED): Party.INTERESTED,
    (State.OFFERED, State.AGREED): Party.PROPOSER,
    (State.OFFERED, State.REFUSED): Party.PROPOSER,
    (State.OFFERED, State.WITHDRAWN): Party.INTERESTED,
    (State.OFFERED, State.EXPIRED): Party.CLOCK,
    (State.AGREED, State.FULFILLED): Party.PROPOSER,
    (State.AGREED, State.DISPUTED): Party.PROPOSER,
    (State.AGREED, State.CANCELLED): Party.PROPOSER,
    (State.DISPUTED, State.AGREED): Party.PROPOSER,
    (State.DISPUTED, State.FULFILLED): Party.PROPOSER,
    (State.DISPUTED, State.CANCELLED): Party.PROPOSER,
}
"""Every step there is, and whose it is; what is not here is refused."""

BINDING = (State.AGREED, State.DISPUTED)
"""Where both have said yes and it is not over."""

TOLD: Mapping[str, State] = {
    "fulfilled": State.FULFILLED,
    "completed": State.FULFILLED,
    "cancelled": State.CANCELLED,
}
"""What a peer without states calls them in the `preview` of its agreement."""


def may(before: State | None, after: State, by: Party) -> bool:
    """Whether somebody may take this step."""
    return STEPS.get((before, after)) is by


def effective(kept: State, ends: datetime, now: datetime) -> State:
    """The state at a moment: what waits for an answer is over at its end."""
    return State.EXPIRED if kept is State.OFFERED and ends <= now else kept


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
