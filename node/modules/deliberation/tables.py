"""The rows of deliberations; none of it has a form on the wire, and none of it leaves this node."""

from datetime import datetime

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from node.kernel.database import Moment, new_metadata
from node.kernel.tables import account
from node.modules.deliberation.rules import Kind, State
from vocab.values import dataclass

metadata = new_metadata()

remark = Table(
    "remark",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("matter", String(64), nullable=False),
    Column("kind", String(20), nullable=False),
    Column(
        "author", String(2048), ForeignKey(account.c.id, onupdate="CASCADE", ondelete="SET NULL")
    ),
    Column("text", Text, nullable=False),
    Column("more", Text),
    Column("state", String(20), nullable=False),
    Column("answer", Text),
    Column(
        "answerer", String(2048), ForeignKey(account.c.id, onupdate="CASCADE", ondelete="SET NULL")
    ),
    Column("at", Moment, nullable=False),
    Column("once", String(64), unique=True),
    Column("hidden", Moment),
    Column("answered", Moment),
    Index(None, "matter", "kind"),
    Index(None, "author"),
    Index(None, "answerer"),
)
"""What a member says to a matter, the slug of a proposal. `more`: the source of a fact, what an
objection would have changed, the passage in whose place an amendment comes. `answer`: to a
question; what is offered for an objection; why an amendment is declined; `answered`: when."""

stance = Table(
    "remark_stance",
    metadata,
    Column("remark", String(64), ForeignKey(remark.c.id, ondelete="CASCADE"), primary_key=True),
    Column(
        "member",
        String(2048),
        ForeignKey(account.c.id, onupdate="CASCADE", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("supports", Boolean, nullable=False),
    Index(None, "member"),
)
"""Who supports or disputes a fact."""

position = Table(
    "deliberation_position",
    metadata,
    Column("matter", String(64), primary_key=True),
    Column(
        "member",
        String(2048),
        ForeignKey(account.c.id, onupdate="CASCADE", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("stand", String(20), nullable=False),
    Column("version", Integer, nullable=False),
    Index(None, "member"),
)
"""Where a member stands, of which version of the text. It is no ballot and no way leads to one."""


@dataclass(frozen=True, kw_only=True)
class Remark:
    """What a member said, and what others think of it where it is a fact."""

    id: str
    matter: str
    kind: Kind
    author: str | None
    text: str
    more: str | None
    state: State
    answer: str | None
    answerer: str | None
    at: datetime
    answered: datetime | None = None
    supports: int = 0
    disputes: int = 0
