"""The rows of roles: what they are, who holds them, how somebody is chosen or recalled.

None of it ever leaves this node but what stands in `told`. A name goes with its account; that
somebody held a role stays.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from node.kernel.database import Moment, new_metadata
from node.kernel.tables import account
from node.modules.roles.rules import Kind, Petition, Power, Stage, State, Why
from vocab.values import dataclass

metadata = new_metadata()


def _member(name: str, end: str = "SET NULL", **more: Any) -> Column[str]:
    key = ForeignKey(account.c.id, onupdate="CASCADE", ondelete=end)
    return Column(name, String(2048), key, **more)


role = Table(
    "role",
    metadata,
    Column("slug", String(64), primary_key=True),
    Column("key", String(60), nullable=False, unique=True),
    Column("name", String(60), nullable=False),
    Column("purpose", Text, nullable=False),
    Column("powers", JSON, nullable=False),
    Column("months", Integer, nullable=False),
    Column("seats", Integer, nullable=False),
    Column("record", String(2048), nullable=False),
    Column("at", Moment, nullable=False),
    Column("ended", Moment),
)
"""A role; `key`: its name as it is told apart; `record`: the decision that says what it is now."""

step = Table(
    "role_step",
    metadata,
    Column("record", String(2048), primary_key=True),
    Column("key", String(60), primary_key=True),
    Column("state", String(20), nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "key"),
)
"""A decision in force and what became of a role it names: "set", or the code of why nothing. One
that names none has one row with no key, so that it is not read again."""

selection = Table(
    "role_selection",
    metadata,
    Column("slug", String(64), primary_key=True),
    Column("role", String(64), ForeignKey(role.c.slug, ondelete="CASCADE"), nullable=False),
    _member("lead"),
    Column("stage", String(20), nullable=False),
    Column("ends", Moment, nullable=False),
    Column("at", Moment, nullable=False),
    Column("proposal", String(64), unique=True),
    Column("tries", Integer, nullable=False),
    Column("once", String(64), unique=True),
    Index(None, "role"),
    Index(None, "lead"),
)
"""How somebody is chosen; `ends`: of its stage; `proposal`: the slug of the vote for consent."""

holding = Table(
    "role_holding",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("role", String(64), ForeignKey(role.c.slug, ondelete="CASCADE"), nullable=False),
    _member("member"),
    Column("kind", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("begins", Moment),
    Column("ends", Moment),
    Column("closed", Moment),
    Column("why", String(20)),
    Column("selection", String(64), ForeignKey(selection.c.slug, ondelete="SET NULL")),
    Column("record", String(2048)),
    Column("handover", Text, nullable=False, default=""),
    Column("at", Moment, nullable=False),
    Index(None, "role"),
    Index(None, "member"),
    Index(None, "selection"),
)
"""Somebody in a role; `record`: the decision that chose them; `closed`: when it really ended."""

nomination = Table(
    "role_nomination",
    metadata,
    Column(
        "selection",
        String(64),
        ForeignKey(selection.c.slug, ondelete="CASCADE"),
        primary_key=True,
    ),
    _member("member", "CASCADE", primary_key=True),
    _member("nominee", "CASCADE"),
    Column("reason", Text, nullable=False),
    Column("round", String(20), nullable=False),
    Column("passed", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "member"),
    Index(None, "nominee"),
)
"""Whom a member names, and why; `round`: in which they last had their turn."""

petition = Table(
    "role_petition",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("holding", String(64), ForeignKey(holding.c.id, ondelete="CASCADE"), nullable=False),
    _member("author"),
    Column("text", Text, nullable=False),
    Column("answer", Text, nullable=False, default=""),
    Column("state", String(20), nullable=False),
    Column("ends", Moment, nullable=False),
    Column("proposal", String(64), unique=True),
    Column("at", Moment, nullable=False),
    Column("hidden", Moment),
    Column("once", String(64), unique=True),
    Index(None, "holding"),
    Index(None, "author"),
)
"""A petition for a recall; `answer`: of whoever holds the role."""

endorsement = Table(
    "role_endorsement",
    metadata,
    Column("petition", String(64), ForeignKey(petition.c.id, ondelete="CASCADE"),
           primary_key=True),
    _member("member", "CASCADE", primary_key=True),
    Index(None, "member"),
)  # fmt: skip
"""Who asks for a recall. It is shown to nobody, and gone once they are enough or too late."""

told = Table(
    "role_told",
    metadata,
    Column("id", String(2048), primary_key=True),
    Column(
        "owner",
        String(2048),
        ForeignKey(account.c.id, onupdate="CASCADE", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("reach", String(20), nullable=False),
    Column("holding", String(64), ForeignKey(holding.c.id, ondelete="CASCADE"), unique=True),
    Column("member", String(2048), nullable=False),
    Column("label", String(100), nullable=False),
    Column("powers", JSON, nullable=False),
    Column("begins", Moment, nullable=False),
    Column("ends", Moment, nullable=False),
    Column("mandate", String(2048)),
    Column("revision", Integer, nullable=False),
    Column("published", Moment, nullable=False),
    Index(None, "owner"),
    Index(None, "member"),
    Index(None, "ends"),
)
"""What trusted nodes are told of who holds a role, and what they tell us. With a `holding` it is
ours: somebody said yes, and while the row stands they have not taken it back. `powers`: as on the
wire; `member`: the id of somebody who need not be known here."""


@dataclass(frozen=True, kw_only=True)
class Role:
    """A role."""

    slug: str
    key: str
    name: str
    purpose: str
    powers: tuple[Power, ...]
    months: int
    seats: int
    record: str
    at: datetime
    ended: datetime | None


@dataclass(frozen=True, kw_only=True)
class Holding:
    """Somebody in a role."""

    id: str
    role: str
    member: str | None
    kind: Kind
    state: State
    begins: datetime | None
    ends: datetime | None
    closed: datetime | None
    why: Why | None
    selection: str | None
    record: str | None
    handover: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Selection:
    """How somebody is chosen."""

    slug: str
    role: str
    lead: str | None
    stage: Stage
    ends: datetime
    at: datetime
    proposal: str | None
    tries: int


@dataclass(frozen=True, kw_only=True)
class Nomination:
    """Whom a member names, and why."""

    member: str
    nominee: str | None
    reason: str
    round: Stage
    passed: bool
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Asking:
    """A petition for a recall, with how many ask for it."""

    id: str
    holding: str
    author: str | None
    text: str
    answer: str
    state: Petition
    ends: datetime
    proposal: str | None
    at: datetime
    hidden: bool
    endorsers: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Told:
    """What is told of somebody in a role."""

    id: str
    owner: str
    reach: str
    holding: str | None
    member: str
    label: str
    powers: tuple[str, ...]
    begins: datetime
    ends: datetime
    mandate: str | None
    revision: int
    published: datetime
