"""Accounts of time and the entries between them; a column `minutes` is whole minutes.

An entry is one row that names both accounts, so what one has more another has less: the sum
over all accounts is zero by the shape of the table, whatever is written into it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Row, String, Table, Text

from node.kernel.database import Moment, new_metadata
from node.modules.ledger.rules import Kind, Why

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
