"""Agreements as they travel (FEP-0837): between two people, and to nobody else."""

from datetime import datetime
from typing import ClassVar

from vocab.model import Object, flag, iri, part, text, time
from vocab.types import Measure
from vocab.values import dataclass

__all__ = ["TYPES", "Agreement", "Commitment", "EconomicEvent", "Measure"]


@dataclass(frozen=True, kw_only=True)
class Commitment(Object):
    """One promised flow: so much of what an intent of the proposal is about."""

    type: ClassVar[str] = "Commitment"

    satisfies: str | None = iri("satisfies")
    resource_quantity: Measure | None = part("resourceQuantity", Measure)
    provider: str | None = iri("provider")
    receiver: str | None = iri("receiver")
    due: datetime | None = time("due")
    finished: bool | None = flag("finished")


@dataclass(frozen=True, kw_only=True)
class Agreement(Object):
    """What two people settle: offered without id or owner, finalised by the proposer."""

    type: ClassVar[str] = "Agreement"

    stipulates: Commitment | None = part("stipulates", Commitment)
    stipulates_reciprocal: Commitment | None = part("stipulatesReciprocal", Commitment)
    foreign: str | None = text("foreign", written=False)
    """Which dialect it was read from; None if it came in ours."""


@dataclass(frozen=True, kw_only=True)
class EconomicEvent(Object):
    """What was done for an agreement, as whoever did it says."""

    type: ClassVar[str] = "EconomicEvent"

    action: str | None = text("action")
    fulfills: str | None = iri("fulfills")
    realization_of: str | None = iri("realizationOf")
    provider: str | None = iri("provider")
    receiver: str | None = iri("receiver")
    resource_conforms_to: str | None = iri("resourceConformsTo")
    resource_quantity: Measure | None = part("resourceQuantity", Measure)
    finished: bool | None = flag("finished")


TYPES: tuple[type[Object], ...] = (Agreement, EconomicEvent)
