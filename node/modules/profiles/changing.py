"""What a member does with the cards of their profile, as units."""

from dataclasses import field

from node.kernel.errors import Conflict, Invalid, Missing, Refused
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.listings import api as listings
from node.modules.profiles import queries, rules, writing
from node.modules.profiles.rules import Kind
from node.modules.profiles.tables import Facet
from vocab.model import Malformed
from vocab.values import dataclass
from web.language import mark


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a member says on a card; `matched` lets trusted nodes match it without a name."""

    name: str
    text: str = ""
    concept: str | None = None
    level: str | None = None
    engagement: list[str] = field(default_factory=list)
    terms: list[str] = field(default_factory=list)
    reach: str = "community"
    matched: bool = False
    lang: str | None = None


def add(unit: Unit, who: str, kind: str, draft: Draft) -> Facet:
    """Put a new card on a profile; a second gift or mission takes the place of the first.

    Raises:
        Refused: no member.
        Conflict: there are too many.
        Invalid: it lacks what its kind needs.
    """
    member = _member(unit, who)
    before = [one for one in queries.all_of(unit.db, who) if one.kind == kind]
    if before and Kind(kind) in rules.ONLY_ONE:
        return change(unit, who, before[0].id, draft)
    if queries.count(unit, who) >= rules.MOST:
        raise Conflict("E_TOO_MANY", who, safe=FULL)
    one = _fit(unit, _of(draft, unit.id("o"), who, kind, unit))
    queries.keep(unit, one)
    _tell(unit, member, None, one.reach)
    return one


def change(unit: Unit, who: str, id: str, draft: Draft) -> Facet:
    """Change a card.

    Raises:
        Missing: it is not this member's.
        Invalid: it lacks what its kind needs.
    """
    member, before = _member(unit, who), queries.stored(unit, who, id)
    if before is None:
        raise Missing(detail=id)
    one = _fit(unit, _of(draft, id, who, before.kind, unit, before))
    queries.keep(unit, one)
    _tell(unit, member, before.reach, one.reach)
    return one


def remove(unit: Unit, who: str, id: str) -> None:
    """Take a card away.

    Raises:
        Missing: it is not this member's.
        Invalid: it lacks what its kind needs.
    """
    member, before = _member(unit, who), queries.stored(unit, who, id)
    if before is None:
        raise Missing(detail=id)
    queries.remove(unit, id)
    _tell(unit, member, before.reach, None)


def erase(unit: Unit, account: str) -> None:
    """Remove everything of a leaving member; their Delete tells the others."""
    for one in queries.all_of(unit.db, account):
        queries.remove(unit, one.id)


LACKS = mark("Something is missing on this card. Choose a topic and how you mean it.")

FULL = mark("This is as much as a profile holds. Take something away first.")


def _of(
    draft: Draft, id: str, who: str, kind: str, unit: Unit, before: Facet | None = None
) -> Facet:
    return Facet(
        id=id,
        owner=who,
        kind=kind,
        name=draft.name,
        text=draft.text,
        lang=draft.lang,
        concept=draft.concept,
        level=draft.level,
        engagement=draft.engagement,
        terms=draft.terms,
        reach=draft.reach,
        match_scope=rules.scope(draft.reach, wanted=draft.matched),
        published=before.published if before else unit.now,
        updated=unit.now if before else None,
        hidden=before.hidden if before else None,
    )


def _fit(unit: Unit, one: Facet) -> Facet:
    """The card, if it could leave as it is: one that cannot would break the whole collection."""
    try:
        unit.door.write(writing.said(one, unit.community, listings.topics(unit.db)))
    except Malformed as fault:
        raise Invalid({"name": LACKS}, fault.code, fault.message) from fault
    return one


def _tell(unit: Unit, member: Account, before: str | None, after: str | None) -> None:
    """Let followers know where the public part of the profile is another now."""
    if rules.told(before, after):
        accounts.tell_changed(unit, member, name=member.name)


def _member(unit: Unit, who: str) -> Account:
    found = unit.account(who)
    if found is None or not accounts.is_member(unit.db, who):
        raise Refused("E_MEMBERS_ONLY", who)
    return found
