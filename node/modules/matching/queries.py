"""All SQL about matches, requests and handles; introductions and cards have their own file."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from node.kernel.database import change_rows, insert_new, is_kept, one_of, plain_rows
from node.kernel.tables import letter
from node.kernel.unit import Unit
from node.modules.matching.rules import KEPT, KEPT_ANSWERED, Request
from node.modules.matching.tables import contact, handle, match, probe, request, wish
from vocab.values import dataclass


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A MatchRequest, ours or another node's."""

    id: str
    way: str
    service: str
    need: str | None
    state: Request
    intent: Mapping[str, Any] | None
    most: int
    answer: str | None
    reason: str | None
    at: datetime
    ends: datetime


@dataclass(frozen=True, kw_only=True)
class Match:
    """Something that may fit a member's notice."""

    slug: str
    owner: str
    mine: str
    other: str | None
    handle: str | None
    service: str | None
    request: str | None
    score: int
    reasons: Sequence[Mapping[str, Any]]
    but: Mapping[str, Any] | None
    state: str
    why: str | None
    at: datetime
    until: datetime | None
    ends: datetime | None


@dataclass(frozen=True, kw_only=True)
class Handle:
    """Whom a handle of ours means."""

    id: str
    request: str
    owner: str
    listing: str
    ends: datetime


# Requests -----------------------------------------------------------------------------------


def asked(db: Connection, id: str) -> Asked | None:
    """The request with this id."""
    if not is_kept(db, request.c.id, id):
        return None
    row = db.execute(select(request).where(request.c.id == id)).one_or_none()
    return _asked(row) if row else None


def _asked(row: Row[Any]) -> Asked:
    held = dict(row._mapping)  # noqa: SLF001
    return Asked(**{**held, "state": Request(held["state"])})


def add_request(unit: Unit, **values: Any) -> bool:
    """Keep a new request; false if it was here."""
    return insert_new(unit.db, request, {"at": unit.now, **values})


def change_request(unit: Unit, id: str, **values: Any) -> None:
    """Change what is kept of a request."""
    change_rows(unit.db, request.c.id, id, **values)


def open_requests(db: Connection, *, need: str | None = None) -> list[Asked]:
    """Requests of ours that may still have an effect elsewhere."""
    live = request.c.state.in_((Request.SENT, Request.STANDING, Request.ANSWERED))
    wanted = select(request).where(request.c.way == "out", live)
    wanted = wanted.where(request.c.need == need) if need is not None else wanted
    return [_asked(row) for row in db.execute(wanted.order_by(request.c.id))]


def lately_asked(db: Connection, need: str, since: datetime) -> set[str]:
    """The nodes to which this need was put since a moment."""
    wanted = select(request.c.service).where(
        request.c.way == "out", request.c.need == need, request.c.at > since
    )
    return set(db.scalars(wanted))


def last_asked(db: Connection) -> dict[str, datetime]:
    """When each node was last asked anything."""
    wanted = select(request.c.service, func.max(request.c.at)).where(request.c.way == "out")
    return {row[0]: row[1] for row in db.execute(wanted.group_by(request.c.service))}


def standing(db: Connection, now: datetime) -> list[Asked]:
    """Questions of other nodes that were answered "not now" and are still open."""
    kept = and_(request.c.way == "in", request.c.state == Request.STANDING, request.c.ends > now)
    return [_asked(row) for row in db.execute(select(request).where(kept).order_by(request.c.id))]


def limited(db: Connection, since: datetime) -> set[str]:
    """The nodes that said since a moment that we ask too much."""
    too_much = and_(request.c.way == "out", request.c.reason == "rateLimited")
    return set(db.scalars(select(request.c.service).where(too_much, request.c.at > since)))


def count_with(db: Connection, service: str, since: datetime, way: str) -> int:
    """How many requests a node has sent us ("in") or we it ("out") since a moment."""
    theirs = and_(request.c.way == way, request.c.service == service, request.c.at > since)
    return db.scalar(select(func.count()).select_from(request).where(theirs)) or 0


def probed(db: Connection, service: str, day: date) -> set[str]:
    """What a node asked about on a day."""
    theirs = and_(probe.c.service == service, probe.c.day == day)
    return set(db.scalars(select(probe.c.concept).where(theirs)))


def note_probes(unit: Unit, service: str, concepts: Iterable[str]) -> None:
    """Remember what a node asks about today."""
    for one in concepts:
        row = {"service": service, "day": unit.now.date(), "concept": one}
        insert_new(unit.db, probe, row)


# Handles ------------------------------------------------------------------------------------


def add_handle(unit: Unit, **values: Any) -> None:
    """Keep whom a new handle means."""
    unit.db.execute(insert(handle), values)


def find_handle(db: Connection, id: str) -> Handle | None:
    """Whom a handle of ours means, if it still means anybody."""
    row = db.execute(select(handle).where(handle.c.id == id)).one_or_none()
    return Handle(**row._mapping) if row else None  # noqa: SLF001


def drop_handles(unit: Unit, *, request_id: str | None = None, listing: str | None = None) -> None:
    """Let handles mean nobody any more."""
    if request_id is not None:
        unit.db.execute(delete(handle).where(handle.c.request == request_id))
    if listing is not None:
        unit.db.execute(delete(handle).where(handle.c.listing == listing))


def meant(db: Connection, owner: str, now: datetime) -> list[tuple[str, int]]:
    """How often a member was a candidate lately: (the asking node's service, times)."""
    mine = and_(handle.c.owner == owner, handle.c.ends > now)
    asked_by = select(request.c.service, func.count()).join(
        handle, handle.c.request == request.c.id
    )
    grouped = asked_by.where(mine).group_by(request.c.service).order_by(request.c.service)
    return [(row[0], row[1]) for row in db.execute(grouped)]


# Matches ------------------------------------------------------------------------------------


def _match(row: Row[Any]) -> Match:
    return Match(**row._mapping)  # noqa: SLF001


def _matches(db: Connection, wanted: Select[Any]) -> list[Match]:
    return [_match(row) for row in db.execute(wanted)]


def add_match(unit: Unit, **values: Any) -> bool:
    """Keep something that may fit; false if it was known."""
    slug = secrets.token_urlsafe(12)
    row = {"slug": slug, "at": unit.now, "state": "new", **values}
    return insert_new(unit.db, match, row)


def rescore(unit: Unit, mine: str, other: str, *, score: int, reasons: Any, but: Any) -> bool:
    """Give a known pair its new reasons; false if it is not known."""
    done = unit.db.execute(
        _RESCORE, {"of": mine, "with": other, "score": score, "reasons": reasons, "but": but}
    )
    return bool(done.rowcount)


# What is asked for each pair is built once: that takes longer than asking.
_RESCORE = (
    update(match)
    .where(match.c.mine == bindparam("of"), match.c.other == bindparam("with"))
    .values({name: bindparam(name) for name in ("score", "reasons", "but")})
)


def find_match(db: Connection, slug: str, owner: str) -> Match | None:
    """A member's own match."""
    mine = and_(match.c.slug == slug, match.c.owner == owner)
    row = db.execute(select(match).where(mine)).one_or_none()
    return _match(row) if row else None


def matches_for(db: Connection, owner: str, now: datetime, *, limit: int) -> list[Match]:
    """The best of what may fit a member's notices and was not put aside."""
    again = and_(match.c.state == "later", match.c.until <= now)
    shown = or_(match.c.state == "new", again)
    live = or_(match.c.ends.is_(None), match.c.ends > now)
    wanted = select(match).where(match.c.owner == owner, shown, live)
    best = wanted.order_by(match.c.score.desc(), match.c.at, match.c.slug)
    return _matches(db, best.limit(limit))


def pairs(db: Connection) -> dict[tuple[str, str], int]:
    """Two notices that may fit and how well, each pair once; none that one of the two put aside."""
    wanted = select(match.c.mine, match.c.other, match.c.score, match.c.state)
    best: dict[tuple[str, str], int] = {}
    aside: set[tuple[str, str]] = set()
    for row in db.execute(wanted.where(match.c.other.is_not(None))):
        both = min(row.mine, row.other), max(row.mine, row.other)
        best[both] = max(best.get(both, 0), row.score)
        if row.state == "aside":
            aside.add(both)
    return {both: score for both, score in best.items() if both not in aside}


def resting(db: Connection, owner: str, now: datetime) -> int:
    """How many matches a member has put off."""
    held = and_(match.c.owner == owner, match.c.state == "later", match.c.until > now)
    return db.scalar(select(func.count()).select_from(match).where(held)) or 0


def change_match(unit: Unit, slug: str, **values: Any) -> None:
    """Change where a match stands."""
    change_rows(unit.db, match.c.slug, slug, **values)


def settle(unit: Unit, mine: str, other: str, state: str) -> None:
    """Say of a pair of notices what its other side has made of it."""
    pair = and_(match.c.mine == mine, match.c.other == other)
    unit.db.execute(update(match).where(pair).values(state=state))


def matched(db: Connection, owner: str, mine: str) -> list[Match]:
    """Everything that may fit one notice of a member."""
    return _matches(db, select(match).where(match.c.owner == owner, match.c.mine == mine))


def drop_matches(unit: Unit, listing: str) -> None:
    """Forget what was found for or with a notice."""
    either = or_(match.c.mine == listing, match.c.other == listing)
    unit.db.execute(delete(match).where(either))


def keep_only(unit: Unit, listing: str, ours: Iterable[str], theirs: Iterable[str]) -> None:
    """Forget what does not fit a notice any more; what somebody has answered stays.

    Args:
        unit: the unit.
        listing: the notice's id.
        ours: the others that fit it; the candidates of other nodes stay as well.
        theirs: the others that it fits.
    """
    mine = and_(match.c.mine == listing, match.c.other.not_in(list(ours)))
    others = and_(match.c.other == listing, match.c.mine.not_in(list(theirs)))
    waiting = match.c.state.in_(("new", "later"))
    unit.db.execute(delete(match).where(waiting, or_(mine, others)))


def trim(unit: Unit, mine: str, most: int) -> set[str]:
    """Keep the best of what was found here for a notice; the ids of what is let go."""
    rows = plain_rows(unit.db, _RANKED, {"of": mine})[most:]
    if rows:
        unit.db.execute(delete(match).where(match.c.slug.in_([slug for slug, _ in rows])))
    return {other for _, other in rows}


_RANKED = (
    select(match.c.slug, match.c.other)
    .where(
        match.c.mine == bindparam("of"),
        match.c.other.is_not(None),
        one_of(match.c.state, ("new", "later")),
    )
    .order_by(match.c.score.desc(), match.c.other)
)


def full(db: Connection, other: str, most: int) -> list[str]:
    """The notices of members that have as many matches as are kept, this one among them."""
    beside = match.alias()
    many = select(func.count()).where(beside.c.mine == match.c.mine).scalar_subquery()
    return list(db.scalars(select(match.c.mine).where(match.c.other == other, many >= most)))


def drop_candidates(unit: Unit, *, request_id: str) -> None:
    """Forget the candidates that a request brought."""
    unit.db.execute(delete(match).where(match.c.request == request_id))


# Ways to reach a member -----------------------------------------------------------------------


def contacts(db: Connection, account: str) -> dict[str, str]:
    """How a member can be reached: kind to value."""
    mine = select(contact.c.kind, contact.c.value).where(contact.c.account == account)
    return {row.kind: row.value for row in db.execute(mine.order_by(contact.c.kind))}


def set_contacts(unit: Unit, account: str, values: Mapping[str, str]) -> None:
    """Keep how a member can be reached."""
    unit.db.execute(delete(contact).where(contact.c.account == account))
    rows = [{"account": account, "kind": k, "value": v} for k, v in values.items() if v]
    if rows:
        unit.db.execute(insert(contact), rows)


# The end ------------------------------------------------------------------------------------


def expire(unit: Unit) -> None:
    """Let go what is over by the clock: requests, handles, candidates, old traces."""
    now = unit.now
    waiting = request.c.state.in_((Request.SENT, Request.WAITING, Request.STANDING))
    over = and_(waiting, request.c.ends <= now)
    unit.db.execute(update(request).where(over).values(state=Request.EXPIRED, intent=None))
    unit.db.execute(delete(handle).where(handle.c.ends <= now))
    unit.db.execute(delete(match).where(match.c.ends <= now, match.c.handle.is_not(None)))
    named = request.c.state == Request.ANSWERED
    old = and_(request.c.ends <= now - KEPT, or_(~named, request.c.ends <= now - KEPT_ANSWERED))
    unit.db.execute(delete(request).where(old))
    unit.db.execute(delete(probe).where(probe.c.day < now.date() - timedelta(days=1)))


def forget_node(unit: Unit, service: str) -> list[str]:
    """Erase every request, handle and candidate of a pair; the ids of our requests."""
    ours = select(request.c.id).where(request.c.service == service, request.c.way == "out")
    ids = list(unit.db.scalars(ours))
    theirs = select(request.c.id).where(request.c.service == service)
    unit.db.execute(delete(handle).where(handle.c.request.in_(theirs)))
    unit.db.execute(delete(match).where(match.c.service == service))
    unit.db.execute(delete(request).where(request.c.service == service))
    return ids


def forget_member(unit: Unit, account: str) -> None:
    """Erase the matches, handles and contact of a member."""
    unit.db.execute(delete(handle).where(handle.c.owner == account))
    unit.db.execute(delete(match).where(match.c.owner == account))
    unit.db.execute(delete(contact).where(contact.c.account == account))
    unit.db.execute(delete(wish).where(wish.c.account == account))


def silence(unit: Unit, activities: Iterable[str]) -> None:
    """Take the words out of letters of ours that have not left yet, or not everywhere."""
    ids = list(activities)
    if ids:
        ours = and_(letter.c.way == "out", letter.c.activity.in_(ids))
        unit.db.execute(update(letter).where(ours).values(body=None))
        still = and_(ours, letter.c.state == "waiting")
        unit.db.execute(update(letter).where(still).values(state="dead", code="E_WITHDRAWN"))
