"""The rows of juries: who was on the list, who was drawn, what they recommend; it stays here."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from node.kernel.database import Moment, new_metadata
from node.kernel.tables import account
from node.modules.jury.rules import Part, Stage
from vocab.values import dataclass

metadata = new_metadata()


def _member(name: str, end: str = "SET NULL", **more: Any) -> Column[str]:
    key = ForeignKey(account.c.id, onupdate="CASCADE", ondelete=end)
    return Column(name, String(2048), key, **more)


jury = Table(
    "jury",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("matter", String(64), nullable=False, unique=True),
    _member("asker"),
    Column("question", Text, nullable=False),
    Column("seats", Integer, nullable=False),
    Column("stage", String(20), nullable=False),
    Column("ends", Moment, nullable=False),
    Column("at", Moment, nullable=False),
    Column("list_digest", String(64), nullable=False),
    Column("lot", String(64), nullable=False),
    Column("lot_word", String(64), nullable=False),
    Column("seed", String(64)),
    Column("text", Text, nullable=False, default=""),
    Column("said", Moment),
    Column("hidden", Moment),
    Index(None, "asker"),
)
"""A jury on a matter, the slug of a proposal. `lot`: the digest of the word that the node drew,
told at once; `lot_word`: that word, told with the draw. `text`: what the jury recommends."""

juror = Table(
    "jury_person",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("jury", String(64), ForeignKey(jury.c.id, ondelete="CASCADE"), nullable=False),
    _member("member"),
    Column("place", Integer),
    Column("part", String(20), nullable=False),
    Column("reason", String(20)),
    Column("until", Moment),
    Column("stands", Boolean, nullable=False, default=False),
    Column("otherwise", Text, nullable=False, default=""),
    Index(None, "jury"),
    Index(None, "member"),
)
"""Somebody on the list; `place`: in the order of the lot. `stands`: behind the recommendation;
`otherwise`: what they see differently. Who has left keeps a nameless row."""

word = Table(
    "jury_word",
    metadata,
    Column("jury", String(64), ForeignKey(jury.c.id, ondelete="CASCADE"), primary_key=True),
    Column("digest", String(64), primary_key=True),
    _member("member"),
    Column("word", String(200)),
    Index(None, "member"),
)
"""A word for the lot: its digest, and the word once it is told. Once told it stays, nameless when
its member leaves: the draw rests on it, and could not be checked without it."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody on the list of a jury."""

    id: str
    member: str | None
    place: int | None
    part: Part
    reason: str | None
    until: datetime | None
    stands: bool
    otherwise: str


@dataclass(frozen=True, kw_only=True)
class Word:
    """A word for the lot; `member` None: they have left."""

    member: str | None
    digest: str
    word: str | None


@dataclass(frozen=True, kw_only=True)
class Jury:
    """A jury with its list and words; the word of the node only once it is told."""

    id: str
    matter: str
    asker: str | None
    question: str
    seats: int
    stage: Stage
    ends: datetime
    at: datetime
    list_digest: str
    lot: str
    lot_word: str
    seed: str | None
    text: str
    said: datetime | None
    hidden: datetime | None
    people: Sequence[Person]
    words: Sequence[Word]
