"""Proposals that are begun and not brought: for their writer alone, as typed, and never sent."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update

from node.kernel.database import insert_new
from node.kernel.errors import Conflict, Missing, Refused
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.proposals import bringing, courses
from node.modules.proposals.courses import Course
from node.modules.proposals.forms import LONGEST_TEXT
from node.modules.proposals.tables import draft
from vocab.values import dataclass
from web.language import mark

MOST = 20
"""Drafts of one member."""
TOO_MANY = mark("You keep twenty drafts already. Bring one before us or throw one away first.")


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A draft: what was typed, field by field."""

    slug: str
    said: Mapping[str, Sequence[str]]
    at: datetime

    def first(self, name: str) -> str:
        """What was typed in one field; nothing if it was left empty."""
        return next(iter(self.said.get(name, ())), "")

    @property
    def title(self) -> str:
        """What it proposes, if that is said."""
        return self.first("title")

    @property
    def course(self) -> Course:
        """The course it is to take."""
        return courses.course(self.first("course"))


def keep(unit: Unit, who: str, slug: str, said: Mapping[str, Sequence[str]]) -> None:
    """Keep what a member has typed; the same form keeps one draft.

    Raises:
        Refused: nobody of ours.
        Missing: it is somebody else's.
        Conflict: they keep too many.
    """
    if not accounts.is_member(unit.db, who):
        raise Refused("E_MEMBERS_ONLY", who)
    cut = {name: [one[:LONGEST_TEXT] for one in held[:MOST]] for name, held in said.items()}
    values = {"said": cut, "at": unit.now}
    if unit.db.execute(update(draft).where(*_own(slug, who)).values(values)).rowcount:
        return
    mine = select(func.count()).select_from(draft).where(draft.c.owner == who)
    if (unit.db.scalar(mine) or 0) >= MOST:
        raise Conflict("E_RATE", f"{who} keeps {MOST} drafts", safe=TOO_MANY)
    if not insert_new(unit.db, draft, {"slug": slug, "owner": who, **values}):
        raise Missing(detail=slug)


def bring(unit: Unit, who: str, said: bringing.Draft, *, once: str, slug: str) -> str:
    """Bring what was kept as a draft, which is thrown away; as `bringing.bring`."""
    drop(unit, who, slug)
    return bringing.bring(unit, who, said, once=once)


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
    return Kept(slug=row.slug, said=row.said, at=row.at)


def drop(unit: Unit, who: str, slug: str) -> None:
    """Throw a draft away."""
    unit.db.execute(delete(draft).where(*_own(slug, who)))


def drop_all(unit: Unit, who: str) -> None:
    """Throw away every draft of a member who leaves."""
    unit.db.execute(delete(draft).where(draft.c.owner == who))
