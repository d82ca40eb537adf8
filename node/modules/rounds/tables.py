"""The rows of rounds: where they stand, and who had their turn; none of it leaves this node."""

from datetime import datetime

from sqlalchemy import Boolean, Column, ForeignKey, Index, String, Table, Text

from node.kernel.database import Moment, new_metadata
from node.kernel.tables import account
from node.modules.rounds.rules import Round
from vocab.values import dataclass

metadata = new_metadata()

standing = Table(
    "round_standing",
    metadata,
    Column("matter", String(64), primary_key=True),
    Column("round", String(20), nullable=False),
    Column("ends", Moment, nullable=False),
)
"""Where the rounds of a matter, the slug of a proposal, stand; the first one has no row."""

turn = Table(
    "round_turn",
    metadata,
    Column("matter", String(64), primary_key=True),
    Column("round", String(20), primary_key=True),
    Column(
        "member",
        String(2048),
        ForeignKey(account.c.id, onupdate="CASCADE", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("passed", Boolean, nullable=False),
    Column("text", Text),
    Column("at", Moment, nullable=False),
    Index(None, "member"),
)
"""What a member said in a round, or that they passed."""


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What a member said in a round, or that they passed."""

    round: Round
    member: str
    passed: bool
    text: str | None
    at: datetime
