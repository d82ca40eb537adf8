"""The rows of who else somebody is, and of who moved where."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, String, Table

from node.kernel.database import Moment, new_metadata
from node.kernel.tables import account

metadata = new_metadata()


def _whose(name: str) -> Column[str]:
    points = ForeignKey(account.c.id, onupdate="CASCADE", ondelete="CASCADE")
    return Column(name, String(2048), points, primary_key=True)


alias = Table(
    "alias",
    metadata,
    _whose("account"),
    Column("other", String(2048), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("mutual", Boolean, nullable=False),
    Column("looked", Moment, nullable=False),
)
"""An account elsewhere that a member says is also theirs; `mutual` if it said so, too, when we
looked last."""

move = Table(
    "move",
    metadata,
    _whose("old"),
    Column("new", String(2048), nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "new"),
)
"""The last move of an account that was believed, ours or remote."""

news = Table(
    "moved_news",
    metadata,
    _whose("member"),
    _whose("old"),
    Column("new", String(2048), nullable=False),
    Column("at", Moment, nullable=False),
)
"""Somebody whom a member follows lives elsewhere now; there until the member answers."""
