"""What is remembered about other servers, and of what was gone before it came."""

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table, Text

from node.kernel.database import Moment, new_metadata

metadata = new_metadata()

host = Table(
    "host",
    metadata,
    Column("domain", String(255), primary_key=True),
    Column("form", String(10)),
    Column("form_at", Moment),
    Column("failures", Integer, nullable=False, default=0),
    Column("retry_at", Moment),
    Column("last_ok", Moment),
    Column("last_error", Text),
    Column("first_seen", Moment, nullable=False),
)
"""A server we have met; `domain` is host and port as in its origin.

`form`: the spelling of signatures that worked there (`signatures.Form`). `failures` in a row
and `retry_at` are the back-off of the server as a whole."""

remembered = Table(
    "remembered",
    metadata,
    Column("hash", LargeBinary(16), primary_key=True),
    Column("at", Moment, nullable=False),
    Index(None, "at"),
    sqlite_with_rowid=False,
)
"""The hash of (actor, id) of what was deleted or undone before it came."""
