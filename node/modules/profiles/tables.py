"""One row for each thing a member shows: gift, skill, asset, mission."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, ForeignKey, Index, Row, String, Table, Text

from node.kernel.access import Reach
from node.kernel.database import Moment, new_metadata
from node.kernel.tables import account
from vocab.values import dataclass

metadata = new_metadata()

facet = Table(
    "facet",
    metadata,
    Column("id", String(2048), primary_key=True),
    Column(
        "owner",
        String(2048),
        ForeignKey(account.c.id, onupdate="CASCADE", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("kind", String(10), nullable=False),
    Column("name", String(200), nullable=False),
    Column("text", Text, nullable=False),
    Column("lang", String(35)),
    Column("concept", String(2048)),
    Column("level", String(20)),
    Column("engagement", JSON, nullable=False),
    Column("terms", JSON, nullable=False),
    Column("reach", String(10), nullable=False),
    Column("match_scope", String(20), nullable=False),
    Column("published", Moment, nullable=False),
    Column("updated", Moment),
    Column("hidden", Moment),
    Index(None, "owner", "kind"),
    Index(None, "concept", "match_scope"),
)
"""`kind` is a value of rules.Kind; each facet has a reach of its own."""


@dataclass(frozen=True, kw_only=True)
class Facet:
    """A gift, a skill, an asset or a mission, as a value."""

    id: str
    owner: str
    kind: str
    name: str
    text: str
    lang: str | None
    concept: str | None
    level: str | None
    engagement: Sequence[str]
    terms: Sequence[str]
    reach: str
    match_scope: str
    published: datetime
    updated: datetime | None
    hidden: datetime | None

    @property
    def slug(self) -> str:
        """The random part of its id."""
        return self.id.rpartition("/")[2]

    @property
    def is_public(self) -> bool:
        """Everybody may see it."""
        return self.reach == Reach.PUBLIC and self.hidden is None


def facet_of(row: Row[Any]) -> Facet:
    """The value of a row of `facet`."""
    return Facet(**row._mapping)  # noqa: SLF001
