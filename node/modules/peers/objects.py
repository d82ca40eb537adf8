"""Trust between two nodes as it travels: each side's own statement about the other."""

from typing import ClassVar

from vocab.model import Object, part
from vocab.types import Measure, Relationship
from vocab.values import dataclass

__all__ = ["TRUSTED", "TYPES", "Measure", "Peering"]

TRUSTED = "https://w3id.org/commons-node/ns#trustedPeer"
"""The `relationship` of a peering; any other is none of ours."""


@dataclass(frozen=True, kw_only=True)
class Peering(Relationship):
    """That one node's service trusts another's, from `start_time` to `end_time`.

    Sent as Offer, answered by Accept with the other side's mirrored statement as result.
    """

    type: ClassVar[str] = "Relationship"

    credit_limit: Measure | None = part("creditLimit", Measure)


TYPES: tuple[type[Object], ...] = (Peering,)
