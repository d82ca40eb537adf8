"""All SQL of deliveries."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from node.kernel.access import Viewer, visible
from node.kernel.database import insert_new, is_kept, upsert
from node.kernel.tables import account
from node.kernel.unit import Unit
from node.modules.decisions import api as decisions
from node.modules.deliveries import figures
from node.modules.deliveries.rules import OPEN, State
from node.modules.deliveries.tables import (
    Measure,
    Report,
    Review,
    Step,
    expectation,
    measure,
    measure_of,
    report,
    review,
    review_of,
    step,
    step_of,
)
from node.modules.moderation.api import kept_out, unseen

# What is there ------------------------------------------------------------------------------


def measures(db: Connection, matter: str) -> list[Measure]:
    """By what a decision is judged, in the order in which it was written."""
    mine = select(measure).where(measure.c.matter == matter)
    return [measure_of(row) for row in db.execute(mine.order_by(measure.c.at, measure.c.id))]


def measured(db: Connection, matters: Collection[str]) -> set[str]:
    """Those of some matters that have a measure."""
    return set(db.scalars(select(measure.c.matter).where(measure.c.matter.in_(list(matters)))))


def expectations(db: Connection, matter: str) -> list[Row[Any]]:
    """What members expect of a decision, by random ids, so that no order tells who wrote what."""
    told = expectation.c.id, expectation.c.text, expectation.c.day, expectation.c.publish
    mine = select(*told).where(expectation.c.matter == matter)
    return list(db.execute(mine.order_by(expectation.c.id)))


def expectation_of(db: Connection, matter: str, member: str) -> Row[Any] | None:
    """What a member expects of a decision, if they said anything."""
    mine = (expectation.c.matter == matter) & (expectation.c.by == member)
    return db.execute(select(expectation).where(mine)).one_or_none()


def steps(db: Connection, matter: str) -> list[Step]:
    """The steps of a decision: those with the nearest day first."""
    mine = select(step).where(step.c.matter == matter)
    return _steps(db, mine.order_by(step.c.due, step.c.at, step.c.id))


def step_by_id(db: Connection, id: str) -> Step | None:
    """A step."""
    return next(iter(_steps(db, select(step).where(step.c.id == id))), None)


def with_member(db: Connection, member: str) -> list[Step]:
    """Open steps that a member carries out, checks or wrote down."""
    mine = or_(step.c.owner == member, step.c.checker == member, step.c.maker == member)
    wanted = select(step).where(mine, step.c.state.in_(sorted(OPEN)))
    return _steps(db, wanted.order_by(step.c.due, step.c.id))


def _steps(db: Connection, wanted: Select[Any]) -> list[Step]:
    return [step_of(row) for row in db.execute(wanted)]


def open_steps(db: Connection, matter: str) -> int:
    """How many steps of a decision are still to be done."""
    mine = (step.c.matter == matter) & step.c.state.in_(sorted(OPEN))
    return db.scalar(select(func.count()).select_from(step).where(mine)) or 0


def review_of_matter(db: Connection, matter: str) -> Review | None:
    """The review of a decision, whether it stands or not."""
    row = db.execute(select(review).where(review.c.matter == matter)).one_or_none()
    return review_of(row) if row else None


def reviewed(db: Connection, matters: Collection[str]) -> set[str]:
    """Those of some matters whose review stands."""
    mine = review.c.matter.in_(list(matters)) & review.c.stands.is_not(None)
    return set(db.scalars(select(review.c.matter).where(mine)))


_REPORT: tuple[ColumnElement[Any], ...] = (
    *(c for c in report.c if c.name not in ("once", "hidden")),
    *(account.c[name] for name in ("local", "name", "handle")),
)


def _reports(db: Connection, viewer: Viewer, *which: ColumnElement[bool]) -> list[Report]:
    found = select(*_REPORT).join_from(report, account)
    seen = found.where(visible(report, viewer), report.c.owner.not_in(kept_out()), *which)
    rows = db.execute(seen.order_by(report.c.published.desc(), report.c.slug)).all()
    return [_report_of(row) for row in rows]


def _report_of(row: Row[Any]) -> Report:
    held = dict(row._mapping)  # noqa: SLF001
    name, handle = held.pop("name"), held.pop("handle")
    held["metrics"] = figures.numbers_of(held["metrics"])
    held["evidence"] = figures.links_of(held["evidence"])
    return Report(**held | {"owner_name": name or handle, "ours": held.pop("local")})


def report_by_id(db: Connection, id: str, viewer: Viewer) -> Report | None:
    """A report by its id on the wire, if this viewer may see it."""
    if not is_kept(db, report.c.id, id):
        return None
    return next(iter(_reports(db, viewer, report.c.id == id)), None)


def report_by_slug(db: Connection, slug: str, viewer: Viewer) -> Report | None:
    """A report by the last part of its address, if this viewer may see it."""
    return next(iter(_reports(db, viewer, report.c.slug == slug)), None)


def reports_on(db: Connection, record: str, viewer: Viewer) -> list[Report]:
    """The reports on a decision that a viewer may see, newest first."""
    return _reports(db, viewer, report.c.record == record)


def reports_of_others(db: Connection, viewer: Viewer, most: int) -> list[Report]:
    """What other communities reported last, newest first."""
    shown = report.c.owner.not_in(unseen(viewer.id, both_ways=False))
    return _reports(db, viewer, ~account.c.local, shown)[:most]


def any_report(db: Connection, id: str) -> str | None:
    """The slug of a report, for units."""
    # every reach: what is known is known, whoever may see it
    return db.scalar(select(report.c.slug).where(report.c.id == id))


def reported_by(db: Connection, once: str) -> str | None:
    """The slug of the report that a form has made already."""
    # every reach: a second sending of one form has no second effect
    return db.scalar(select(report.c.slug).where(report.c.once == once))


# Changes ------------------------------------------------------------------------------------


def add_measure(unit: Unit, values: Mapping[str, Any]) -> None:
    """Keep a measure; the same one twice is one."""
    insert_new(unit.db, measure, {"at": unit.now, **values})


def drop_measure(unit: Unit, id: str) -> None:
    """Take a measure away."""
    unit.db.execute(delete(measure).where(measure.c.id == id))


def expect(unit: Unit, matter: str, member: str, values: Mapping[str, Any]) -> None:
    """Keep what a member expects, in place of what they said before; nothing takes it back."""
    mine = (expectation.c.matter == matter) & (expectation.c.by == member)
    unit.db.execute(delete(expectation).where(mine))
    if values:
        row = {"matter": matter, "by": member, "at": unit.now, **values}
        unit.db.execute(insert(expectation).values(row))


def unname(unit: Unit, ids: Collection[str]) -> None:
    """Forget who expects what stands in a record now; the record has the words."""
    unit.db.execute(delete(expectation).where(expectation.c.id.in_(ids)))


def add_step(unit: Unit, values: Mapping[str, Any]) -> bool:
    """Keep a new step; false if its form was sent before."""
    return insert_new(unit.db, step, {"at": unit.now, "moved": unit.now, **values})


def change_step(unit: Unit, id: str, **values: Any) -> None:
    """Give a step other values."""
    unit.db.execute(update(step).where(step.c.id == id).values(moved=unit.now, **values))


def keep_review(unit: Unit, matter: str, values: Mapping[str, Any]) -> None:
    """Keep a review, in place of one that does not stand yet."""
    row = {"matter": matter, "at": unit.now, "second": None, "stands": None, **values}
    upsert(unit.db, review, row, key=["matter"])


def keep_once(unit: Unit, id: str, once: str) -> None:
    """Remember the form that made a report."""
    unit.db.execute(update(report).where(report.c.id == id).values(once=once))


def second(unit: Unit, matter: str, member: str) -> None:
    """Let a review stand."""
    mine = review.c.matter == matter
    unit.db.execute(update(review).where(mine).values(second=member, stands=unit.now))


# Leaving ------------------------------------------------------------------------------------


def of_member(db: Connection, member: str) -> dict[str, list[Mapping[str, Any]]]:
    """Every row in which a member has a part, by table."""
    mine = {
        "measures": select(measure).where(measure.c.by == member),
        "expectations": select(expectation).where(expectation.c.by == member),
        "steps": select(step).where(
            or_(step.c.owner == member, step.c.checker == member, step.c.maker == member)
        ),
        "reviews": select(review).where(or_(review.c.by == member, review.c.second == member)),
    }
    return {name: [dict(row._mapping) for row in db.execute(one)] for name, one in mine.items()}  # noqa: SLF001


def forget(unit: Unit, member: str) -> None:
    """Remove a member's words, and their name from what they had a part in.

    What somebody was still to do is free again; measures, steps and reviews that stand are the
    community's, and stay without a name.
    """
    run, own = unit.db.execute, step.c.owner == member
    for id in unit.db.scalars(select(expectation.c.id).where(expectation.c.by == member)):
        decisions.unstate(unit, id)
    run(delete(expectation).where(expectation.c.by == member))
    run(delete(review).where(review.c.by == member, review.c.stands.is_(None)))
    run(update(review).where(review.c.by == member).values(by=None))
    run(update(review).where(review.c.second == member).values(second=None))
    run(update(measure).where(measure.c.by == member).values(by=None))
    run(update(step).where(own, step.c.state.in_(sorted(OPEN))).values(state=State.FREE))
    run(update(step).where(own).values(owner=None, proof=None, link=None, returned=None))
    gone = {"checker": None, "returned": None}
    run(update(step).where(step.c.checker == member).values(gone))
    run(update(step).where(step.c.maker == member).values(maker=None))
