"""A report on how a decision is carried out, as it travels: in a keeper's words, and no more."""

from typing import ClassVar

from vocab.model import Object, iris, text
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


TYPES: tuple[type[Object], ...] = (DeliveryReport,)
