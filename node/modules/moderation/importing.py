"""Taking in a list of servers, all of it or nothing, and taking it back; first, what it would do.

A list never lets anybody come nearer: where we are stricter, ours stands.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from federation import policy
from federation.origins import domain, parents
from node.kernel.database import insert_new
from node.kernel.errors import Conflict, Invalid, Missing
from node.kernel.module import Registry
from node.kernel.unit import Unit
from node.modules.follows import api as follows
from node.modules.moderation import lists, openly, queries, refusing, rules, shading
from node.modules.moderation.acts import Parted, must_keep
from node.modules.moderation.lists import Entry, Unread
from node.modules.moderation.queries import Refusal
from node.modules.moderation.refusing import Terms, bonds
from node.modules.moderation.rules import Level, reason_of
from node.modules.moderation.tables import batch, parted, refusal, taken
from vocab.values import dataclass
from web.language import mark


@dataclass(frozen=True, kw_only=True)
class Step:
    """What a list would do about one server: how it is kept away now, and how then."""

    host: str
    before: Terms | None
    after: Terms
    reason: str


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a list would do.

    `ends` are the follows that would end, `trusted` the nodes we trust that it would keep out.
    """

    added: tuple[Step, ...]
    changed: tuple[Step, ...]
    same: int
    unread: tuple[Unread, ...]
    ends: tuple[follows.Bond, ...]
    trusted: tuple[str, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """Everything it would do."""
        return self.added + self.changed

    @property
    def digest(self) -> str:
        """By which a plan that was looked at is known again."""
        plain = json.dumps([asdict(one) for one in self.steps], default=str, sort_keys=True)
        return hashlib.sha256(plain.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Batch:
    """A list that was taken in."""

    key: str
    at: datetime
    by: str
    reason: str
    undone: datetime | None
    count: int


# Before -------------------------------------------------------------------------------------


def plan(db: Connection, registry: Registry, origin: str, text: str) -> Plan:
    """What taking in a list would do now; nothing is changed."""
    found = lists.read(text)
    present = {one.subject: one for one in queries.refusals(db) if one.is_host}
    ours = [one for one in found.entries if rules.within(domain(origin), one.host)]
    steps = [_step(one, present.get(one.host)) for one in found.entries if one not in ours]
    todo = [one for one in steps if one.before != one.after]
    out = [one.host for one in todo if one.after.level == Level.SUSPEND]
    return Plan(
        added=tuple(one for one in todo if one.before is None),
        changed=tuple(one for one in todo if one.before is not None),
        same=len(steps) - len(todo),
        unread=(*found.unread, *(Unread(line=0, text=o.host, why=refusing.OURS) for o in ours)),
        ends=tuple(bonds(follows.abroad(db), out)),
        trusted=tuple(
            host for host in policy.trusted(db, registry) if not set(out).isdisjoint(parents(host))
        ),
    )


def _step(entry: Entry, present: Refusal | None) -> Step:
    asked = Terms(**{k: v for k, v in asdict(entry).items() if k in Terms.__dataclass_fields__})
    if present is None:
        return Step(host=entry.host, before=None, after=asked, reason=entry.reason)
    before = terms_of(present)
    stricter = asked.level == Level.SUSPEND != before.level
    after = replace(
        before,
        level=asked.level if stricter else before.level,
        until=None if stricter else before.until,
        said=before.said or asked.said,
        veiled=before.veiled if before.said else asked.veiled,
        no_media=before.no_media or asked.no_media,
        no_reports=before.no_reports or asked.no_reports,
    )
    return Step(host=entry.host, before=before, after=after, reason=present.reason)


def terms_of(one: Refusal) -> Terms:
    """How somebody is kept away, of a row."""
    return Terms(**{name: getattr(one, name) for name in Terms.__dataclass_fields__})


# Doing --------------------------------------------------------------------------------------


def take(unit: Unit, key: str, text: str, *, digest: str, by: str, reason: str) -> Plan:
    """Take in a list, as it was looked at; a key that was used does nothing again.

    Args:
        unit: the unit.
        key: of the form.
        text: the list.
        digest: of the plan that was looked at.
        by: the keeper.
        reason: for the log, and for every server whose line gives none.

    Raises:
        Conflict: something has changed since; look again.
        Invalid: no reason, or there is nothing to do (field `text`).
        Refused: not a keeper.
    """
    must_keep(unit, by)
    reason = reason_of(reason)
    found = plan(unit.db, unit.registry, unit.origin, text)
    if unit.db.scalar(select(batch.c.key).where(batch.c.key == key)):
        return found
    if not found.steps:
        raise Invalid({"text": NOTHING}, "E_NOTHING")
    if found.digest != digest:
        raise Conflict("E_CHANGED", safe=CHANGED)
    row = {"key": key, "at": unit.now, "by": by, "reason": reason}
    unit.db.execute(insert(batch).values(row))
    for one in found.steps:
        _do(unit, key, one, by=by, reason=one.reason or reason)
    shading.renew(unit)
    _part(unit, key, found.ends)
    out = tuple(one.host for one in found.steps if one.after.level == Level.SUSPEND)
    unit.tell(Parted(member=None, subjects=out))
    unit.log("moderation.import", by, subject=key, words=reason)
    openly.note(unit, "import", count=len(found.steps))
    return found


def _do(unit: Unit, key: str, step: Step, *, by: str, reason: str) -> None:
    before = queries.refusal_of(unit.db, step.host)
    refusing.write(unit, step.host, is_host=True, by=by, reason=reason, terms=step.after)
    after = queries.refusal_of(unit.db, step.host)
    row = {"batch": key, "subject": step.host, "before": _kept(before), "after": _kept(after)}
    unit.db.execute(insert(taken).values(row))


def _part(unit: Unit, key: str, ends: Iterable[follows.Bond]) -> None:
    for one in ends:
        if one.outward:
            insert_new(unit.db, parted, {"batch": key, "ours": one.ours, "theirs": one.theirs})
        follows.leave(unit, one.ours, one.theirs)


def undo(unit: Unit, key: str, *, by: str, reason: str) -> int:
    """Take a list back: each server stands as before, and our follows are asked for anew.

    What a keeper has changed since stays as it is.

    Returns:
        How many servers were left as they are.

    Raises:
        Invalid: no reason.
        Missing: there is no such list, or it was taken back.
        Refused: not a keeper.
    """
    must_keep(unit, by)
    reason = reason_of(reason)
    mine = update(batch).where(batch.c.key == key, batch.c.undone.is_(None))
    if not unit.db.execute(mine.values(undone=unit.now)).rowcount:
        raise Missing(detail=key)
    rows = unit.db.execute(select(taken).where(taken.c.batch == key)).all()
    back = [row for row in rows if _kept(queries.refusal_of(unit.db, row.subject)) == row.after]
    for row in back:
        _restore(unit, row.subject, row.before)
    shading.renew(unit)
    _follow_again(unit, key)
    unit.log("moderation.undo", by, subject=key, words=reason)
    openly.note(unit, "undo", count=len(back))
    return len(rows) - len(back)


def _restore(unit: Unit, subject: str, before: Mapping[str, Any] | None) -> None:
    unit.db.execute(refusal.delete().where(refusal.c.subject == subject))
    if before is not None:
        moments = ("at", "until")
        times = {k: datetime.fromisoformat(before[k]) for k in moments if before[k]}
        unit.db.execute(insert(refusal).values({**before, **times}))


def _follow_again(unit: Unit, key: str) -> None:
    for row in unit.db.execute(select(parted).where(parted.c.batch == key)):
        ours, theirs = unit.account(row.ours), unit.account(row.theirs)
        if ours is None or theirs is None or ours.suspended or theirs.gone:
            continue
        if policy.refuses(unit.db, unit.registry, theirs.id):
            continue
        if follows.state(unit.db, ours.id, theirs.id) is None:
            follows.follow(unit, ours, theirs)


def _kept(one: Refusal | None) -> dict[str, Any] | None:
    """A row as JSON."""
    if one is None:
        return None
    plain = asdict(one)
    return {k: v.isoformat() if isinstance(v, datetime) else v for k, v in plain.items()}


# Looking ------------------------------------------------------------------------------------


def batches(db: Connection, most: int = 20) -> list[Batch]:
    """The lists that were taken in, the last first."""
    rows = db.execute(select(batch).order_by(batch.c.at.desc(), batch.c.key).limit(most)).all()
    counts = _counts(db, [row.key for row in rows])
    return [Batch(count=counts.get(row.key, 0), **row._mapping) for row in rows]  # noqa: SLF001


def _counts(db: Connection, keys: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for key in db.scalars(select(taken.c.batch).where(taken.c.batch.in_(keys))):
        found[key] = found.get(key, 0) + 1
    return found


def entries(db: Connection) -> list[Entry]:
    """The servers that are kept away, as a list to share."""
    names = Entry.__dataclass_fields__.keys() - {"host", "reason"}
    return [
        Entry(host=one.subject, **{name: getattr(one, name) for name in names})
        for one in sorted(queries.refusals(db), key=lambda each: each.subject)
        if one.is_host
    ]


NOTHING = mark("There is nothing to do: nothing in this list is new here.")
CHANGED = mark("Something has changed since you looked. Look again, and take it in then.")
