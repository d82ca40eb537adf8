"""All SQL about aliases and moves."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, select, update

from node.kernel.database import upsert
from node.kernel.node import find_account
from node.kernel.tables import Account, account
from node.kernel.unit import Unit
from node.modules.identity.tables import alias, move, news
from vocab.values import dataclass


@dataclass(frozen=True, kw_only=True)
class Alias:
    """An account elsewhere that a member says is theirs, too."""

    other: str
    mutual: bool
    looked: datetime
    known: Account | None


@dataclass(frozen=True, kw_only=True)
class News:
    """Somebody whom a member follows, and where they live now."""

    old: Account
    new: Account
    at: datetime


def aliases(db: Connection, who: str) -> list[Alias]:
    """What a member says of accounts elsewhere, in the order it was said."""
    wanted = select(alias).where(alias.c.account == who).order_by(alias.c.at, alias.c.other)
    return [
        Alias(
            other=row.other,
            mutual=row.mutual,
            looked=row.looked,
            known=find_account(db, row.other),
        )
        for row in db.execute(wanted).all()
    ]


def named(db: Connection, who: str) -> tuple[str, ...]:
    """The ids of the accounts elsewhere that a member says are theirs, too."""
    wanted = select(alias.c.other).where(alias.c.account == who).order_by(alias.c.at, alias.c.other)
    return tuple(db.scalars(wanted))


def keep_alias(unit: Unit, who: str, other: str, *, mutual: bool) -> None:
    """Write down that a member says so, and whether the other account does."""
    mine = and_(alias.c.account == who, alias.c.other == other)
    since = unit.db.scalar(select(alias.c.at).where(mine)) or unit.now
    row = {"account": who, "other": other, "mutual": mutual, "at": since, "looked": unit.now}
    upsert(unit.db, alias, row, key=["account", "other"])


def drop_alias(unit: Unit, who: str, other: str) -> bool:
    """Forget that a member said so; false if they did not."""
    mine = and_(alias.c.account == who, alias.c.other == other)
    return bool(unit.db.execute(delete(alias).where(mine)).rowcount)


def last_move(db: Connection, old: str) -> tuple[str, datetime] | None:
    """Where an account moved last, and when."""
    row = db.execute(select(move.c.new, move.c.at).where(move.c.old == old)).one_or_none()
    return (row.new, row.at) if row else None


def keep_move(unit: Unit, old: str, new: str) -> None:
    """Write down that an account lives elsewhere now."""
    upsert(unit.db, move, {"old": old, "new": new, "at": unit.now}, key=["old"])
    _lives(unit, old, new)


def end_move(unit: Unit, old: str) -> None:
    """Write down that an account lives where it did; that it moved once stays, for the wait."""
    _lives(unit, old, None)
    unit.db.execute(delete(news).where(news.c.old == old))


def _lives(unit: Unit, old: str, new: str | None) -> None:
    unit.db.execute(update(account).where(account.c.id == old).values(moved=new))


def tell(unit: Unit, member: str, old: str, new: str) -> None:
    """Have a member told that somebody lives elsewhere now."""
    row = {"member": member, "old": old, "new": new, "at": unit.now}
    upsert(unit.db, news, row, key=["member", "old"])


def told(db: Connection, member: str) -> list[News]:
    """Of whom a member has to be told, newest first."""
    wanted = select(news).where(news.c.member == member).order_by(news.c.at.desc(), news.c.old)
    found = []
    for row in db.execute(wanted).all():
        old, new = find_account(db, row.old), find_account(db, row.new)
        if old is not None and new is not None and new.gone is None:
            found.append(News(old=old, new=new, at=row.at))
    return found


def answered(unit: Unit, member: str, old: str) -> str | None:
    """End a piece of news; where the old account lives now, None if there was none."""
    mine = and_(news.c.member == member, news.c.old == old)
    new: str | None = unit.db.scalar(select(news.c.new).where(mine))
    unit.db.execute(delete(news).where(mine))
    return new


def export(db: Connection, who: str) -> Mapping[str, Any]:
    """What a member says of other accounts, and where they moved."""
    last = last_move(db, who)
    return {
        "aliases": list(named(db, who)),
        "moved_to": {"account": last[0], "at": last[1].isoformat()} if last else None,
        "moved": [{"old": one.old.id, "new": one.new.id} for one in told(db, who)],
    }


def erase(unit: Unit, who: str) -> None:
    """Forget all of it for somebody who leaves."""
    unit.db.execute(delete(alias).where(alias.c.account == who))
    unit.db.execute(delete(move).where(move.c.old == who))
    unit.db.execute(delete(news).where((news.c.member == who) | (news.c.old == who)))
    _lives(unit, who, None)
