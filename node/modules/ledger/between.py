"""All SQL about what passes between two nodes."""

import functools
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, func, select, update

from node.kernel.database import change_rows, insert_new, one_of, upsert
from node.kernel.unit import Unit
from node.modules.ledger.pairs import Leg, Way
from node.modules.ledger.tables import Pair, Transfer, leg, pair, pair_of, transfer_of

# Built once: building takes longer than asking.
_PAIR = select(pair).where(pair.c.service == bindparam("service"))
_BY_TRANSFER = select(leg).where(leg.c.transfer == bindparam("transfer")).limit(1)
_BY_OFFER = select(leg).where(leg.c.offer == bindparam("offer")).limit(1)
_BY_LEG = select(leg).where(leg.c.id == bindparam("id")).limit(1)
_WITH = select(leg).where(leg.c.service == bindparam("service"), leg.c.way == bindparam("way"))
_LAST = _WITH.where(leg.c.state == Leg.SETTLED).order_by(leg.c.settled.desc()).limit(1)
_UNDER_WAY = _WITH.where(leg.c.state == Leg.RESERVED).limit(1)
_WAITING = _WITH.where(leg.c.state == Leg.WAITING).order_by(leg.c.made, leg.c.transfer)


def pair_with(db: Connection, service: str) -> Pair | None:
    """How it stands with a node."""
    row = db.execute(_PAIR, {"service": service}).one_or_none()
    return pair_of(row) if row else None


def all_pairs(db: Connection) -> list[Pair]:
    """All nodes with which time may be exchanged, or could be."""
    return [pair_of(row) for row in db.execute(select(pair).order_by(pair.c.service))]


def by_transfer(db: Connection, transfer: str) -> Transfer | None:
    """One transfer."""
    return _one(db, _BY_TRANSFER, transfer=transfer)


def by_offer(db: Connection, offer: str) -> Transfer | None:
    """The transfer that this Offer reserved."""
    return _one(db, _BY_OFFER, offer=offer)


def by_leg(db: Connection, id: str) -> Transfer | None:
    """The transfer of which this is our leg."""
    return _one(db, _BY_LEG, id=id)


def last(db: Connection, service: str, way: Way) -> Transfer | None:
    """The last one settled in a direction."""
    return _one(db, _LAST, service=service, way=way)


def under_way(db: Connection, service: str, way: Way) -> Transfer | None:
    """The one that is reserved in a direction."""
    return _one(db, _UNDER_WAY, service=service, way=way)


def waiting(db: Connection, service: str) -> list[Transfer]:
    """What is to be paid to members of a node, the oldest first."""
    rows = db.execute(_WAITING, {"service": service, "way": Way.OUT})
    return [transfer_of(row) for row in rows]


def services_waiting(db: Connection) -> list[str]:
    """The nodes to which something is to be paid."""
    wanted = select(leg.c.service).where(leg.c.state == Leg.WAITING).distinct()
    return list(db.scalars(wanted.order_by(leg.c.service)))


def late(db: Connection, before: datetime) -> list[Transfer]:
    """What was reserved and not answered in its time."""
    wanted = select(leg).where(leg.c.state == Leg.RESERVED, leg.c.ends <= before)
    return [transfer_of(row) for row in db.execute(wanted.order_by(leg.c.ends))]


def owed(db: Connection, service: str) -> int:
    """What our side owes theirs, in minutes: settled, and reserved by us."""
    out = _sum(db, service, Way.OUT, (Leg.SETTLED, Leg.RESERVED))
    return out - _sum(db, service, Way.IN, (Leg.SETTLED,))


def _sum(db: Connection, service: str, way: Way, states: tuple[Leg, ...]) -> int:
    return int(db.scalar(_summed(states), {"service": service, "way": way}) or 0)


@functools.cache
def _summed(states: tuple[Leg, ...]) -> Select[Any]:
    passed = _WITH.with_only_columns(func.sum(leg.c.minutes))
    return passed.where(one_of(leg.c.state, states))


def of_member(db: Connection, member: str) -> list[Transfer]:
    """A member's transfers that are not settled."""
    open_ = leg.c.state.in_((Leg.WAITING, Leg.RESERVED))
    wanted = select(leg).where(leg.c.payer == member, leg.c.way == Way.OUT, open_)
    return [transfer_of(row) for row in db.execute(wanted.order_by(leg.c.made))]


def _one(db: Connection, wanted: Select[Any], **values: Any) -> Transfer | None:
    row = db.execute(wanted, values).one_or_none()
    return transfer_of(row) if row else None


# Changes ------------------------------------------------------------------------------------


def keep_pair(unit: Unit, service: str, **values: Any) -> None:
    """Write down how far a pair may be out of balance."""
    upsert(unit.db, pair, {"service": service, "at": unit.now, **values}, key=["service"])


def change_pair(unit: Unit, service: str, **values: Any) -> None:
    """Freeze a pair, or let it go on."""
    change_rows(unit.db, pair.c.service, service, **values)


def add(unit: Unit, values: Mapping[str, Any]) -> bool:
    """Keep a new transfer; false if it, or one for the same agreement, was here."""
    return insert_new(unit.db, leg, {"made": unit.now, "changed": unit.now, **values})


def change(unit: Unit, transfer: str, **values: Any) -> None:
    """Change what is kept of a transfer."""
    told = {**values, "changed": unit.now}
    change_rows(unit.db, leg.c.transfer, transfer, **told)


def forget(unit: Unit, who: str, service: str) -> None:
    """Have the node stand for somebody who leaves; what was not sent yet is not sent."""
    waits = (leg.c.payer == who, leg.c.state == Leg.WAITING)
    unit.db.execute(delete(leg).where(*waits))
    bare = {"title": "", "agreement": None, "about": None}
    for column in (leg.c.payer, leg.c.payee):
        mine = update(leg).where(column == who, leg.c.state != Leg.RESERVED)
        unit.db.execute(mine.values({column: service, **bare}))
        unit.db.execute(update(leg).where(column == who).values({leg.c.title: ""}))
