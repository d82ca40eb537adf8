"""What a member takes along of deliberations, and what goes with them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from node.kernel.unit import Unit
from node.modules.deliberation import queries


def export(db: Connection, account: str) -> Mapping[str, Any]:
    """What *Download my data* holds: all that one said, and where one stands."""
    return queries.of_member(db, account)


def erase(unit: Unit, account: str) -> None:
    """Remove all that a leaving member said."""
    queries.forget(unit, account)
