"""What a member takes along of rounds, and what goes with them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from node.kernel.unit import Unit
from node.modules.rounds import queries


def export(db: Connection, account: str) -> Mapping[str, Any]:
    """What *Download my data* holds: one's turns."""
    return {"turns": queries.of_member(db, account)}


def erase(unit: Unit, account: str) -> None:
    """Remove what a leaving member said in rounds."""
    queries.forget(unit, account)
