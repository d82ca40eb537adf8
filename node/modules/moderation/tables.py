"""The rows of moderation: what is hidden, who is kept out, who is not seen, what was reported.

A `subject` is either a host (`is_host`: its name, with everything under it) or an actor's id.
"""

from typing import Any

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, false

from node.kernel.database import Moment, new_metadata
from node.kernel.tables import account

metadata = new_metadata()


def _whose(name: str, **more: Any) -> Column[str]:
    """A column that names an account and goes when the account's row goes."""
    points = ForeignKey(account.c.id, onupdate="CASCADE", ondelete="CASCADE")
    return Column(name, String(2048), points, **more)


def _of_batch(**more: Any) -> Column[str]:
    return Column("batch", String(64), ForeignKey("batch.key", ondelete="CASCADE"), **more)


hiding = Table(
    "hiding",
    metadata,
    Column("object", String(2048), primary_key=True),
    Column("by", String(2048), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
)
"""Why something is hidden; that it is stands in the column `hidden` of its own table."""

suspension = Table(
    "suspension",
    metadata,
    _whose("account", primary_key=True),
    Column("by", String(2048), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
)
"""Why a member is suspended; that they are stands in `account.suspended`."""

refusal = Table(
    "refusal",
    metadata,
    Column("subject", String(2048), primary_key=True),
    Column("is_host", Boolean, nullable=False),
    Column("by", String(2048), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("level", String(10), nullable=False, server_default="suspend"),
    Column("said", Text, nullable=False, server_default=""),
    Column("until", Moment),
    Column("no_reports", Boolean, nullable=False, server_default=false()),
    Column("no_media", Boolean, nullable=False, server_default=false()),
    Column("veiled", Boolean, nullable=False, server_default=false()),
    Index(None, "until"),
)
"""Whom the community keeps from its members, and how far (`level`, of `rules.Level`).

`reason` is for keepers; `said` is for everybody, beside the name, of which only a part is shown
if it is `veiled`. `no_reports`: what they report is left aside; `no_media`: their pictures too."""

deed = Table(
    "deed",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("action", String(20), primary_key=True),
    Column("ground", String(20), primary_key=True),
    Column("number", Integer, nullable=False),
)
"""How often keepers did what on a day of the community's own, and by which rule (`rules.Ground`,
or empty). That is all of it: no id, no name, no words, so that everybody may read it."""

batch = Table(
    "batch",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("by", String(2048), nullable=False),
    Column("reason", Text, nullable=False),
    Column("undone", Moment),
)
"""A list that was taken in, all of it at once."""

taken = Table(
    "taken",
    metadata,
    _of_batch(primary_key=True),
    Column("subject", String(2048), primary_key=True),
    Column("before", JSON(none_as_null=True)),
    Column("after", JSON, nullable=False),
)
"""What a list has changed in `refusal`: the row as it was (nothing, if new) and as it became."""

parted = Table(
    "parted",
    metadata,
    _of_batch(primary_key=True),
    _whose("ours", primary_key=True),
    _whose("theirs", primary_key=True),
)
"""The follows of ours that a list has ended: `ours` followed `theirs`."""

shade = Table(
    "shade",
    metadata,
    Column("who", String(2048), primary_key=True),
    _whose("account", primary_key=True),
    Column("level", String(10), nullable=False),
    Index(None, "account"),
)
"""Of whom somebody sees less, worked out from the rows of `refusal` and `block`: `who` is a
member, or empty for everybody; `level` of `rules.STRICTER`. See `shading`."""

block = Table(
    "block",
    metadata,
    _whose("member", primary_key=True),
    Column("subject", String(2048), primary_key=True),
    Column("is_host", Boolean, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("at", Moment, nullable=False),
    Column("activity", String(2048)),
    Index(None, "subject"),
    Index(None, "activity"),
)
"""Whom one member does not want to see (`kind` mute), or wants nothing of (block).

Also who elsewhere wants nothing of one of ours, if they told us. `activity` is the Block that
was told, in either direction. A subject `acct:name@host` waits to be looked up."""

report = Table(
    "report",
    metadata,
    Column("key", String(64), primary_key=True),
    _whose("by", nullable=True),
    Column("origin", String(255), nullable=False, default=""),
    Column("about", String(2048), nullable=False),
    Column("more", JSON, nullable=False, default=list),
    _whose("owner", nullable=True),
    Column("ground", String(20), nullable=False),
    Column("words", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("closed", Moment),
    Column("closed_by", String(2048)),
    Column("outcome", Text, nullable=False, default=""),
    Column("once", String(64), unique=True),
    Column("forwarded", Boolean, nullable=False, server_default=false()),
    Column("answer", Text, nullable=False, server_default=""),
    Index(None, "closed", "at"),
    Index(None, "by"),
    Index(None, "origin"),
)
"""What somebody asked the keepers to look at. `by` is a member of ours; of a report that came
from another server only its host is kept, in `origin`. `owner` is whom it is about; their server
was told if it is `forwarded`; `outcome` is for keepers, `answer` for whoever reported."""
