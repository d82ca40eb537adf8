"""What becomes of decisions: measures, expectations, steps and reviews. Members alone see them.

`matter` is the box in which it was decided, which is also the name of the proposal's page.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Row,
    String,
    Table,
    Text,
    false,
    text,
)  # fmt: skip

from node.kernel.database import Moment, new_metadata
from node.kernel.tables import account
from node.modules.deliveries.rules import State, Verdict
from node.modules.proposals.api import Evidence
from vocab.things import PropertyValue
from vocab.values import dataclass

metadata = new_metadata()


def _member(name: str, **more: Any) -> Column[str]:
    key = ForeignKey(account.c.id, onupdate="CASCADE", ondelete="SET NULL")
    return Column(name, String(2048), key, **more)


measure = Table(
    "delivery_measure",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("matter", String(64), nullable=False),
    Column("what", String(200), nullable=False),
    Column("how", String(500), nullable=False),
    _member("by"),
    Column("at", Moment, nullable=False),
    Index(None, "matter", "at"),
    Index(None, "by"),
)
"""By what a decision is judged: a sentence, and how it is looked at."""

expectation = Table(
    "delivery_expectation",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("matter", String(64), nullable=False),
    Column(
        "by",
        String(2048),
        ForeignKey(account.c.id, onupdate="CASCADE", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("text", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("day", Date),
    Column("publish", Boolean, nullable=False, default=False, server_default=false()),
    Index(None, "matter", "by", unique=True),
    Index(None, "by"),
)
"""What a member who would decide otherwise expects; shown after the close, without the name.

`day`: by when it will show; what was written before there were days has none. `publish`: it is
to stand in the record (`decisions.state`)."""

step = Table(
    "delivery_step",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("matter", String(64), nullable=False),
    Column("what", String(200), nullable=False),
    Column("done_when", Text, nullable=False),
    Column("due", Date, nullable=False),
    Column("state", String(10), nullable=False),
    _member("owner"),
    _member("checker"),
    _member("maker"),
    Column("proof", Text),
    Column("link", String(2048)),
    Column("returned", Text),
    Column("at", Moment, nullable=False),
    Column("moved", Moment, nullable=False),
    Column("once", String(64), unique=True),
    Index(None, "matter", "at"),
    Index(None, "owner"),
    Index(None, "checker"),
    Index(None, "maker"),
)
"""A step of a decision in force. `proof` and `link`: what its owner shows; `returned`: why its
checker sent it back last."""

review = Table(
    "delivery_review",
    metadata,
    Column("matter", String(64), primary_key=True),
    Column("verdict", String(10), nullable=False),
    Column("reasons", Text, nullable=False),
    Column("found", JSON, nullable=False),
    Column("came", JSON, nullable=False),
    _member("by"),
    _member("second"),
    Column("at", Moment, nullable=False),
    Column("stands", Moment),
    Index(None, "by"),
    Index(None, "second"),
)
"""The review of a decision. `found`: what was found, by the id of the measure; `came`: what became
of what was expected, by its key (`queries.Expected`); `stands`: since somebody else agreed."""

report = Table(
    "delivery_report",
    metadata,
    Column("id", String(2048), primary_key=True),
    Column("slug", String(64), nullable=False, unique=True),
    Column(
        "owner",
        String(2048),
        ForeignKey(account.c.id, onupdate="CASCADE", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("reach", String(20), nullable=False),
    Column("hidden", Moment),
    Column("record", String(2048), nullable=False),
    Column("status", String(200), nullable=False),
    Column("content", Text, nullable=False),
    Column("lang", String(35)),
    Column("metrics", JSON, nullable=False, default=list, server_default=text("'[]'")),
    Column("evidence", JSON, nullable=False, default=list, server_default=text("'[]'")),
    Column("published", Moment, nullable=False),
    Column("once", String(64), unique=True),
    Index(None, "record", "published"),
    Index(None, "owner"),
)
"""What a community, ours or another, tells others of a decision of its own.

`content` is HTML, without the lists at its end that say `metrics` and `evidence` once more."""


@dataclass(frozen=True, kw_only=True)
class Measure:
    """By what a decision is judged."""

    id: str
    matter: str
    what: str
    how: str
    by: str | None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of a decision, with the names of its people."""

    id: str
    matter: str
    what: str
    done_when: str
    due: date
    state: State
    owner: str | None
    checker: str | None
    maker: str | None
    proof: str | None
    link: str | None
    returned: str | None
    at: datetime
    moved: datetime

    @property
    def path(self) -> str:
        """Its page."""
        return f"/deliveries/{self.matter}/steps/{self.id}"


@dataclass(frozen=True, kw_only=True)
class Review:
    """What was found when a decision was looked at again."""

    matter: str
    verdict: Verdict
    reasons: str
    found: Mapping[str, str]
    came: Mapping[str, str]
    by: str | None
    second: str | None
    at: datetime
    stands: datetime | None


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a community tells others of how a decision is carried out."""

    id: str
    slug: str
    owner: str
    owner_name: str
    ours: bool
    reach: str
    record: str
    status: str
    content: str
    lang: str | None
    metrics: Sequence[PropertyValue]
    evidence: Sequence[Evidence]
    published: datetime

    @property
    def path(self) -> str:
        """Its page."""
        return f"/reports/{self.slug}"


def measure_of(row: Row[Any]) -> Measure:
    """The value of a row of `delivery_measure`."""
    return Measure(**row._mapping)  # noqa: SLF001


def step_of(row: Row[Any]) -> Step:
    """The value of a row of `delivery_step`."""
    held = {key: value for key, value in row._mapping.items() if key != "once"}  # noqa: SLF001
    return Step(**{**held, "state": State(row.state)})


def review_of(row: Row[Any]) -> Review:
    """The value of a row of `delivery_review`."""
    return Review(**{**row._mapping, "verdict": Verdict(row.verdict)})  # noqa: SLF001
