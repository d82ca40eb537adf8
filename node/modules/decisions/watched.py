"""What is read of watching over a vote: requests, words of the lot, who is a second hand."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from node.kernel.tables import log_entry
from node.modules.accounts import api as accounts
from node.modules.decisions import hands
from node.modules.decisions.hands import Kind, State
from node.modules.decisions.queries import Box
from node.modules.decisions.tables import box, guard, request, roster
from vocab.values import dataclass


@dataclass(frozen=True, kw_only=True)
class Request:
    """Something that a keeper asks for and a second hand has to confirm."""

    id: str
    box: str
    kind: Kind
    member: str | None
    closes: datetime | None
    reason: str
    asked_by: str | None
    at: datetime
    state: State
    second: str | None
    answered: datetime | None


@dataclass(frozen=True, kw_only=True)
class Guard:
    """Somebody who guards the lot: the digest of their word, and the word once it is told."""

    box: str
    member: str
    digest: str
    word: str | None


def _request(row: Any) -> Request:
    held = {k: v for k, v in row._mapping.items() if k != "once"}  # noqa: SLF001
    return Request(**{**held, "kind": Kind(row.kind), "state": State(row.state)})


def requests(db: Connection, box_id: str) -> list[Request]:
    """All that was asked for of a vote, the oldest first."""
    mine = select(request).where(request.c.box == box_id).order_by(request.c.at, request.c.id)
    return [_request(row) for row in db.execute(mine)]


def one_request(db: Connection, id: str) -> Request | None:
    """One request."""
    row = db.execute(select(request).where(request.c.id == id)).one_or_none()
    return _request(row) if row else None


def made_by(db: Connection, once: str) -> str | None:
    """The request that a form has made already."""
    return db.scalar(select(request.c.id).where(request.c.once == once))


def waiting(db: Connection) -> list[Request]:
    """All that wait for a second hand."""
    open_ = select(request).where(request.c.state == State.WAITS).order_by(request.c.at)
    return [_request(row) for row in db.execute(open_)]


def done(db: Connection, box_id: str) -> list[Request]:
    """What two hands have done to a vote, in order."""
    found = [one for one in requests(db, box_id) if one.state is State.DONE]
    return sorted(found, key=lambda one: one.answered or one.at)


def changed(db: Connection, box_id: str) -> bool:
    """Whether the list of a vote was changed by two hands."""
    return any(one.kind in (Kind.ADMIT, Kind.LEAVE_OUT) for one in done(db, box_id))


def left_out(db: Connection, box_id: str) -> frozenset[str]:
    """Who was taken off the list by two hands, whether or not they had voted before."""
    last = {one.member: one.kind for one in done(db, box_id) if one.member}
    return frozenset(who for who, kind in last.items() if kind is Kind.LEAVE_OUT)


def told(db: Connection, box_id: str) -> list[str]:
    """The list as it is told before the close; nothing in it says whether somebody has voted.

    Who was taken off after they had voted keeps a row, so that the ballot counts (`listed`).
    """
    gone = left_out(db, box_id)
    return [who for who in listed(db, box_id) if who not in gone]


def theirs(db: Connection, member: str, now: datetime) -> dict[str, datetime]:
    """The open votes on whose list a member is, by their close, with the time of each.

    Whether they have voted is not in it.
    """
    mine = select(box.c.id, box.c.closes).join_from(roster, box).where(roster.c.member == member)
    open_ = mine.where(box.c.counted.is_(None), box.c.closes > now)
    found = db.execute(open_.order_by(box.c.closes, box.c.id)).all()
    return {row.id: row.closes for row in found if member not in left_out(db, row.id)}


def listed(db: Connection, box_id: str) -> list[str]:
    """The members who may vote in a box."""
    mine = select(roster.c.member).where(roster.c.box == box_id, roster.c.member.is_not(None))
    return sorted(db.scalars(mine))


def guards(db: Connection, box_id: str) -> list[Guard]:
    """Who guards the lot of a vote."""
    mine = select(guard).where(guard.c.box == box_id).order_by(guard.c.member)
    return [Guard(**row._mapping) for row in db.execute(mine)]  # noqa: SLF001


def keepers_then(db: Connection, vote: Box) -> list[str]:
    """The keepers of today who kept the node already when a vote opened.

    Whoever was made one since could have been made one for this.
    """
    since = (log_entry.c.action == "member.role.admin", log_entry.c.at >= vote.opened)
    made = set(db.scalars(select(log_entry.c.subject).where(*since)))
    found = [m for m in accounts.admins(db) if m.suspended is None and m.joined <= vote.opened]
    return [m.id for m in found if m.id not in made]


def seconds(db: Connection, vote: Box, one: Request, now: datetime) -> list[str]:
    """Who may be the second hand for a request; see `hands.seconds`.

    Who is suspended keeps their place in the lot: else a keeper could suspend one after the
    other until the lot falls on a friend.
    """
    here = {m.id for m in accounts.members(db, suspended=False)}
    but = {who for who in (one.asked_by, one.member) if who}
    seed = vote.lot or vote.id
    keepers = keepers_then(db, vote)
    drawn = hands.seconds(keepers, told(db, vote.id), but=but, seed=seed, waited=now - one.at)
    return [who for who in drawn if who in here]


def anybody(db: Connection, vote: Box, one: Request) -> bool:
    """Whether somebody may be the second hand for a request, now or after some days."""
    patience = hands.PATIENCE * len(listed(db, vote.id))
    return bool(seconds(db, vote, one, one.at + patience))


def may_guard(db: Connection, vote: Box) -> list[str]:
    """Who may guard the lot: all keepers, and where one keeps the node alone one drawn by lot."""
    keepers = [m.id for m in accounts.admins(db) if m.suspended is None]
    if len(keepers) > 1:
        return keepers
    here = {m.id for m in accounts.members(db, suspended=False)}
    others, seed = told(db, vote.id), vote.lot or vote.id
    drawn = hands.seconds([], others, but=keepers, seed=seed, waited=timedelta())
    return [*keepers, *(who for who in drawn if who in here)]


def untold(db: Connection, member: str, now: datetime) -> list[str]:
    """The votes that are closed and wait for a member's word of the lot."""
    mine = select(guard.c.box).join_from(guard, box, guard.c.box == box.c.id)
    over = mine.where(guard.c.member == member, guard.c.word.is_(None), box.c.closes <= now)
    return list(db.scalars(over.where(box.c.counted.is_(None))))
