"""When a decision of ours comes into force, and when it is in force no longer. Units.

It comes into force once somebody has chosen who may see it and its time to cool off is over; one
that is stopped in that time never does. Where nobody chooses, it stays here and comes into force
after some days (`choices.GRACE`). It ends when another takes its place, or by itself on the
day that was fixed with the vote. Both are told where the record went (Add and Remove).
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, select, update

from node.kernel import choices
from node.kernel.database import change_rows
from node.kernel.tables import Account, account
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.decisions import queries, records, rules, watched
from node.modules.decisions.choices import GRACE
from node.modules.decisions.hands import Kind
from node.modules.decisions.objects import DecisionRecord
from node.modules.decisions.queries import Record
from node.modules.decisions.records import Address
from node.modules.decisions.tables import (
    audit,
    ballot,
    box,
    carried,
    guard,
    line,
    open_ballot,
    record,
    request,
    roster,
)
from vocab.types import Add, Remove
from vocab.values import dataclass

REPLACED: Final = "replaced"
EXPIRED: Final = "expired"
VOID: Final = "void"
OVERTAKEN: Final = "overtaken"
STOPPED: Final = "stopped"


@dataclass(frozen=True, kw_only=True)
class Forced:
    """Event: a decision of ours has come into force; `box` is the vote it came of, if any."""

    box: str
    record: str


@dataclass(frozen=True, kw_only=True)
class Ended:
    """Event: a decision of ours is in force no longer; `why`: REPLACED, EXPIRED or VOID.

    Or it never will be, because another took the place that it was for: OVERTAKEN.
    """

    box: str
    record: str
    why: str


def alone(found: Record) -> bool:
    """Whether a decision comes into force by itself: no ballot does, nor what ends a process."""
    together = {"ballotIn", "concludes"} & set(found.document)
    return found.outcome == rules.Outcome.APPROVED and not together


def cools_until(found: Record) -> datetime | None:
    """When the time to cool off of a decision of ours ends; None: it has none."""
    told = found.document.get("coolingOffEnds")
    return datetime.fromisoformat(told) if isinstance(told, str) else None


def cooling(found: Record, now: datetime) -> bool:
    """Whether a decision cools off: it can still be stopped."""
    ends = cools_until(found)
    fresh = alone(found) and found.in_force is None and found.ended is None
    return fresh and ends is not None and now < ends


def come(unit: Unit, record_id: str) -> None:
    """Have a decision of ours come into force if its time has come; else nothing."""
    found = queries.any_record(unit.db, record_id)
    if found is None or not found.ours or not alone(found) or found.settled is None:
        return
    if found.in_force or found.ended or cooling(found, unit.now):
        return
    if (first := overtaken(unit.db, found)) is not None:
        _overtaken(unit, found, first)
        return
    if found.sent:
        us = accounts.community_account(unit.db)
        enter(unit, us, record_id, where_of(unit, us, found))
    else:
        mine = record.c.id == record_id
        unit.db.execute(update(record).where(mine).values(in_force=unit.now))
    _forced(unit, found)


def _forced(unit: Unit, found: Record) -> None:
    unit.log("decision.force", unit.community.id, subject=found.id)
    replaced = found.document.get("supersedes")
    if isinstance(replaced, str):
        end(unit, replaced, REPLACED)
    if lasts := lasts_of(unit.db, found):
        unit.later("decisions.end", due=unit.now + lasts, record=found.id)
    if found.box:
        unit.tell(Forced(box=found.box, record=found.id))


def overtaken(db: Connection, found: Record) -> Record | None:
    """The decision that came into force in the place that another was for; None if none did.

    Two may be voted on at once that each change or end the same decision. Whichever is in force
    first ends it; the other was decided about something that holds no longer.
    """
    return _came(db, _places(db, found), but=found.id)


def in_place_of(db: Connection, record_id: str) -> Record | None:
    """The decision of ours that came into force in the place of one; None if none did."""
    return _came(db, frozenset({record_id}), but=record_id)


def _came(db: Connection, places: frozenset[str], *, but: str) -> Record | None:
    if not places:
        return None
    # every reach: the clock is for all of them
    mine = select(record.c.id).join_from(record, account).where(account.c.local)
    came = mine.where(record.c.in_force.is_not(None), record.c.id != but)
    others = [queries.any_record(db, id_) for id_ in db.scalars(came.order_by(record.c.in_force))]
    there = [one for one in others if one is not None and places & _places(db, one)]
    return next((one for one in there if not annulled(db, one)), None)


def _places(db: Connection, found: Record) -> frozenset[str]:
    """In whose place a decision comes; one that was stopped itself hands its own place on."""
    places: set[str] = set()
    before = found.document.get("supersedes")
    while isinstance(before, str) and before not in places:
        places.add(before)
        held = queries.any_record(db, before)
        before = held.document.get("supersedes") if held and held.in_force is None else None
    return frozenset(places)


def never(db: Connection, found: Record) -> str:
    """Why a decision of ours never came into force; "" if it did, or may yet, or is not ours.

    OVERTAKEN, VOID, or STOPPED while it cooled off.
    """
    if not found.ours or found.ended is None or found.in_force is not None:
        return ""
    if annulled(db, found):
        return VOID
    return OVERTAKEN if overtaken(db, found) is not None else STOPPED


def annulled(db: Connection, found: Record) -> bool:
    """Whether two hands declared void what came of a vote."""
    return any(one.kind is Kind.ANNUL for one in watched.done(db, found.box or ""))


def _overtaken(unit: Unit, found: Record, first: Record) -> None:
    change_rows(unit.db, record.c.id, found.id, ended=unit.now)
    unit.log("decision.overtaken", unit.community.id, subject=found.id, words=first.id)
    unit.tell(Ended(box=found.box or "", record=found.id, why=OVERTAKEN))


def lasts_of(db: Connection, found: Record) -> timedelta | None:
    """How long a decision is in force at most, as it was fixed with the vote; None: no end."""
    held = queries.box_of(db, found.box) if found.box else None
    days = (held.settings or {}).get("lasts") if held else None
    return timedelta(days=days) if isinstance(days, int) else None


def expires(db: Connection, found: Record) -> datetime | None:
    """When a decision that is in force ends by itself, if it does."""
    lasts = lasts_of(db, found)
    return found.in_force + lasts if lasts and found.in_force else None


def end_in_time(unit: Unit, record_id: str) -> None:
    """End a decision of ours whose last day has come; else nothing."""
    found = queries.any_record(unit.db, record_id)
    last = expires(unit.db, found) if found is not None and found.ours else None
    if last is not None and last <= unit.now:
        end(unit, record_id, EXPIRED)


def end(unit: Unit, record_id: str, why: str) -> None:
    """Take a decision of ours out of force; nothing if it is not in force."""
    found = queries.any_record(unit.db, record_id)
    if found is None or not found.ours or not found.holds:
        return
    if found.sent:
        us = accounts.community_account(unit.db)
        where = where_of(unit, us, found)
        left = Remove(
            id=unit.id("a"), actor=us.id, object=record_id, target=f"{us.id}/in-force",
            to=where.to, cc=where.cc, published=unit.now,
        )  # fmt: skip
        unit.perform(left, us, DecisionRecord(id=record_id))
    else:
        change_rows(unit.db, record.c.id, record_id, ended=unit.now)
    unit.log("decision.end", unit.community.id, subject=record_id, words=why)
    unit.tell(Ended(box=found.box or "", record=record_id, why=why))


def void(unit: Unit, found: Record) -> None:
    """Have what came of a vote hold no longer, whatever it was; the record stays as it is."""
    if found.holds:
        end(unit, found.id, VOID)
        return
    mine = record.c.id == found.id
    unit.db.execute(update(record).where(mine).values(ended=unit.now))
    unit.log("decision.end", unit.community.id, subject=found.id, words=VOID)


def stop(unit: Unit, record_id: str) -> bool:
    """Stop a decision of ours while it cools off: it never comes into force; whether it did."""
    found = queries.any_record(unit.db, record_id)
    if found is None or not found.ours or not cooling(found, unit.now):
        return False
    change_rows(unit.db, record.c.id, record_id, ended=unit.now)
    unit.log("decision.stop", unit.community.id, subject=record_id)
    return True


def enter(unit: Unit, us: Account, record_id: str, where: Address) -> None:
    """Tell that a decision comes into force."""
    entered = Add(
        id=unit.id("a"), actor=us.id, object=record_id, target=f"{us.id}/in-force",
        to=where.to, cc=where.cc, published=unit.now,
    )  # fmt: skip
    unit.perform(entered, us, DecisionRecord(id=record_id))


def where_of(unit: Unit, us: Account, found: Record) -> Address:
    """Whom a decision of ours was sent to."""
    return records.address(found.reach, followers=us.followers, peers=unit.community.peers)


def due(db: Connection, now: datetime) -> list[tuple[str, str]]:
    """Decisions of ours whose time has come: ("come", "settle" or "end", id)."""
    # every reach: the clock is for all of them
    mine = select(record.c.id, record.c.in_force).join_from(record, account)
    mine = mine.where(account.c.local, record.c.settled.is_not(None), record.c.ended.is_(None))
    waiting = mine.where(record.c.in_force.is_(None), record.c.outcome == rules.Outcome.APPROVED)
    found = [queries.any_record(db, row.id) for row in db.execute(waiting).all()]
    coming = [("come", one.id) for one in found if one and alone(one) and not cooling(one, now)]
    limited = mine.join(box, record.c.box == box.c.id).where(record.c.in_force.is_not(None))
    held = [queries.any_record(db, row.id) for row in db.execute(limited).all()]
    ending = [
        ("end", one.id)
        for one in held
        if one and (last := expires(db, one)) is not None and last <= now
    ]
    return coming + [("settle", one.id) for one in left_open(db, now)] + ending


def grace_ends(db: Connection, found: Record) -> datetime | None:
    """When a decision of ours comes into force although nobody chose who may see it; None: never.

    Counted from the end of its time to cool off, if it has one.
    """
    if not alone(found) or found.settled is not None or found.ended is not None:
        return None
    return (cools_until(found) or found.at) + timedelta(days=choices.now(db, GRACE))


def left_open(db: Connection, now: datetime) -> list[Record]:
    """Decisions of ours for which nobody has chosen who may see them, for too long."""
    # every reach: the clock is for all of them
    mine = select(record.c.id).join_from(record, account).where(account.c.local)
    open_ = mine.where(record.c.settled.is_(None), record.c.ended.is_(None))
    found = [queries.any_record(db, id_) for id_ in db.scalars(open_).all()]
    ends = [(one, grace_ends(db, one)) for one in found if one is not None]
    return [one for one, at in ends if at is not None and at <= now]


# A vote that counts no longer -----------------------------------------------------------------


def set_aside(unit: Unit, box_id: str, name: str) -> None:
    """Give a counted vote another name, so that its matter can be voted on again under its own.

    Args:
        unit: the unit.
        box_id: a box that was counted.
        name: its name from now on, at most 64 characters.
    """
    # every reach: it counts no longer, whoever may see it
    row = unit.db.execute(select(box).where(box.c.id == box_id)).one()
    unit.db.execute(box.insert().values({**row._mapping, "id": name}))  # noqa: SLF001
    held = (roster, ballot, open_ballot, line, carried, audit, record, request, guard)
    for table in held:
        change_rows(unit.db, table.c.box, box_id, box=name)
    unit.db.execute(delete(box).where(box.c.id == box_id))
