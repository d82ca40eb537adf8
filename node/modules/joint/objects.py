"""A joint decision as it travels: the text and its digest, who is invited, by what rule."""

from typing import ClassVar

from node.modules.decisions.api import AggregateRule
from vocab.model import Object, iri, iris, number, part, parts, text
from vocab.types import Article
from vocab.values import dataclass

__all__ = ["TYPES", "AggregateRule", "JointProcess", "NodeWeight"]


@dataclass(frozen=True, kw_only=True)
class NodeWeight(Object):
    """What a community weighs, where a table says so; not of the published vocabulary."""

    type: ClassVar[str] = "NodeWeight"

    community: str | None = iri("community")
    weight: int | None = number("weight")


@dataclass(frozen=True, kw_only=True)
class JointProcess(Article):
    """Several communities decide on one text, each by its own way; their records are the ballots.

    Text, rule, end and who is invited never change; `lifecycle` does, and `participants` become
    those who accepted.
    """

    kind: ClassVar[str | None] = "JointProcess"

    subject_text: str | None = iri("subjectText")
    subject_digest: str | None = text("subjectDigest")
    participants: tuple[str, ...] = iris("participants")
    aggregate_rule: AggregateRule | None = part("aggregateRule", AggregateRule)
    weights: tuple[NodeWeight, ...] = parts("weights", NodeWeight)


TYPES: tuple[type[Object], ...] = (JointProcess,)
