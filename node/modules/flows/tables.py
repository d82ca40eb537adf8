"""What a keeper suggests to several people, and what each of them says; for them alone."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Row, String, Table

from node.kernel.database import Moment, new_metadata
from node.kernel.tables import account
from node.modules.flows.circles import Edge
from node.modules.flows.rules import State
from vocab.values import dataclass

metadata = new_metadata()

suggestion = Table(
    "flow_suggestion",
    metadata,
    Column("slug", String(64), primary_key=True),
    Column("edges", JSON, nullable=False),
    Column("known", String(64), nullable=False, unique=True),
    Column("state", String(10), nullable=False),
    Column("at", Moment, nullable=False),
    Column("ends", Moment, nullable=False),
    Index(None, "state", "ends"),
)
"""`edges`: who would give what to whom, as of circles.Edge; `known` their digest, so that the
same is not suggested twice."""

answer = Table(
    "flow_answer",
    metadata,
    Column(
        "suggestion",
        String(64),
        ForeignKey(suggestion.c.slug, ondelete="CASCADE"),
        primary_key=True,
    ),
    Column(
        "member",
        String(2048),
        ForeignKey(account.c.id, onupdate="CASCADE", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("yes", Boolean),
    Column("at", Moment),
    Index(None, "member"),
)
"""What somebody said to a suggestion; `yes` is None until then."""


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """A suggestion, with what each of its people said."""

    slug: str
    edges: Sequence[Edge]
    state: State
    at: datetime
    ends: datetime
    answers: Mapping[str, bool | None]

    @property
    def path(self) -> str:
        """Its page."""
        return f"/flow/{self.slug}"


def suggestion_of(row: Row[Any], answers: Mapping[str, bool | None]) -> Suggestion:
    """The value of a row of `flow_suggestion`."""
    return Suggestion(
        slug=row.slug,
        edges=tuple(Edge(**one) for one in row.edges),
        state=State(row.state),
        at=row.at,
        ends=row.ends,
        answers=answers,
    )
