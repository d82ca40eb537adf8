"""All SQL about roles."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update

from node.kernel.access import Viewer
from node.kernel.database import change_rows, insert_new, upsert
from node.kernel.tables import account
from node.kernel.unit import Unit
from node.modules.decisions import api as decisions
from node.modules.roles import rules
from node.modules.roles.rules import Kind, Petition, Power, Spec, Stage, State, Why
from node.modules.roles.tables import (
    Asking,
    Holding,
    Nomination,
    Role,
    Selection,
    endorsement,
    holding,
    nomination,
    petition,
    role,
    selection,
    step,
)
from vocab.html import to_text
from vocab.values import dataclass

ALL: Final = Viewer(role="admin")
"""Whoever may see it: a decision says what it says."""
OPINIONS: Final = frozenset({decisions.Method.SENSE_CHECK, decisions.Method.ADVICE})
"""Ways that decide nothing."""


# What decisions say ---------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Naming:
    """A decision of ours in force, and the roles its text names."""

    record: decisions.Record
    specs: dict[str, Spec]


def naming(db: Connection, *, but: Collection[str] = ()) -> Iterator[Naming]:
    """Our decisions in force, the newest first, with what the text that was voted on says."""
    found = [one for one in decisions.in_force(db, ALL) if one.box and one.id not in but]
    for record in sorted(found, key=_since, reverse=True):
        box = decisions.box_of(db, record.box or "")
        # among options it is not said which of them sets anything up; a vote about people
        # holds words of others
        plain = box is not None and not box.options and box.method not in OPINIONS
        plain = plain and not about_people(db, record.box or "")
        text = to_text(str(box.subject["content"])) if box and plain else ""
        yield Naming(record=record, specs=dict(rules.named(text)))


def _since(record: decisions.Record) -> tuple[datetime, int]:
    return record.in_force or record.at, record.number or 0


def known(db: Connection) -> frozenset[str]:
    """The decisions that were read already."""
    return frozenset(db.scalars(select(step.c.record)))


def note(unit: Unit, record: str, key: str, state: str) -> None:
    """Keep what became of a decision that names a role."""
    row = {"record": record, "key": key, "state": state, "at": unit.now}
    upsert(unit.db, step, row, key=["record", "key"])


def failed(db: Connection) -> list[tuple[str, str]]:
    """Decisions that named a role and changed nothing: (record, code), the newest first."""
    mine = select(step.c.record, step.c.state).where(step.c.state.in_(rules.FAULTS))
    return [(r.record, r.state) for r in db.execute(mine.order_by(step.c.at.desc()).limit(5))]


def refused(db: Connection, key: str) -> frozenset[str]:
    """Decisions that named a role and changed nothing of it."""
    mine = select(step.c.record).where(step.c.key == key, step.c.state.in_(rules.FAULTS))
    return frozenset(db.scalars(mine))


# Roles ----------------------------------------------------------------------------------------


def _role(row: Any) -> Role:
    known_ = tuple(one for one in Power if one.value in row.powers)
    return Role(**{**row._mapping, "powers": known_})  # noqa: SLF001


def roles(db: Connection) -> list[Role]:
    """All roles by name, those that ended last."""
    return sorted(map(_role, db.execute(select(role))), key=lambda r: (r.ended is not None, r.key))


def role_of(db: Connection, slug: str) -> Role | None:
    """A role by its slug."""
    row = db.execute(select(role).where(role.c.slug == slug)).one_or_none()
    return _role(row) if row else None


def role_by_key(db: Connection, key: str) -> Role | None:
    """A role by its name as it is told apart."""
    row = db.execute(select(role).where(role.c.key == key)).one_or_none()
    return _role(row) if row else None


def set_role(unit: Unit, slug: str, **values: Any) -> None:
    """Change a role."""
    change_rows(unit.db, role.c.slug, slug, **values)


def add_role(unit: Unit, values: dict[str, Any]) -> None:
    """Keep a new role."""
    unit.db.execute(insert(role), values)


# Who holds them -------------------------------------------------------------------------------


def _holding(row: Any) -> Holding:
    more = {"kind": Kind(row.kind), "state": State(row.state)}
    return Holding(**{**row._mapping, **more, "why": Why(row.why) if row.why else None})  # noqa: SLF001


def _holdings(db: Connection, *which: Any) -> list[Holding]:
    found = select(holding).where(*which).order_by(holding.c.begins, holding.c.at, holding.c.id)
    return [_holding(row) for row in db.execute(found)]


def holdings(db: Connection, role_: str) -> list[Holding]:
    """All who hold, held or are to hold a role, the oldest term first."""
    return _holdings(db, holding.c.role == role_)


def holding_of(db: Connection, id: str) -> Holding | None:
    """One of them."""
    return next(iter(_holdings(db, holding.c.id == id)), None)


def live(db: Connection) -> list[Holding]:
    """All that are held or asked for, of every role."""
    return _holdings(db, holding.c.state.in_((State.HELD, State.ASKED)))


def of_selection(db: Connection, slug: str) -> list[Holding]:
    """Those whom a selection proposed, asks, or has chosen."""
    return _holdings(db, holding.c.selection == slug)


def of_person(db: Connection, member: str) -> list[Holding]:
    """All that a member holds, held or was to hold."""
    return _holdings(db, holding.c.member == member)


def of_record(db: Connection, record: str) -> list[Holding]:
    """Those whom a decision chose."""
    return _holdings(db, holding.c.record == record)


def powers(db: Connection, member: str, now: datetime) -> frozenset[str]:
    """What a member may do by the roles that they hold now."""
    found = db.scalars(_POWERS, {"who": member, "now": now})
    return frozenset(one for listed in found for one in listed)


# Built once, since every page asks it.
_POWERS = (
    select(role.c.powers)
    .join_from(holding, role)
    .join(account, holding.c.member == account.c.id)
    .where(
        holding.c.member == bindparam("who"),
        holding.c.state == State.HELD,
        holding.c.kind == Kind.SEAT,
        holding.c.begins <= bindparam("now"),
        holding.c.ends > bindparam("now"),
        role.c.ended.is_(None),
        account.c.suspended.is_(None),
    )
)


def add_holding(unit: Unit, values: dict[str, Any]) -> None:
    """Keep somebody who is proposed for a role."""
    unit.db.execute(insert(holding), {"at": unit.now, **values})


def set_holding(unit: Unit, id: str, **values: Any) -> None:
    """Change where somebody stands with a role."""
    change_rows(unit.db, holding.c.id, id, **values)


def drop_proposed(unit: Unit, slug: str) -> None:
    """Whom a selection proposed is proposed no longer."""
    mine = (holding.c.selection == slug) & (holding.c.state == State.PROPOSED)
    unit.db.execute(delete(holding).where(mine))


# Selections -----------------------------------------------------------------------------------


def _selection(row: Any) -> Selection:
    held = {k: v for k, v in row._mapping.items() if k != "once"}  # noqa: SLF001
    return Selection(**{**held, "stage": Stage(row.stage)})


def _selections(db: Connection, *which: Any) -> list[Selection]:
    found = select(selection).where(*which).order_by(selection.c.at.desc(), selection.c.slug)
    return [_selection(row) for row in db.execute(found)]


def selection_of(db: Connection, slug: str) -> Selection | None:
    """A selection by its slug."""
    return next(iter(_selections(db, selection.c.slug == slug)), None)


def selection_by(db: Connection, proposal: str) -> Selection | None:
    """The selection whose vote this is."""
    return next(iter(_selections(db, selection.c.proposal == proposal)), None)


def going(db: Connection, role_: str | None = None) -> list[Selection]:
    """The selections that go on, of one role or of all."""
    mine = [selection.c.stage.in_(rules.GOES_ON)]
    return _selections(db, *mine, *([selection.c.role == role_] if role_ else ()))


def made_by(db: Connection, once: str) -> str | None:
    """The selection that a form has begun already."""
    return db.scalar(select(selection.c.slug).where(selection.c.once == once))


def add_selection(unit: Unit, values: dict[str, Any]) -> None:
    """Begin a selection."""
    unit.db.execute(insert(selection), {"at": unit.now, "tries": 0, **values})


def set_selection(unit: Unit, slug: str, **values: Any) -> None:
    """Change where a selection stands."""
    change_rows(unit.db, selection.c.slug, slug, **values)


def nominations(db: Connection, slug: str) -> list[Nomination]:
    """Whom all have named; a page asks `selecting.told` what it may show."""
    columns = [c for c in nomination.c if c.name != "selection"]
    mine = select(*columns).where(nomination.c.selection == slug)
    return [
        Nomination(**{**row._mapping, "round": Stage(row.round)})  # noqa: SLF001
        for row in db.execute(mine.order_by(nomination.c.at, nomination.c.member))
    ]


def nominate(unit: Unit, slug: str, member: str, **values: Any) -> None:
    """Keep whom a member names."""
    row = {"selection": slug, "member": member, "at": unit.now, **values}
    upsert(unit.db, nomination, row, key=["selection", "member"])


def drop_nominations(unit: Unit, slug: str) -> None:
    """Forget who named whom, and why."""
    unit.db.execute(delete(nomination).where(nomination.c.selection == slug))


# Recall ---------------------------------------------------------------------------------------


def _petitions(db: Connection, *which: Any) -> list[Asking]:
    rows = db.execute(
        select(petition).where(*which).order_by(petition.c.at.desc(), petition.c.id)
    ).all()
    mine = endorsement.c.petition.in_([row.id for row in rows])
    said: dict[str, set[str]] = {row.id: set() for row in rows}
    for one in db.execute(select(endorsement).where(mine)):
        said[one.petition].add(one.member)
    return [_asking(row, frozenset(said[row.id])) for row in rows]


def _asking(row: Any, endorsers: frozenset[str]) -> Asking:
    held = {k: v for k, v in row._mapping.items() if k != "once"}  # noqa: SLF001
    held |= {"state": Petition(row.state), "hidden": row.hidden is not None}
    return Asking(**held, endorsers=endorsers)


def petitions(db: Connection, holding_: str) -> list[Asking]:
    """The petitions for the recall of one holder, the newest first."""
    return _petitions(db, petition.c.holding == holding_)


def petition_of(db: Connection, id: str) -> Asking | None:
    """A petition."""
    return next(iter(_petitions(db, petition.c.id == id)), None)


def petition_by(db: Connection, proposal: str) -> Asking | None:
    """The petition whose vote this is."""
    return next(iter(_petitions(db, petition.c.proposal == proposal)), None)


def petitioned(db: Connection, once: str) -> str | None:
    """The petition that a form has made already."""
    return db.scalar(select(petition.c.id).where(petition.c.once == once))


def pending(db: Connection) -> list[Asking]:
    """The petitions that gather, are heard, or voted on."""
    return _petitions(db, petition.c.state.in_((Petition.OPEN, Petition.HEARING, Petition.VOTE)))


def add_petition(unit: Unit, values: dict[str, Any]) -> None:
    """Keep a petition."""
    unit.db.execute(insert(petition), {"at": unit.now, "state": Petition.OPEN, **values})


def set_petition(unit: Unit, id: str, **values: Any) -> None:
    """Change where a petition stands."""
    change_rows(unit.db, petition.c.id, id, **values)


def endorse(unit: Unit, id: str, member: str) -> None:
    """Keep that a member asks for a recall."""
    insert_new(unit.db, endorsement, {"petition": id, "member": member})


def drop_endorsements(unit: Unit, id: str) -> None:
    """Forget who asked for a recall."""
    unit.db.execute(delete(endorsement).where(endorsement.c.petition == id))


# Names of people ------------------------------------------------------------------------------


def about_people(db: Connection, proposal: str) -> bool:
    """Whether a vote is about people in a role: to choose them, or to recall one."""
    chosen = select(selection.c.slug).where(selection.c.proposal == proposal)
    recalled = select(petition.c.id).where(petition.c.proposal == proposal)
    return db.scalar(chosen) is not None or db.scalar(recalled) is not None


def of_member(db: Connection, member: str) -> dict[str, list[dict[str, Any]]]:
    """What is kept of a member, for their own export."""
    held = select(role.c.name, *holding.c).join_from(holding, role)
    said = select(nomination, account.c.name.label("who"), account.c.handle).join_from(
        nomination, account, nomination.c.nominee == account.c.id, isouter=True
    )
    asked = select(petition).where(petition.c.author == member).order_by(petition.c.at)
    answers = select(petition.c.answer).join_from(petition, holding)
    backed = select(petition.c.text).join_from(endorsement, petition)
    return {
        "held": [
            {"role": r.name, "as": r.kind, "state": r.state, "from": _iso(r.begins),
             "until": _iso(r.closed or r.ends), "handover": r.handover}
            for r in db.execute(held.where(holding.c.member == member).order_by(holding.c.at))
        ],
        "named": [
            {"whom": r.who or r.handle, "reason": r.reason, "at": r.at.isoformat()}
            for r in db.execute(said.where(nomination.c.member == member))
        ],
        "led": [
            {"at": r.at.isoformat(), "stage": r.stage}
            for r in db.execute(select(selection).where(selection.c.lead == member))
        ],
        "recalls": [
            {"text": r.text, "at": r.at.isoformat()} for r in db.execute(asked)
        ],
        "answered": [
            {"text": r.answer}
            for r in db.execute(answers.where(holding.c.member == member, petition.c.answer != ""))
        ],
        "recalls_backed": [
            {"text": r.text} for r in db.execute(backed.where(endorsement.c.member == member))
        ],
    }  # fmt: skip


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def forget(unit: Unit, member: str) -> None:
    """Remove what a leaving member said of others, and their name from what stays."""
    mine = or_(nomination.c.member == member, nomination.c.nominee == member)
    unit.db.execute(delete(nomination).where(mine))
    unit.db.execute(delete(endorsement).where(endorsement.c.member == member))
    theirs = select(holding.c.id).where(holding.c.member == member)
    # what was said of them goes, too
    unit.db.execute(delete(petition).where(petition.c.holding.in_(theirs)))
    unit.db.execute(update(petition).where(petition.c.author == member)
                    .values(author=None, text=""))  # fmt: skip
    change_rows(unit.db, selection.c.lead, member, lead=None)
    change_rows(unit.db, holding.c.member, member, member=None, handover="")
