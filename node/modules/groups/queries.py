"""All SQL about groups."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, exists, func, or_, select, update

from node.kernel.database import insert_new, upsert
from node.kernel.tables import Account, account, account_of, letter, setting
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.follows import api as follows
from node.modules.groups.rules import State, Who
from node.modules.groups.tables import named, pin, server, submission, told
from node.modules.notes import api as notes
from vocab.values import dataclass

SETTING = notes.SETTING


@dataclass(frozen=True, kw_only=True)
class Manners:
    """How the group is kept: who may put a post before it, and whether a keeper looks first."""

    who: Who = Who.FOLLOWERS
    held: bool = True


@dataclass(frozen=True, kw_only=True)
class Submission:
    """A post that was put before the group."""

    post: str
    owner: str
    activity: str
    state: State
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Told:
    """An Announce of the group."""

    id: str
    post: str
    about: str
    acts: bool


# Settings -----------------------------------------------------------------------------------


def manners(db: Connection) -> Manners:
    """How the group is kept now."""
    kept = db.scalar(select(setting.c.value).where(setting.c.name == SETTING))
    return Manners(who=Who(kept["who"]), held=bool(kept["held"])) if kept else Manners()


def moderators(db: Connection) -> list[str]:
    """The keepers who let others know that they are."""
    keepers = {one.id for one in accounts.admins(db)}
    return [id for id in db.scalars(select(named.c.account).order_by(named.c.account))
            if id in keepers]  # fmt: skip


def name(unit: Unit, who: str, *, openly: bool) -> None:
    """Let others know that somebody keeps the group, or no longer."""
    if openly:
        insert_new(unit.db, named, {"account": who})
    else:
        unit.db.execute(delete(named).where(named.c.account == who))


# What is put before the group ---------------------------------------------------------------


def found(db: Connection, post: str) -> Submission | None:
    """Where a post stands."""
    row = db.execute(select(submission).where(submission.c.post == post)).one_or_none()
    return _submission(row) if row else None


def keep(unit: Unit, row: Mapping[str, Any]) -> bool:
    """Write down a new one; false if it is known."""
    return insert_new(unit.db, submission, row)


def move(unit: Unit, post: str, to: State) -> None:
    """Give one another state."""
    unit.db.execute(update(submission).where(submission.c.post == post).values(state=to))


def waiting(db: Connection, most: int = 100) -> list[Submission]:
    """Those that wait for a keeper, the oldest first."""
    wanted = select(submission).where(submission.c.state == State.WAITS)
    return [_submission(row) for row in db.execute(wanted.order_by(submission.c.at).limit(most))]


def count_waiting(db: Connection, domain: str | None = None) -> int:
    """How many wait; with a domain, of its people."""
    wanted = select(func.count()).select_from(submission)
    wanted = wanted.where(submission.c.state == State.WAITS)
    if domain is not None:
        theirs = select(account.c.id).where(account.c.domain == domain)
        wanted = wanted.where(submission.c.owner.in_(theirs))
    return int(db.scalar(wanted) or 0)


def count_lately(db: Connection, owner: str, since: datetime) -> int:
    """How many of somebody's were put before the group since a moment."""
    mine = (submission.c.owner == owner) & (submission.c.at >= since)
    return int(db.scalar(select(func.count()).select_from(submission).where(mine)) or 0)


def of_owner(db: Connection, owner: str) -> list[Submission]:
    """All of somebody's."""
    rows = db.execute(select(submission).where(submission.c.owner == owner))
    return [_submission(row) for row in rows]


def drop(unit: Unit, owner: str) -> None:
    """Forget what somebody put before the group, and their pins, and that they keep it."""
    unit.db.execute(delete(submission).where(submission.c.owner == owner))
    unit.db.execute(delete(pin).where(pin.c.owner == owner))
    unit.db.execute(delete(named).where(named.c.account == owner))


def _submission(row: Any) -> Submission:
    return Submission(post=row.post, owner=row.owner, activity=row.activity,
                      state=State(row.state), at=row.at)  # fmt: skip


# What was told of it ------------------------------------------------------------------------


def is_told(db: Connection, about: str, *, acts: bool) -> bool:
    """Whether the group announced this already, in this form."""
    done = (told.c.about == about) & (told.c.acts == acts)
    return bool(db.scalar(select(exists().where(done))))


def tell(unit: Unit, row: Mapping[str, Any]) -> None:
    """Write down an Announce."""
    insert_new(unit.db, told, {**row, "at": unit.now})


def all_told(db: Connection, post: str) -> list[Told]:
    """What was announced of a post."""
    rows = db.execute(select(told).where(told.c.post == post).order_by(told.c.id))
    return [Told(id=row.id, post=row.post, about=row.about, acts=row.acts) for row in rows]


def untell(unit: Unit, post: str) -> None:
    """Forget by which id a post was announced, so that it can be announced again.

    The acts that were handed on stay known: none goes out twice.
    """
    unit.db.execute(delete(told).where(told.c.post == post, told.c.acts.is_(False)))


def hush(unit: Unit, ids: Sequence[str]) -> None:
    """Take away what letters of ours say that have gone out; they held somebody's words."""
    done = (letter.c.way == "out") & (letter.c.state != "waiting")
    here = update(letter).where(done, letter.c.activity.in_(ids))
    unit.db.execute(here.values(body=None))


def with_words(db: Connection) -> list[tuple[str, str]]:
    """(id, post) of the Announces that hand on somebody's words and still hold them."""
    kept = select(told.c.id, told.c.post).join(letter, letter.c.activity == told.c.id)
    kept = kept.where(told.c.acts, letter.c.way == "out", letter.c.body.is_not(None))
    rows = db.execute(kept.where(letter.c.state != "waiting"))
    return [(row.id, row.post) for row in rows]


# Pins ---------------------------------------------------------------------------------------


def pins(db: Connection, owner: str, most: int = 20) -> list[str]:
    """The posts that an actor shows first, the newest first."""
    mine = select(pin.c.post).where(pin.c.owner == owner)
    return list(db.scalars(mine.order_by(pin.c.at.desc(), pin.c.post).limit(most)))


def pinned_by(db: Connection, post: str) -> list[str]:
    """Who shows a post first."""
    return list(db.scalars(select(pin.c.owner).where(pin.c.post == post)))


def add_pin(unit: Unit, owner: str, post: str) -> None:
    """Show a post first."""
    insert_new(unit.db, pin, {"owner": owner, "post": post, "at": unit.now})


def remove_pin(unit: Unit, owner: str, post: str) -> None:
    """Show it first no more."""
    unit.db.execute(delete(pin).where(pin.c.owner == owner, pin.c.post == post))


def remove_pins(unit: Unit, post: str) -> None:
    """Nobody shows first what is gone."""
    unit.db.execute(delete(pin).where(pin.c.post == post))


# Those who follow, and their servers --------------------------------------------------------


def readers(db: Connection, group: str, *, acts: bool) -> list[str]:
    """Those who follow a group and take activities, or those who do not."""
    ids = follows.followers(db, group)
    wanted = select(server.c.domain).where(server.c.acts)
    theirs = select(account.c.id).where(account.c.domain.in_(wanted), account.c.local.is_(False))
    takers = set(db.scalars(theirs))
    return [id for id in ids if (id in takers) == acts]


def strangers(
    db: Connection, group: str, before: datetime, host: str | None = None
) -> list[Account]:
    """One follower of each server that was not asked what it is since a moment; or of one."""
    asked = select(server.c.domain).where(server.c.at >= before)
    fresh = select(account).where(account.c.local.is_(False), account.c.domain.not_in(asked))
    if host is not None:
        fresh = fresh.where(account.c.domain == host)
    following = set(follows.followers(db, group))
    some: dict[str, Account] = {}
    for row in db.execute(fresh.where(or_(account.c.gone.is_(None)))):
        if row.id in following:
            some.setdefault(row.domain, account_of(row))
    return list(some.values())


def learn(unit: Unit, domain: str, software: str | None, *, acts: bool) -> None:
    """Write down what a server is."""
    row = {"domain": domain, "software": (software or "")[:60] or None, "acts": acts}
    upsert(unit.db, server, {**row, "at": unit.now}, key=["domain"])


def count_readers(db: Connection, group: str) -> tuple[int, int]:
    """How many follow: those who take activities, and the others."""
    ids: Iterable[str] = follows.followers(db, group)
    total, acts = len(list(ids)), len(readers(db, group, acts=True))
    return acts, total - acts
