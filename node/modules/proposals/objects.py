"""A matter put to a community, as it travels: an Article owned by the community.

Support is a sum, never who; what is said in deliberation has no class here and stays.
"""

from datetime import datetime
from typing import ClassVar

from node.modules.decisions.api import Option
from vocab.model import Object, iri, number, part, parts, text, time
from vocab.types import Article, Note
from vocab.values import dataclass

__all__ = [
    "TYPES",
    "Evidence",
    "GovernanceProposal",
    "Note",
    "Option",
    "StageEntry",
    "SupportAggregate",
]


@dataclass(frozen=True, kw_only=True)
class StageEntry(Object):
    """A stage and, as `start_time`, when it began."""

    type: ClassVar[str] = "StageEntry"

    stage: str | None = text("stage")


@dataclass(frozen=True, kw_only=True)
class Evidence(Object):
    """A source (`url`), and the statement it supports, challenges or informs."""

    type: ClassVar[str] = "Evidence"

    statement: str | None = text("statement")
    stance: str | None = text("stance")


@dataclass(frozen=True, kw_only=True)
class SupportAggregate(Object):
    """Support points so far, as sums."""

    type: ClassVar[str] = "SupportAggregate"

    points: int | None = number("points")
    supporters: int | None = number("supporters")
    max_per_member: int | None = number("maxPerMember")
    as_of: datetime | None = time("asOf")
    suppressed_below: int | None = number("suppressedBelow")


@dataclass(frozen=True, kw_only=True)
class GovernanceProposal(Article):
    """A matter with its text, options and stages."""

    kind: ClassVar[str | None] = "GovernanceProposal"

    proposed_by: str | None = iri("proposedBy")
    """The member who brought it, if they wish to be named; never its owner."""
    stage: str | None = text("stage")
    stage_history: tuple[StageEntry, ...] = parts("stageHistory", StageEntry)
    decision_scope: str | None = text("decisionScope")
    options: tuple[Option, ...] = parts("options", Option)
    evidence: tuple[Evidence, ...] = parts("evidence", Evidence)
    support_aggregate: SupportAggregate | None = part("supportAggregate", SupportAggregate)
    voting_starts: datetime | None = time("votingStarts")
    voting_ends: datetime | None = time("votingEnds")


TYPES: tuple[type[Object], ...] = (GovernanceProposal,)
