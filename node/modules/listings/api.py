"""What other modules may use of offers and needs."""

from dataclasses import dataclass

from node.kernel.access import Viewer
from node.kernel.unit import Unit
from node.modules.listings import queries
from node.modules.listings.concepts import KINDS, SCHEME, TERMS, TOPICS, concept, label, name_of
from node.modules.listings.queries import Asked, candidates, open_listings, stored
from node.modules.listings.queries import by_id as listing
from node.modules.listings.rules import State
from node.modules.listings.tables import Notice
from node.modules.listings.words import tokens

__all__ = [
    "HERE", "KINDS", "SCHEME", "TERMS", "TOPICS", "Asked", "Changed", "Closed", "Listed", "Notice",
    "State", "candidates", "concept", "forget", "label", "listing", "name_of",
    "open_listings", "stored", "tokens",
]  # fmt: skip

HERE = Viewer(role="member")
"""The community itself as a viewer: whatever any member may see."""


@dataclass(frozen=True, kw_only=True)
class Listed:
    """An offer or a need is new here, ours or another node's."""

    id: str


@dataclass(frozen=True, kw_only=True)
class Changed:
    """Its words, its end or its state are other than before; it is still live or agreed."""

    id: str


@dataclass(frozen=True, kw_only=True)
class Closed:
    """It is over: met, withdrawn, expired or deleted."""

    id: str


def forget(unit: Unit, domain: str, *, but_public: bool = False) -> None:
    """Remove what came from a host: everything, or what it showed to trusted nodes only."""
    for id in queries.at_domain(unit, domain, but_public=but_public):
        queries.remove(unit, id)
        unit.tell(Closed(id=id))
