"""What decisions do when somebody goes: members keep no name in a box, strangers leave nothing."""

from typing import Any

from sqlalchemy import Connection, delete, select, update

from node.kernel.unit import Unit
from node.modules.accounts.api import Gone
from node.modules.decisions import handlers, queries
from node.modules.decisions.tables import guard, request, roster


def export(db: Connection, account: str) -> dict[str, Any]:
    """Which votes a member could take part in, and whether they did; ballots carry no name."""
    taken = queries.taken_part(db, account)
    asked = select(request).where(request.c.asked_by == account).order_by(request.c.at)
    guarded = select(guard.c.box, guard.c.digest).where(guard.c.member == account)
    return {
        "votes": [{"about": name, "took_part": voted} for name, voted in taken],
        "asked_of_votes": [
            {"kind": row.kind, "reason": row.reason, "at": row.at.isoformat()}
            for row in db.execute(asked)
        ],
        "lots_guarded": [row.digest for row in db.execute(guarded)],
    }


def erase(unit: Unit, account: str) -> None:
    """Take a member's name off every list; the slots stay, so that the counts hold."""
    unit.db.execute(update(roster).where(roster.c.member == account).values(member=None))
    unit.db.execute(delete(guard).where(guard.c.member == account))
    mine = {"asked_by": None, "reason": ""}
    unit.db.execute(update(request).where(request.c.asked_by == account).values(mine))
    for column in (request.c.member, request.c.second):
        unit.db.execute(update(request).where(column == account).values({column: None}))


def gone(unit: Unit, event: Gone) -> None:
    """Somebody elsewhere is gone, and with them what they decided and answered."""
    handlers.forget(unit, event.account)


subscribers = ((Gone, gone),)
