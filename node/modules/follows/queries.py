"""All SQL about follows."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)

from node.kernel.access import Viewer
from node.kernel.database import holds, is_kept, upsert
from node.kernel.module import Collected
from node.kernel.tables import Account, account, account_of
from node.kernel.unit import Unit
from node.modules.follows.rules import State
from node.modules.follows.tables import follow
from vocab.model import Object
from vocab.types import Follow
from vocab.values import dataclass


def state(db: Connection, follower: str, followed: str) -> State | None:
    """Where this follow stands; None if nobody asked."""
    pair = and_(follow.c.follower == follower, follow.c.followed == followed)
    found = db.scalar(select(follow.c.state).where(pair))
    return State(found) if found else None


def keep(unit: Unit, follower: str, followed: str, activity: str, now_is: State) -> None:
    """Write down where a follow stands, under the activity that asked for it last."""
    row = {
        "follower": follower,
        "followed": followed,
        "activity": activity,
        "state": now_is,
        "at": unit.now,
    }
    upsert(unit.db, follow, row, key=["follower", "followed"])


def settle(unit: Unit, follower: str, followed: str, now_is: State) -> bool:
    """Answer a follow that was asked; false if there is none."""
    pair = and_(follow.c.follower == follower, follow.c.followed == followed)
    done = unit.db.execute(update(follow).where(pair).values(state=now_is, at=unit.now))
    return bool(done.rowcount)


def end(db: Connection, follower: str, followed: str) -> bool:
    """Forget a follow; false if there was none."""
    pair = and_(follow.c.follower == follower, follow.c.followed == followed)
    return bool(db.execute(delete(follow).where(pair)).rowcount)


def end_all(db: Connection, actor: str) -> None:
    """Forget every follow that this actor is an end of."""
    db.execute(delete(follow).where(or_(follow.c.follower == actor, follow.c.followed == actor)))


def activity_of(db: Connection, follower: str, followed: str) -> str | None:
    """The id of the Follow activity between two actors."""
    pair = and_(follow.c.follower == follower, follow.c.followed == followed)
    return db.scalar(select(follow.c.activity).where(pair))


def followers(db: Connection, actor: str) -> list[str]:
    """The ids of those whose follow of this actor was accepted."""
    return list(db.scalars(_FOLLOWERS, {"actor": actor}))


_FOLLOWERS = select(follow.c.follower).where(
    follow.c.followed == bindparam("actor"), follow.c.state == State.ACCEPTED
)


def is_followed(db: Connection, actor: str) -> bool:
    """Whether somebody here follows this actor, accepted."""
    return holds(db, _FOLLOWED, {"actor": actor})


_FOLLOWED = select(
    exists()
    .where(follow.c.followed == bindparam("actor"), follow.c.state == State.ACCEPTED)
    .where(account.c.id == follow.c.follower, account.c.local)
)


def following(db: Connection, actor: str) -> list[str]:
    """The ids of those this actor follows, accepted."""
    mine = and_(follow.c.follower == actor, follow.c.state == State.ACCEPTED)
    return list(db.scalars(select(follow.c.followed).where(mine)))


def followed_by(actor: str) -> Select[tuple[str]]:
    """The ids of those this actor follows, accepted: a part of other queries."""
    return select(follow.c.followed).where(
        follow.c.follower == actor, follow.c.state == State.ACCEPTED
    )


@dataclass(frozen=True, kw_only=True)
class Bond:
    """A follow between one of ours and somebody elsewhere, whichever way."""

    ours: str
    theirs: str
    domain: str
    outward: bool
    """Ours follows theirs."""


def abroad(db: Connection) -> list[Bond]:
    """Every follow between one of ours and somebody elsewhere that stands or was asked."""
    found = []
    for mine, other in (
        (follow.c.follower, follow.c.followed),
        (follow.c.followed, follow.c.follower),
    ):
        wanted = (
            select(mine.label("ours"), other.label("theirs"), account.c.domain)
            .join(account, other == account.c.id)
            .where(account.c.local.is_(False), follow.c.state != State.REFUSED)
            .order_by(mine, other)
        )
        out = mine is follow.c.follower
        found += [Bond(outward=out, **row._mapping) for row in db.execute(wanted)]  # noqa: SLF001
    return found


def accounts(db: Connection, actor: str, *, way: str, now_is: State) -> list[tuple[Account, str]]:
    """The other ends of an actor's follows, newest first, each with the Follow's id.

    Args:
        db: where to look.
        actor: the one end.
        way: "in" for those who follow the actor, "out" for those the actor follows.
        now_is: which state.
    """
    mine, other = (
        (follow.c.followed, follow.c.follower)
        if way == "in"
        else (follow.c.follower, follow.c.followed)
    )
    wanted = (
        select(account, follow.c.activity)
        .join(follow, other == account.c.id)
        .where(mine == actor, follow.c.state == now_is)
        .order_by(follow.c.at.desc())
    )
    return [(account_of(row), row.activity) for row in db.execute(wanted)]


# Built once: asked for each address of each letter.
_WHOSE = select(account.c.id).where(
    account.c.followers == bindparam("collection"), account.c.local.is_(True)
)


def audience(db: Connection, collection: str) -> list[str] | None:
    """Whom a followers collection of ours holds; None if it is none of ours."""
    owner = db.scalar(_WHOSE, {"collection": collection})
    return None if owner is None else followers(db, owner)


def followers_page(
    db: Connection,
    owner: Account,
    viewer: Viewer,
    after: str | None,
    limit: int,
    _now: datetime,
) -> Collected:
    """One page of who follows an account; who they are is shown to members and to themselves."""
    return _page(db, owner, viewer, after, limit, way="in")


def following_page(
    db: Connection,
    owner: Account,
    viewer: Viewer,
    after: str | None,
    limit: int,
    _now: datetime,
) -> Collected:
    """One page of whom an account follows; shown to members only."""
    return _page(db, owner, viewer, after, limit, way="out")


def _page(
    db: Connection, owner: Account, viewer: Viewer, after: str | None, limit: int, *, way: str
) -> Collected:
    mine, other = (
        (follow.c.followed, follow.c.follower)
        if way == "in"
        else (follow.c.follower, follow.c.followed)
    )
    all_ = and_(mine == owner.id, follow.c.state == State.ACCEPTED)
    total = int(db.scalar(select(func.count()).select_from(follow).where(all_)) or 0)
    # Whom somebody knows is told to nobody outside, as most servers let people choose.
    if not (viewer.is_member or owner.discoverable):
        return Collected(total=total, items=())
    wanted = select(other).where(all_).order_by(other).limit(limit + 1)
    rows = list(db.scalars(wanted.where(other > after) if after else wanted))
    more = rows[limit - 1] if len(rows) > limit else None
    return Collected(total=total, items=tuple(rows[:limit]), next=more)


def document(db: Connection, id: str, viewer: Viewer) -> Object | None:
    """The Follow with this id, for its two ends."""
    if not is_kept(db, follow.c.activity, id):
        return None
    row: Row[Any] | None = db.execute(select(follow).where(follow.c.activity == id)).one_or_none()
    if row is None or viewer.id not in (row.follower, row.followed):
        return None
    return Follow(id=id, actor=row.follower, object=row.followed)


def export(db: Connection, actor: str) -> Mapping[str, Any]:
    """Whom a member follows and who follows the member."""
    return {"following": following(db, actor), "followers": followers(db, actor)}
