"""The rows of decisions: boxes and ballots, which stay; records and answers, which may leave.

A box is one vote: who may take part is frozen when it opens. Ballots carry no name and no
time, and only units can read them. Roster and ballot have no column in common but the box.
"""

from typing import Any

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
    UniqueConstraint,
)

from node.kernel.database import SECRET, Moment, new_metadata
from node.kernel.tables import account

metadata = new_metadata()

box = Table(
    "box",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("method", String(20), nullable=False),
    Column("share", String(10), nullable=False),
    Column("counts", Boolean, nullable=False),
    Column("opened", Moment, nullable=False),
    Column("closes", Moment, nullable=False),
    Column("review", Moment, nullable=False),
    Column("eligible", Integer, nullable=False),
    Column("needed", Integer, nullable=False),
    Column("roster_hash", String(64), nullable=False),
    Column("subject", JSON, nullable=False),
    Column("subject_digest", String(120), nullable=False),
    Column("counted", Moment),
    Column("outcome", String(20)),
    Column("reasons", JSON),
    Column("receipts", JSON),
    Column("active", Integer),
    Column("settings", JSON),
    Column("extended", Boolean, nullable=False, default=False),
    Column("run_off", JSON),
    Column("lot", String(64)),
    Column("lot_word", String(64)),
    Column("lot_words", JSON),
)
"""One vote. `share` is the quorum as a fraction ("1/2") of the `active` among those who may vote,
`needed` what it comes to; `counts`: whether sums are to be shown where they may; `subject`: what
is decided, frozen; `settings`: see `methods.ways.setup`.

`extended`: it was open longer once, because too few took part; `run_off`: the options that were
equal, between which it is voted again. `lot`: the digest of a word drawn before the first ballot,
`lot_word` the word itself, told when it is counted, `lot_words` those that people told beside it
(`guarding`, `methods.lots`).

`outcome`, `reasons` (for members only: [position, text] without names, by the alphabet) and
`receipts` (words of the counted ballots, by the alphabet) are there once it is counted."""

_box = ForeignKey(box.c.id, ondelete="CASCADE")

roster = Table(
    "roster",
    metadata,
    Column("slot", String(32), primary_key=True),
    Column("box", String(64), _box, nullable=False),
    Column(
        "member", String(2048), ForeignKey(account.c.id, onupdate="CASCADE", ondelete="SET NULL")
    ),
    Column("voted", Boolean, nullable=False, default=False),
    Column("active", Boolean, nullable=False, default=True),
    Column("recused", Boolean, nullable=False, default=False),
    UniqueConstraint("box", "member"),
    Index(None, "member"),
)
"""Who may vote in a box, and whether they did; no time. An erased member leaves a nameless slot.

`active`: they were here lately when it opened, so they are in the base of the quorum; `recused`:
they have a stake in it and stay out, of the base too."""

ballot = Table(
    "ballot",
    metadata,
    Column("key", String(32), primary_key=True),
    Column("box", String(64), ForeignKey(box.c.id, ondelete="CASCADE"), nullable=False),
    Column("position", String(30), nullable=False),
    Column("option", String(20)),
    Column("reason", Text),
    Column("publish", Boolean, nullable=False, default=False),
    Column("marks", Text),
    Index(None, "box"),
    info=SECRET,
    sqlite_with_rowid=False,
)
"""One ballot under 128 random bits; `option`: the key of the one it is for, where one is chosen;
`marks`: JSON, where a ballot says more than that, and then `position` is empty; `reason` only
where the method keeps one. The key is a digest of a code that its voter alone has
(`rules.ballot_key`)."""

statement = Table(
    "vote_statement",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("box", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Index(None, "box"),
    info=SECRET,
)
"""What somebody who would decide otherwise wants to stand in the record, without their name.

No page reads it before the count, as if it were a ballot. `box`: the vote, which may not be
open yet; `id`: of whoever keeps whose it is."""

audit = Table(
    "audit",
    metadata,
    Column("box", String(64), ForeignKey(box.c.id, ondelete="CASCADE"), primary_key=True),
    Column("salt", String(64), nullable=False),
    Column("lot", String(64)),
    info=SECRET,
)
"""The salt of a box's roster hash and audit commitment; without it they say nothing. `lot`: the
word whose digest the box told when it opened."""


open_ballot = Table(
    "open_ballot",
    metadata,
    Column("slot", String(32), primary_key=True),
    Column("box", String(64), ForeignKey(box.c.id, ondelete="CASCADE"), nullable=False),
    Column(
        "member", String(2048), ForeignKey(account.c.id, onupdate="CASCADE", ondelete="SET NULL")
    ),
    Column("position", String(30), nullable=False),
    Column("option", String(20)),
    Column("reason", Text),
    Column("publish", Boolean, nullable=False, default=False),
    Column("marks", Text),
    UniqueConstraint("box", "member"),
    Index(None, "member"),
    info=SECRET,
    sqlite_with_rowid=False,
)
"""A ballot in a vote that was opened as an open one, until the close; no secret one ever lies here.

The columns are those of `ballot` but for the key: `slot` is random and `member` stands beside it.
It is a secret table all the same, so that no page can tell how such a vote stands."""

line = Table(
    "ballot_line",
    metadata,
    Column("slot", String(32), primary_key=True),
    Column("box", String(64), ForeignKey(box.c.id, ondelete="CASCADE"), nullable=False),
    Column(
        "member", String(2048), ForeignKey(account.c.id, onupdate="CASCADE", ondelete="SET NULL")
    ),
    Column("position", String(30), nullable=False),
    Column("option", String(20)),
    Column("reason", Text),
    Column("marks", Text),
    Column("voices", Integer, nullable=False, default=0),
    Index(None, "box"),
    Index(None, "member"),
)
"""Who voted how in an open vote that was counted, for members here alone; `voices`: of others,
that counted with it. Somebody who was erased leaves a nameless line."""


def _member(name: str, end: str = "SET NULL", **more: Any) -> Column[str]:
    key = ForeignKey(account.c.id, onupdate="CASCADE", ondelete=end)
    return Column(name, String(2048), key, **more)


request = Table(
    "vote_request",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("box", String(64), ForeignKey(box.c.id, ondelete="CASCADE"), nullable=False),
    Column("kind", String(20), nullable=False),
    _member("member"),
    Column("closes", Moment),
    Column("reason", Text, nullable=False),
    _member("asked_by"),
    Column("at", Moment, nullable=False),
    Column("state", String(20), nullable=False),
    _member("second"),
    Column("answered", Moment),
    Column("once", String(64), unique=True),
    Index(None, "box", "at"),
    Index(None, "member"),
    Index(None, "asked_by"),
    Index(None, "second"),
    Index(None, "state"),
)
"""What a keeper asks to change of a vote, and the second hand that answered (`hands`)."""

guard = Table(
    "lot_guard",
    metadata,
    Column("box", String(64), ForeignKey(box.c.id, ondelete="CASCADE"), primary_key=True),
    _member("member", "CASCADE", primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("word", String(200)),
    Index(None, "member"),
)
"""Who guards the lot of a vote: the digest of their word, and the word once it is told."""

delegation = Table(
    "vote_delegation",
    metadata,
    Column("id", String(64), primary_key=True),
    _member("giver", "CASCADE", nullable=False),
    _member("holder"),
    Column("kind", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("at", Moment, nullable=False),
    Column("answered", Moment),
    Column("until", Moment),
    Column("once", String(64), unique=True),
    Index(None, "giver"),
    Index(None, "holder"),
)
"""That one member votes for another (`voices`). `kind`: for which kind of matter, "" for all;
`answered`: when its state changed last; `until`: when it runs out."""

carried = Table(
    "vote_carried",
    metadata,
    Column("slot", String(32), primary_key=True),
    Column("box", String(64), ForeignKey(box.c.id, ondelete="CASCADE"), nullable=False),
    Column("delegation", String(64), nullable=False),
    _member("giver"),
    _member("holder"),
    Column("revoked", Boolean, nullable=False, default=False),
    Column("fate", String(20)),
    Index(None, "box"),
    Index(None, "giver"),
    Index(None, "holder"),
    Index(None, "delegation"),
)
"""Voices that were given to somebody when an open vote opened; `fate`: what became of each, once
it is counted (`voices.Fate`)."""

record = Table(
    "record",
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
    Column("box", String(64), ForeignKey(box.c.id)),
    Column("number", Integer),
    Column("name", String(500), nullable=False),
    Column("outcome", String(40), nullable=False),
    Column("document", Text, nullable=False),
    Column("digest", String(120), nullable=False),
    Column("seal", String(20), nullable=False),
    Column("code", String(60), nullable=False, default=""),
    Column("at", Moment, nullable=False),
    Column("sent", Moment),
    Column("settled", Moment),
    Column("in_force", Moment),
    Column("answers", JSON),
    Column("link", String(120)),
    Column("checkpoint", JSON),
    Column("ended", Moment),
    Index(None, "owner", "at"),
    Index(None, "box"),
)
"""A decision, ours or another community's. `document` is the JSON as signed or received.

Ours: `number` counts them, `sent` says when it left this node and can no longer change,
`settled` when somebody chose who may see it, `answers` what it answers elsewhere if approved;
`link` binds it to all before it, and `checkpoint` is what we signed of the chain's end (`chain`).
`in_force` and `ended`: since when it is in force, and since when no longer.
`seal`: holds, unchecked or fails, with the code of what is wrong."""

sighting = Table(
    "sighting",
    metadata,
    Column("id", String(64), primary_key=True),
    _member("witness", "CASCADE", nullable=False),
    _member("community", "CASCADE", nullable=False),
    Column("number", Integer, nullable=False),
    Column("link", String(120), nullable=False),
    Column("at", Moment, nullable=False),
    Column("checkpoint", JSON),
    Column("statement", JSON),
    Column("code", String(60), nullable=False),
    Column("seen", Integer),
    Column("by", String(2048)),
    Column("checked", Boolean, nullable=False),
    Column("cleared", Moment),
    Index(None, "community"),
    Index(None, "witness", "community"),
)
"""Where a chain ended when a witness saw it: we of another's, others of ours and of those we see.

`checkpoint` is what its community had signed, `statement` what the witness signed. `code`: why it
does not go on from what was seen before, of which `seen` is the number and `by` the witness;
`cleared`: since when a keeper takes it as settled. `checked`: what another saw was compared."""

response = Table(
    "response",
    metadata,
    Column("id", String(2048), primary_key=True),
    Column("record", String(2048), nullable=False),
    Column(
        "owner",
        String(2048),
        ForeignKey(account.c.id, onupdate="CASCADE", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("reach", String(20), nullable=False),
    Column("response", String(40), nullable=False),
    Column("basis", String(2048)),
    Column("document", Text, nullable=False),
    Column("state", String(20), nullable=False),
    Column("code", String(60), nullable=False, default=""),
    Column("at", Moment, nullable=False),
    Index(None, "record"),
    Index(None, "owner"),
)
"""What a community answers to a record of another; `state`: counts, waiting or refused.

`record` is the id of the record that is answered, which need not be here any more."""
