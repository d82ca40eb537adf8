"""The rows of accounts: who is a member, and the ways to prove it.

Whatever opens a door (session, invite, link, bearer) is kept as the SHA-256 of 256
random bits: who reads the database still holds no key.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from node.kernel.database import Moment, new_metadata
from node.kernel.tables import account
from vocab.values import dataclass

metadata = new_metadata()


def _whose(name: str, **more: Any) -> Column[str]:
    """A column that names an account and goes when the account's row goes."""
    points = ForeignKey(account.c.id, onupdate="CASCADE", ondelete="CASCADE")
    return Column(name, String(2048), points, **more)


member = Table(
    "member",
    metadata,
    _whose("account", primary_key=True),
    Column("role", String(20), nullable=False),
    Column("password", String(200)),
    Column("language", String(35)),
    Column("timezone", String(64)),
    Column("theme", String(10)),
    Column("joined", Moment, nullable=False),
    Column("last_seen", Date),
    Column(
        "invited_by",
        String(2048),
        ForeignKey(account.c.id, onupdate="CASCADE", ondelete="SET NULL"),
    ),
)
"""An account of a person of this node. `last_seen` is a day, never a time."""

session = Table(
    "session",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    _whose("account", nullable=False),
    Column("created", Moment, nullable=False),
    Column("seen", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
    Column("user_agent", String(60), nullable=False),
    Index(None, "account"),
    Index(None, "expires"),
)
"""A browser that is signed in; `user_agent` is a short label such as "Firefox, Linux"."""

invite = Table(
    "invite",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    _whose("made_by", nullable=False),
    Column("at", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
    Column("uses_left", Integer, nullable=False),
    Column("role", String(20), nullable=False),
    Column("note", Text, nullable=False),
    Index(None, "made_by"),
)
"""A link by which somebody may join."""

link = Table(
    "sign_in_link",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    _whose("account", nullable=False),
    Column("created", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
    Index(None, "account"),
)
"""A link that signs one member in, once."""

bearer = Table(
    "bearer",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    _whose("account", nullable=False),
    Column("name", String(200), nullable=False),
    Column("created", Moment, nullable=False),
    Index(None, "account"),
)
"""A token for a member's own programs."""


@dataclass(frozen=True, kw_only=True)
class Member:
    """A member as others of the community may know them."""

    id: str
    handle: str
    name: str
    role: str
    language: str | None
    timezone: str | None
    joined: datetime
    last_seen: date | None
    invited_by: str | None
    suspended: datetime | None
    face: str | None

    @property
    def label(self) -> str:
        """What people are shown: the name they chose, else the handle."""
        return self.name or self.handle

    @property
    def is_admin(self) -> bool:
        """Keeps this node."""
        return self.role == "admin"


@dataclass(frozen=True, kw_only=True)
class Session:
    """A browser that is signed in."""

    hash: bytes
    account: str
    created: datetime
    seen: datetime
    expires: datetime
    user_agent: str

    @property
    def key(self) -> str:
        """A name for forms; it opens nothing."""
        return self.hash.hex()


@dataclass(frozen=True, kw_only=True)
class Invite:
    """A link by which somebody may join; the link itself is shown once, when it is made."""

    hash: bytes
    made_by: str
    at: datetime
    expires: datetime
    uses_left: int
    role: str
    note: str

    @property
    def key(self) -> str:
        """A name for forms; it opens nothing."""
        return self.hash.hex()


@dataclass(frozen=True, kw_only=True)
class Bearer:
    """A token of a member's programs, without the token."""

    hash: bytes
    account: str
    name: str
    created: datetime

    @property
    def key(self) -> str:
        """A name for forms; it opens nothing."""
        return self.hash.hex()


def columns(table: Table) -> Mapping[str, Any]:
    """A table's columns by name, for values made from rows."""
    return {c.name: c for c in table.c}
