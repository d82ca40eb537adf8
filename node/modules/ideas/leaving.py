"""What a member takes along of ideas, and what goes with them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from node.kernel.unit import Unit
from node.modules.ideas import queries


def export(db: Connection, account: str) -> Mapping[str, Any]:
    """What *Download my data* holds: one's ideas, and where one's points lie."""
    return {
        "ideas": [
            {
                "at": one.at.isoformat(),
                "title": one.title,
                "text": one.text,
                "state": str(one.state),
            }
            for one in queries.of_author(db, account)
        ],
        "points": queries.placed(db, account),
    }


def erase(unit: Unit, account: str) -> None:
    """Remove everything of a leaving member."""
    queries.forget(unit, account, [one.slug for one in queries.of_author(unit.db, account)])
