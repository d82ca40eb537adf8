"""What is remembered about other servers, and of what was gone before it came."""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
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

lost = Table(
    "lost",
    metadata,
    Column("name", String(255), primary_key=True),
    Column("activity", String(2048), nullable=False),
    Column("place", String(2048), nullable=False),
    Column("domain", String(255), nullable=False),
    Column("code", String(60), nullable=False),
    Column("since", Moment, nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "domain"),
    Index(None, "activity"),
    Index(None, "at"),
)
"""A letter of ours that one place never got: given up `at`, and why, after trying `since`.

`name` as in `letters.name`; `place` is an inbox, or an actor who could not be found."""

pair = Table(
    "pair",
    metadata,
    Column("domain", String(255), primary_key=True),
    Column("service", String(2048), nullable=False),
    Column("cursor", String(2048)),
    Column("number", Integer, nullable=False, default=0),
    Column("looked", Moment),
    Column("code", String(60)),
    Column("fetched", Integer, nullable=False, default=0),
    Column("missed", Integer, nullable=False, default=0),
    Column("back", Moment),
    Column("came", Moment),
    Column("theirs", Integer, nullable=False, default=0),
    Column("start", String(120)),
    Column("older", Moment),
)
"""A node of our kind that gives what we missed, and may ask what it missed (`catching`).

`cursor` is the address at which we go on with its letters and `number` the last one there;
`looked` is our last look and `code` what went wrong in it; `fetched` letters came that way,
`missed` were not kept for us any more; `back` is when it was seen to have gone back to an earlier
state without saying so. `came` is when it last asked us, `theirs` up to where. `start` is its
last start as it was heard, `older` when a copy that began before that was heard."""

passed = Table(
    "passed",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("peer", String(255), nullable=False),
    Column("activity", String(2048), nullable=False),
    Column("mark", LargeBinary(16), nullable=False),
    Column("at", Moment, nullable=False),
    Column("number", Integer),
    Column("link", String(16)),
    UniqueConstraint("peer", "mark"),
    UniqueConstraint("peer", "number"),
    Index(None, "at"),
    sqlite_autoincrement=True,
)
"""A letter of ours that was meant for a host in `pair`; `mark` is the hash of its id.

The seal job gives `number`, from 1 for each peer, and `link`, which chains it to the one before:
a copy of this node that numbers other letters is noticed by it."""

asked = Table(
    "asked",
    metadata,
    Column("hash", LargeBinary(16), primary_key=True),
    Column("at", Moment, nullable=False),
    Index(None, "at"),
    sqlite_with_rowid=False,
)
"""When something was last asked of another server that is asked for once in a while only
(`sparingly`), or was said to be gone by somebody unknown (`rumours`)."""

allowance = Table(
    "allowance",
    metadata,
    Column("letter", Integer, primary_key=True, autoincrement=False),
    Column("fetches", Integer, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "at"),
)
"""What one letter that came in may still make us ask of other servers (`budget`).

No row: nothing was asked for it yet. The letter itself may be gone before what it led to."""
