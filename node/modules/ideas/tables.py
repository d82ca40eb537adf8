"""The rows of ideas and of who supports them; none of it ever leaves this node."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from node.kernel.database import Moment, new_metadata
from node.kernel.tables import account
from node.modules.ideas.rules import State
from vocab.values import dataclass

metadata = new_metadata()

idea = Table(
    "idea",
    metadata,
    Column("slug", String(64), primary_key=True),
    Column(
        "author", String(2048), ForeignKey(account.c.id, onupdate="CASCADE", ondelete="SET NULL")
    ),
    Column("title", String(120), nullable=False),
    Column("text", Text, nullable=False),
    Column("state", String(20), nullable=False),
    Column("at", Moment, nullable=False),
    Column("ends", Moment, nullable=False),
    Column("proposal", String(64)),
    Column("once", String(64), unique=True),
    Index(None, "state", "at"),
    Index(None, "author"),
)
"""`ends`: when it lapses; `proposal`: the slug of what it became."""

support = Table(
    "idea_support",
    metadata,
    Column("idea", String(64), ForeignKey(idea.c.slug, ondelete="CASCADE"), primary_key=True),
    Column(
        "member",
        String(2048),
        ForeignKey(account.c.id, onupdate="CASCADE", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("points", Integer, nullable=False),
    Index(None, "member"),
)
"""The points that lie on an idea while it gathers; they go back when it no longer does."""


@dataclass(frozen=True, kw_only=True)
class Idea:
    """An idea with the sums of its support, and the points of whoever looks."""

    slug: str
    author: str | None
    title: str
    text: str
    state: State
    at: datetime
    ends: datetime
    proposal: str | None
    people: int
    points: int
    mine: int
