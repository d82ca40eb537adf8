"""What decisions do when somebody goes: members keep no name in a box, strangers leave nothing."""

from typing import Any

from sqlalchemy import Connection, update

from node.kernel.unit import Unit
from node.modules.accounts.api import Gone
from node.modules.decisions import handlers, queries
from node.modules.decisions.tables import roster


def export(db: Connection, account: str) -> dict[str, Any]:
    """Which votes a member could take part in, and whether they did; ballots carry no name."""
    taken = queries.taken_part(db, account)
    return {"votes": [{"about": name, "took_part": voted} for name, voted in taken]}


def erase(unit: Unit, account: str) -> None:
    """Take a member's name off every list; the slots stay, so that the counts hold."""
    unit.db.execute(update(roster).where(roster.c.member == account).values(member=None))


def gone(unit: Unit, event: Gone) -> None:
    """Somebody elsewhere is gone, and with them what they decided and answered."""
    handlers.forget(unit, event.account)


subscribers = ((Gone, gone),)
