"""How credit passes between two nodes: a table of steps, a chain, limits; pure.

Each direction has a sequence and a chain of its own, so that one node alone, the payee's,
settles it, and one transfer of a direction is under way at a time. Source: vocabulary.md
6.6 and section 7, CreditTransfer.
"""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from fractions import Fraction

from vocab.values import dataclass

OPEN = timedelta(days=3)
"""How long a reserved transfer may be settled."""

MARGIN = timedelta(hours=1)
"""How much later the payer's node asks what became of it, for clocks that go wrong."""

LIMIT_MOST = 1000
"""Hours a pair may be out of balance at most."""


class Leg(StrEnum):
    """Where a transfer stands at one node; `waiting` is ours alone and never travels."""

    WAITING = "waiting"
    RESERVED = "reserved"
    SETTLED = "settled"
    VOID = "void"


class Way(StrEnum):
    """Whether a member of ours received the time, so that we pay, or gave it."""

    OUT = "out"
    IN = "in"


class Side(StrEnum):
    """Whose node takes a step."""

    PAYER = "payer"
    PAYEE = "payee"


STEPS: Mapping[tuple[Leg | None, Leg], tuple[Side, ...]] = {
    (None, Leg.WAITING): (Side.PAYER,),
    (Leg.WAITING, Leg.RESERVED): (Side.PAYER,),
    (Leg.WAITING, Leg.VOID): (Side.PAYER,),
    (None, Leg.SETTLED): (Side.PAYEE,),
    (Leg.RESERVED, Leg.SETTLED): (Side.PAYEE,),
    (Leg.RESERVED, Leg.VOID): (Side.PAYEE, Side.PAYER),
    (None, Leg.VOID): (Side.PAYER,),
}
"""Every step there is. A reversal is a transfer the other way, and changes no leg.

The payer's node voids what it reserved only after the other has said that it is not settled;
never by silence alone. `None` to `void`: it took back what the payee's node had not seen yet.
"""


def may(before: Leg | None, after: Leg, by: Side) -> bool:
    """Whether a node may take this step."""
    return by in STEPS.get((before, after), ())


class Chain(StrEnum):
    """What a new link says about the chain."""

    NEXT = "next"
    KNOWN = "known"
    BROKEN = "broken"


def link(
    last: int, digest: str | None, *, seq: int | None, previous: str | None, known: bool
) -> Chain:
    """Whether a transfer is the next of a direction.

    Args:
        last: the sequence number of the last one settled; 0 for none.
        digest: of that one's credit leg.
        seq: of the new one.
        previous: the digest it names.
        known: we have had this very transfer.
    """
    if known:
        return Chain.KNOWN
    return Chain.NEXT if seq == last + 1 and previous == digest else Chain.BROKEN


@dataclass(frozen=True, kw_only=True)
class Line:
    """How far a pair may be out of balance, in minutes: what we may owe, and what they may."""

    ours: int = 0
    theirs: int = 0


def within(line: Line, way: Way, owed: int, minutes: int) -> bool:
    """Whether so much more may pass.

    Args:
        line: as the community decided.
        way: in which direction.
        owed: what our side owes theirs now, in minutes; below zero if they owe us.
        minutes: that are to pass.
    """
    if way is Way.OUT:
        return owed + minutes <= line.ours
    return minutes - owed <= line.theirs


def hours(minutes: int) -> str | None:
    """Minutes as a decimal of hours; None where no decimal says it (a third of an hour).

    >>> hours(90), hours(15), hours(20)
    ('1.5', '0.25', None)
    """
    value = Fraction(minutes, 60)
    if 10**6 % value.denominator:
        return None
    whole, rest = divmod(value.numerator * (10**6 // value.denominator), 10**6)
    return f"{whole}.{rest:06d}".rstrip("0").rstrip(".")
