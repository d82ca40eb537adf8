"""The rows of moderation: what is hidden, who is kept out, who is not seen, what was reported.

A `subject` is either a host (`is_host`: its name, with everything under it) or an actor's id.
"""

from typing import Any

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, String, Table, Text

from node.kernel.database import Moment, new_metadata
from node.kernel.tables import account

metadata = new_metadata()


def _whose(name: str, **more: Any) -> Column[str]:
    """A column that names an account and goes when the account's row goes."""
    points = ForeignKey(account.c.id, onupdate="CASCADE", ondelete="CASCADE")
    return Column(name, String(2048), points, **more)


hiding = Table(
    "hiding",
    metadata,
    Column("object", String(2048), primary_key=True),
    Column("by", String(2048), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
)
"""Why something is hidden; that it is stands in the column `hidden` of its own table."""

suspension = Table(
    "suspension",
    metadata,
    _whose("account", primary_key=True),
    Column("by", String(2048), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
)
"""Why a member is suspended; that they are stands in `account.suspended`."""

refusal = Table(
    "refusal",
    metadata,
    Column("subject", String(2048), primary_key=True),
    Column("is_host", Boolean, nullable=False),
    Column("by", String(2048), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
)
"""With whom the whole community has nothing to do."""

block = Table(
    "block",
    metadata,
    _whose("member", primary_key=True),
    Column("subject", String(2048), primary_key=True),
    Column("is_host", Boolean, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("at", Moment, nullable=False),
)
"""Whom one member does not want to see (`kind` mute), or wants nothing of (block)."""

report = Table(
    "report",
    metadata,
    Column("key", String(64), primary_key=True),
    _whose("by", nullable=True),
    Column("origin", String(255), nullable=False, default=""),
    Column("about", String(2048), nullable=False),
    Column("more", JSON, nullable=False, default=list),
    _whose("owner", nullable=True),
    Column("ground", String(20), nullable=False),
    Column("words", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("closed", Moment),
    Column("closed_by", String(2048)),
    Column("outcome", Text, nullable=False, default=""),
    Column("once", String(64), unique=True),
    Index(None, "closed", "at"),
    Index(None, "by"),
    Index(None, "origin"),
)
"""What somebody asked the keepers to look at. `by` is a member of ours; of a report that came
from another server only its host is kept, in `origin`. `owner` is whom it is about."""
