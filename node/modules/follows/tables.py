"""One row for each follow we know of, whichever end of it is ours."""

from sqlalchemy import Column, ForeignKey, Index, String, Table

from node.kernel.database import Moment, new_metadata
from node.kernel.tables import account

metadata = new_metadata()


def _actor(name: str) -> Column[str]:
    key = ForeignKey(account.c.id, onupdate="CASCADE", ondelete="CASCADE")
    return Column(name, String(2048), key, primary_key=True)


follow = Table(
    "follow",
    metadata,
    _actor("follower"),
    _actor("followed"),
    Column("activity", String(2048), nullable=False),
    Column("state", String(10), nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "followed", "state"),
    Index(None, "activity"),
)
"""`state` is a value of rules.State."""
