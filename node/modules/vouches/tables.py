"""One row for each thing that a member says of another; it never leaves this node."""

from datetime import datetime

from sqlalchemy import Column, Index, String, Table

from node.kernel.database import Moment, new_metadata
from node.modules.vouches.rules import What
from vocab.values import dataclass

metadata = new_metadata()

vouch = Table(
    "vouch",
    metadata,
    Column("by", String(2048), primary_key=True),
    Column("about", String(2048), primary_key=True),
    Column("what", String(10), primary_key=True),
    Column("at", Moment, nullable=False),
    Index(None, "about", "at"),
)


@dataclass(frozen=True, kw_only=True)
class Vouch:
    """What a member says of another."""

    by: str
    about: str
    what: What
    at: datetime
