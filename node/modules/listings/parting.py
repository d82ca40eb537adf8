"""A notice of which several people can have a part: what is left of it after each."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from node.kernel.unit import Unit
from node.modules.listings import posting
from node.modules.listings.rules import LIVE, State
from node.modules.listings.tables import Notice


def enough(notice: Notice, number: Fraction) -> bool:
    """Whether so much of a notice is left; of what is had as a whole there is always enough."""
    return not notice.in_parts or number <= Fraction(notice.available or 0)


def take(unit: Unit, notice: Notice, number: Fraction) -> None:
    """Have a live notice of ours agreed on: it leaves the board once nothing is left of it.

    Args:
        unit: the unit.
        notice: ours, live, and with `enough` of it.
        number: how much of its unit was agreed on.

    Raises:
        Conflict: it cannot be agreed on from where it is.
    """
    left = _left(notice, -number)
    state = State.AGREED if left is None or left <= 0 else State(notice.lifecycle)
    posting.move(unit, notice, state, **_kept(left))


def give_back(unit: Unit, notice: Notice, number: Fraction) -> None:
    """Have so much of a notice of ours free again, unless its owner has ended it."""
    left = _left(notice, number)
    if notice.lifecycle == State.AGREED:
        posting.move(unit, notice, State.OPEN, **_kept(left))
    elif left is not None and notice.state(unit.now) in LIVE:
        posting.move(unit, notice, State(notice.lifecycle), **_kept(left))


def _left(notice: Notice, more: Fraction) -> Fraction | None:
    """How much there would be; None for what is had as a whole."""
    return Fraction(notice.available or 0) + more if notice.in_parts else None


def _kept(left: Fraction | None) -> Mapping[str, Any]:
    # parts are whole multiples of one, so what is left is a whole number
    return {} if left is None else {"available": str(max(int(left), 0))}
