"""Contact cards: who somebody is and how to reach them, for one other person and a while."""

from datetime import datetime

from node.kernel.errors import Missing, Refused, TryLater
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.listings import api as listings
from node.modules.matching import introduced, queries, rules
from node.modules.matching.introduced import Card, Introduction
from node.modules.matching.objects import ContactCard, ContactPoint
from node.modules.matching.rules import State, Step
from vocab import html
from vocab.types import Create, Delete, Tombstone

KINDS = ("email", "telephone")
"""The ways to reach somebody that a card knows."""
VALUE = 300
BOTH_AGREE = (State.AGREED, State.DISCLOSED)


def keep_here(
    unit: Unit, introduction: str, *, of: str, holder: str, means: tuple[str, ...], ends: datetime
) -> None:
    """Give one member's card to another; nothing leaves."""
    known = unit.account(of)
    held = queries.contacts(unit.db, of)
    introduced.add_card(
        unit,
        id=unit.id("o"),
        introduction=introduction,
        ours=False,
        holder=holder,
        describes=of,
        name=known.label if known else "",
        means={kind: held[kind] for kind in means if kind in held},
        ends=ends,
    )


def send(unit: Unit, introduction: str) -> None:
    """Send our member's card to the other node, once; only when both consents are stored."""
    held = introduced.by_id(unit.db, introduction)
    if held is None or held.state not in BOTH_AGREE or not (held.tells and held.answers):
        return
    if held.is_talk:
        return
    ours = held.asker if held.way == "out" else held.asked
    member = unit.account(ours or "")
    if member is None or not accounts.is_member(unit.db, member.id):
        return
    if any(one.ours for one in introduced.cards(unit.db, held.id)):
        return
    us = accounts.service_account(unit.db)
    told = ContactCard(
        id=unit.id("o"),
        attributed_to=us.id,
        introduction=held.reply,
        party="requestingSide" if held.way == "out" else "matchedSide",
        name=member.label,
        describes=member.id,
        contact_point=_points(unit, member.id, held),
        published=unit.now,
        end_time=held.ends,
        to=(held.service or "",),
        handling="recipientsOnly",
    )
    made = Create(id=unit.id("a"), actor=us.id, object=told, to=told.to, published=unit.now)
    introduced.add_card(
        unit,
        id=told.id,
        introduction=held.id,
        ours=True,
        activity=made.id,
        describes=member.id,
        means={},
        ends=held.ends,
    )
    unit.perform(made, us)


def _points(unit: Unit, member: str, held: Introduction) -> tuple[ContactPoint, ...]:
    """The ways to reach our member that they chose to tell."""
    known = queries.contacts(unit.db, member)
    chosen = [kind for kind in KINDS if kind in held.means and kind in known]
    return tuple(
        ContactPoint(
            contact_type=kind,
            email=known[kind] if kind == "email" else None,
            telephone=known[kind] if kind == "telephone" else None,
        )
        for kind in chosen
    )


def came(unit: Unit, told: ContactCard, service: str) -> None:
    """The other side's card: kept for our member until its end, if both said yes.

    Raises:
        Refused: E_UNKNOWN, E_STATE, E_CONSENT, E_EXPIRED.
        TryLater: the yes it follows may still come.
    """
    held = introduced.by_either(unit.db, told.introduction or "")
    if held is None or held.service != service:
        _wait_for_yes(unit, told, service)
        raise Refused("E_UNKNOWN", f"{told.introduction} is no introduction with {service}")
    after = rules.introduction_after(held.state, Step.CARD)
    if after is None:
        raise Refused("E_STATE", f"a card for {held.id}, which is {held.state}")
    side, tells = (
        ("matchedSide", held.answers) if held.way == "out" else ("requestingSide", held.tells)
    )
    if held.is_talk:
        raise Refused("E_CONSENT", f"a card in {held.id}, where both said yes to words alone")
    if told.party != side:
        raise Refused("E_CONSENT", f"a card of {told.party}")
    if told.contact_point and rules.CONTACT not in tells:
        raise Refused("E_CONSENT", "tells more than was agreed")
    ends = min(told.end_time or unit.now, unit.now + rules.CARD_LASTS)
    if ends <= unit.now:
        raise Refused("E_EXPIRED", told.id or "")
    introduced.add_card(
        unit,
        id=told.id,
        introduction=held.id,
        ours=False,
        holder=held.asker if held.way == "out" else held.asked,
        describes=told.describes,
        name=html.line(told.name, 200),
        means=_means(told),
        ends=ends,
    )
    introduced.change(unit, held.id, state=after)
    _met(unit, held, told.describes)
    unit.later("matching.clock", due=ends)


def _met(unit: Unit, held: Introduction, person: str | None) -> None:
    """Suggest to our member no more whoever they have been introduced to, about that notice."""
    owner, about = (held.asker, held.mine) if held.way == "out" else (held.asked, held.about)
    for one in queries.matched(unit.db, owner or "", about or ""):
        other = listings.stored(unit, one.other or "")
        if other is not None and other.owner == person:
            queries.change_match(unit, one.slug, state="asked")


def _wait_for_yes(unit: Unit, told: ContactCard, service: str) -> None:
    """A card may overtake the yes that it follows: as long as we wait for one, it waits too."""
    waiting = [
        one
        for one in introduced.with_node(unit.db, service)
        if one.way == "out"
        and one.state is State.PROPOSED
        and one.ends > unit.now
        and accounts.is_member(unit.db, one.asker or "")
    ]
    if waiting:
        raise TryLater(f"{told.introduction} may still be agreed")


def _means(told: ContactCard) -> dict[str, str]:
    found: dict[str, str] = {}
    for point in told.contact_point[:5]:
        for kind in KINDS:
            value = getattr(point, kind)
            if value:
                found[kind] = html.line(value, VALUE)
    return found


def revoke(unit: Unit, member: str, slug: str) -> None:
    """A member takes their card back: the other side erases it.

    Raises:
        Missing: there is none of theirs.
    """
    held = introduced.for_asker(unit.db, slug, member) or introduced.for_asked(
        unit.db, slug, member
    )
    if held is None:
        raise Missing(detail=slug)
    mine = [one for one in introduced.cards(unit.db, held.id) if one.describes == member]
    if not mine:
        raise Missing(detail=slug)
    theirs = introduced.held_by(unit.db, member).get(held.id)
    if theirs is not None:
        _hide(unit, held, theirs)
    for card in mine:
        take_back(unit, held, card)


def show_notice(unit: Unit, member: str, slug: str) -> None:
    """A member shows their notice to whoever they hold a card of, so that it can be answered.

    Raises:
        Missing: no card of theirs, or the other is no further than here.
        Conflict: the notice is over.
    """
    held = introduced.for_asker(unit.db, slug, member) or introduced.for_asked(
        unit.db, slug, member
    )
    card = introduced.held_by(unit.db, member).get(held.id) if held else None
    if held is None or card is None or held.way == "local" or not held.about_ours:
        raise Missing(detail=slug)
    listings.show_to(unit, member, held.about_ours, card.describes)


def forget(unit: Unit, held: Introduction, card: Card) -> None:
    """Erase a card that we keep; whom it described is shown our member's notice no more.

    Only the card says to whom the notice is shown: it must not go before that ends.
    """
    if not card.ours:
        _hide(unit, held, card)
    introduced.drop_card(unit, card.id)


def _hide(unit: Unit, held: Introduction, card: Card) -> None:
    """Whom this card describes may read our member's notice by name no more."""
    if held.way != "local" and held.about_ours:
        listings.show_no_more(unit, held.about_ours, card.describes)


def take_back(unit: Unit, held: Introduction, card: Card) -> None:
    """Erase one of our members' cards wherever it is."""
    if held.way == "local":
        introduced.drop_card(unit, card.id)
    else:
        call_back(unit, held, card)
    after = rules.introduction_after(held.state, Step.REVOKE)
    introduced.change(unit, held.id, state=after or held.state, message="")


def call_back(unit: Unit, held: Introduction, card: Card) -> None:
    """Have the other node erase a card of ours; one that has not left does not leave."""
    us = accounts.service_account(unit.db)
    remains = Tombstone(id=card.id, former_type="ContactCard", deleted=unit.now)
    news = Delete(
        id=unit.id("a"),
        actor=us.id,
        object=remains,
        to=(held.service or "",),
        published=unit.now,
        handling="recipientsOnly",
    )
    unit.perform(news, us, obj=ContactCard(id=card.id, attributed_to=us.id))
    if card.activity:
        queries.silence(unit, [card.activity])


def gone(unit: Unit, id: str, service: str) -> None:
    """A card is taken back: erase it, and let our member see that.

    Raises:
        Refused: E_OWNER.
    """
    card = introduced.find_card(unit.db, id)
    if card is None:
        return
    held = introduced.by_id(unit.db, card.introduction)
    if held is None or held.service != service:
        raise Refused("E_OWNER", f"{service} takes back {id}")
    forget(unit, held, card)
    after = rules.introduction_after(held.state, Step.REVOKE)
    introduced.change(unit, held.id, state=after or held.state, message="")
