"""A report on how a decision is carried out, as it travels: in a keeper's words, with the
numbers and links they chose, and no more.
"""

from typing import ClassVar

from node.modules.proposals.api import Evidence
from vocab.model import Object, iris, parts, text
from vocab.things import PropertyValue
from vocab.types import Note
from vocab.values import dataclass


@dataclass(frozen=True, kw_only=True)
class DeliveryReport(Note):
    """What a community has done about a decision of its own; owned by the community."""

    kind: ClassVar[str | None] = "DeliveryReport"

    delivers_on: tuple[str, ...] = iris("deliversOn")
    """The records it reports on."""
    delivery_status: str | None = text("deliveryStatus")
    """delivered, partlyDelivered, notDelivered or changed."""
    metrics: tuple[PropertyValue, ...] = parts("metrics", PropertyValue)
    """What was fixed to be measured, and what came of it."""
    evidence: tuple[Evidence, ...] = parts("evidence", Evidence)
    """What shows it, as links."""
    witnessed_by: tuple[str, ...] = iris("witnessedBy")
    """Who confirms it, says the sender. Read and never written: nothing here makes a community a
    witness of a report, and nothing asks the one that is named."""


TYPES: tuple[type[Object], ...] = (DeliveryReport,)
