"""What an agreement does to the notice it is about: agreed, met, or open again."""

from node.kernel.errors import Conflict
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.agreements import queries
from node.modules.agreements.tables import Agreement
from node.modules.listings import api as listings
from node.modules.listings.api import LIVE, Notice, State
from web.language import mark

CLOSED = mark("Your notice is not open any more. Say no to this answer, or post it anew.")
LEFT = mark("So much of it is not left. Say no, or propose less.")


def can_be_had(unit: Unit, held: Agreement) -> bool:
    """Whether the notice is open still, and enough of it is left; what is not ours may be."""
    notice = listings.stored(unit, held.listing)
    if notice is None or not notice.local:
        return True
    return notice.state(unit.now) in LIVE and _enough(notice, held)


def _enough(notice: Notice, held: Agreement) -> bool:
    return held.unit == notice.unit and listings.enough(notice, held.primary.value)


def agreed(unit: Unit, held: Agreement) -> None:
    """Have a notice of ours agreed on.

    Raises:
        Conflict: it is not open any more, or so much of it is not left.
    """
    notice = listings.stored(unit, held.listing)
    if notice is None or not notice.local:
        return
    if notice.state(unit.now) not in LIVE:
        raise Conflict("E_STATE", f"{notice.id} is {notice.lifecycle}", safe=CLOSED)
    if not _enough(notice, held):
        raise Conflict("E_QUANTITY", f"{notice.id}: {notice.available} are left", safe=LEFT)
    if not notice.standing:  # else it is there for the next one, too
        listings.take(unit, notice, held.primary.value)


def met(unit: Unit, held: Agreement) -> None:
    """Have a notice of ours met, once all that was agreed about it is."""
    notice = listings.stored(unit, held.listing)
    if notice is None or not notice.local or notice.lifecycle != State.AGREED or notice.standing:
        return
    if not queries.is_bound(unit.db, notice.id):
        listings.move(unit, notice, State.FULFILLED)


def free(unit: Unit, held: Agreement) -> None:
    """Have a notice of ours open again, as far as this agreement held it."""
    notice = listings.stored(unit, held.listing)
    if notice is None or not notice.local or notice.standing:
        return
    if accounts.is_member(unit.db, notice.owner):
        listings.give_back(unit, notice, held.primary.value)
