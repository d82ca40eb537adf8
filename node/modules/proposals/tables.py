"""The rows of proposals: what others may see, what only members know, and what they say to it."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from node.kernel.database import Moment, new_metadata
from node.kernel.tables import account

metadata = new_metadata()

proposal = Table(
    "proposal",
    metadata,
    Column("id", String(2048), primary_key=True),
    Column("slug", String(64), nullable=False, unique=True),
    Column(
        "owner",
        String(2048),
        ForeignKey(account.c.id, onupdate="CASCADE", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("reach", String(20), nullable=False),
    Column("hidden", Moment),
    Column("name", String(500), nullable=False),
    Column("summary", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("options", JSON),
    Column("lang", String(35)),
    Column("url", String(2048)),
    Column("stage", String(40), nullable=False),
    Column("history", JSON, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("proposed_by", String(2048)),
    Column("voting_starts", Moment),
    Column("voting_ends", Moment),
    Column("published", Moment, nullable=False),
    Column("updated", Moment),
    Index(None, "owner", "stage"),
)
"""A proposal, ours or another community's, as it stands on the wire.

`history`: [stage, time] of each stage; `content` is HTML; `options`: what there is to choose
from, as on the wire, or nothing."""

plan = Table(
    "plan",
    metadata,
    Column(
        "proposal",
        String(2048),
        ForeignKey(proposal.c.id, onupdate="CASCADE", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column(
        "author", String(2048), ForeignKey(account.c.id, onupdate="CASCADE", ondelete="SET NULL")
    ),
    Column("text", Text, nullable=False),
    Column("problem", Text),
    Column("affected", Text),
    Column("method", String(20), nullable=False),
    Column("share", String(10), nullable=False),
    Column("counts", Boolean, nullable=False),
    Column("opens", Moment),
    Column("closes", Moment, nullable=False),
    Column("review_months", Integer, nullable=False),
    Column("answers", JSON),
    Column("changed", Moment),
    Column("settings", JSON),
    Column("joint", JSON),
    Column("once", String(64), unique=True),
    Column("course", String(20)),
    Column("due", Moment),
    Column("look", Moment),
    Column("side", String(20)),
    Column("have", JSON),
    Column("replaces", JSON),
    Index(None, "author"),
    Index(None, "look"),
)
"""What members alone know of a proposal of ours: who brought it, its words as they were
written, how and when it is decided, what an approval answers elsewhere, and when its author last
changed its words. `problem` and `affected`: what is wrong and who is affected, in front of the
text where it travels. `joint`: the joint process in which the decision is our ballot, with the text
that is decided there (`bringing.Together`).

`course`: see `courses`; `due`: when the least days of its step are over, `look`: when the clock
looks at it next. `side`: what brought it where it is beside the usual steps (`pipeline.State`).
`have`: what there is of what its steps need, by `courses.Need`. `replaces`: the decision in
whose place this one is to come, with `how`."""

lead = Table(
    "proposal_lead",
    metadata,
    Column(
        "proposal",
        String(2048),
        ForeignKey(proposal.c.id, onupdate="CASCADE", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column(
        "member",
        String(2048),
        ForeignKey(account.c.id, onupdate="CASCADE", ondelete="CASCADE"),
        nullable=False,
    ),
    Index(None, "member"),
)
"""Who leads a proposal, if it is not its author."""

version = Table(
    "proposal_version",
    metadata,
    Column(
        "proposal",
        String(2048),
        ForeignKey(proposal.c.id, onupdate="CASCADE", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("number", Integer, primary_key=True),
    Column("name", String(500), nullable=False),
    Column("text", Text, nullable=False),
    Column("problem", Text),
    Column("affected", Text),
    Column("options", JSON),
    Column("at", Moment, nullable=False),
)
"""What a proposal of ours said before it was changed, from the first on; `at`: since when."""

comment = Table(
    "proposal_comment",
    metadata,
    Column("id", String(64), primary_key=True),
    Column(
        "proposal",
        String(2048),
        ForeignKey(proposal.c.id, onupdate="CASCADE", ondelete="CASCADE"),
        nullable=False,
    ),
    Column(
        "author",
        String(2048),
        ForeignKey(account.c.id, onupdate="CASCADE", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("text", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("hidden", Moment),
    Column("once", String(64), unique=True),
    Index(None, "proposal", "at"),
    Index(None, "author"),
)
"""What members say to a proposal. It has no form on the wire and never leaves."""

draft = Table(
    "proposal_draft",
    metadata,
    Column("slug", String(64), primary_key=True),
    Column(
        "owner",
        String(2048),
        ForeignKey(account.c.id, onupdate="CASCADE", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("said", JSON, nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "owner"),
)
"""What members have typed and not brought, field by field. It is for its writer alone: it has no
form on the wire, no reach, and nothing counts it."""
