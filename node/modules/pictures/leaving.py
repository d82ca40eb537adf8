"""What a member takes along of their pictures, and that none is left when they go."""

import base64
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection, update

from node.kernel.tables import account
from node.kernel.unit import Unit
from node.modules.pictures import queries
from node.modules.pictures.tables import Picture

MOST: Final = 64 * 1024 * 1024
"""Bytes of pictures in one file of a member's data; what is beyond has its address alone."""


def export(db: Connection, who: str) -> Mapping[str, Any]:
    """Everything a member brought, the oldest first, with its bytes."""
    found, room = [], MOST
    for one in queries.of_owner(db, who):
        body = queries.bytes_of(db, one.large) or b""
        room -= len(body)
        found.append({**_said(one), "data": base64.b64encode(body).decode() if room > 0 else None})
    return {"pictures": found}


def _said(one: Picture) -> Mapping[str, Any]:
    return {
        "address": one.path,
        "for": one.use,
        "about": one.about,
        "description": one.description,
        "type": one.media,
        "width": one.width,
        "height": one.height,
        "at": one.at.isoformat(),
    }


def erase(unit: Unit, who: str) -> None:
    """Remove every picture that somebody brought."""
    queries.remove(unit, queries.of_owner(unit.db, who))
    unit.db.execute(update(account).where(account.c.id == who).values(face=None))
