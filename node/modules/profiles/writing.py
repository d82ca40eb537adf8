"""A member's cards as they travel: each as an object, the public ones as fields of the actor."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape
from typing import Any

from node.kernel.access import Reach
from node.kernel.community import Community
from node.modules.listings import api as listings
from node.modules.profiles.objects import EconomicResource, Gift, Mission, SkillClaim
from node.modules.profiles.rules import Kind
from node.modules.profiles.tables import Facet
from vocab import html
from vocab.model import PUBLIC, Object
from vocab.types import Concept, Measure, PropertyValue
from web.language import catalogue, mark

GIFT = mark("Gift")
SKILLS = mark("Skills")
LEARNING = mark("%(skill)s (learning)")


def said(one: Facet, community: Community, known: listings.Tree) -> Object:
    """A card as others read it (vocabulary.md 6.1).

    Args:
        one: of a member; not for the community alone.
        community: whose trusted nodes may see it.
        known: the community's topics; for one of its own others read the shared one above it.
    """
    shared = known.shared(one.concept)
    one = replace(one, concept=listings.concept(shared) if shared else one.concept)
    common: dict[str, Any] = {
        "id": one.id,
        "attributed_to": one.owner,
        "published": one.published,
        "updated": one.updated,
        "name": one.name,
        "lang": one.lang,
        "match_scope": one.match_scope,
        "to": (PUBLIC if one.reach == Reach.PUBLIC else community.peers,),
        "handling": "public" if one.reach == Reach.PUBLIC else "trustedPeers",
    }
    return _BY_KIND[Kind(one.kind)](one, common)


def _gift(one: Facet, common: Mapping[str, Any]) -> Object:
    return Gift(**common, content=html.from_text(one.text or one.name))


def _skill(one: Facet, common: Mapping[str, Any]) -> Object:
    return SkillClaim(
        **common,
        content=html.from_text(one.text) or None,
        skill=_concept(one.concept or ""),
        proficiency=one.level,
        engagement=tuple(one.engagement),
    )


def _asset(one: Facet, common: Mapping[str, Any]) -> Object:
    return EconomicResource(
        **common,
        content=html.from_text(one.text) or None,
        conforms_to=one.concept,
        onhand_quantity=Measure(unit="one", amount="1"),
        primary_accountable=one.owner,
        sharing_terms=tuple(one.terms),
    )


def _mission(one: Facet, common: Mapping[str, Any]) -> Object:
    seeks = (one.concept,) if one.concept else ()
    return Mission(**common, content=html.from_text(one.text or one.name), seeks=seeks)


_BY_KIND = {
    Kind.GIFT: _gift, Kind.SKILL: _skill, Kind.ASSET: _asset, Kind.MISSION: _mission,
}  # fmt: skip


def _concept(iri: str) -> Concept:
    # ids of ours are English words, and so is the label beside them
    return Concept(id=iri, pref_label=listings.label(iri).lower(), in_scheme=listings.SCHEME)


def fields(public: Sequence[Facet], language: str) -> tuple[PropertyValue, ...]:
    """The fields of an actor that any server shows: gift and skills.

    Args:
        public: a member's public cards.
        language: the community's, for the names of the fields.
    """
    say = catalogue(language).gettext
    gift = next((one.name for one in public if one.kind == Kind.GIFT), "")
    skills = [_spoken(one, say(LEARNING)) for one in public if one.kind == Kind.SKILL]
    told = ((say(GIFT), gift), (say(SKILLS), ", ".join(skills)))
    return tuple(PropertyValue(name=name, value=escape(text)) for name, text in told if text)


def _spoken(one: Facet, learning: str) -> str:
    return learning % {"skill": one.name} if one.level == "learning" else one.name
