"""The rows of joint decisions: the processes, who answers, which records are ballots or conclude.

A ballot may come before the process it belongs to; it waits here under the process's id.
"""

from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from node.kernel.database import Moment, new_metadata
from node.kernel.tables import account

metadata = new_metadata()


def _account() -> ForeignKey:
    return ForeignKey(account.c.id, onupdate="CASCADE", ondelete="CASCADE")


process = Table(
    "joint_process",
    metadata,
    Column("id", String(2048), primary_key=True),
    Column("slug", String(64), nullable=False, unique=True),
    Column("owner", String(2048), _account(), nullable=False),
    Column("hidden", Moment),
    Column("name", String(500), nullable=False),
    Column("document", JSON, nullable=False),
    Column("invited", JSON, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("invite", String(2048)),
    Column("answer_by", Moment),
    Column("ends", Moment, nullable=False),
    Column("subject", JSON),
    Column("subject_code", String(60), nullable=False, default=""),
    Column("asked", Integer, nullable=False, default=0, server_default="0"),
    Column("conflict", JSON),
    Column("proposal", String(64)),
    Column("ballot", String(2048)),
    Column("outcome", String(20)),
    Column("concluded", String(2048)),
    Column("at", Moment, nullable=False),
    Column("once", String(64), unique=True),
    Index(None, "state"),
)
"""A joint process, ours or another community's; `document`: its last revision, as signed.

`invited`: all communities of the first revision, the convener's too. `state`: what the convener
says of it. `invite`: the letter that invites. `subject`: `id`, `name` and `content` of the text,
once it was fetched and its digest is the one that was said, with the code of what is wrong, and
how often it was `asked` for. `conflict`: what its convener signed beside `document` that says
something else; from then on we say nothing more. Ours:
`proposal` is the slug of our own proposal on it, `ballot` our record. `outcome` and the record in
`concluded` are there once more than half of the communities came to them."""

answer = Table(
    "joint_answer",
    metadata,
    Column("process", String(2048), primary_key=True),
    Column("community", String(2048), _account(), primary_key=True),
    Column("answer", String(20), nullable=False),
    Column("said", Moment, nullable=False),
    Column("seen", Moment, nullable=False),
)
"""What a community last answered to an invitation, or that it left: when it said so, and when we
heard it."""

vote = Table(
    "joint_vote",
    metadata,
    Column("record", String(2048), primary_key=True),
    Column("process", String(2048), nullable=False),
    Column("community", String(2048), _account(), nullable=False),
    Column("voice", String(20), nullable=False),
    Column("members", Integer, nullable=False),
    Column("subject_digest", String(120), nullable=False),
    Column("digest", String(120), nullable=False),
    Column("said", Moment, nullable=False),
    Column("seen", Moment, nullable=False),
    Index(None, "process"),
)
"""A record that is its community's ballot in a process; `members`: how many could take part."""

end = Table(
    "joint_end",
    metadata,
    Column("record", String(2048), primary_key=True),
    Column("process", String(2048), nullable=False),
    Column("community", String(2048), _account(), nullable=False),
    Column("digest", String(120), nullable=False),
    Column("state", String(20), nullable=False),
    Column("code", String(60), nullable=False, default=""),
    Column("seen", Moment, nullable=False),
    UniqueConstraint("process", "community"),
)
"""A record that says what came of a process. `state`: waiting until it is counted again here, same,
differs or late, with the code of what is wrong."""
