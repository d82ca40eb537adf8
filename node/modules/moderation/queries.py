"""All SQL of moderation that looks at its own rows and at what others keep hidden."""

import functools
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    String,
    Table,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
)

from federation.origins import domain, parents
from node.kernel.access import Viewer, visible
from node.kernel.database import among, holds, is_kept, plain, spread
from node.kernel.module import Registry
from node.modules.moderation.rules import Kind, Level
from node.modules.moderation.tables import block, hiding, refusal, report, suspension
from vocab.model import Object
from vocab.types import Block as BlockActivity
from vocab.values import dataclass


@dataclass(frozen=True, kw_only=True)
class Hiding:
    """That something is hidden, by whom and why."""

    object: str
    by: str
    reason: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A host or actor that the community has nothing to do with."""

    subject: str
    is_host: bool
    by: str
    reason: str
    at: datetime
    level: str
    said: str
    until: datetime | None
    no_reports: bool
    no_media: bool
    veiled: bool


@dataclass(frozen=True, kw_only=True)
class Block:
    """A host or actor that one member does not see, or wants nothing of."""

    member: str
    subject: str
    is_host: bool
    kind: str
    at: datetime
    activity: str | None

    @property
    def waits(self) -> bool:
        """Whether it is about an address that is still looked up."""
        return self.subject.startswith(WAITING)


WAITING = "acct:"
"""What the subject of a block begins with while the account is looked up."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """What somebody asked the keepers to look at."""

    key: str
    by: str | None
    origin: str
    about: str
    more: Sequence[str]
    owner: str | None
    ground: str
    words: str
    at: datetime
    closed: datetime | None
    closed_by: str | None
    outcome: str
    once: str | None
    forwarded: bool
    answer: str


# What is hidden -----------------------------------------------------------------------------


def place(db: Connection, registry: Registry, id: str) -> Table | None:
    """The table whose things can be hidden and that holds this id.

    Such a table has a column `id` of text and a column `hidden`; ids are never used twice.
    """
    for metadata in registry.metadatas:
        for table in metadata.sorted_tables:
            if "hidden" not in table.c or "id" not in table.c:
                continue
            if not isinstance(table.c.id.type, String):
                continue
            if db.scalar(select(exists().where(table.c.id == id))):
                return table
    return None


def shown_to(db: Connection, registry: Registry, id: str, viewer: Viewer) -> bool:
    """Whether a thing is there for somebody: by its reach, or because it is for them by name."""
    table = place(db, registry, id)
    if table is None:
        return False
    if "reach" not in table.c:
        return viewer.is_member
    theirs = select(exists().where(table.c.id == id, visible(table, viewer)))
    return bool(db.scalar(theirs)) or registry.document(db, id, viewer) is not None


def owner_of(db: Connection, table: Table, id: str) -> str | None:
    """Whose a thing is, if its table says so."""
    if "owner" not in table.c:
        return None
    found: str | None = db.scalar(select(table.c.owner).where(table.c.id == id))
    return found


def hiding_of(db: Connection, id: str) -> Hiding | None:
    """Why a thing is hidden; None if it is not."""
    row = db.execute(select(hiding).where(hiding.c.object == id)).one_or_none()
    return Hiding(**row._mapping) if row else None  # noqa: SLF001


def hidings(db: Connection) -> list[Hiding]:
    """Everything that is hidden, the last first."""
    rows = db.execute(select(hiding).order_by(hiding.c.at.desc(), hiding.c.object))
    return [Hiding(**row._mapping) for row in rows]  # noqa: SLF001


def suspensions(db: Connection) -> Mapping[str, str]:
    """Account id to why it is suspended."""
    rows = db.execute(select(suspension.c.account, suspension.c.reason))
    return {row.account: row.reason for row in rows}


# Who is kept out ----------------------------------------------------------------------------


def _is(table: Table, hosts: int) -> ColumnElement[bool]:
    """Whether a row names the parameter `actor`, or one of so many `hosts`."""
    at = and_(table.c.is_host, among(table.c.subject, "hosts", hosts))
    return or_(at, and_(table.c.is_host.is_(False), table.c.subject == bindparam("actor")))


# Asked for every letter, so built once.
@functools.cache
def _refused(names: int) -> Select[Any]:
    named = among(refusal.c.subject, "names", names)
    return select(refusal.c.subject).where(refusal.c.level == Level.SUSPEND, named)


@functools.cache
def _silenced(hosts: int) -> Select[tuple[bool]]:
    return select(exists().where(refusal.c.level == Level.SILENCE, _is(refusal, hosts)))


@functools.cache
def _aside(what: str, hosts: int) -> Select[tuple[bool]]:
    return select(exists().where(refusal.c[what], _is(refusal, hosts)))


@functools.cache
def _blocked(hosts: int) -> Select[tuple[bool]]:
    mine = and_(block.c.member == bindparam("member"), block.c.kind == Kind.BLOCK)
    return select(exists().where(mine, _is(block, hosts)))


def refuses(db: Connection, names: AbstractSet[str]) -> Sequence[str]:
    """With which hosts and actors the community has nothing to do (hook `refuses`)."""
    given = spread("names", names)
    return plain(db, _refused(len(given)), given)


def silences(db: Connection, actor: str) -> bool:
    """Whether the community shows somebody only to those who follow them (hook `silences`)."""
    hosts = _hosts(actor)
    return holds(db, _silenced(len(hosts)), {**hosts, "actor": actor})


def sets_aside(db: Connection, actor: str, what: str) -> bool:
    """Whether the community leaves aside what an actor's server sends of a kind.

    Args:
        db: any connection.
        actor: its id, or the id of anything at the server.
        what: `no_reports` or `no_media`.
    """
    hosts = _hosts(actor)
    return bool(db.scalar(_aside(what, len(hosts)), {**hosts, "actor": actor}))


def blocks(db: Connection, who: str, actor: str) -> bool:
    """Whether a member wants nothing to do with an actor (hook `blocks`)."""
    hosts = _hosts(actor)
    return holds(db, _blocked(len(hosts)), {**hosts, "member": who, "actor": actor})


def _hosts(actor: str) -> dict[str, str | None]:
    return spread("hosts", parents(domain(actor)))


def refusal_of(db: Connection, subject: str) -> Refusal | None:
    """What the community has decided about a host or an actor; None if nothing."""
    row = db.execute(select(refusal).where(refusal.c.subject == subject)).one_or_none()
    return Refusal(**row._mapping) if row else None  # noqa: SLF001


def refusals(db: Connection) -> list[Refusal]:
    """Whom the community keeps from its members, the last first."""
    rows = db.execute(select(refusal).order_by(refusal.c.at.desc(), refusal.c.subject))
    return [Refusal(**row._mapping) for row in rows]  # noqa: SLF001


def blocks_of(db: Connection, member: str) -> list[Block]:
    """Whom a member blocks or mutes, the last first."""
    mine = select(block).where(block.c.member == member)
    rows = db.execute(mine.order_by(block.c.at.desc(), block.c.subject))
    return [Block(**row._mapping) for row in rows]  # noqa: SLF001


def block_of(db: Connection, member: str, subject: str) -> Block | None:
    """What somebody has decided about somebody; None if nothing."""
    mine = select(block).where(block.c.member == member, block.c.subject == subject)
    row = db.execute(mine).one_or_none()
    return Block(**row._mapping) if row else None  # noqa: SLF001


def told(db: Connection, id: str, viewer: Viewer) -> Object | None:
    """The Block with this id, for its two ends (hook `documents`)."""
    if not is_kept(db, block.c.activity, id):
        return None
    row = db.execute(select(block).where(block.c.activity == id)).first()
    if row is None or viewer.id not in (row.member, row.subject):
        return None
    return BlockActivity(id=id, actor=row.member, object=row.subject)


# What was reported --------------------------------------------------------------------------


def report_of(db: Connection, key: str) -> Report | None:
    """One report."""
    row = db.execute(select(report).where(report.c.key == key)).one_or_none()
    return _report(row) if row else None


def reports(db: Connection, *, closed: bool, most: int = 100) -> list[Report]:
    """The open reports, the oldest first; or the closed ones, the last first."""
    is_open = report.c.closed.is_(None)
    wanted = select(report).where(~is_open if closed else is_open)
    order = report.c.closed.desc() if closed else report.c.at
    return [_report(row) for row in db.execute(wanted.order_by(order, report.c.key).limit(most))]


def reports_by(db: Connection, member: str, most: int = 50) -> list[Report]:
    """What a member reported, the last first."""
    mine = select(report).where(report.c.by == member)
    return [_report(row) for row in db.execute(mine.order_by(report.c.at.desc()).limit(most))]


def open_count(db: Connection) -> int:
    """How many reports are open."""
    counted = select(func.count()).select_from(report).where(report.c.closed.is_(None))
    return int(db.scalar(counted) or 0)


def from_host(db: Connection, host: str, about: str) -> tuple[int, bool]:
    """How many reports of a host are open, and whether one is about this."""
    mine = and_(report.c.origin == host, report.c.closed.is_(None))
    count = int(db.scalar(select(func.count()).select_from(report).where(mine)) or 0)
    return count, bool(db.scalar(select(exists().where(mine, report.c.about == about))))


def _report(row: Row[Any]) -> Report:
    return Report(**row._mapping)  # noqa: SLF001


def export(db: Connection, member: str) -> Mapping[str, Any]:
    """Whom a member blocks, and what they reported."""
    said = select(report).where(report.c.by == member).order_by(report.c.at)
    return {
        "blocks": [
            {"subject": b.subject, "kind": b.kind, "at": b.at.isoformat()}
            for b in blocks_of(db, member)
        ],
        "reports": [
            {"about": r.about, "ground": r.ground, "words": r.words, "at": r.at.isoformat()}
            for r in map(_report, db.execute(said))
        ],
    }
