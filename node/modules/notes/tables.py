"""The rows of notes: posts of ours and of others, and who was named in them."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from node.kernel.database import Moment, new_metadata
from node.kernel.tables import account

metadata = new_metadata()


def _account(name: str, *, key: bool = False) -> Column[str]:
    points = ForeignKey(account.c.id, onupdate="CASCADE", ondelete="CASCADE")
    return Column(name, String(2048), points, primary_key=key, nullable=False)


note = Table(
    "note",
    metadata,
    Column("id", String(2048), primary_key=True),
    Column("slug", String(64), nullable=False, unique=True),
    _account("owner"),
    Column("local", Boolean, nullable=False),
    Column("type", String(20), nullable=False),
    Column("reach", String(10), nullable=False),
    Column("title", String(500), nullable=False),
    Column("content", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("sensitive", Boolean, nullable=False),
    Column("words", Text, nullable=False, server_default=""),
    Column("lang", String(35)),
    Column("in_reply_to", String(2048)),
    Column("thread", String(2048), nullable=False),
    Column("url", String(2048)),
    Column("attachments", JSON, nullable=False),
    Column("mentions", JSON, nullable=False),
    Column("to", JSON, nullable=False),
    Column("cc", JSON, nullable=False),
    Column("published", Moment, nullable=False),
    Column("updated", Moment),
    Column("deleted", Moment),
    Column("hidden", Moment),
    Column("once", String(64), unique=True),
    Column("policy", JSON),
    Column("emoji", JSON, nullable=False, server_default="[]"),
    Column("starts", Moment),
    Column("place", String(300), nullable=False, server_default=""),
    Column("context", String(2048)),
    Column("answers", String(2048)),
    Column("quote", String(2048)),
    Column("stamp", String(2048)),
    Column("consent", String(10)),
    Column("audience", String(2048)),
    Column("locked", Boolean, nullable=False, server_default=false()),
    Column("hashtags", JSON, nullable=False, server_default="[]"),
    Index(None, "owner", "published"),
    Index(None, "thread", "published"),
    Index(None, "in_reply_to"),
    Index(None, "published"),
    Index(None, "quote"),
    Index(None, "stamp"),
    Index(None, "audience", "published"),
)
"""A post. `content` was cleaned when it came; `source` is what a member typed; `words` is all of
it as it is searched (`vocab.html.folded`).

`slug` is the last part of its page `/n/…`. A deleted one keeps its row without a word in it, so
that it cannot come again. `policy` is its `interactionPolicy`; `emoji` the pictures that its
words name; `starts` and `place` of an Event. `context` and `answers` are collections at its own
server. `quote` is a post that it shows, by the `stamp` of that post's author; `consent` says how
far that has come (`rules.Consent`). `audience` is the group, ours or another, that shows it to
those who follow the group; `locked`: that group takes no more answers to it. `hashtags` are the
names of its own, without the #."""


def _note(*, key: bool = False) -> Column[str]:
    points = ForeignKey(note.c.id, onupdate="CASCADE", ondelete="CASCADE")
    return Column("note", String(2048), points, primary_key=key, nullable=False)


recipient = Table(
    "note_recipient",
    metadata,
    _note(key=True),
    _account("account", key=True),
    Index(None, "account"),
)
"""Accounts of ours that a post is for by name; they alone see one with the reach "direct"."""

tagged = Table(
    "note_tag",
    metadata,
    _note(key=True),
    Column("word", String(200), primary_key=True),
    Index(None, "word"),
)
"""A hashtag by which a post is found, folded (`hashtags.word`)."""

poll = Table(
    "note_poll",
    metadata,
    _note(key=True),
    Column("several", Boolean, nullable=False),
    Column("ends", Moment),
    Column("voters", Integer),
    Column("salt", String(32), nullable=False),
    Column("told", Moment),
    Column("advises", String(2048)),
    Index(None, "ends"),
    Index(None, "advises"),
)
"""A question for views in a post; no vote of the community. `told`: when its numbers went out.
`advises`: the proposal of the same server on which its community hears others."""

option = Table(
    "note_option",
    metadata,
    _note(key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("name", String(500), nullable=False),
    Column("given", Integer, nullable=False),
)
"""One answer of a poll. `given`: how often, by our count, or as its author's server says."""

answer = Table(
    "note_answer",
    metadata,
    _note(key=True),
    Column("mark", LargeBinary(16), primary_key=True),
)
"""That somebody answered, as a salted hash: answers are counted, not kept. Gone at the end."""

quoting = Table(
    "note_quoting",
    metadata,
    Column("id", String(2048), primary_key=True),
    _note(),
    Column("post", String(2048), nullable=False),
    _account("actor"),
    Column("request", String(2048), nullable=False),
    Column("words", String(500), nullable=False),
    Column("state", String(10), nullable=False),
    Column("at", Moment, nullable=False),
    UniqueConstraint("note", "post"),
    Index(None, "post"),
)
"""That somebody asked to show a post of ours in `post` of theirs, and what was said to it.

`id` is that of the stamp (FEP-044f), which can be fetched while `state` (`rules.Consent`) is
given; `words` are the first of the post that would show ours."""
