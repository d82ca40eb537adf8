"""Of whom somebody sees less: worked out once when it changes, so that no list has to.

A list only asks for the accounts in `shade`. With thousands of servers on a list, comparing
names in every query would take seconds.
"""

import functools
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, delete, exists, insert, or_, select
from sqlalchemy.sql.selectable import CompoundSelect

from federation import policy
from federation.origins import parents
from node.kernel.database import among, insert_new, spread
from node.kernel.tables import Account, account, account_of
from node.kernel.unit import Unit
from node.modules.follows import api as follows
from node.modules.moderation.rules import Kind, Level, strictest
from node.modules.moderation.tables import block, refusal, shade
from vocab.values import dataclass

EVERYBODY = ""
"""In the place of a member: the whole community."""
AT_ONCE = 500


@dataclass(frozen=True, kw_only=True)
class Named:
    """Whom somebody has named, and how far they want to be away: host or id to level."""

    hosts: Mapping[str, str]
    actors: Mapping[str, str]
    only: frozenset[str] | None = None
    """The hosts on the list of the only ones; None if there is no such list."""

    def level(self, host: str) -> str | None:
        """How far all of a host is kept away."""
        if self.only is not None and host not in self.only:
            return Level.SUSPEND
        return strictest(self.hosts[name] for name in parents(host) if name in self.hosts)


# Looking ------------------------------------------------------------------------------------


def unseen(
    viewer: str | None, *, both_ways: bool = True
) -> Select[tuple[str]] | CompoundSelect[tuple[str]]:
    """The ids of accounts of which a viewer sees nothing in lists.

    For a query of what is shown: `table.c.owner.not_in(unseen(viewer.id))`.

    Args:
        viewer: the id of who looks; None for a visitor.
        both_ways: also who blocks the viewer; not where members decide together.
    """
    out = select(shade.c.account)
    if viewer is None:
        return out.where(shade.c.who == EVERYBODY)
    near = shade.c.account.in_(follows.followed_by(viewer))
    everybodys = and_(shade.c.who == EVERYBODY, or_(shade.c.level != Level.SILENCE, ~near))
    mine = out.where(or_(everybodys, shade.c.who == viewer))
    if not both_ways:
        return mine
    theirs = and_(block.c.subject == viewer, block.c.kind == Kind.BLOCK)
    return mine.union_all(select(block.c.member).where(theirs))


def kept_out() -> Select[tuple[str]]:
    """The ids of accounts of which nobody sees anything, wherever they look."""
    here = and_(shade.c.who == EVERYBODY, shade.c.level == Level.SUSPEND)
    return select(shade.c.account).where(here)


def turned_from(db: Connection, member: str, who: str) -> bool:
    """Whether a member chose to see nothing of an account."""
    mine = and_(shade.c.who == member, shade.c.account == who)
    return bool(db.scalar(select(exists().where(mine))))


# Working it out -----------------------------------------------------------------------------


def renew(unit: Unit, who: str = EVERYBODY) -> None:
    """Work out anew of whom a member, or everybody, sees less."""
    db = unit.db
    named = _named(db, who)
    db.execute(delete(shade).where(shade.c.who == who))
    for level, hosts in _by_level(db, named).items():
        for start in range(0, len(hosts), AT_ONCE):
            part = account.c.domain.in_(hosts[start : start + AT_ONCE])
            ids = select(account.c.id).where(part, account.c.local.is_(False))
            _add(db, who, level, db.scalars(ids))
    for start in range(0, len(named.actors), AT_ONCE):
        part = account.c.id.in_(list(named.actors)[start : start + AT_ONCE])
        for row in db.execute(select(account).where(part)):
            _one(db, who, named, account_of(row))


def met(unit: Unit, new: Account) -> None:
    """Somebody elsewhere has become known: who sees less of them?"""
    names = [*parents(new.domain), new.id]
    given = spread("names", names)
    for who in (EVERYBODY, *unit.db.scalars(_asking(len(given)), given)):
        _one(unit.db, who, _named(unit.db, who, names), new)


@functools.cache
def _asking(count: int) -> Select[Any]:
    return select(block.c.member).where(among(block.c.subject, "names", count)).distinct()


def _named(db: Connection, who: str, names: Iterable[str] | None = None) -> Named:
    """What is decided about everybody, or about some names only."""
    given: dict[str, str | None] = {} if names is None else spread("names", names)
    by = {} if who == EVERYBODY else {"member": who}
    rows = db.execute(_levels(len(given), by_member=bool(by)), {**given, **by}).all()
    return Named(
        hosts={row.subject: row.level for row in rows if row.is_host},
        actors={row.subject: row.level for row in rows if not row.is_host},
        only=policy.only(db) if who == EVERYBODY else None,
    )


@functools.cache
def _levels(count: int, *, by_member: bool) -> Select[Any]:
    table, level = (block, block.c.kind) if by_member else (refusal, refusal.c.level)
    wanted = select(table.c.subject, table.c.is_host, level.label("level"))
    if count:
        wanted = wanted.where(among(table.c.subject, "names", count))
    return wanted.where(block.c.member == bindparam("member")) if by_member else wanted


def _by_level(db: Connection, named: Named) -> dict[str, list[str]]:
    """The hosts that we know of, by how far they are kept away."""
    found: dict[str, list[str]] = {}
    known = select(account.c.domain).where(account.c.local.is_(False)).distinct()
    for host in db.scalars(known):
        if (level := named.level(host)) is not None:
            found.setdefault(level, []).append(host)
    return found


def _one(db: Connection, who: str, named: Named, one: Account) -> None:
    levels = [named.actors.get(one.id), None if one.local else named.level(one.domain)]
    level = strictest(each for each in levels if each is not None)
    if level is not None:
        db.execute(delete(shade).where(shade.c.who == who, shade.c.account == one.id))
        insert_new(db, shade, {"who": who, "account": one.id, "level": level})


def _add(db: Connection, who: str, level: str, ids: Iterable[str]) -> None:
    rows = [{"who": who, "account": id, "level": level} for id in ids]
    if rows:
        db.execute(insert(shade), rows)
