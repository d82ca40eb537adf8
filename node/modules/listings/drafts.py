"""Notices that are begun and not posted: for their writer alone, as typed, and never sent."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update

from node.kernel.database import insert_new
from node.kernel.errors import Conflict, Missing, Refused
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.listings.tables import draft
from node.modules.pictures import api as pictures
from node.modules.pictures.api import Chosen
from vocab.values import dataclass
from web.language import mark

MOST = 20
"""Drafts of one member."""
LONGEST = 5000
TOO_MANY = mark("You keep twenty drafts already. Post one or throw one away first.")


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A draft: what was typed, field by field."""

    slug: str
    purpose: str
    said: Mapping[str, Sequence[str]]
    at: datetime

    @property
    def title(self) -> str:
        """Its first line, if it has one."""
        return next(iter(self.said.get("title", ())), "")


def about(origin: str, slug: str) -> str:
    """What the picture of a draft stands in: an address at which nothing is."""
    return f"{origin}/l/drafts/{slug}"


def is_of(db: Connection, id: str, who: str | None) -> bool:
    """Whether this is a draft of somebody's, by what its picture stands in."""
    there, _, slug = id.rpartition("/")
    return who is not None and there.endswith("/l/drafts") and find(db, slug, who) is not None


def keep(
    unit: Unit,
    who: str,
    slug: str,
    purpose: str,
    said: Mapping[str, Sequence[str]],
    photo: Sequence[Chosen] = (),
) -> None:
    """Keep what a member has typed, and the photo; the same form keeps one draft.

    Raises:
        Refused: nobody of ours.
        Missing: it is somebody else's.
        Conflict: they keep too many.
    """
    if not accounts.is_member(unit.db, who):
        raise Refused("E_MEMBERS_ONLY", who)
    cut = {name: [one[:LONGEST] for one in held[:MOST]] for name, held in said.items()}
    values = {"purpose": purpose, "said": cut, "at": unit.now}
    if not unit.db.execute(update(draft).where(*_own(slug, who)).values(values)).rowcount:
        _add(unit, who, slug, values)
    pictures.attach(unit, about(unit.origin, slug), who, photo)


def _add(unit: Unit, who: str, slug: str, values: Mapping[str, Any]) -> None:
    mine = select(func.count()).select_from(draft).where(draft.c.owner == who)
    if (unit.db.scalar(mine) or 0) >= MOST:
        raise Conflict("E_RATE", f"{who} keeps {MOST} drafts", safe=TOO_MANY)
    if not insert_new(unit.db, draft, {"slug": slug, "owner": who, **values}):
        raise Missing(detail=slug)


def _own(slug: str, who: str) -> tuple[Any, ...]:
    return draft.c.slug == slug, draft.c.owner == who


def find(db: Connection, slug: str, who: str) -> Kept | None:
    """A member's own draft."""
    row = db.execute(select(draft).where(*_own(slug, who))).one_or_none()
    return _kept(row) if row else None


def all_of(db: Connection, who: str) -> list[Kept]:
    """A member's drafts, the last first."""
    mine = select(draft).where(draft.c.owner == who)
    return [_kept(row) for row in db.execute(mine.order_by(draft.c.at.desc(), draft.c.slug))]


def _kept(row: Row[Any]) -> Kept:
    return Kept(slug=row.slug, purpose=row.purpose, said=row.said, at=row.at)


def drop(unit: Unit, who: str, slug: str) -> None:
    """Throw a draft away, and its photo, unless that stands in a notice by now."""
    if unit.db.execute(delete(draft).where(*_own(slug, who))).rowcount:
        pictures.remove_about(unit, [about(unit.origin, slug)])


def drop_all(unit: Unit, who: str) -> None:
    """Throw away every draft of a member who leaves."""
    for one in all_of(unit.db, who):
        drop(unit, who, one.slug)
