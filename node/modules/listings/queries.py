"""All SQL about offers and needs."""

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
)

from node.kernel.access import Reach, Viewer, kind_of, owned, visible
from node.kernel.database import among, change_rows, insert_new, is_kept, plain, spread
from node.kernel.tables import Account, account
from node.kernel.unit import Unit
from node.modules.listings.named import by_name
from node.modules.listings.places import Cell
from node.modules.listings.rules import LIVE, State
from node.modules.listings.tables import Notice, gone, listing, notice_of, topic
from node.modules.moderation.api import kept_out, unseen
from node.modules.pictures import api as pictures
from vocab.values import dataclass


def live(now: datetime) -> ColumnElement[bool]:
    """What can still be answered at this moment; the clock counts, not the job that tidies up."""
    ahead = or_(listing.c.ends.is_(None), listing.c.ends > now)
    return and_(listing.c.lifecycle.in_(LIVE), ~away(), ahead)


def away() -> ColumnElement[bool]:
    """Whether a listing is of somebody who is suspended."""
    # every reach: half a condition, beside visible() in every query that uses it
    return exists().where(account.c.id == listing.c.owner, account.c.suspended.is_not(None))


def by_id(db: Connection, id: str, viewer: Viewer) -> Notice | None:
    """The listing with this id, if this viewer may see it."""
    if not is_kept(db, listing.c.id, id):
        return None
    return _one(db, _by_id(kind_of(viewer)), id=id, viewer=viewer.id)


# What is asked for each letter is built once: that takes longer than asking.
@functools.cache
def _by_id(viewer: Viewer) -> Select[Any]:
    this = listing.c.id == bindparam("id")
    return select(listing).where(this, or_(visible(listing, viewer), by_name(viewer)), _welcome())


def by_slug(db: Connection, slug: str, viewer: Viewer) -> Notice | None:
    """The listing at this page, if this viewer may see it."""
    seen = or_(visible(listing, viewer), by_name(viewer))
    return _one(db, select(listing).where(listing.c.slug == slug, seen, _welcome()))


def _welcome() -> ColumnElement[bool]:
    """Nobody sees what is of those whom the community keeps out."""
    return listing.c.owner.not_in(kept_out())


def stored(unit: Unit, id: str) -> Notice | None:
    """The listing with this id, whoever may see it."""
    return _one(unit.db, _STORED, id=id)


# every reach: a handler compares what came with what is kept
_STORED = select(listing).where(listing.c.id == bindparam("id"))


def sent_once(unit: Unit, once: str) -> Notice | None:
    """The listing that an opened form has made already."""
    # every reach: the form's random key is the owner's own
    return _one(unit.db, select(listing).where(listing.c.once == once))


def own(db: Connection, slug: str, viewer: Viewer) -> Notice | None:
    """A member's own listing at this page."""
    wanted = select(listing).where(listing.c.slug == slug, listing.c.local)
    return _one(db, wanted.where(owned(listing, viewer)))


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What of the board is asked for; None leaves it open.

    `concepts` are IRIs, by one of which a listing is classified, `local` only ours or only others',
    `since` what arrived after a moment.
    """

    purpose: str | None = None
    kind: str | None = None
    concepts: tuple[str, ...] = ()
    owner: str | None = None
    local: bool | None = None
    since: datetime | None = None


def open_listings(
    db: Connection,
    viewer: Viewer,
    now: datetime,
    asked: Asked = Asked(),
    *,
    after: str | None = None,
    limit: int = 30,
) -> list[Notice]:
    """What is open and may be seen by a viewer, newest first.

    Args:
        db: where to look.
        viewer: who looks.
        now: the moment.
        asked: which of them.
        after: the slug of the last one of the page before.
        limit: how many at most.
    """
    wanted = select(listing).where(
        visible(listing, viewer),
        live(now),
        listing.c.owner.not_in(unseen(viewer.id)),
        *_asked(asked),
    )
    if after is not None:
        wanted = wanted.where(_older(after))
    newest = wanted.order_by(listing.c.arrived.desc(), listing.c.slug.desc()).limit(limit)
    return everything(db, newest)


def heard_since(
    db: Connection, viewer: Viewer, since: datetime
) -> list[tuple[str | None, bool, datetime]]:
    """What members posted since a moment and may still be seen: (concept, is it a need, when)."""
    wanted = select(listing.c.concept, listing.c.purpose, listing.c.arrived)
    seen = wanted.where(visible(listing, viewer), listing.c.local, listing.c.arrived >= since)
    return [(row.concept, row.purpose == "request", row.arrived) for row in db.execute(seen)]


def _asked(asked: Asked) -> Iterator[ColumnElement[bool]]:
    for name in ("purpose", "kind", "owner", "local"):
        if (value := getattr(asked, name)) is not None:
            yield listing.c[name] == value
    if asked.concepts:
        yield _about(asked.concepts)
    if asked.since is not None:
        yield listing.c.arrived > asked.since


def _older(slug: str) -> ColumnElement[bool]:
    """The rows behind the one with this slug, newest first."""
    # every reach: only its place in the order is used
    place = select(listing.c.arrived).where(listing.c.slug == slug).scalar_subquery()
    same = and_(listing.c.arrived == place, listing.c.slug < slug)
    return or_(listing.c.arrived < place, same)


def _about(concepts: Iterable[str]) -> ColumnElement[bool]:
    # every reach: half a condition, beside visible() in every query that uses it
    return exists().where(topic.c.listing == listing.c.id, topic.c.concept.in_(list(concepts)))


def of_owner(db: Connection, viewer: Viewer, *, limit: int = 200) -> list[Notice]:
    """A member's own listings, open and ended, newest first."""
    wanted = select(listing).where(owned(listing, viewer))
    return everything(db, wanted.order_by(listing.c.arrived.desc(), listing.c.slug).limit(limit))


def ending(
    db: Connection, viewer: Viewer, now: datetime, before: datetime, *, limit: int = 20
) -> list[Notice]:
    """A member's own open listings that end before a moment, the first one first."""
    soon = select(listing).where(owned(listing, viewer), live(now), listing.c.ends < before)
    return everything(db, soon.order_by(listing.c.ends, listing.c.slug).limit(limit))


def known_places(db: Connection, viewer: Viewer, *, limit: int = 200) -> dict[str, Cell]:
    """The places that notices here name and a viewer may see, with their cells; newest first."""
    wanted = select(listing.c.place, listing.c.north, listing.c.east).where(
        visible(listing, viewer),
        listing.c.local,
        listing.c.hidden.is_(None),
        listing.c.place.is_not(None),
        listing.c.north.is_not(None),
    )
    found: dict[str, Cell] = {}
    for row in db.execute(wanted.order_by(listing.c.arrived.desc()).limit(limit)):
        found.setdefault(row.place, Cell(north=row.north, east=row.east))
    return found


def urgent(db: Connection, viewer: Viewer, now: datetime, *, limit: int = 5) -> list[Notice]:
    """What is urgent here now, what became so first foremost."""
    wanted = select(listing).where(
        visible(listing, viewer),
        live(now),
        listing.c.urgent > now,
        listing.c.hidden.is_(None),
        listing.c.owner.not_in(unseen(viewer.id)),
    )
    return everything(db, wanted.order_by(listing.c.urgent, listing.c.slug).limit(limit))


def everything_of(db: Connection, owner: str) -> list[Notice]:
    """All listings of an account, for its export and its erasure."""
    # every reach: they are the owner's own
    return everything(
        db, select(listing).where(listing.c.owner == owner).order_by(listing.c.arrived)
    )


def shared(
    db: Connection, owner: Account, viewer: Viewer, now: datetime, after: str | None, limit: int
) -> tuple[int, list[Notice]]:
    """What a community or member of ours shows to this viewer elsewhere: how many, one page.

    What is for the community alone is never among it, not even for its owner.
    """
    told = and_(
        listing.c.local,
        listing.c.reach.in_((Reach.TRUSTED, Reach.PUBLIC)),
        listing.c.hidden.is_(None),
        or_(listing.c.owner == owner.id, listing.c.community == owner.id),
        visible(listing, viewer),
        live(now),
    )
    total = int(db.scalar(select(func.count()).select_from(listing).where(told)) or 0)
    wanted = select(listing).where(told)
    wanted = wanted.where(_older(after)) if after else wanted
    newest = wanted.order_by(listing.c.arrived.desc(), listing.c.slug.desc())
    return total, everything(db, newest.limit(limit))


def count_open(unit: Unit, owner: str) -> int:
    """How many live listings of an account are kept here."""
    # every reach: they are counted, not shown
    theirs = and_(listing.c.owner == owner, live(unit.now))
    return int(unit.db.scalar(select(func.count()).select_from(listing).where(theirs)) or 0)


def ended(unit: Unit) -> list[str]:
    """The ids of listings whose end has come and that do not say so yet."""
    # every reach: the clock ends listings of all kinds
    due = select(listing.c.id).where(listing.c.lifecycle.in_(LIVE), listing.c.ends <= unit.now)
    return list(unit.db.scalars(due))


def services_at(db: Connection, domain: str) -> list[str]:
    """The ids of the nodes' own actors at a host."""
    return plain(db, _AT, {"domain": domain, "kind": "NodeService"})


def community_at(db: Connection, domain: str) -> list[str]:
    """The ids of the communities at a host."""
    return plain(db, _AT, {"domain": domain, "kind": "Community"})


_AT = select(account.c.id).where(
    account.c.domain == bindparam("domain"), account.c.kind == bindparam("kind")
)


def places(db: Connection, notices: Iterable[Notice]) -> Mapping[str, str]:
    """The names of the communities that notices come from, by host; the host for want of one."""
    hosts = {one.domain for one in notices if not one.local}
    named = and_(account.c.kind == "Community", account.c.domain.in_(hosts))
    rows = db.execute(select(account.c.domain, account.c.name).where(named))
    return {host: host for host in hosts} | {row.domain: row.name for row in rows if row.name}


def deleted(db: Connection, id: str) -> datetime | None:
    """When a listing of ours was deleted that others had seen."""
    return db.scalar(_GONE, {"id": id})


_GONE = select(gone.c.at).where(gone.c.id == bindparam("id"))


# Changes ------------------------------------------------------------------------------------


def add(unit: Unit, row: Mapping[str, Any], topics: Sequence[str]) -> bool:
    """Keep a new listing; false if it was here."""
    new = insert_new(unit.db, listing, row)
    if new:
        _classify(unit, row["id"], topics)
    return new


def change(
    unit: Unit, id: str, values: Mapping[str, Any], topics: Sequence[str] | None = None
) -> None:
    """Change what is kept of a listing."""
    if values:
        change_rows(unit.db, listing.c.id, id, **values)
    if topics is not None:
        unit.db.execute(delete(topic).where(topic.c.listing == id))
        _classify(unit, id, topics)


def _classify(unit: Unit, id: str, topics: Sequence[str]) -> None:
    rows = [{"listing": id, "concept": one} for one in dict.fromkeys(topics)]
    if rows:
        unit.db.execute(insert(topic), rows)


def remove(unit: Unit, id: str, *, remember: bool = False) -> None:
    """Forget a listing with its photo; `remember` that others may have seen it."""
    pictures.remove_about(unit, [id])
    unit.db.execute(delete(topic).where(topic.c.listing == id))
    unit.db.execute(delete(listing).where(listing.c.id == id))
    if remember:
        insert_new(unit.db, gone, {"id": id, "at": unit.now})


def old(unit: Unit, before: datetime) -> list[str]:
    """Others' listings that ended before a moment."""
    # every reach: what is over leaves the index
    over = listing.c.lifecycle.not_in((State.OPEN, State.RESERVED, State.AGREED))
    last = func.coalesce(listing.c.ends, listing.c.updated, listing.c.arrived)
    wanted = select(listing.c.id).where(listing.c.local.is_(False), over, last < before)
    return list(unit.db.scalars(wanted))


@functools.cache
def _topics(count: int) -> Select[Any]:
    # every reach: of rows that were asked for already
    return select(topic).where(among(topic.c.listing, "id", count))


def _one(db: Connection, wanted: Select[Any], **values: Any) -> Notice | None:
    return next(iter(everything(db, wanted, **values)), None)


def everything(db: Connection, wanted: Select[Any], **values: Any) -> list[Notice]:
    """The listings that a query finds, with their topics."""
    # every reach: whoever made the query has asked who looks
    rows = db.execute(wanted, values).all()
    about: dict[str, list[str]] = {}
    near = spread("id", [row.id for row in rows])
    for one in db.execute(_topics(len(near)), near) if rows else ():
        about.setdefault(one.listing, []).append(one.concept)
    return [notice_of(row, sorted(about.get(row.id, ()))) for row in rows]
