"""What is remembered about other servers, and of what was gone before it came."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from node.kernel.database import Moment, new_metadata
from node.kernel.tables import account

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
    Column("silent_since", Moment),
    Column("back", Moment),
    Column("doubted", Moment),
    Column("confirmed", Moment),
)
"""A server we have met; `domain` is host and port as in its origin.

`form`: the spelling of signatures that worked there (`signatures.Form`). `failures` in a row
and `retry_at` are the back-off of the server as a whole. `silent_since` and `back` are the ends of
its last long absence; `doubted` since when its keys are not believed after it (`returning`), and
`confirmed` when a keeper said that they are its own."""

kept_key = Table(
    "kept_key",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column(
        "account",
        String(2048),
        ForeignKey(account.c.id, onupdate="CASCADE", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("key_id", String(2048), nullable=False),
    Column("multikey", Text, nullable=False),
    Column("until", Moment, nullable=False),
    Column("revoked", Boolean, nullable=False, default=False),
    Index(None, "account"),
    sqlite_autoincrement=True,
)
"""A key that an actor, ours or remote, had until a moment; `revoked` if others may have it."""

remembered = Table(
    "remembered",
    metadata,
    Column("hash", LargeBinary(16), primary_key=True),
    Column("at", Moment, nullable=False),
    Index(None, "at"),
    sqlite_with_rowid=False,
)
"""The hash of (actor, id) of what was deleted or undone before it came."""
