"""The rows of challenges and of who backs them; none of it ever leaves this node."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text

from node.kernel.database import Moment, new_metadata
from node.kernel.tables import account
from node.modules.challenges.rules import Ground, State
from vocab.values import dataclass

metadata = new_metadata()

challenge = Table(
    "challenge",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("matter", String(64), nullable=False),
    Column(
        "author", String(2048), ForeignKey(account.c.id, onupdate="CASCADE", ondelete="SET NULL")
    ),
    Column("ground", String(20), nullable=False),
    Column("text", Text, nullable=False),
    Column("state", String(20), nullable=False),
    Column("at", Moment, nullable=False),
    Column("once", String(64), unique=True),
    Column("hidden", Moment),
    Index(None, "matter"),
    Index(None, "author"),
)
"""`matter`: the slug of the proposal that was decided."""

backing = Table(
    "challenge_backing",
    metadata,
    Column(
        "challenge", String(64), ForeignKey(challenge.c.id, ondelete="CASCADE"), primary_key=True
    ),
    Column(
        "member",
        String(2048),
        ForeignKey(account.c.id, onupdate="CASCADE", ondelete="CASCADE"),
        primary_key=True,
    ),
    Index(None, "member"),
)
"""Who backs a challenge, beside its author."""


@dataclass(frozen=True, kw_only=True)
class Challenge:
    """A challenge, with who backs it."""

    id: str
    matter: str
    author: str | None
    ground: Ground
    text: str
    state: State
    at: datetime
    backers: tuple[str, ...]
    hidden: bool = False
    """A keeper hid its words; that there is one stays, and it can be backed."""
