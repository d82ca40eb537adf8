"""One row for each node with which there is, was or may be trust."""

from sqlalchemy import Column, ForeignKey, Index, String, Table

from node.kernel.database import Moment, new_metadata
from node.kernel.tables import account

metadata = new_metadata()

peering = Table(
    "peering",
    metadata,
    Column(
        "service",
        String(2048),
        ForeignKey(account.c.id, onupdate="CASCADE", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("state", String(10), nullable=False),
    Column("asked_by", String(4), nullable=False),
    Column("ours", String(2048)),
    Column("theirs", String(2048)),
    Column("ours_is", String(6)),
    Column("statement", String(2048)),
    Column("at", Moment, nullable=False),
    Column("starts", Moment, nullable=False),
    Column("ends", Moment, nullable=False),
    Column("lapses", Moment, nullable=False),
    Index(None, "state", "ends"),
    Index(None, "ours"),
    Index(None, "theirs"),
    Index(None, "statement"),
)
"""`state` is a value of rules.State, `asked_by` of rules.Side.

`ours` and `theirs` are the ids of each side's Offer or Accept (`ours_is` says which ours
is), `statement` the id of our own Relationship. Trust holds until `ends`; a proposal waits for
an answer until `lapses`.
"""
