"""The loans of things, with their steps; for the two of each, and none of it ever leaves."""

from datetime import date, datetime

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, Text

from node.kernel.database import Moment, new_metadata
from node.kernel.tables import account
from node.modules.shelf.rules import Party, State, Stay
from vocab.values import dataclass

metadata = new_metadata()

thing = Table(
    "shelf_thing",
    metadata,
    Column("listing", String(2048), primary_key=True),
    Column(
        "owner",
        String(2048),
        ForeignKey(account.c.id, onupdate="CASCADE", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("auto", Boolean, nullable=False),
    Column("most", Integer, nullable=False),
    Index(None, "owner"),
)
"""How a thing is lent, where its owner has said so: `auto`, to any member without asking back,
`most` days at a time."""

loan = Table(
    "shelf_loan",
    metadata,
    Column("slug", String(64), primary_key=True),
    Column("thing", String(2048), nullable=False),
    Column("title", String(300), nullable=False),
    Column(
        "owner", String(2048), ForeignKey(account.c.id, onupdate="CASCADE", ondelete="SET NULL")
    ),
    Column(
        "borrower", String(2048), ForeignKey(account.c.id, onupdate="CASCADE", ondelete="SET NULL")
    ),
    Column("first", Date, nullable=False),
    Column("last", Date, nullable=False),
    Column("state", String(20), nullable=False),
    Column("by", String(2048)),
    Column("talk", String(64)),
    Column("made", Moment, nullable=False),
    Column("changed", Moment, nullable=False),
    Column("once", String(64), unique=True),
    Index(None, "thing", "state"),
    Index(None, "owner", "state"),
    Index(None, "borrower", "state"),
    Index(None, "state"),
)
"""`thing` is the id of a notice, which may be gone; `title` what it was called. `owner` and
`borrower` are None for who has left, and the same for days that an owner keeps. `by` is who did
the last step, None for the node; `talk` the slug of the post with which a conversation began."""

step = Table(
    "shelf_step",
    metadata,
    Column("loan", String(64), ForeignKey(loan.c.slug, ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("state", String(20), nullable=False),
    Column("by", String(2048)),
    Column("at", Moment, nullable=False),
    Column("words", Text, nullable=False),
)
"""What happened to a loan, in order."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How a thing is lent."""

    auto: bool
    most: int


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A step of a loan."""

    state: State
    by: str | None
    at: datetime
    words: str


@dataclass(frozen=True, kw_only=True)
class Loan:
    """One loan of a thing, as a value."""

    slug: str
    thing: str
    title: str
    owner: str | None
    borrower: str | None
    first: date
    last: date
    state: State
    by: str | None
    talk: str | None
    made: datetime
    changed: datetime

    @property
    def stay(self) -> Stay:
        """Its days."""
        return Stay(first=self.first, last=self.last)

    @property
    def path(self) -> str:
        """Its page."""
        return f"/loans/{self.slug}"

    def party(self, who: str) -> Party | None:
        """Who of the two somebody is; None for anybody else."""
        if who == self.owner:
            return Party.OWNER
        return Party.BORROWER if who == self.borrower else None

    def other(self, who: str) -> str | None:
        """The other of the two."""
        return self.borrower if who == self.owner else self.owner
