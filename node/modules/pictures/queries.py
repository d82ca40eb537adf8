"""All SQL about pictures."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, exists, func, insert, or_, select, update

from federation import policy
from federation.origins import domain
from node.kernel.database import insert_new, upsert
from node.kernel.module import Registry
from node.kernel.tables import setting
from node.kernel.unit import Unit
from node.modules.moderation import api as moderation
from node.modules.pictures import rules
from node.modules.pictures.rules import Use
from node.modules.pictures.tables import Picture, blob, body, copy, picture
from vocab.values import dataclass

DAY = timedelta(days=1)
ROOM = "pictures.room"
"""The setting of the keepers."""


def _picture(row: Row[Any]) -> Picture:
    return Picture(**row._mapping)  # noqa: SLF001


# Our own ------------------------------------------------------------------------------------


def one(db: Connection, slug: str) -> Picture | None:
    """A picture of ours."""
    row = db.execute(select(picture).where(picture.c.slug == slug)).one_or_none()
    return _picture(row) if row else None


def several(db: Connection, slugs: Collection[str]) -> Mapping[str, Picture]:
    """Pictures of ours by their slugs; those that are there."""
    rows = db.execute(select(picture).where(picture.c.slug.in_(list(slugs))))
    return {row.slug: _picture(row) for row in rows}


def about(db: Connection, ids: Collection[str]) -> Mapping[str, list[Picture]]:
    """The pictures of things, each in its order; things without one are left out."""
    wanted = select(picture).where(picture.c.about.in_(list(ids)), picture.c.use == Use.SHOWN)
    found: dict[str, list[Picture]] = {}
    for row in db.execute(wanted.order_by(picture.c.number, picture.c.slug)):
        found.setdefault(row.about, []).append(_picture(row))
    return found


def of_owner(db: Connection, owner: str, use: Use | None = None) -> list[Picture]:
    """What somebody brought, or what of it has one use."""
    wanted = select(picture).where(picture.c.owner == owner)
    wanted = wanted if use is None else wanted.where(picture.c.use == use)
    return [_picture(row) for row in db.execute(wanted.order_by(picture.c.at, picture.c.slug))]


def bytes_of(db: Connection, hash: bytes) -> bytes | None:
    """The bytes with a hash."""
    found: bytes | None = db.scalar(select(blob.c.body).where(blob.c.hash == hash))
    return found


def add(unit: Unit, new: Picture, bodies: Mapping[bytes, bytes]) -> None:
    """Keep a picture with its bytes, by their hashes."""
    for hash, content in bodies.items():
        insert_new(unit.db, blob, {"hash": hash, "body": content})
    unit.db.execute(insert(picture).values(**new.__dict__))


def change(unit: Unit, slug: str, values: Mapping[str, Any]) -> None:
    """Give a picture other values."""
    unit.db.execute(update(picture).where(picture.c.slug == slug).values(**values))


def remove(unit: Unit, gone: Iterable[Picture]) -> None:
    """Remove pictures, and the bytes that no other picture has."""
    for each in list(gone):
        unit.db.execute(delete(picture).where(picture.c.slug == each.slug))
        for hash in (each.large, each.small):
            used = exists().where(or_(picture.c.large == hash, picture.c.small == hash))
            unit.db.execute(delete(blob).where(blob.c.hash == hash, ~used))


def orphans(db: Connection, before: datetime) -> list[Picture]:
    """What was brought before a moment and stands nowhere."""
    wanted = select(picture).where(picture.c.use == Use.WAITING, picture.c.at < before)
    return [_picture(row) for row in db.execute(wanted)]


def waiting(db: Connection, owner: str) -> int:
    """How many pictures of somebody wait for a form to be sent."""
    mine = select(func.count()).select_from(picture).where(picture.c.owner == owner)
    return int(db.scalar(mine.where(picture.c.use == Use.WAITING)) or 0)


# Those of others ----------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Copy:
    """What we have of a picture elsewhere: its bytes, or why there are none."""

    content: bytes | None = None
    stale: bool = False
    """Nobody has looked at it for a day."""
    tries: int = 0
    resting: bool = False
    """It could not be had, and is left alone for a while."""
    shut: bool = False
    """It is of a server whose pictures the community leaves out."""


def copied(
    db: Connection, registry: Registry, url: str, whose: str, now: datetime, *, small: bool
) -> Copy:
    """What we have of a picture elsewhere."""
    if left_out(db, registry, url, whose):
        return Copy(shut=True)
    size = body.c.small if small else body.c.large
    wanted = select(copy, size.label("content")).outerjoin(body, body.c.key == copy.c.key)
    row = db.execute(wanted.where(copy.c.key == rules.key_of(url))).one_or_none()
    if row is None:
        return Copy()
    return Copy(
        content=row.content,
        stale=row.used < now - DAY,
        tries=row.tries,
        resting=row.content is None and row.until is not None and row.until > now,
    )


def left_out(db: Connection, registry: Registry, url: str, whose: str) -> bool:
    """Whether the community wants no pictures from where one lies, or of who shows it."""
    places = {url, f"https://{whose}/"} if whose else {url}
    if policy.refused(db, registry, places):
        return True
    return any(
        moderation.sets_aside(db, one, "no_media") or registry.silences(db, one) for one in places
    )


def keep(unit: Unit, url: str, large: bytes, small: bytes) -> None:
    """Keep a copy of a picture elsewhere."""
    key, size = rules.key_of(url), len(large) + len(small)
    row = {"key": key, "host": domain(url), "tries": 0, "until": None, "used": unit.now}
    upsert(unit.db, copy, {**row, "size": size}, key=["key"])
    upsert(unit.db, body, {"key": key, "large": large, "small": small}, key=["key"])


def lose(unit: Unit, url: str, tries: int, until: datetime) -> None:
    """Note that a picture elsewhere could not be had."""
    row = {"key": rules.key_of(url), "host": domain(url), "tries": tries, "until": until}
    upsert(unit.db, copy, {**row, "used": unit.now, "size": 0}, key=["key"])


def touch(unit: Unit, url: str) -> None:
    """Note that somebody looked at a copy."""
    used = update(copy).where(copy.c.key == rules.key_of(url))
    unit.db.execute(used.values(used=unit.now))


def sizes(db: Connection) -> Sequence[tuple[bytes, int]]:
    """Key and bytes of each copy, the one used last first."""
    rows = db.execute(select(copy.c.key, copy.c.size).order_by(copy.c.used.desc(), copy.c.key))
    return [(row.key, row.size) for row in rows]


def copies(db: Connection) -> tuple[int, int]:
    """How many copies there are, and how many bytes they have together."""
    counted = select(func.count(), func.coalesce(func.sum(copy.c.size), 0))
    number, size = db.execute(counted.where(copy.c.size > 0)).one()
    return int(number), int(size)


def hosts(db: Connection) -> list[str]:
    """The servers of which we have copies."""
    return list(db.scalars(select(copy.c.host).distinct().order_by(copy.c.host)))


def room(db: Connection) -> int | None:
    """Megabytes that copies may take, if the keepers said so."""
    found: int | None = db.scalar(select(setting.c.value).where(setting.c.name == ROOM))
    return found


def forget(unit: Unit, keys: Iterable[bytes]) -> None:
    """Remove copies."""
    for key in keys:
        unit.db.execute(delete(body).where(body.c.key == key))
        unit.db.execute(delete(copy).where(copy.c.key == key))


def forget_hosts(unit: Unit, names: Collection[str]) -> None:
    """Remove all copies from some servers."""
    for name in names:
        forget(unit, unit.db.scalars(select(copy.c.key).where(copy.c.host == name)).all())


def forget_old(unit: Unit, before: datetime) -> None:
    """Remove copies at which nobody has looked since a moment."""
    forget(unit, unit.db.scalars(select(copy.c.key).where(copy.c.used < before)).all())


def forget_all(unit: Unit) -> None:
    """Remove every copy."""
    unit.db.execute(delete(body))
    unit.db.execute(delete(copy))
