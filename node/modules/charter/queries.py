"""What the charter reads: which decisions in force set what."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, insert, select

from node.kernel.access import Viewer
from node.kernel.choices import Choice
from node.kernel.unit import Unit
from node.modules.charter import rules
from node.modules.charter.tables import step
from node.modules.decisions import api as decisions
from vocab.html import to_text
from vocab.values import dataclass

ALL: Final = Viewer(role="admin")
"""Whoever may see it: a decision sets what it sets."""


@dataclass(frozen=True, kw_only=True)
class Naming:
    """A decision of ours in force, by which method, and what its text sets."""

    record: decisions.Record
    method: str
    sets: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Step:
    """What a decision has set, or the code of why it has not."""

    record: str
    choice: str
    value: str
    state: str
    at: datetime


def naming(db: Connection, *, but: frozenset[str] = frozenset()) -> Iterator[Naming]:
    """Our decisions in force, the newest first, with what the text that was voted on sets.

    Args:
        db: any connection.
        but: ids of records that need not be read.
    """
    found = [one for one in decisions.in_force(db, ALL) if one.box and one.id not in but]
    for record in sorted(found, key=_since, reverse=True):
        box = decisions.box_of(db, record.box or "")
        # among options it is not said which of them sets anything; a vote about people
        # holds words of others
        plain = box is not None and not box.options and not box.people
        text = to_text(str(box.subject["content"])) if box and plain else ""
        yield Naming(record=record, method=box.method if box else "", sets=rules.named(text))


def _since(record: decisions.Record) -> tuple[datetime, int]:
    return record.in_force or record.at, record.number or 0


def warrants(db: Connection, decision: str, choice: Choice, value: Any) -> bool:
    """Whether this is our newest decision in force that may set a choice, and sets it to that."""
    held = standing(db, choice)
    return held is not None and held == decision and said_by(db, held, choice) == value


def standing(db: Connection, choice: Choice) -> str | None:
    """The newest decision in force that may set a choice and names it, with what it may be."""
    for one in naming(db):
        if choice.name in one.sets and rules.enough(choice.level, one.method):
            fits = choice.read(one.sets[choice.name]) is not None
            return one.record.id if fits else None
    return None


def said_by(db: Connection, record: str, choice: Choice) -> Any:
    """What a decision in force sets a choice to."""
    found = next(one for one in naming(db) if one.record.id == record)
    return choice.read(found.sets[choice.name])


def set_by(db: Connection, record: str) -> dict[str, str]:
    """The choices that a decision has set, and to what."""
    mine = select(step.c.choice, step.c.value).where(step.c.record == record, step.c.choice != "")
    set_ = mine.where(step.c.state == "set").order_by(step.c.choice)
    return {row.choice: row.value for row in db.execute(set_)}


def known(db: Connection) -> frozenset[str]:
    """The records that were read already."""
    return frozenset(db.scalars(select(step.c.record)))


def steps(db: Connection, choice: str) -> list[Step]:
    """What decisions have said of a choice, the newest first."""
    mine = select(step).where(step.c.choice == choice).order_by(step.c.at.desc(), step.c.record)
    return [Step(**row._mapping) for row in db.execute(mine)]  # noqa: SLF001


def add(unit: Unit, record: str, choice: str, value: str, state: str) -> None:
    """Keep what became of a decision that names a choice."""
    row = {"record": record, "choice": choice, "value": value, "state": state, "at": unit.now}
    unit.db.execute(insert(step).values(row))
