"""What a member takes along of the ledger: their own entries, and nobody else's."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from node.modules.ledger import queries
from node.modules.ledger.tables import Entry


def export(db: Connection, account: str) -> Mapping[str, Any]:
    """What *Download my data* holds of time: sums, and each entry; minutes are whole."""
    mine = queries.held(db, account)
    if mine is None:
        return {"gave_minutes": 0, "received_minutes": 0, "entries": []}
    gave, received = queries.sums(db, mine.id)
    entries = queries.statement(db, mine.id, None)
    held = queries.holders(db, {one for e in entries for one in (e.giver, e.receiver)})
    others = {
        one.id: one.away or held[one.receiver if one.giver == mine.id else one.giver].holder
        for one in entries
    }
    return {
        "gave_minutes": gave,
        "received_minutes": received,
        "entries": [_exported(one, mine.id, others[one.id]) for one in entries],
    }


def _exported(one: Entry, mine: str, other: str | None) -> Mapping[str, Any]:
    return {
        "id": one.id,
        "at": one.at.isoformat(),
        "way": "gave" if one.giver == mine else "received",
        "minutes": one.minutes,
        "with": other,
        "why": str(one.why),
        "about": one.title,
        "words": one.words,
        "reverses": one.reverses,
    }
