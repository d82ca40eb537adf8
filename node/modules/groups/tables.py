"""The rows of groups: what is put before ours and told of it, pins, what others' servers are."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    UniqueConstraint,
)

from node.kernel.database import Moment, new_metadata
from node.kernel.tables import account

metadata = new_metadata()


def _account(name: str, *, key: bool = False) -> Column[str]:
    points = ForeignKey(account.c.id, onupdate="CASCADE", ondelete="CASCADE")
    return Column(name, String(2048), points, primary_key=key, nullable=False)


submission = Table(
    "group_submission",
    metadata,
    Column("post", String(2048), primary_key=True),
    _account("owner"),
    Column("activity", String(2048), nullable=False),
    Column("state", String(10), nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "state", "at"),
    Index(None, "owner", "at"),
)
"""A post that its author put before our group; `activity` is the Create."""

told = Table(
    "group_told",
    metadata,
    Column("id", String(2048), primary_key=True),
    Column("post", String(2048), nullable=False),
    Column("about", String(2048), nullable=False),
    Column("acts", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    UniqueConstraint("about", "acts"),
    Index(None, "post"),
)
"""An Announce of our group: of a post by its id, or (`acts`) of the activity `about` as it came."""

pin = Table(
    "group_pin",
    metadata,
    _account("owner", key=True),
    Column("post", String(2048), primary_key=True),
    Column("at", Moment, nullable=False),
    Index(None, "post"),
)
"""A post that an actor, ours or not, shows first (`featured`)."""

server = Table(
    "group_server",
    metadata,
    Column("domain", String(255), primary_key=True),
    Column("software", String(60)),
    Column("acts", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
)
"""What the server of a follower is, by its NodeInfo, and whether it takes activities in groups."""

named = Table(
    "group_named",
    metadata,
    _account("account", key=True),
)
"""Keepers who let others know that they keep the group."""
