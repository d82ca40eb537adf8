"""All SQL about vouches."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, or_, select

from node.kernel.database import upsert
from node.kernel.unit import Unit
from node.modules.vouches.rules import HOLDS, What
from node.modules.vouches.tables import Vouch, vouch


def about(db: Connection, who: str, now: datetime) -> list[Vouch]:
    """What stands of somebody, the newest first."""
    wanted = select(vouch).where(vouch.c.about == who, vouch.c.at > now - HOLDS)
    return _all(db, wanted.order_by(vouch.c.at.desc(), vouch.c.by, vouch.c.what))


def said(db: Connection, by: str, about: str, now: datetime) -> set[What]:
    """What a member says of another now."""
    mine = (vouch.c.by == by, vouch.c.about == about, vouch.c.at > now - HOLDS)
    return {one.what for one in _all(db, select(vouch).where(*mine))}


def of(db: Connection, who: str) -> list[Vouch]:
    """What somebody said, and what was said of them."""
    wanted = select(vouch).where(or_(vouch.c.by == who, vouch.c.about == who))
    return _all(db, wanted.order_by(vouch.c.at, vouch.c.by, vouch.c.what))


def _all(db: Connection, wanted: Select[Any]) -> list[Vouch]:
    return [
        Vouch(by=row.by, about=row.about, what=What(row.what), at=row.at)
        for row in db.execute(wanted)
    ]


# Changes ------------------------------------------------------------------------------------


def put(unit: Unit, by: str, about: str, whats: Collection[What]) -> None:
    """Have a member say just this of another, from now on."""
    mine = (vouch.c.by == by, vouch.c.about == about)
    unit.db.execute(delete(vouch).where(*mine, vouch.c.what.not_in(list(whats))))
    for what in whats:
        row = {"by": by, "about": about, "what": what, "at": unit.now}
        upsert(unit.db, vouch, row, key=["by", "about", "what"])


def forget(unit: Unit, who: str) -> None:
    """Remove what somebody said, and what was said of them."""
    unit.db.execute(delete(vouch).where(or_(vouch.c.by == who, vouch.c.about == who)))
