"""All SQL about loans."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from node.kernel.database import upsert
from node.kernel.unit import Unit
from node.modules.shelf.rules import BEFORE, LIVE, USUAL_DAYS, State
from node.modules.shelf.tables import Loan, Taken, Terms, loan, step, thing

USUAL = Terms(auto=False, most=USUAL_DAYS)
"""How a thing is lent of which nobody has said anything."""
_SHOWN = [column for column in loan.c if column.name != "once"]


def _loan(row: Row[Any]) -> Loan:
    held = dict(row._mapping)  # noqa: SLF001
    return Loan(**{**held, "state": State(held["state"])})


def _all(db: Connection, *where: ColumnElement[bool]) -> list[Loan]:
    wanted = select(*_SHOWN).where(*where).order_by(loan.c.first, loan.c.made, loan.c.slug)
    return [_loan(row) for row in db.execute(wanted)]


def live(db: Connection, things: Iterable[str]) -> list[Loan]:
    """The loans of some things that are kept as not over, in order of their days."""
    return _all(db, loan.c.thing.in_(list(things)), loan.c.state.in_(LIVE))


def all_live(db: Connection) -> list[Loan]:
    """Every loan that is kept as not over."""
    return _all(db, loan.c.state.in_(LIVE))


def own(db: Connection, slug: str, who: str) -> Loan | None:
    """A loan of which somebody is one of the two."""
    found = _all(db, loan.c.slug == slug, _of(who))
    return found[0] if found else None


def _of(who: str) -> ColumnElement[bool]:
    return or_(loan.c.owner == who, loan.c.borrower == who)


def live_of(db: Connection, who: str) -> list[Loan]:
    """The loans of a member, as either of the two, that are kept as not over."""
    return _all(db, _of(who), loan.c.state.in_(LIVE))


def ended_of(db: Connection, who: str, since: datetime) -> list[Loan]:
    """Their loans that came to an end since a moment, the last first."""
    over = and_(loan.c.state.not_in(LIVE), loan.c.changed > since)
    return sorted(_all(db, _of(who), over), key=lambda one: one.changed, reverse=True)


def everything_of(db: Connection, who: str) -> list[Loan]:
    """All loans of a member, as either of the two."""
    return _all(db, _of(who))


def made_by(db: Connection, once: str) -> str | None:
    """The slug of the loan that a form has made already."""
    return db.scalar(select(loan.c.slug).where(loan.c.once == once))


def ahead(db: Connection, thing_id: str) -> list[Loan]:
    """The loans of a thing in which nothing was handed over yet."""
    return _all(db, loan.c.thing == thing_id, loan.c.state.in_(BEFORE))


def ahead_of(db: Connection, who: str) -> list[Loan]:
    """The loans of a member, as either of the two, in which nothing was handed over yet."""
    return _all(db, _of(who), loan.c.state.in_(BEFORE))


def steps(db: Connection, slug: str) -> list[Taken]:
    """What happened to a loan, in order."""
    wanted = select(step).where(step.c.loan == slug).order_by(step.c.number)
    return [
        Taken(state=State(row.state), by=row.by, at=row.at, words=row.words)
        for row in db.execute(wanted)
    ]


def terms(db: Connection, things: Iterable[str]) -> dict[str, Terms]:
    """How some things are lent, where their owners have said so."""
    rows = db.execute(select(thing).where(thing.c.listing.in_(list(things))))
    return {row.listing: Terms(auto=row.auto, most=row.most) for row in rows}


def terms_of(db: Connection, thing_id: str) -> Terms:
    """How a thing is lent."""
    return terms(db, [thing_id]).get(thing_id, USUAL)


# Changes ------------------------------------------------------------------------------------


def add(unit: Unit, values: dict[str, Any], words: str) -> None:
    """Keep a new loan with its first step."""
    unit.db.execute(insert(loan).values(made=unit.now, changed=unit.now, **values))
    _step(unit, values["slug"], values["state"], values["by"], words)


def move(unit: Unit, slug: str, state: State, by: str | None, words: str = "") -> None:
    """Have a loan be in another state."""
    values = {"state": state, "by": by, "changed": unit.now}
    unit.db.execute(update(loan).where(loan.c.slug == slug).values(values))
    _step(unit, slug, state, by, words)


def _step(unit: Unit, slug: str, state: State, by: str | None, words: str) -> None:
    known = select(func.count()).select_from(step).where(step.c.loan == slug)
    number = int(unit.db.scalar(known) or 0) + 1
    row = {"loan": slug, "number": number, "state": state, "by": by, "at": unit.now}
    unit.db.execute(insert(step).values(**row, words=words))


def talk(unit: Unit, slug: str, post: str) -> None:
    """Keep where the two talk about a loan."""
    unit.db.execute(update(loan).where(loan.c.slug == slug).values(talk=post))


def set_terms(unit: Unit, thing_id: str, owner: str, said: Terms) -> None:
    """Keep how a thing is lent."""
    row = {"listing": thing_id, "owner": owner, "auto": said.auto, "most": said.most}
    upsert(unit.db, thing, row, key=["listing"])


def drop_terms(unit: Unit, thing_id: str) -> None:
    """Forget how a thing is lent that is no longer there."""
    unit.db.execute(delete(thing).where(thing.c.listing == thing_id))


def empty(unit: Unit, slug: str, values: dict[str, Any]) -> None:
    """Take from a loan what is of somebody who leaves, and all words with it."""
    unit.db.execute(update(loan).where(loan.c.slug == slug).values(talk=None, **values))
    unit.db.execute(update(step).where(step.c.loan == slug).values(words=""))


def forget(unit: Unit, who: str, slugs: Iterable[str]) -> None:
    """Remove some loans, and a member's terms and steps."""
    unit.db.execute(delete(loan).where(loan.c.slug.in_(list(slugs))))
    unit.db.execute(delete(thing).where(thing.c.owner == who))
    for table in (loan, step):
        unit.db.execute(update(table).where(table.c.by == who).values(by=None))
