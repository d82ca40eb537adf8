"""All SQL of the ledger. Whoever asks for a statement asks for one account's."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, or_, select, update

from node.kernel.database import insert_new
from node.kernel.node import find_accounts
from node.kernel.tables import setting
from node.kernel.unit import Unit
from node.modules.ledger import rules
from node.modules.ledger.rules import Kind, Terms
from node.modules.ledger.tables import Entry, Held, account, entry, entry_of, held_of

FUND = "fund"
"""The id of the account that is everybody's."""


def terms(db: Connection) -> Terms:
    """What the community has chosen."""
    return rules.terms(db.scalar(select(setting.c.value).where(setting.c.name == "ledger")))


def held(db: Connection, holder: str) -> Held | None:
    """The account of a member, or the mirror of another node."""
    row = db.execute(select(account).where(account.c.holder == holder)).one_or_none()
    return held_of(row) if row else None


def sums(db: Connection, id: str) -> tuple[int, int]:
    """Minutes that an account gave, and that it received."""
    return (_sum(db, entry.c.giver == id), _sum(db, entry.c.receiver == id))


def _sum(db: Connection, which: ColumnElement[bool]) -> int:
    return int(db.scalar(select(func.sum(entry.c.minutes)).where(which)) or 0)


def balance(db: Connection, id: str) -> int:
    """Minutes given less minutes received."""
    given, received = sums(db, id)
    return given - received


def statement(db: Connection, id: str, limit: int | None = 50) -> list[Entry]:
    """The entries of an account, newest first."""
    wanted = select(entry).where(_of(id)).order_by(entry.c.at.desc(), entry.c.id).limit(limit)
    return [entry_of(row) for row in db.execute(wanted)]


def own(db: Connection, id: str, holder: str) -> tuple[Entry, Held] | None:
    """An entry and the account of this holder in it; None if they have no part in it."""
    mine = held(db, holder)
    if mine is None:
        return None
    row = db.execute(select(entry).where(entry.c.id == id, _of(mine.id))).one_or_none()
    return (entry_of(row), mine) if row else None


def by_id(db: Connection, id: str) -> Entry | None:
    """One entry."""
    row = db.execute(select(entry).where(entry.c.id == id)).one_or_none()
    return entry_of(row) if row else None


def written(db: Connection, once: str) -> str | None:
    """The entry that a form made before."""
    return db.scalar(select(entry.c.id).where(entry.c.once == once))


def reversed_ones(db: Connection, ids: Iterable[str]) -> set[str]:
    """Those of these entries that were taken back."""
    if not (given := list(ids)):
        return set()
    wanted = select(entry.c.reverses).where(entry.c.reverses.in_(given))
    return {id for id in db.scalars(wanted) if id}


def asked_of(db: Connection, id: str) -> list[Entry]:
    """What others ask the holder of an account to take back."""
    return _asking(db, entry.c.giver == id)


def asked(db: Connection) -> list[Entry]:
    """All that somebody asks to take back and that nobody has answered."""
    return _asking(db, entry.c.asked.is_not(None))


def _asking(db: Connection, which: ColumnElement[bool]) -> list[Entry]:
    wanted = select(entry).where(which, entry.c.asked.is_not(None)).order_by(entry.c.asked)
    return [entry_of(row) for row in db.execute(wanted)]


def since(db: Connection, id: str, moment: datetime) -> list[Entry]:
    """The entries of an account after a moment, newest first."""
    wanted = select(entry).where(_of(id), entry.c.at > moment).order_by(entry.c.at.desc())
    return [entry_of(row) for row in db.execute(wanted.limit(10))]


def holders(db: Connection, ids: Iterable[str]) -> Mapping[str, Held]:
    """Accounts by id."""
    if not (wanted := list(set(ids))):
        return {}
    rows = db.execute(select(account).where(account.c.id.in_(wanted)))
    return {found.id: found for found in map(held_of, rows)}


def names(db: Connection, ids: Iterable[str]) -> Mapping[str, str]:
    """What actors are called, by their ids."""
    return {id: found.label for id, found in find_accounts(db, ids).items()}


def total(db: Connection) -> int:
    """The sum of all balances: zero, by the shape of the table."""
    given = select(account.c.id, _outer(entry.c.giver).label("minutes"))
    received = select(account.c.id, _outer(entry.c.receiver).label("minutes"))
    both = [int(db.scalar(select(func.sum(each.subquery().c.minutes))) or 0)
            for each in (given, received)]  # fmt: skip
    return both[0] - both[1]


def _outer(side: Any) -> Any:
    own_ = select(func.sum(entry.c.minutes)).where(side == account.c.id)
    return func.coalesce(own_.scalar_subquery(), 0)


def _of(id: str) -> ColumnElement[bool]:
    return or_(entry.c.giver == id, entry.c.receiver == id)


# Changes ------------------------------------------------------------------------------------


def opened(unit: Unit, kind: Kind, holder: str | None) -> Held:
    """The account of a holder, opened if it is not there; the fund's for None."""
    if holder is None:
        values = {"id": FUND, "kind": kind, "holder": None, "opened": unit.now}
        insert_new(unit.db, account, values)
        return Held(id=FUND, kind=kind, holder=None)
    known = held(unit.db, holder)
    if known is not None:
        return known
    id = unit.id("x").rpartition("/")[2]
    insert_new(unit.db, account, {"id": id, "kind": kind, "holder": holder, "opened": unit.now})
    found = held(unit.db, holder)
    assert found is not None, "it was just opened"
    return found


def add(unit: Unit, values: Mapping[str, Any]) -> str | None:
    """Write an entry; its id, or None if it was written before (about, reverses, once)."""
    id = unit.id("x").rpartition("/")[2]
    fresh = insert_new(unit.db, entry, {"id": id, "at": unit.now, **values})
    return id if fresh else None


def change(unit: Unit, id: str, **values: Any) -> None:
    """Change what may change of an entry: whether somebody asks to take it back."""
    unit.db.execute(update(entry).where(entry.c.id == id).values(values))


def forget(unit: Unit, holder: str) -> None:
    """Take a name, and the words around it, out of all entries; the minutes stay."""
    mine = held(unit.db, holder)
    if mine is not None:
        bare = {"title": "", "words": "", "about": None, "away": None, "asked": None}
        unit.db.execute(update(entry).where(_of(mine.id)).values(bare))
        unit.db.execute(update(account).where(account.c.id == mine.id).values(holder=None))
    unit.db.execute(update(entry).where(entry.c.by == holder).values(by=None))


def forget_away(unit: Unit, who: str) -> None:
    """Take the name of somebody elsewhere out of all entries."""
    unit.db.execute(update(entry).where(entry.c.away == who).values(away=None, words=""))
