"""The SQL of what comes in: letters kept and claimed, senders and keys found."""

import functools
import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    Update,
    and_,
    bindparam,
    delete,
    exists,
    insert,
    or_,
    select,
    text,
    update,
)

from federation import hosts, policy
from federation.events import FollowersTold
from federation.tables import host, remembered
from federation.told import Told
from node.kernel.database import among, holds, insert_for, insert_new, is_kept, spread
from node.kernel.tables import Account, account, account_of, known, letter
from node.kernel.unit import Unit
from vocab.values import dataclass

# Built once: building a statement takes longer than running it.
_IS_ACCOUNT = select(exists().where(account.c.id == bindparam("wanted")))
_IS_OURS = select(exists().where(account.c.id == bindparam("wanted"), account.c.local))
_DONE = (
    update(letter)
    .where(
        letter.c.id == bindparam("held_id"),
        letter.c.token == bindparam("held_token"),
        letter.c.state == "waiting",
    )
    .values(state="done", code=None, token=None, leased_until=None)
)


@functools.cache
def _forgotten(marks: int) -> Select[tuple[bool]]:
    return select(exists().where(among(remembered.c.hash, "marks", marks)))


@functools.cache
def _left_us(ids: int) -> Select[tuple[bool]]:
    named = among(account.c.id, "ids", ids)
    return select(exists().where(named, account.c.local, account.c.gone.is_not(None)))


LEASE = timedelta(seconds=60)
CLAIM = 50


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """A letter whose sender is proven, about to be kept; `form` if its host's is news to us.

    `told`: what came with it about its sender's followers here, if that is news.
    """

    activity: str
    actor: str
    body: bytes
    handling: str
    domain: str
    form: str | None = None
    told: Told | None = None


@dataclass(frozen=True, kw_only=True)
class Held:
    """A letter that one worker holds until its lease ends; nobody without `token` ends it."""

    id: int
    activity: str
    actor: str
    body: bytes
    at: datetime
    tries: int
    token: str
    handling: str = "public"


def mark(actor: str, id: str) -> bytes:
    """The 16 bytes by which (actor, id) is known for ever."""
    return hashlib.sha256(f"{actor}\n{id}".encode()).digest()[:16]


def store(unit: Unit, letters: Sequence[Arrived]) -> list[bool]:
    """Keep all letters that have gathered, in one commit.

    Returns:
        For each whether it was taken; a letter we know counts as taken, the first holds.
    """
    db, now = unit.db, unit.now
    out = policy.refused(db, unit.registry, {one.actor for one in letters})
    welcome = [one for one in letters if one.actor not in out]
    marks = {mark(one.actor, one.activity): one for one in reversed(welcome)}
    if marks:
        new = set(map(bytes, db.scalars(_know(db), [{"hash": m} for m in marks])))
        rows = [_row(one, now) for m, one in reversed(marks.items()) if m in new]
        if rows:
            db.execute(insert(letter), rows)
    for one in welcome:
        if one.form:
            learn(unit, one.domain, one.form)
        if one.told:
            unit.tell(FollowersTold(actor=one.actor, **asdict(one.told)))
    return [one.actor not in out for one in letters]


def _know(db: Connection) -> Any:
    """Insert many marks at once and say which of them are new."""
    return insert_for(db, known).on_conflict_do_nothing().returning(known.c.hash)


def _row(one: Arrived, now: datetime) -> dict[str, Any]:
    return {
        "way": "in",
        "activity": one.activity,
        "actor": one.actor,
        "body": one.body,
        "handling": one.handling,
        "at": now,
        "due": now,
        "state": "waiting",
        "tries": 0,
    }


def learn(unit: Unit, domain: str, form: str) -> None:
    """Note that a host spoke to us, and how it signs, unless we know what it takes."""
    hosts.answered(unit, domain)
    unit.db.execute(_LEARN, {"whose": domain, "form": form, "form_at": unit.now})


_LEARN = update(host).where(host.c.domain == bindparam("whose"), host.c.form.is_(None))


def claim(db: Connection, now: datetime, most: int = CLAIM) -> list[Held]:
    """Take the oldest letters that are due; those of one actor are never with two workers."""
    postgres = db.dialect.name == "postgresql"
    if postgres:
        db.execute(text("SELECT pg_advisory_xact_lock(7027)"))
    elif not holds(db, _ANY, {"moment": now}):
        return []
    rows = db.execute(_due(locking=postgres), {"moment": now, "most": most}).all()
    token = secrets.token_hex(16)
    if rows:
        ids = spread("ids", [row.id for row in rows])
        db.execute(_taken(len(ids)), {**ids, "until": now + LEASE, "by": token})
    return [_held(row, token) for row in rows]


_ANY = select(
    exists().where(
        letter.c.way == "in",
        letter.c.state == "waiting",
        letter.c.due <= bindparam("moment", type_=letter.c.due.type),
    )
)


@functools.cache
def _taken(count: int) -> Update:
    taken = update(letter).where(among(letter.c.id, "ids", count))
    return taken.values(leased_until=bindparam("until"), token=bindparam("by"))


@functools.cache
def _due(*, locking: bool) -> Select[Any]:
    """The letters that are due at `moment`; built once, as every wake asks for them."""
    now: Any = bindparam("moment", type_=letter.c.due.type)
    busy = select(letter.c.actor).where(
        letter.c.way == "in", letter.c.state == "waiting", letter.c.leased_until >= now
    )
    wanted = (
        select(letter)
        .where(
            letter.c.way == "in",
            letter.c.state == "waiting",
            letter.c.due <= now,
            or_(letter.c.leased_until.is_(None), letter.c.leased_until < now),
            letter.c.actor.not_in(busy),
        )
        .order_by(letter.c.id)
        .limit(bindparam("most"))
    )
    return wanted.with_for_update(skip_locked=True) if locking else wanted


def _held(row: Any, token: str) -> Held:
    return Held(
        id=row.id,
        activity=row.activity,
        actor=row.actor,
        body=row.body or b"",
        at=row.at,
        tries=row.tries,
        token=token,
        handling=row.handling,
    )


def held(db: Connection, id: int, token: str) -> Held | None:
    """The letter with this id, if whoever has the token still holds it."""
    mine = and_(letter.c.id == id, letter.c.token == token, letter.c.state == "waiting")
    row = db.execute(select(letter).where(mine)).one_or_none()
    return _held(row, token) if row else None


def change(db: Connection, one: Held, **values: Any) -> bool:
    """Change a letter we still hold; false if the lease went to somebody else."""
    mine = and_(letter.c.id == one.id, letter.c.token == one.token, letter.c.state == "waiting")
    return db.execute(update(letter).where(mine).values(values)).rowcount == 1


def begin(db: Connection, one: Held) -> bool:
    """End a letter we hold as done, before its effect in the same unit; false if we do not."""
    return db.execute(_DONE, {"held_id": one.id, "held_token": one.token}).rowcount == 1


def is_account(db: Connection, id: str) -> bool:
    """Whether this is the id of an actor we know."""
    return holds(db, _IS_ACCOUNT, {"wanted": id})


def is_ours(db: Connection, id: str) -> bool:
    """Whether this is an account of this node, gone or not."""
    return holds(db, _IS_OURS, {"wanted": id})


def left_us(db: Connection, ids: Iterable[str]) -> bool:
    """Whether one of these was an account of this node and has gone."""
    named = set(ids)
    given = spread("ids", named)
    return bool(named) and holds(db, _left_us(len(given)), given)


def with_key(db: Connection, key_id: str, owner: str) -> Account | None:
    """The stranger that a key is known to belong to, by the key's id or as its page."""
    by_page = db.execute(_BY_PAGE, {"owner": owner}).one_or_none()
    row = by_page or db.execute(_BY_KEY, {"key_id": key_id}).first()
    return account_of(row) if row else None


_THEIRS = select(account).where(account.c.local.is_(False), account.c.gone.is_(None))
_BY_PAGE = _THEIRS.where(account.c.id == bindparam("owner"))
_BY_KEY = _THEIRS.where(account.c.key_id == bindparam("key_id"))


def sent(db: Connection, activity: str) -> Any | None:
    """The letter of ours with this activity."""
    return db.execute(_SENT, {"activity": activity}).first()


_SENT = select(letter).where(letter.c.way == "out", letter.c.activity == bindparam("activity"))


_CAME = (
    select(letter)
    .where(letter.c.way == "in", letter.c.activity == bindparam("activity"))
    .order_by(letter.c.id)
)
_CAME_OF = _CAME.where(letter.c.actor == bindparam("actor"))


def came(db: Connection, activity: str, actor: str | None = None) -> Any | None:
    """The letter with this activity that came in, of this actor if one is named."""
    if actor is None:
        return db.execute(_CAME, {"activity": activity}).first()
    return db.execute(_CAME_OF, {"activity": activity, "actor": actor}).first()


def has_come(db: Connection, actor: str, activity: str) -> bool:
    """Whether this letter ever came."""
    return is_kept(db, known.c.hash, mark(actor, activity))


def forget(db: Connection, actor: str, id: str, now: datetime) -> None:
    """Remember that the actor took this thing back, so that it cannot come after that."""
    insert_new(db, remembered, {"hash": mark(actor, id), "at": now})


def forgotten(db: Connection, actor: str, ids: Iterable[str]) -> bool:
    """Whether the actor took any of these things back."""
    marks = spread("marks", [mark(actor, id) for id in ids])
    return holds(db, _forgotten(len(marks)), marks)


def sweep(db: Connection, before: datetime) -> int:
    """Take away the bodies of finished letters that came before a moment; how many."""
    old = and_(
        letter.c.way == "in",
        letter.c.state != "waiting",
        letter.c.at < before,
        letter.c.body.is_not(None),
    )
    return db.execute(update(letter).where(old).values(body=None)).rowcount


def drop_letters(db: Connection, actor: str) -> None:
    """Take away what an actor that is gone has sent; that it was known stays."""
    theirs = and_(letter.c.way == "in", letter.c.actor == actor, letter.c.state != "waiting")
    db.execute(delete(letter).where(theirs))
