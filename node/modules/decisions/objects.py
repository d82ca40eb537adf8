"""A decision as it travels: the immutable, signed record, and what another community answers.

Numbers only; a ballot has no class here and cannot leave.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from vocab.model import Object, flag, iri, number, part, parts, text, time
from vocab.types import Article, Note

__all__ = [
    "TYPES",
    "DecisionRecord",
    "DecisionResponse",
    "Electorate",
    "MinorityStatement",
    "Objection",
    "Option",
    "Quorum",
    "Tally",
]


@dataclass(frozen=True, kw_only=True)
class Option(Object):
    """One alternative; its id is a fragment of the proposal's (#opt-1)."""

    type: ClassVar[str] = "Option"

    tradeoff: str | None = text("tradeoff")


@dataclass(frozen=True, kw_only=True)
class Electorate(Object):
    """How many could take part, and how many did."""

    type: ClassVar[str] = "Electorate"

    eligible: int | None = number("eligible")
    participated: int | None = number("participated")
    as_of: datetime | None = time("asOf")


@dataclass(frozen=True, kw_only=True)
class Quorum(Object):
    """How many were needed, of what, and whether they came."""

    type: ClassVar[str] = "Quorum"

    quorum_basis: str | None = text("quorumBasis")
    required: int | None = number("required")
    reached: bool | None = flag("reached")


@dataclass(frozen=True, kw_only=True)
class Tally(Object):
    """How many took a position on an option."""

    type: ClassVar[str] = "Tally"

    option: str | None = iri("option")
    position: str | None = text("position")
    count: int | None = number("count")


@dataclass(frozen=True, kw_only=True)
class MinorityStatement(Object):
    """Dissent kept with the record; anonymous, or named with the member's consent."""

    type: ClassVar[str] = "MinorityStatement"

    authorship: str | None = text("authorship")
    supporters: int | None = number("supporters")


@dataclass(frozen=True, kw_only=True)
class DecisionRecord(Article):
    """What a community decided; never updated, only superseded by a new record."""

    kind: ClassVar[str | None] = "DecisionRecord"

    decides: str | None = iri("decides")
    subject_digest: str | None = text("subjectDigest")
    decision_scope: str | None = text("decisionScope")
    outcome: str | None = text("outcome")
    options: tuple[Option, ...] = parts("options", Option)
    """What there was to choose from, so that the record can be read by itself."""
    chosen_option: str | None = iri("chosenOption")
    method: str | None = text("method")
    charter: str | None = iri("charter")
    electorate: Electorate | None = part("electorate", Electorate)
    quorum: Quorum | None = part("quorum", Quorum)
    disclosure: str | None = text("disclosure")
    """full, banded or outcomeOnly: how much of the count is shown."""
    suppressed_below: int | None = number("suppressedBelow")
    tallies: tuple[Tally, ...] = parts("tallies", Tally)
    minority_statements: tuple[MinorityStatement, ...] = parts(
        "minorityStatements", MinorityStatement
    )
    cooling_off_ends: datetime | None = time("coolingOffEnds")
    effective_from: datetime | None = time("effectiveFrom")
    review_date: datetime | None = time("reviewDate")
    audit_commitment: str | None = text("auditCommitment")
    responses: str | None = iri("responses")
    """The collection of responses its owner knows of."""


@dataclass(frozen=True, kw_only=True)
class Objection(Object):
    """On what ground a community objects, and what it asks for."""

    type: ClassVar[str] = "Objection"

    ground: str | None = text("ground")
    requested_action: str | None = text("requestedAction")


@dataclass(frozen=True, kw_only=True)
class DecisionResponse(Note):
    """What another community does with a record; binds the responder alone."""

    kind: ClassVar[str | None] = "DecisionResponse"

    responds_to: str | None = iri("respondsTo")
    responds_to_digest: str | None = text("respondsToDigest")
    response: str | None = text("response")
    """adopted, adoptedWithChanges, ratified, objected, declined, noted or retracted."""
    basis: str | None = iri("basis")
    """The responder's own record; needed for all but declined, noted and retracted."""
    objection: Objection | None = part("objection", Objection)


TYPES: tuple[type[Object], ...] = (DecisionRecord, DecisionResponse)
