"""The kernel's own rows; a module keeps its tables beside its other code.

A foreign key to a column that holds an id on the wire says `onupdate="CASCADE"`:
when a community takes its public address, all its ids change at once.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    Text,
)

from node.kernel.database import SECRET, Moment, new_metadata
from vocab.values import dataclass

metadata = new_metadata()

account = Table(
    "account",
    metadata,
    Column("id", String(2048), primary_key=True),
    Column("local", Boolean, nullable=False),
    Column("type", String(40), nullable=False),
    Column("kind", String(40)),
    Column("handle", String(200), nullable=False),
    Column("domain", String(255), nullable=False),
    Column("acct", String(456)),
    Column("name", String(500), nullable=False, default=""),
    Column("summary", Text, nullable=False, default=""),
    Column("url", String(2048)),
    Column("face", String(2048)),
    Column("inbox", String(2048), nullable=False),
    Column("shared_inbox", String(2048)),
    Column("outbox", String(2048)),
    Column("followers", String(2048)),
    Column("service", String(2048)),
    Column("key_id", String(2048)),
    Column("public_key", Text),
    Column("assertion_keys", JSON, nullable=False, default=dict),
    Column("locked", Boolean, nullable=False, default=False),
    Column("discoverable", Boolean, nullable=False, default=False),
    Column("indexable", Boolean, nullable=False, default=False),
    Column("document", JSON),
    Column("created", Moment, nullable=False),
    Column("fetched", Moment),
    Column("suspended", Moment),
    Column("gone", Moment),
    Column("moved", String(2048)),
    Column("doubted", Moment),
    Index(None, "domain", "handle"),
    Index(None, "key_id"),
    Index(None, "followers"),
    Index(None, "acct"),
)
"""An actor we know, ours or remote. `assertion_keys`: key id to Multikey (FEP-521a).

`handle` is what it calls itself, `domain` the host of its id; `acct` the name that was proven of
a remote one, `ben@birch.example` in small letters, whose host may be another one.
`face` is where its picture lies: of one of ours, a path here. `moved` is the id of the account it
lives in now, once both have said so; `doubted` since when its server is not known to be the one
we knew (security.md V21)."""

actor_key = Table(
    "actor_key",
    metadata,
    Column(
        "account",
        String(2048),
        ForeignKey(account.c.id, onupdate="CASCADE", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("rsa", Text, nullable=False),
    Column("ed25519", Text, nullable=False),
    Column("mldsa44", Text),
    Column("renewed", Moment),
    Column("old_rsa", Text),
    Column("old_key_id", String(2048)),
    Column("old_until", Moment),
    Column("told", String(2048)),
    info=SECRET,
)
"""The private keys (PEM) of an actor of ours; `mldsa44` of the community alone, once
keepers have asked that its decisions are signed a second time. The RSA key it had before is kept
until `old_until`, to sign the one letter (`told`) by which others learn of the new one."""

letter = Table(
    "letter",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("way", String(3), nullable=False),
    Column("activity", String(2048), nullable=False),
    Column("actor", String(2048), nullable=False),
    Column("body", LargeBinary),
    Column("handling", String(20), nullable=False, default="public"),
    Column("at", Moment, nullable=False),
    Column("expires", Moment),
    Column("state", String(10), nullable=False, default="waiting"),
    Column("code", String(60)),
    Column("due", Moment, nullable=False),
    Column("leased_until", Moment),
    Column("token", String(32)),
    Column("tries", Integer, nullable=False, default=0),
    Index(None, "way", "state", "due"),
    Index(None, "way", "activity"),
    Index(None, "actor"),
    sqlite_autoincrement=True,
)
"""One activity that crossed our border, as it was on the wire; `way` is "in" or "out".

`state`: waiting, then done, ignored, refused or dead; `code` says why."""

known = Table(
    "known",
    metadata,
    Column("hash", LargeBinary(16), primary_key=True),
    sqlite_with_rowid=False,
)
"""The hash of (actor, activity id) of every letter ever stored, kept for ever."""

job = Table(
    "job",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(100), nullable=False),
    Column("args", JSON, nullable=False),
    Column("lane", String(255)),
    Column("once", String(255), unique=True),
    Column("at", Moment, nullable=False),
    Column("due", Moment, nullable=False),
    Column("leased_until", Moment),
    Column("token", String(32)),
    Column("tries", Integer, nullable=False, default=0),
    Column("dead", Boolean, nullable=False, default=False),
    Column("error", Text),
    Column("cause", String(40)),
    Index(None, "dead", "due"),
    Index(None, "lane"),
    sqlite_autoincrement=True,
)
"""Work to be done after the unit that asked for it: the row is the queue.

A finished job's row is gone; one that failed for good stays, `dead`, until an admin
looks. `lane` names what must not be crowded (a host); `once` keeps a second like it out;
`cause` is the letter that led to it (`causes`)."""

setting = Table(
    "setting",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("value", JSON, nullable=False),
)
"""What admins set in the browser or by command, by name."""

log_entry = Table(
    "log_entry",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("actor", String(2048), nullable=False),
    Column("action", String(100), nullable=False),
    Column("subject", String(2048)),
    Column("authority", String(2048), nullable=False),
    Column("commitment", String(64)),
    Column("seq", Integer, unique=True),
    Column("hash", String(64)),
    sqlite_autoincrement=True,
)
"""Who did what by which authority; `seq` and `hash` are given by the seal job."""

log_words = Table(
    "log_words",
    metadata,
    Column("entry", Integer, ForeignKey(log_entry.c.id, ondelete="CASCADE"), primary_key=True),
    Column("salt", String(64), nullable=False),
    Column("words", Text, nullable=False),
)
"""The words of an entry, beside the log with the salt that erasure deletes."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """An actor we know, as a value."""

    id: str
    local: bool
    type: str
    kind: str | None
    handle: str
    domain: str
    acct: str | None
    name: str
    summary: str
    url: str | None
    face: str | None
    inbox: str
    shared_inbox: str | None
    outbox: str | None
    followers: str | None
    service: str | None
    key_id: str | None
    public_key: str | None
    assertion_keys: Mapping[str, str]
    locked: bool
    discoverable: bool
    indexable: bool
    document: Mapping[str, Any] | None
    created: datetime
    fetched: datetime | None
    suspended: datetime | None
    gone: datetime | None
    moved: str | None
    doubted: datetime | None

    @property
    def label(self) -> str:
        """What people are shown: the name they chose, else the handle."""
        return self.name or self.handle

    @property
    def address(self) -> str:
        """What it may be called, `@ana@alder.example`; if that is not proven, where its page is."""
        if self.local:
            return f"@{self.handle}@{self.domain}"
        return f"@{self.acct}" if self.acct else self.id.partition("://")[2]


_ACCOUNT = tuple(c.name for c in account.c)


def account_of(row: Row[Any], at: int = 0) -> Account:
    """The value of a row that holds all columns of `account`, the first of them at `at`."""
    return Account(**dict(zip(_ACCOUNT, row[at:], strict=False)))
