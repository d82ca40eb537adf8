"""What keepers did, as everybody may read it: by day and rule, without a name, an id or a word.

It is counted as it happens, apart from the log with the names. A number that is small enough to
point at somebody is not told.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from node.kernel.database import upsert
from node.kernel.unit import Unit
from node.modules.moderation import lists, queries
from node.modules.moderation.rules import Ground
from node.modules.moderation.tables import deed
from vocab.values import dataclass

LEAST: Final = 5
"""The smallest number that is told."""


@dataclass(frozen=True, kw_only=True)
class Deed:
    """What was done on a day; `count` is 0 where it is too small to be told."""

    day: date
    action: str
    ground: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Apart:
    """A server that is kept away, as far as everybody may know."""

    name: str
    level: str
    said: str


def note(unit: Unit, action: str, *, ground: str = "", count: int = 1) -> None:
    """Count something that a keeper did.

    Args:
        unit: the unit in which it is done.
        action: a key of the sentences on the page.
        ground: a value of `rules.Ground`, or empty.
        count: how many it was.
    """
    day = unit.now.astimezone(ZoneInfo(unit.community.timezone)).date().isoformat()
    key = {"day": day, "action": action, "ground": Ground(ground).value if ground else ""}
    same = [deed.c[name] == value for name, value in key.items()]
    before = unit.db.scalar(select(deed.c.number).where(*same)) or 0
    upsert(unit.db, deed, {**key, "number": before + count}, key=list(key))


def deeds(db: Connection, before: str = "", most: int = 200) -> list[Deed]:
    """What was done, the last day first.

    Args:
        db: any connection.
        before: an ISO day; only what was done earlier.
        most: how many.
    """
    wanted = select(deed).order_by(deed.c.day.desc(), deed.c.action, deed.c.ground).limit(most)
    rows = db.execute(wanted.where(deed.c.day < before) if before else wanted)
    return [
        Deed(day=date.fromisoformat(row.day), action=row.action, ground=row.ground,
             count=row.number if row.number >= LEAST else 0)
        for row in rows
    ]  # fmt: skip


def apart(db: Connection) -> tuple[Sequence[Apart], int]:
    """The servers of which keepers let everybody know, and how many others there are.

    Accounts are never among them, and too few others are not counted.
    """
    hosts = [one for one in queries.refusals(db) if one.is_host]
    named = [one for one in hosts if one.said]
    shown = [
        Apart(name=lists.veil(one.subject) if one.veiled else one.subject, level=one.level,
              said=one.said)
        for one in sorted(named, key=lambda each: each.subject)
    ]  # fmt: skip
    left = len(hosts) - len(named)
    return shown, left if left >= LEAST else 0
