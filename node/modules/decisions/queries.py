"""What decisions read: boxes, records, answers. Ballots are read in `boxes.py`, by units alone."""

import json
from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, func, select

from node.kernel.access import Viewer, visible
from node.kernel.database import is_kept
from node.kernel.tables import account
from node.modules.decisions.methods.face import Method as Way
from node.modules.decisions.methods.face import Setup
from node.modules.decisions.methods.showing import EXACT
from node.modules.decisions.methods.ways import Method, setup, way
from node.modules.decisions.objects import Option
from node.modules.decisions.options import key, options_of
from node.modules.decisions.replies import Answer
from node.modules.decisions.rules import FEWEST_BALLOTS, SUPPRESSED_BELOW
from node.modules.decisions.tables import box, record, response, roster
from node.modules.moderation.api import kept_out, unseen
from vocab.values import dataclass


@dataclass(frozen=True, kw_only=True)
class Box:
    """One vote. `outcome`, `reasons` and `receipts` are there once it is counted."""

    id: str
    method: Method
    share: Fraction
    counts: bool
    opened: datetime
    closes: datetime
    review: datetime
    eligible: int
    needed: int
    roster_hash: str
    subject: Mapping[str, Any]
    subject_digest: str
    counted: datetime | None
    outcome: str | None
    reasons: list[list[str]] | None
    receipts: list[str] | None
    active: int | None
    settings: Mapping[str, Any] | None
    extended: bool
    run_off: list[str] | None
    lot: str | None
    lot_word: str | None
    lot_words: list[str] | None

    @property
    def people(self) -> bool:
        """Whether it is about people: then its text sets nothing else."""
        return bool((self.settings or {}).get("people"))

    @property
    def options(self) -> tuple[Option, ...]:
        """What there is to choose from, in a run-off what is left of it; none for one text."""
        among = options_of(self.subject)
        return tuple(o for o in among if not self.run_off or key(o.id) in self.run_off)

    @property
    def way(self) -> Way:
        """How its ballots are counted."""
        return way(self.method, among=bool(self.options))

    @property
    def setup(self) -> Setup:
        """What was fixed before the first ballot."""
        return setup(self.method, self.keys, self.eligible, self.settings or {})

    @property
    def fewest(self) -> int:
        """The fewest ballots that decide it."""
        return int((self.settings or {}).get("fewest", FEWEST_BALLOTS))

    @property
    def floor(self) -> int:
        """The smallest group that its record shows."""
        return int((self.settings or {}).get("floor", SUPPRESSED_BELOW))

    @property
    def exact(self) -> int:
        """The ballots from which on its record tells a count exactly."""
        return int((self.settings or {}).get("exact", EXACT))

    @property
    def open(self) -> bool:
        """Whether members see after the close who voted how, as it was fixed at its opening."""
        return bool((self.settings or {}).get("open"))

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the options, such as "opt-1"."""
        return tuple(key(option.id) for option in self.options)


@dataclass(frozen=True, kw_only=True)
class Record:
    """A decision, ours or another community's, with its owner's name."""

    id: str
    slug: str
    owner: str
    owner_name: str
    ours: bool
    reach: str
    box: str | None
    number: int | None
    name: str
    outcome: str
    document: Mapping[str, Any]
    digest: str
    seal: str
    code: str
    at: datetime
    sent: datetime | None
    settled: datetime | None
    in_force: datetime | None
    ended: datetime | None
    answers: Mapping[str, Any] | None

    @property
    def holds(self) -> bool:
        """Whether it is in force."""
        return self.in_force is not None and self.ended is None

    @property
    def concludes(self) -> bool:
        """Whether it says what came of a joint decision."""
        return "concludes" in self.document


def language_of(one: Record) -> str | None:
    """The language a record is written in, if it says so."""
    said = one.document.get("contentMap")
    return next(iter(said), None) if isinstance(said, dict) else None


@dataclass(frozen=True, kw_only=True)
class Response:
    """What a community answers to a record, with its name."""

    id: str
    record: str
    owner: str
    owner_name: str
    ours: bool
    reach: str
    response: str
    basis: str | None
    document: Mapping[str, Any]
    state: str
    code: str
    at: datetime


_BOX = select(box).where(box.c.id == bindparam("id"))


def box_of(db: Connection, box_id: str) -> Box | None:
    """A box by its id."""
    row = db.execute(_BOX, {"id": box_id}).one_or_none()
    if row is None:
        return None
    held = dict(row._mapping)  # noqa: SLF001
    return Box(**{**held, "method": Method(row.method), "share": Fraction(row.share)})


def voted(db: Connection, box_id: str, member: str) -> bool | None:
    """Whether a member has voted in a box; None if they are not on its list."""
    mine = (roster.c.box == box_id) & (roster.c.member == member)
    return db.scalar(select(roster.c.voted).where(mine))


def recused(db: Connection, box_id: str, member: str) -> bool:
    """Whether a member stays out of a box because they have a stake in it."""
    mine = (roster.c.box == box_id) & (roster.c.member == member)
    return bool(db.scalar(select(roster.c.recused).where(mine)))


def bases(db: Connection, box_id: str) -> tuple[int, int, int]:
    """Who is in the base of a box now: who may vote, the active among them, and who stays out."""
    rows = db.execute(select(roster.c.active, roster.c.recused).where(roster.c.box == box_id)).all()
    inside = [row.active for row in rows if not row.recused]
    return len(inside), sum(inside), len(rows) - len(inside)


def turnout(db: Connection, box_id: str) -> int:
    """How many have voted; for units alone, since it tells when somebody did."""
    mine = (roster.c.box == box_id) & roster.c.voted
    return db.scalar(select(func.count()).select_from(roster).where(mine)) or 0


def open_for(db: Connection, member: str, now: datetime) -> dict[str, datetime]:
    """The boxes that wait for a member's ballot, with the time each closes."""
    mine = (
        select(box.c.id, box.c.closes)
        .join_from(roster, box)
        .where(roster.c.member == member, ~roster.c.voted, ~roster.c.recused)
        .where(box.c.counted.is_(None), box.c.closes > now)
    )
    return {row.id: row.closes for row in db.execute(mine)}


def due_boxes(db: Connection, now: datetime) -> list[str]:
    """Boxes whose time has come and that nobody has counted."""
    over = select(box.c.id).where(box.c.counted.is_(None), box.c.closes <= now)
    return list(db.scalars(over))


_OWNER = (account.c.name.label("owner_name"), account.c.handle, account.c.local)
_RECORD = (*(c for c in record.c if c.name not in ("link", "checkpoint")), *_OWNER)
# every reach: whoever builds on it says who looks
_FOUND = select(*_RECORD).join_from(record, account, record.c.owner == account.c.id)
_BY_ID = _FOUND.where(record.c.id == bindparam("id"))
_BY_BOX = _FOUND.where(record.c.box == bindparam("box"))


def _record_of(row: Row[Any]) -> Record:
    held = dict(row._mapping)  # noqa: SLF001
    handle, local = held.pop("handle"), held.pop("local")
    held.pop("hidden")
    held["document"] = json.loads(row.document)
    return Record(**{**held, "ours": local, "owner_name": row.owner_name or handle})


def record_by_id(db: Connection, record_id: str, viewer: Viewer) -> Record | None:
    """A record by its id on the wire, if this viewer may see it."""
    is_here = is_kept(db, record.c.id, record_id)
    return _record_where(db, viewer, record.c.id == record_id) if is_here else None


def record_by_slug(db: Connection, slug: str, viewer: Viewer) -> Record | None:
    """A record by the last part of its address, if this viewer may see it."""
    return _record_where(db, viewer, record.c.slug == slug)


def _record_where(db: Connection, viewer: Viewer, this: ColumnElement[bool]) -> Record | None:
    return _any_where(db, this, visible(record, viewer), record.c.owner.not_in(kept_out()))


def any_record(db: Connection, record_id: str) -> Record | None:
    """A record by its id, for units."""
    row = db.execute(_BY_ID, {"id": record_id}).one_or_none()
    return _record_of(row) if row else None


def decided_by(db: Connection, box_id: str) -> Record | None:
    """The record that came of a box, for units."""
    row = db.execute(_BY_BOX, {"box": box_id}).one_or_none()
    return _record_of(row) if row else None


def _any_where(db: Connection, *these: ColumnElement[bool]) -> Record | None:
    # every reach: who is a unit may look at any record, who is not has said who looks
    row = db.execute(_FOUND.where(*these)).one_or_none()
    return _record_of(row) if row else None


def record_of_box(db: Connection, box_id: str, viewer: Viewer) -> Record | None:
    """The record that came of a box, if this viewer may see it."""
    return _any_where(db, record.c.box == box_id, visible(record, viewer))


def records(
    db: Connection, viewer: Viewer, *, ours: bool, since: datetime | None = None, most: int = 50
) -> list[Record]:
    """Decisions made here, or elsewhere, that a viewer may see; newest first."""
    seen = _FOUND.where(visible(record, viewer), account.c.local.is_(ours))
    seen = seen.where(record.c.owner.not_in(unseen(viewer.id, both_ways=False)))
    if since is not None:
        seen = seen.where(record.c.at >= since)
    rows = db.execute(seen.order_by(record.c.at.desc(), record.c.slug).limit(most))
    return [_record_of(row) for row in rows]


def unsettled(db: Connection, viewer: Viewer) -> list[Record]:
    """Decisions made here whose reach nobody has chosen yet."""
    open_ = _FOUND.where(visible(record, viewer), account.c.local, record.c.settled.is_(None))
    open_ = open_.where(record.c.ended.is_(None))
    return [_record_of(row) for row in db.execute(open_.order_by(record.c.at))]


def to_review(db: Connection, viewer: Viewer, now: datetime) -> list[Record]:
    """Decisions made here and in force whose day to be looked at again has come, oldest first."""
    due = _FOUND.join(box, record.c.box == box.c.id).where(box.c.review <= now)
    holds = record.c.in_force.is_not(None) & record.c.ended.is_(None)
    seen = due.where(visible(record, viewer), account.c.local, holds)
    return [_record_of(row) for row in db.execute(seen.order_by(box.c.review, record.c.slug))]


@dataclass(frozen=True, kw_only=True)
class Link:
    """A record of ours in the chain; `link` is None until it is bound."""

    id: str
    number: int
    link: str | None
    document: Mapping[str, Any]


def links(db: Connection, owner: str) -> list[Link]:
    """All records of ours in the order of the chain, for units and for what is told of it."""
    # every reach: a leaf says nothing of a text, and without it the chain would break
    columns = (record.c.id, record.c.number, record.c.link, record.c.document)
    mine = select(*columns).where(record.c.owner == owner, record.c.number.is_not(None))
    return [
        Link(id=row.id, number=row.number, link=row.link, document=json.loads(row.document))
        for row in db.execute(mine.order_by(record.c.number))
    ]


def checkpoint(db: Connection, owner: str) -> Mapping[str, Any] | None:
    """What a community of ours signed last of its chain."""
    # every reach: it says how many records there are, and nothing of any
    mine = select(record.c.checkpoint).where(record.c.owner == owner, record.c.link.is_not(None))
    held: Mapping[str, Any] | None = db.scalar(mine.order_by(record.c.number.desc()).limit(1))
    return held


def register(db: Connection, viewer: Viewer, *, as_of: datetime | None = None) -> list[Record]:
    """Our records that a viewer may see, newest first; with `as_of` those in force at a moment."""
    seen = _FOUND.where(visible(record, viewer), account.c.local, record.c.number.is_not(None))
    if as_of is not None:
        over = record.c.ended.is_(None) | (record.c.ended > as_of)
        seen = seen.where(record.c.in_force <= as_of, over)
    return [_record_of(row) for row in db.execute(seen.order_by(record.c.number.desc()))]


def holding(db: Connection, viewer: Viewer) -> list[Record]:
    """Our records that are in force, as a viewer may see them; newest first."""
    return [one for one in register(db, viewer) if one.holds]


def published(
    db: Connection, owner: str, viewer: Viewer, *, in_force: bool
) -> list[tuple[str, datetime]]:
    """Ids and times of our records that have left, as a viewer may see them; newest first."""
    when = record.c.in_force if in_force else record.c.sent
    left = select(record.c.id, when.label("at")).where(visible(record, viewer))
    mine = left.where(record.c.owner == owner, record.c.sent.is_not(None), when.is_not(None))
    if in_force:
        mine = mine.where(record.c.ended.is_(None))
    return [(row.id, row.at) for row in db.execute(mine.order_by(when.desc(), record.c.id))]


# every reach: whoever builds on it says who looks
_REPLIES: Select[Any] = select(*response.c, *_OWNER).join_from(
    response, account, response.c.owner == account.c.id
)


def _response_of(row: Row[Any]) -> Response:
    held = dict(row._mapping)  # noqa: SLF001
    handle, local = held.pop("handle"), held.pop("local")
    held["document"] = json.loads(row.document)
    return Response(**{**held, "ours": local, "owner_name": row.owner_name or handle})


def responses_to(
    db: Connection, record_id: str, viewer: Viewer, *, counted: bool = True
) -> list[Response]:
    """What communities answered to a record: those that count, or all; oldest first."""
    seen = _REPLIES.where(response.c.record == record_id, visible(response, viewer))
    seen = seen.where(response.c.owner.not_in(unseen(viewer.id, both_ways=False)))
    if counted:
        seen = seen.where(response.c.state == "counts")
    rows = db.execute(seen.order_by(response.c.at, response.c.id))
    return [_response_of(row) for row in rows]


def any_response(db: Connection, response_id: str) -> Response | None:
    """An answer by its id, for units."""
    # every reach: a unit judges what it may do with any answer
    row = db.execute(_REPLIES.where(response.c.id == response_id)).one_or_none()
    return _response_of(row) if row else None


def response_by_id(db: Connection, response_id: str, viewer: Viewer) -> Response | None:
    """An answer by its id, if this viewer may see it."""
    if not is_kept(db, response.c.id, response_id):
        return None
    seen = visible(response, viewer)
    row = db.execute(_REPLIES.where(response.c.id == response_id, seen)).one_or_none()
    return _response_of(row) if row else None


def said_before(db: Connection, record_id: str, owner: str) -> list[str]:
    """What a community has answered to a record so far, in order; refused answers left out."""
    # every reach: an answer counts once, whoever may see it
    mine = (response.c.record == record_id) & (response.c.owner == owner)
    kept = select(response.c.response, response.c.at).where(mine, response.c.state != "refused")
    rows = db.execute(kept)
    said = sorted((row.at, row.response == Answer.RETRACTED, row.response) for row in rows)
    return [one for *_, one in said]
