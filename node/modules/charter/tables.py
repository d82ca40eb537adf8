"""The rows of the charter: what each decision in force has set, or why it has not."""

from sqlalchemy import Column, Index, String, Table, Text

from node.kernel.database import Moment, new_metadata

metadata = new_metadata()

step = Table(
    "charter_step",
    metadata,
    Column("record", String(2048), primary_key=True),
    Column("choice", String(60), primary_key=True),
    Column("value", Text, nullable=False),
    Column("state", String(20), nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "choice", "at"),
)
"""A decision in force and what it names; `state`: set, or the code of why it was not. A decision
that names nothing has one row with no choice, so that it is not read again."""
