"""What a member takes along of their likes and shares, and what is left when they go: nothing."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from node.kernel.unit import Unit
from node.modules.reactions import queries


def export(db: Connection, account: str) -> Mapping[str, Any]:
    """Everything a member liked and shared, the oldest first."""
    return {
        "reactions": [
            {
                "what": row.verb,
                "about": row.object,
                "emoji": row.content or None,
                "at": row.at.isoformat(),
            }
            for row in queries.of_actor(db, account)
        ]
    }


def erase(unit: Unit, account: str) -> None:
    """Forget it; others learn of it by the Delete of the whole account."""
    queries.remove_of(unit, account)
