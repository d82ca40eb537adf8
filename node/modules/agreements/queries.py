"""All SQL about agreements; every question is asked for one of the two they are between."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    delete,
    exists,
    insert,
    or_,
    select,
    update,
)

from node.kernel.database import change_rows, holds, insert_new
from node.kernel.unit import Unit
from node.modules.agreements import rules
from node.modules.agreements.rules import BINDING, State
from node.modules.agreements.tables import (
    Agreement,
    Step,
    Thanks,
    agreement,
    agreement_of,
    step,
    thanks,
)

_NAMES = (agreement.c.offer, agreement.c.id, agreement.c.event, agreement.c.act)
_IS_HERE = select(exists().where(or_(*(column == bindparam("id") for column in _NAMES))))


def is_here(db: Connection, id: str) -> bool:
    """Whether an agreement, or a letter of one, has this id, whosever it is."""
    return holds(db, _IS_HERE, {"id": id})


def by_offer(db: Connection, offer: str) -> Agreement | None:
    """The agreement that began with this Offer."""
    return _one(db, select(agreement).where(agreement.c.offer == offer))


def by_id(db: Connection, id: str) -> Agreement | None:
    """The agreement with this id; the last, if a proposer takes one id again."""
    wanted = select(agreement).where(agreement.c.id == id)
    return _one(db, wanted.order_by(agreement.c.made.desc(), agreement.c.offer))


def by_act(db: Connection, act: str) -> Agreement | None:
    """The agreement whose delivery this Create told."""
    return _one(db, select(agreement).where(agreement.c.act == act))


def by_event(db: Connection, event: str) -> Agreement | None:
    """The agreement that this event fulfils."""
    return _one(db, select(agreement).where(agreement.c.event == event))


def own(db: Connection, slug: str, member: str) -> Agreement | None:
    """The agreement at this page, if it is between this member and somebody."""
    return _one(db, select(agreement).where(agreement.c.slug == slug, _with(member)))


def with_member(db: Connection, member: str, limit: int | None = 100) -> list[Agreement]:
    """The agreements of a member, the last that changed first."""
    wanted = select(agreement).where(_with(member))
    newest = wanted.order_by(agreement.c.changed.desc(), agreement.c.slug).limit(limit)
    return [agreement_of(row) for row in db.execute(newest)]


def waiting_for(db: Connection, member: str, now: datetime) -> list[Agreement]:
    """What waits for a member's yes or no."""
    open_ = (agreement.c.state == State.OFFERED, agreement.c.ends > now)
    wanted = select(agreement).where(agreement.c.proposer == member, *open_)
    return [agreement_of(row) for row in db.execute(wanted.order_by(agreement.c.ends))]


def running(db: Connection, member: str) -> list[Agreement]:
    """What a member has agreed on and is not over."""
    wanted = select(agreement).where(_with(member), agreement.c.state.in_(BINDING))
    return [agreement_of(row) for row in db.execute(wanted.order_by(agreement.c.changed))]


def silent(db: Connection, until: datetime) -> list[Agreement]:
    """What was delivered by then and nobody said a word about."""
    waits = (agreement.c.state == State.DELIVERED, agreement.c.delivered <= until)
    wanted = select(agreement).where(*waits).order_by(agreement.c.delivered)
    return [agreement_of(row) for row in db.execute(wanted)]


def thanked(db: Connection, offer: str) -> list[Thanks]:
    """The thanks that an agreement brought."""
    wanted = select(thanks).where(thanks.c.offer == offer).order_by(thanks.c.at)
    return [Thanks(**row._mapping) for row in db.execute(wanted)]  # noqa: SLF001


def shown_by(db: Connection, account: str) -> list[Thanks]:
    """The thanks that somebody shows on their profile, the newest first."""
    wanted = select(thanks).where(thanks.c.to == account, thanks.c.shown.is_(True))
    newest = wanted.order_by(thanks.c.at.desc(), thanks.c.offer).limit(20)
    return [Thanks(**row._mapping) for row in db.execute(newest)]  # noqa: SLF001


def open_about(db: Connection, listing: str) -> list[Agreement]:
    """The answers to a notice that wait."""
    wanted = select(agreement).where(
        agreement.c.listing == listing, agreement.c.state == State.OFFERED
    )
    return [agreement_of(row) for row in db.execute(wanted.order_by(agreement.c.made))]


def open_by(db: Connection, interested: str, now: datetime) -> list[str]:
    """The notices to which somebody's answer waits."""
    wanted = select(agreement.c.listing).where(
        agreement.c.interested == interested,
        agreement.c.state == State.OFFERED,
        agreement.c.ends > now,
    )
    return list(db.scalars(wanted))


def is_bound(db: Connection, listing: str) -> bool:
    """Whether something is agreed about a notice and not over."""
    bound = (agreement.c.listing == listing, agreement.c.state.in_(BINDING))
    return db.scalar(select(agreement.c.offer).where(*bound).limit(1)) is not None


def over(db: Connection, now: datetime) -> list[Agreement]:
    """What the clock has ended and does not say so yet."""
    wanted = select(agreement).where(agreement.c.state == State.OFFERED, agreement.c.ends <= now)
    return [agreement_of(row) for row in db.execute(wanted)]


def steps(db: Connection, offer: str) -> list[Step]:
    """What happened to an agreement, in order."""
    wanted = select(step).where(step.c.offer == offer).order_by(step.c.number)
    return [
        Step(state=State(row.state), by=row.by, at=row.at, words=row.words)
        for row in db.execute(wanted)
    ]


def _with(member: str) -> ColumnElement[bool]:
    return or_(agreement.c.proposer == member, agreement.c.interested == member)


def _one(db: Connection, wanted: Select[Any]) -> Agreement | None:
    row = db.execute(wanted.limit(1)).one_or_none()
    return agreement_of(row) if row else None


# Changes ------------------------------------------------------------------------------------


def add(unit: Unit, values: Mapping[str, Any]) -> bool:
    """Keep a new answer to a notice; false if it was here."""
    return insert_new(unit.db, agreement, {**values, "revision": 0, "changed": unit.now})


def change(unit: Unit, offer: str, **values: Any) -> None:
    """Change what is kept of an agreement."""
    told = {**values, "changed": unit.now}
    change_rows(unit.db, agreement.c.offer, offer, **told)


def rename(unit: Unit, offer: str, values: Mapping[str, Any]) -> None:
    """Have an agreement begin with another Offer; its steps go along."""
    unit.db.execute(update(agreement).where(agreement.c.offer == offer).values(dict(values)))


def title_of(db: Connection, id: str) -> str:
    """What an agreement is about, by its id; nothing if it is none of ours."""
    return db.scalar(select(agreement.c.title).where(agreement.c.id == id).limit(1)) or ""


# Built once: building takes longer than asking.
_LAST_STEP = (
    select(step.c.number, step.c.at)
    .where(step.c.offer == bindparam("offer"))
    .order_by(step.c.number.desc())
    .limit(1)
)


def happened(
    unit: Unit,
    offer: str,
    state: State,
    by: str | None,
    words: str = "",
    *,
    at: datetime | None = None,
    since: datetime | None = None,
) -> None:
    """Write down a step, at the moment of which it was said, as far as that can be.

    Args:
        unit: the unit.
        offer: of the agreement.
        state: that it led to.
        by: who took it; None for what follows by itself.
        words: that went along.
        at: when, as whoever took it says; None for now.
        since: when the notice was made, which is before any step.
    """
    row = unit.db.execute(_LAST_STEP, {"offer": offer}).one_or_none()
    moment = rules.moment(at, row.at if row else since, unit.now)
    values = {"offer": offer, "number": row.number + 1 if row else 1, "state": state, "by": by}
    unit.db.execute(insert(step), {**values, "at": moment, "words": words})


def give_thanks(unit: Unit, held: Agreement, by: str, words: str) -> None:
    """Keep a word of thanks to the other of the two; the first one stands."""
    said = {"title": held.title, "words": words, "at": unit.now, "shown": False}
    insert_new(unit.db, thanks, {"offer": held.offer, "by": by, "to": held.other(by), **said})


def show_thanks(unit: Unit, offer: str, to: str, *, shown: bool) -> bool:
    """Whether somebody has thanks on their profile; false if there are none."""
    mine = (thanks.c.offer == offer, thanks.c.to == to)
    return bool(unit.db.execute(update(thanks).where(*mine).values(shown=shown)).rowcount)


def remove(unit: Unit, offers: Sequence[str]) -> None:
    """Forget agreements, their steps and their thanks."""
    unit.db.execute(delete(thanks).where(thanks.c.offer.in_(offers)))
    unit.db.execute(delete(step).where(step.c.offer.in_(offers)))
    unit.db.execute(delete(agreement).where(agreement.c.offer.in_(offers)))
