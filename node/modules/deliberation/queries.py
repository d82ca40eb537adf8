"""All SQL about deliberations."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from node.kernel import choices
from node.kernel.access import Viewer
from node.kernel.database import insert_new, upsert
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.deliberation import rules
from node.modules.deliberation.choices import PATIENCE
from node.modules.deliberation.rules import Kind, Stand, State
from node.modules.deliberation.tables import Remark, position, remark, stance
from node.modules.moderation.api import unseen

_COLUMNS = tuple(c for c in remark.c if c.name not in ("once", "hidden"))


def _remarks(db: Connection, *which: Any) -> list[Remark]:
    rows = db.execute(select(*_COLUMNS).where(*which).order_by(remark.c.at, remark.c.id)).all()
    counted = select(stance.c.remark, stance.c.supports, func.count().label("n")).where(
        stance.c.remark.in_([row.id for row in rows])
    )
    told = {
        (one.remark, one.supports): one.n
        for one in db.execute(counted.group_by(stance.c.remark, stance.c.supports))
    }
    return [
        Remark(
            **{**row._mapping, "kind": Kind(row.kind), "state": State(row.state)},  # noqa: SLF001
            supports=told.get((row.id, True), 0),
            disputes=told.get((row.id, False), 0),
        )
        for row in rows
    ]


def on(db: Connection, matter: str, viewer: Viewer) -> list[Remark]:
    """What was said to a matter, in order, but by whom the viewer has blocked.

    What a keeper hid is there for its author and keepers.
    What was withdrawn is left out, but for objections, so that it is seen what became of them.
    """
    shown = remark.c.author.is_(None) | remark.c.author.not_in(unseen(viewer.id, both_ways=False))
    if not viewer.is_admin:
        shown = shown & (remark.c.hidden.is_(None) | (remark.c.author == viewer.id))
    stands_ = (remark.c.state != State.WITHDRAWN) | (remark.c.kind == Kind.OBJECTION)
    return _remarks(db, remark.c.matter == matter, stands_, shown)


def by_id(db: Connection, id: str) -> Remark | None:
    """Something that was said."""
    return next(iter(_remarks(db, remark.c.id == id)), None)


def made_by(db: Connection, once: str) -> str | None:
    """What a form has made already."""
    return db.scalar(select(remark.c.id).where(remark.c.once == once))


def number(db: Connection, matter: str, kind: Kind) -> int:
    """How many of a kind stand."""
    mine = (remark.c.matter == matter) & (remark.c.kind == kind)
    stands = remark.c.state != State.WITHDRAWN
    return db.scalar(select(func.count()).select_from(remark).where(mine, stands)) or 0


def open_objections(db: Connection, matter: str, now: datetime) -> int:
    """How many objections nobody has settled: not integrated, withdrawn or said to stand.

    One whose author is no member here now, or has not answered an offer for long, holds up nothing.
    """
    mine = (remark.c.matter == matter) & (remark.c.kind == Kind.OBJECTION)
    found = _remarks(db, mine)
    here = {one.id for one in accounts.members(db, suspended=False)}
    days = choices.now(db, PATIENCE)
    return sum(rules.holds_up(one, now, here=one.author in here, days=days) for one in found)


def stances_of(db: Connection, member: str, matter: str) -> dict[str, bool]:
    """Which facts of a matter a member supports (True) or disputes."""
    mine = select(stance.c.remark, stance.c.supports).join_from(stance, remark)
    mine = mine.where(stance.c.member == member, remark.c.matter == matter)
    return {row.remark: row.supports for row in db.execute(mine)}


def stands(db: Connection, matter: str, version: int) -> list[Stand]:
    """Where members stand who said so of this version."""
    mine = (position.c.matter == matter) & (position.c.version == version)
    return [Stand(one) for one in db.scalars(select(position.c.stand).where(mine))]


def stand_of(db: Connection, matter: str, member: str) -> tuple[Stand, int] | None:
    """Where a member stands, and of which version; None if they did not say."""
    mine = (position.c.matter == matter) & (position.c.member == member)
    row = db.execute(select(position.c.stand, position.c.version).where(mine)).one_or_none()
    return (Stand(row.stand), row.version) if row else None


def stood(db: Connection, member: str) -> dict[str, int]:
    """The matters to which a member said where they stand, and of which version."""
    mine = select(position.c.matter, position.c.version).where(position.c.member == member)
    return {row.matter: row.version for row in db.execute(mine)}


# Changes --------------------------------------------------------------------------------------


def add(unit: Unit, **values: Any) -> None:
    """Keep what a member says."""
    insert_new(unit.db, remark, {"at": unit.now, "state": State.SAID, **values})


def change(unit: Unit, id: str, **values: Any) -> None:
    """Give it other values."""
    unit.db.execute(update(remark).where(remark.c.id == id).values(values))


def take(unit: Unit, id: str, member: str, *, supports: bool | None) -> None:
    """Keep that a member supports or disputes a fact; None takes it back."""
    if supports is None:
        mine = (stance.c.remark == id) & (stance.c.member == member)
        unit.db.execute(delete(stance).where(mine))
        return
    row = {"remark": id, "member": member, "supports": supports}
    upsert(unit.db, stance, row, key=["remark", "member"])


def stand(unit: Unit, matter: str, member: str, where: Stand | None, version: int) -> None:
    """Keep where a member stands; None takes it back."""
    if where is None:
        mine = (position.c.matter == matter) & (position.c.member == member)
        unit.db.execute(delete(position).where(mine))
        return
    row = {"matter": matter, "member": member, "stand": where, "version": version}
    upsert(unit.db, position, row, key=["matter", "member"])


# Leaving --------------------------------------------------------------------------------------


def of_member(db: Connection, member: str) -> dict[str, Any]:
    """All that a member said, for their own export."""
    said = select(remark).where(remark.c.author == member).order_by(remark.c.at)
    answered = select(remark.c.answer).where(remark.c.answerer == member)
    stances = select(remark.c.text, stance.c.supports).join_from(stance, remark)
    stood_ = select(position.c.matter, position.c.stand).where(position.c.member == member)
    return {
        "said": [
            {"at": r.at.isoformat(), "kind": r.kind, "text": r.text, "more": r.more}
            for r in db.execute(said)
        ],
        "answers": [row.answer for row in db.execute(answered)],
        "facts": [
            {"fact": r.text, "supports": r.supports}
            for r in db.execute(stances.where(stance.c.member == member))
        ],
        "positions": [{"matter": r.matter, "stand": r.stand} for r in db.execute(stood_)],
    }


def forget(unit: Unit, member: str) -> None:
    """Remove a member's words, stances and positions."""
    run = unit.db.execute
    run(delete(stance).where(stance.c.member == member))
    run(delete(position).where(position.c.member == member))
    run(update(remark).where(remark.c.answerer == member).values(answer=None, answerer=None))
    run(delete(remark).where(remark.c.author == member))
