"""Accounts of time and the entries between them; a column `minutes` is whole minutes.

An entry is one row that names both accounts, so what one has more another has less: the sum
over all accounts is zero by the shape of the table, whatever is written into it.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from node.kernel.database import Moment, new_metadata
from node.modules.ledger import pairs
from node.modules.ledger.pairs import Leg, Way
from node.modules.ledger.rules import Kind, Why
from vocab.values import dataclass

metadata = new_metadata()

account = Table(
    "ledger_account",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("holder", String(2048), unique=True),
    Column("opened", Moment, nullable=False),
)
"""`kind` is a value of rules.Kind. `holder`: a member, or the service of another node; None for
the community's own, and for whoever has left."""

entry = Table(
    "ledger_entry",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("giver", String(64), ForeignKey(account.c.id), nullable=False),
    Column("receiver", String(64), ForeignKey(account.c.id), nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("why", String(12), nullable=False),
    Column("about", String(2048), unique=True),
    Column("title", String(300), nullable=False, default=""),
    Column("words", Text, nullable=False, default=""),
    Column("away", String(2048)),
    Column("by", String(2048)),
    Column("reverses", String(64), ForeignKey("ledger_entry.id"), unique=True),
    Column("asked", Moment),
    Column("once", String(64), unique=True),
    Column("at", Moment, nullable=False),
    CheckConstraint("minutes > 0", name="something"),
    CheckConstraint("giver <> receiver", name="two_accounts"),
    Index(None, "giver", "at"),
    Index(None, "receiver", "at"),
)
"""`giver` gave the time, `receiver` received it. `about` is the Offer of the agreement it comes
from; `away` who it was at another node; `by` who wrote it; `reverses` the entry that it takes
back; `asked`: since when the receiver asks the giver to take it back."""


@dataclass(frozen=True, kw_only=True)
class Held:
    """An account of time."""

    id: str
    kind: Kind
    holder: str | None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """So many minutes from one account to another."""

    id: str
    giver: str
    receiver: str
    minutes: int
    why: Why
    about: str | None
    title: str
    words: str
    away: str | None
    by: str | None
    reverses: str | None
    asked: datetime | None
    at: datetime


def held_of(row: Row[Any]) -> Held:
    """The value of a row of `ledger_account`."""
    return Held(id=row.id, kind=Kind(row.kind), holder=row.holder)


def entry_of(row: Row[Any]) -> Entry:
    """The value of a row that holds all columns of `ledger_entry`."""
    values = {c.name: row._mapping[c] for c in entry.c if c.name != "once"}  # noqa: SLF001
    return Entry(**{**values, "why": Why(values["why"])})


pair = Table(
    "ledger_pair",
    metadata,
    Column("service", String(2048), primary_key=True),
    Column("ours", Integer, nullable=False),
    Column("theirs", Integer, nullable=False),
    Column("decision", Text, nullable=False),
    Column("by", String(2048)),
    Column("at", Moment, nullable=False),
    Column("frozen", Moment),
    Column("why", String(60), nullable=False, default=""),
    Column("compared", Moment),
)
"""A node with which time may be exchanged: up to how many minutes we may owe (`ours`) and they may
(`theirs`), by which decision; `frozen`: since when nothing passes, and why; `compared`: when both
last found the same."""

leg = Table(
    "ledger_leg",
    metadata,
    Column("transfer", String(36), primary_key=True),
    Column("service", String(2048), nullable=False),
    Column("way", String(4), nullable=False),
    Column("state", String(10), nullable=False),
    Column("seq", Integer),
    Column("settled", Integer),
    Column("minutes", Integer, nullable=False),
    Column("payer", String(2048), nullable=False),
    Column("payee", String(2048), nullable=False),
    Column("offer", String(2048), unique=True),
    Column("id", String(2048)),
    Column("agreement", String(2048)),
    Column("about", String(2048), unique=True),
    Column("title", String(300), nullable=False, default=""),
    Column("previous", String(100)),
    Column("digest", String(100)),
    Column("approved", Boolean, nullable=False, default=False),
    Column("code", String(60), nullable=False, default=""),
    Column("made", Moment, nullable=False),
    Column("ends", Moment),
    Column("changed", Moment, nullable=False),
    UniqueConstraint("service", "way", "settled"),
    CheckConstraint("minutes > 0", name="something"),
    Index(None, "service", "way", "state"),
)
"""One transfer between a pair, as this node has it. `seq` is its number in its direction, `settled`
the same once it is settled, so that no number is settled twice; `about` the Offer of the agreement
it pays for, `agreement` the agreement; `previous` and `digest` chain the settled ones."""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A node with which time may be exchanged."""

    service: str
    ours: int
    theirs: int
    decision: str
    by: str | None
    at: datetime
    frozen: datetime | None
    why: str
    compared: datetime | None

    @property
    def line(self) -> pairs.Line:
        """How far out of balance the two may be."""
        return pairs.Line(ours=self.ours, theirs=self.theirs)


@dataclass(frozen=True, kw_only=True)
class Transfer:
    """One transfer between a pair."""

    transfer: str
    service: str
    way: Way
    state: Leg
    seq: int | None
    settled: int | None
    minutes: int
    payer: str
    payee: str
    offer: str | None
    id: str | None
    agreement: str | None
    about: str | None
    title: str
    previous: str | None
    digest: str | None
    approved: bool
    code: str
    made: datetime
    ends: datetime | None
    changed: datetime


def pair_of(row: Row[Any]) -> Pair:
    """The value of a row of `ledger_pair`."""
    return Pair(**row._mapping)  # noqa: SLF001


def transfer_of(row: Row[Any]) -> Transfer:
    """The value of a row of `ledger_leg`."""
    values = dict(row._mapping)  # noqa: SLF001
    return Transfer(**{**values, "way": Way(values["way"]), "state": Leg(values["state"])})
