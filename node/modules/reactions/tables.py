"""The rows of reactions: one for each like, emoji and share, of anything."""

from sqlalchemy import Column, ForeignKey, Index, String, Table, UniqueConstraint

from node.kernel.database import Moment, new_metadata
from node.kernel.tables import account

metadata = new_metadata()

reaction = Table(
    "reaction",
    metadata,
    Column("activity", String(2048), primary_key=True),
    Column(
        "actor",
        String(2048),
        ForeignKey(account.c.id, onupdate="CASCADE", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("object", String(2048), nullable=False),
    Column("verb", String(10), nullable=False),
    Column("content", String(70), nullable=False),
    Column("icon", String(2048)),
    Column("at", Moment, nullable=False),
    UniqueConstraint("object", "actor", "verb", "content"),
    Index(None, "actor", "verb", "at"),
)
"""That somebody likes or shares a thing; `content` is an emoji or a `:shortcode:`, or empty.

`verb` is of `rules.Verb`; `icon` where the picture of a shortcode lies, at its own server."""
