"""All SQL about ideas."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, func, insert, select, update

from node.kernel.database import upsert
from node.kernel.unit import Unit
from node.modules.ideas.rules import State
from node.modules.ideas.tables import Idea, idea, support


def _ideas(viewer: str) -> Select[Any]:
    people = func.count(support.c.member).filter(support.c.points > 0)
    mine = func.coalesce(func.sum(support.c.points).filter(support.c.member == viewer), 0)
    points = func.coalesce(func.sum(support.c.points), 0)
    counted = select(*idea.c, people.label("people"), points.label("points"), mine.label("mine"))
    joined = counted.join_from(idea, support, support.c.idea == idea.c.slug, isouter=True)
    return joined.group_by(idea.c.slug)


def _idea(row: Any) -> Idea:
    told = {k: v for k, v in row._mapping.items() if k != "once"}  # noqa: SLF001
    told |= {k: int(told[k]) for k in ("people", "points", "mine")}
    return Idea(**{**told, "state": State(told["state"])})


def gathering(db: Connection, viewer: str) -> list[Idea]:
    """The ideas that gather support, the newest first."""
    wanted = _ideas(viewer).where(idea.c.state == State.GATHERING)
    return [_idea(row) for row in db.execute(wanted.order_by(idea.c.at.desc(), idea.c.slug))]


def past(db: Connection, viewer: str, most: int = 20) -> list[Idea]:
    """Those that no longer do, the newest first."""
    wanted = _ideas(viewer).where(idea.c.state != State.GATHERING)
    ordered = wanted.order_by(idea.c.at.desc(), idea.c.slug).limit(most)
    return [_idea(row) for row in db.execute(ordered)]


def by_slug(db: Connection, slug: str, viewer: str) -> Idea | None:
    """One idea as a member sees it."""
    row = db.execute(_ideas(viewer).where(idea.c.slug == slug)).one_or_none()
    return _idea(row) if row else None


def of_author(db: Connection, member: str) -> list[Idea]:
    """The ideas of a member."""
    wanted = _ideas(member).where(idea.c.author == member).order_by(idea.c.at)
    return [_idea(row) for row in db.execute(wanted)]


def made_by(db: Connection, once: str) -> str | None:
    """The slug of the idea that a form has made already."""
    return db.scalar(select(idea.c.slug).where(idea.c.once == once))


def placed(db: Connection, member: str) -> dict[str, int]:
    """Where a member's points lie: slug to points."""
    mine = select(support.c.idea, support.c.points).where(support.c.member == member)
    return {row.idea: row.points for row in db.execute(mine.order_by(support.c.idea))}


def ended(db: Connection, now: datetime) -> list[str]:
    """Ideas whose time is over."""
    due = (idea.c.state == State.GATHERING, idea.c.ends <= now)
    return list(db.scalars(select(idea.c.slug).where(*due).order_by(idea.c.slug)))


# Changes ------------------------------------------------------------------------------------


def add(unit: Unit, **values: Any) -> None:
    """Keep a new idea."""
    unit.db.execute(insert(idea).values(state=State.GATHERING, at=unit.now, **values))


def put(unit: Unit, slug: str, member: str, points: int) -> None:
    """Have a member's points on an idea be so many."""
    row = {"idea": slug, "member": member, "points": points}
    if points:
        upsert(unit.db, support, row, key=["idea", "member"])
        return
    here = (support.c.idea == slug, support.c.member == member)
    unit.db.execute(delete(support).where(*here))


def end(unit: Unit, slug: str, state: State, proposal: str | None = None) -> None:
    """Give an idea its last state, and everybody their points back."""
    done = {"state": state, "proposal": proposal}
    unit.db.execute(update(idea).where(idea.c.slug == slug).values(done))
    unit.db.execute(delete(support).where(support.c.idea == slug))


def forget(unit: Unit, member: str, slugs: Iterable[str]) -> None:
    """Remove a member's points, and ideas."""
    unit.db.execute(delete(support).where(support.c.member == member))
    unit.db.execute(delete(idea).where(idea.c.slug.in_(list(slugs))))
