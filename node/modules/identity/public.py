"""What our actors say of themselves beside their names: who else they are, where they live."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from node.kernel.tables import Account
from node.modules.identity import queries


def on_actor(db: Connection, who: Account, _now: datetime) -> Mapping[str, Any]:
    """`alsoKnownAs` and `movedTo` of a member (FEP-7628)."""
    if who.type != "Person":
        return {}
    named = queries.named(db, who.id)
    said: dict[str, Any] = {"also_known_as": named} if named else {}
    return said | ({"moved_to": who.moved} if who.moved else {})
