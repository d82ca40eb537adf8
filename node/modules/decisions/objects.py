"""A decision as it travels: the immutable, signed record, and what another community answers.

Numbers only; a ballot has no class here and cannot leave.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from vocab.model import Object, flag, iri, iris, number, part, parts, text, time, value
from vocab.types import Article, Note
from vocab.values import dataclass

__all__ = [
    "TYPES",
    "AggregateRule",
    "ChainLink",
    "ChainLog",
    "Counting",
    "DecisionRecord",
    "DecisionResponse",
    "Electorate",
    "Figure",
    "MinorityStatement",
    "NodeOutcome",
    "Objection",
    "Option",
    "Pair",
    "Quorum",
    "Round",
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
class Figure(Object):
    """A figure of an option (or a position): a whole number or a fraction, as in "37/3"."""

    type: ClassVar[str] = "Figure"

    option: str | None = iri("option")
    position: str | None = text("position")
    figure: str | None = text("figure")


@dataclass(frozen=True, kw_only=True)
class Pair(Object):
    """How many put one option before another."""

    type: ClassVar[str] = "Pair"

    option: str | None = iri("option")
    over: str | None = iri("over")
    count: int | None = number("count")


@dataclass(frozen=True, kw_only=True)
class Round(Object):
    """A step of a count: what each had, who was chosen, who went, and whether by lot."""

    type: ClassVar[str] = "Round"

    figures: tuple[Figure, ...] = parts("figures", Figure)
    chosen: tuple[str, ...] = iris("chosen")
    out: tuple[str, ...] = iris("out")
    drawn: bool | None = flag("drawn")


@dataclass(frozen=True, kw_only=True)
class Counting(Object):
    """How it was counted, in figures: what was fixed before, and where it may be told the count.

    Not of the published vocabulary; a reader that does not know it loses nothing, since the text
    says in words how it was decided.
    """

    type: ClassVar[str] = "Counting"

    way: str | None = text("way")
    """The count itself, where a method has several: options, medianScore."""
    share: str | None = text("share")
    """What a yes needs, of `base`: decided, cast or eligible."""
    base: str | None = text("base")
    seats: int | None = number("seats")
    most: int | None = number("most")
    budget: int | None = number("budget")
    costs: tuple[Figure, ...] = parts("costs", Figure)
    figures: tuple[Figure, ...] = parts("figures", Figure)
    pairs: tuple[Pair, ...] = parts("pairs", Pair)
    rounds: tuple[Round, ...] = parts("rounds", Round)
    chosen: tuple[str, ...] = iris("chosen")
    """All options taken, where several could be."""
    run_off: tuple[str, ...] = iris("runOff")
    """The options between which it was voted again."""
    lot: str | None = text("lot")
    """The word drawn before the first ballot; with the record's commitment it is the seed."""


@dataclass(frozen=True, kw_only=True)
class ChainLink(Object):
    """The place of a record among its community's, and the link of the one before (`chain`).

    Not of the published vocabulary, like `Counting`.
    """

    type: ClassVar[str] = "ChainLink"

    number: int | None = number("number")
    previous: str | None = text("previous")


@dataclass(frozen=True, kw_only=True)
class AggregateRule(Object):
    """How the outcomes of several communities become one (`aggregate`)."""

    type: ClassVar[str] = "AggregateRule"

    rule: str | None = text("rule")
    threshold: str | None = text("threshold")
    min_participation: int | None = number("minParticipation")
    block_stops: bool | None = flag("blockStops")
    weighting: str | None = text("weighting")
    silence: str | None = text("silence")


@dataclass(frozen=True, kw_only=True)
class NodeOutcome(Object):
    """What one community decided in a joint process, by its own record."""

    type: ClassVar[str] = "NodeOutcome"

    community: str | None = iri("community")
    record: str | None = iri("record")
    ballot: str | None = text("ballot")
    weight: int | None = number("weight")


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
    counting: Counting | None = part("counting", Counting)
    minority_statements: tuple[MinorityStatement, ...] = parts(
        "minorityStatements", MinorityStatement
    )
    cooling_off_ends: datetime | None = time("coolingOffEnds")
    effective_from: datetime | None = time("effectiveFrom")
    review_date: datetime | None = time("reviewDate")
    audit_commitment: str | None = text("auditCommitment")
    chain: ChainLink | None = part("chain", ChainLink)
    ballot_in: str | None = iri("ballotIn")
    """The joint process in which this record is its community's ballot."""
    ballot: str | None = text("ballot")
    concludes: str | None = iri("concludes")
    """The joint process that this record concludes."""
    aggregate_rule: AggregateRule | None = part("aggregateRule", AggregateRule)
    node_outcomes: tuple[NodeOutcome, ...] = parts("nodeOutcomes", NodeOutcome)
    silent: tuple[str, ...] = iris("silent")
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


@dataclass(frozen=True, kw_only=True)
class ChainLog(Object):
    """Where a community's chain ends, leaves of it, and what the community saw of others' chains.

    For nodes that it trusts alone; not of the published vocabulary. Its parts are signed, so
    they are carried as they are, and the schema says all that they may hold.
    """

    type: ClassVar[str] = "ChainLog"

    checkpoint: Mapping[str, Any] | None = value("checkpoint")
    leaves: list[str] | None = value("leaves")
    statements: list[Mapping[str, Any]] | None = value("statements")


TYPES: tuple[type[Object], ...] = (DecisionRecord, DecisionResponse, ChainLog)
