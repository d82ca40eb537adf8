"""All SQL about polls: what was asked, how often each answer was given, that somebody answered."""

import hashlib
import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, delete, func, insert, select, update

from node.kernel.database import change_rows, insert_new
from node.kernel.unit import Unit
from node.modules.notes.rules import Option
from node.modules.notes.tables import answer, option, poll
from vocab.values import dataclass


@dataclass(frozen=True, kw_only=True)
class Poll:
    """A poll as a page needs it. `options`: each with how often it was chosen."""

    note: str
    several: bool
    ends: datetime | None
    voters: int | None
    salt: str
    told: datetime | None
    options: tuple[Option, ...]
    advises: str | None = None
    """The proposal on which a community hears others."""
    answered: bool = False
    """The viewer has."""

    def is_over(self, now: datetime) -> bool:
        """Whether no answer counts any more."""
        return self.ends is not None and self.ends <= now

    @property
    def names(self) -> list[str]:
        """Its answers, in their order."""
        return [one.name for one in self.options]

    def mark(self, voter: str, name: str = "") -> bytes:
        """That somebody answered, or chose one answer, so that only a guess finds it again."""
        return hashlib.sha256(f"{self.salt}\n{voter}\n{name}".encode()).digest()[:16]


def of(db: Connection, ids: Collection[str], viewer: str | None = None) -> dict[str, Poll]:
    """The polls of some posts, by the post; with whether the viewer has answered each."""
    # every reach: it is asked about posts that somebody sees
    options: dict[str, list[Option]] = {}
    wanted = select(option).where(option.c.note.in_(ids)).order_by(option.c.number)
    for row in db.execute(wanted):
        options.setdefault(row.note, []).append(Option(name=row.name, count=row.given))
    found = {
        row.note: Poll(
            note=row.note,
            several=row.several,
            ends=row.ends,
            voters=row.voters,
            salt=row.salt,
            told=row.told,
            advises=row.advises,
            options=tuple(options.get(row.note, ())),
        )
        for row in db.execute(select(poll).where(poll.c.note.in_(ids)))
    }
    return {id: _seen(db, one, viewer) for id, one in found.items()} if viewer else found


def about(db: Connection, proposal: str) -> list[str]:
    """The posts by which views on a proposal are asked for."""
    # every reach: whoever asks sees the proposal, and shows of these what somebody may see
    return list(db.scalars(select(poll.c.note).where(poll.c.advises == proposal)))


def _seen(db: Connection, one: Poll, viewer: str) -> Poll:
    # every reach: it is asked about posts that somebody sees
    mine = and_(answer.c.note == one.note, answer.c.mark == one.mark(viewer))
    answered = db.scalar(select(func.count()).select_from(answer).where(mine))
    return Poll(**{**one.__dict__, "answered": bool(answered)})


def one(db: Connection, id: str, viewer: str | None = None) -> Poll | None:
    """The poll of one post."""
    return of(db, [id], viewer).get(id)


def add(
    unit: Unit,
    id: str,
    options: Sequence[Option],
    *,
    several: bool,
    ends: datetime | None,
    voters: int | None,
    advises: str | None = None,
) -> None:
    """Keep a poll; in place of what was asked before, if there was, with its answers."""
    for table in (answer, option, poll):
        unit.db.execute(delete(table).where(table.c.note == id))
    salt = secrets.token_urlsafe(16)
    row = {"note": id, "several": several, "ends": ends, "voters": voters, "salt": salt}
    unit.db.execute(insert(poll), row | {"advises": advises})
    for number, each in enumerate(options):
        told = {"note": id, "number": number, "name": each.name, "given": each.count}
        unit.db.execute(insert(option), told)


def set_counts(
    unit: Unit, id: str, counts: Mapping[str, int], *, ends: datetime | None, voters: int | None
) -> None:
    """Take over the numbers that a poll's own server says."""
    change_rows(unit.db, poll.c.note, id, ends=ends, voters=voters)
    for name, count in counts.items():
        this = and_(option.c.note == id, option.c.name == name)
        unit.db.execute(update(option).where(this).values(given=count))


def remember(unit: Unit, asked: Poll, voter: str, name: str = "") -> bool:
    """Remember that somebody answered, or chose one answer; false if they had."""
    return insert_new(unit.db, answer, {"note": asked.note, "mark": asked.mark(voter, name)})


def count(unit: Unit, id: str, name: str, *, new_voter: bool) -> None:
    """Count one answer."""
    this = and_(option.c.note == id, option.c.name == name)
    unit.db.execute(update(option).where(this).values(given=option.c.given + 1))
    if new_voter:
        more = update(poll).where(poll.c.note == id)
        unit.db.execute(more.values(voters=func.coalesce(poll.c.voters, 0) + 1))


def tell(unit: Unit, id: str) -> None:
    """Write down that the numbers go out now."""
    change_rows(unit.db, poll.c.note, id, told=unit.now)


def forget_answers(unit: Unit, id: str) -> None:
    """Forget that anybody answered: the poll is over."""
    unit.db.execute(delete(answer).where(answer.c.note == id))


def remove(unit: Unit, ids: Collection[str]) -> None:
    """Take away the polls of posts that are gone."""
    for table in (answer, option, poll):
        unit.db.execute(delete(table).where(table.c.note.in_(ids)))
