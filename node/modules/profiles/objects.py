"""The facets of a profile as they travel: gift, skill, asset, mission.

Each has a reach of its own: `to` and `handling` say who may read it, `match_scope` up to
where it may be used in matching (localOnly if not said).
"""

from typing import ClassVar

from vocab.model import Object, iri, iris, part, text, texts
from vocab.types import Concept, Measure, Place
from vocab.values import dataclass

__all__ = ["TYPES", "Concept", "EconomicResource", "Gift", "Measure", "Mission", "Place"]
__all__ += ["SkillClaim"]


@dataclass(frozen=True, kw_only=True)
class Gift(Object):
    """A member's own wording of what only they give."""

    type: ClassVar[str] = "Gift"


@dataclass(frozen=True, kw_only=True)
class SkillClaim(Object):
    """A skill the member says they have, and how they want to use it."""

    type: ClassVar[str] = "SkillClaim"

    skill: Concept | None = part("skill", Concept)
    proficiency: str | None = text("proficiency")
    engagement: tuple[str, ...] = texts("engagement")


@dataclass(frozen=True, kw_only=True)
class EconomicResource(Object):
    """An asset a member can share."""

    type: ClassVar[str] = "EconomicResource"

    conforms_to: str | None = iri("conformsTo")
    onhand_quantity: Measure | None = part("onhandQuantity", Measure)
    primary_accountable: str | None = iri("primaryAccountable")
    sharing_terms: tuple[str, ...] = texts("sharingTerms")
    current_location: Place | None = part("currentLocation", Place)


@dataclass(frozen=True, kw_only=True)
class Mission(Object):
    """What a member works towards, and what they seek for it."""

    type: ClassVar[str] = "Mission"

    horizon: str | None = text("horizon")
    """How far ahead, as an ISO 8601 duration (P3Y)."""
    seeks: tuple[str, ...] = iris("seeks")


TYPES: tuple[type[Object], ...] = (Gift, SkillClaim, EconomicResource, Mission)
