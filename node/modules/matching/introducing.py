"""From a match to two people who know of each other: only by the consent of both.

A no leaves no trace anywhere but with whoever said it: no letter, no time, no state that the
other side could see.
"""

from datetime import datetime

from node.kernel.errors import Conflict, Invalid, Missing, Refused
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.listings import api as listings
from node.modules.listings.api import Notice
from node.modules.matching import cards, introduced, queries, rules
from node.modules.matching.introduced import Introduction
from node.modules.matching.objects import Consent
from node.modules.matching.objects import Introduction as Told
from node.modules.matching.queries import Match
from node.modules.matching.rules import State, Step
from node.modules.matching.suggesting import LIVE, may_meet
from node.modules.peers import api as peers
from vocab import html
from vocab.types import Accept, Offer, Undo
from web.language import mark

GONE = mark("This is over: the other notice is gone. Nothing was told.")
LONG = mark("Write at most 1,000 characters.")
AWAY = mark("Your communities do not trust each other any more. Nothing was told.")


def introduce(
    unit: Unit, member: str, slug: str, *, means: tuple[str, ...], message: str
) -> Introduction:
    """A member consents to be introduced to whoever is behind a match.

    Args:
        unit: the unit.
        member: the account of whoever was shown the match.
        slug: the match.
        means: which of their ways to be reached a card may tell; none is allowed.
        message: words that go along; they are told as they are.

    Raises:
        Missing: no such match of theirs.
        Conflict: it is over.
        Invalid: the message is too long.
    """
    found = queries.find_match(unit.db, slug, member)
    if found is None or found.state == "asked":
        raise Missing(detail=slug)
    if len(message) > rules.MESSAGE:
        raise Invalid({"message": LONG})
    mine = listings.stored(unit, found.mine)
    if mine is None or mine.state(unit.now) not in LIVE:
        raise Conflict("E_STATE", found.mine, safe=GONE)
    queries.change_match(unit, slug, state="asked")
    known = tuple(kind for kind in means if kind in queries.contacts(unit.db, member))
    if found.handle is not None:
        return _to_handle(unit, found, mine, known, message)
    other = listings.stored(unit, found.other or "")
    if other is None or other.state(unit.now) not in LIVE:
        raise Conflict("E_STATE", found.other or "", safe=GONE)
    if other.local:
        return _here(unit, found, mine, other, known, message)
    return _to_notice(unit, found, mine, other, known, message)


def _here(
    unit: Unit, found: Match, mine: Notice, other: Notice, means: tuple[str, ...], message: str
) -> Introduction:
    """Between two members: nothing leaves."""
    id = unit.id("o")
    introduced.add(
        unit,
        id=id,
        way="local",
        state=State.PROPOSED,
        offer=id,
        asker=found.owner,
        asked=other.owner,
        mine=mine.id,
        about=other.id,
        title=other.title,
        message=message,
        tells=list(rules.told(means, contact=True)),
        means=list(means),
        ends=unit.now + rules.INTRODUCTION_LASTS,
    )
    return _kept(unit, id)


def _to_handle(
    unit: Unit, found: Match, mine: Notice, means: tuple[str, ...], message: str
) -> Introduction:
    """To somebody of a trusted node of whom only a handle is known."""
    if found.ends is not None and found.ends <= unit.now:
        raise Conflict("E_EXPIRED", found.handle or "", safe=GONE)
    about = {"match_request": found.request, "candidate": found.handle}
    return _out(unit, found, mine, found.service or "", means, message, about, title="")


def _to_notice(
    unit: Unit, found: Match, mine: Notice, other: Notice, means: tuple[str, ...], message: str
) -> Introduction:
    """To whoever posted a notice that a trusted node shows us."""
    services = (s.id for s in peers.trusted_services(unit.db) if s.domain == other.domain)
    service = next(services, "")
    about = {"context": other.id}
    return _out(unit, found, mine, service, means, message, about, title=other.title)


def _out(
    unit: Unit,
    found: Match,
    mine: Notice,
    service: str,
    means: tuple[str, ...],
    message: str,
    about: dict[str, str | None],
    *,
    title: str,
) -> Introduction:
    """Have the node's service put it to the other node; the member is not named."""
    if not peers.trusted(unit.db, service):
        raise Conflict("E_NOT_TRUSTED", service, safe=AWAY)
    us = accounts.service_account(unit.db)
    tells = rules.told(means, contact=True)
    ends = unit.now + rules.INTRODUCTION_LASTS
    told = Told(
        id=unit.id("o"),
        attributed_to=us.id,
        content=html.from_text(message) or None,
        discloses=tells,
        consents=(_consent(unit, "requestingSide", tells, ends),),
        lifecycle="proposed",
        published=unit.now,
        end_time=ends,
        handling="recipientsOnly",
        **about,
    )
    offer = Offer(
        id=unit.id("a"),
        actor=us.id,
        object=told,
        to=(service,),
        published=unit.now,
        end_time=ends,
    )
    fresh = introduced.add(
        unit,
        id=told.id,
        way="out",
        state=State.PROPOSED,
        offer=offer.id,
        service=service,
        asker=found.owner,
        mine=mine.id,
        about=about.get("context"),
        title=title,
        request=found.request,
        handle=found.handle,
        message=message,
        tells=list(tells),
        means=list(means),
        ends=ends,
    )
    if not fresh:
        raise Conflict("E_STATE", found.slug, safe=GONE)
    unit.perform(offer, us)
    return _kept(unit, told.id or "")


def _consent(unit: Unit, party: str, tells: tuple[str, ...], ends: datetime) -> Consent:
    return Consent(party=party, discloses=tells, consented_at=unit.now, end_time=ends)


def offered(unit: Unit, offer: Offer, told: Told, service: str) -> None:
    """Another node asks to introduce somebody of theirs to somebody of ours.

    Raises:
        Refused: E_CONSENT, E_UNKNOWN, E_EXPIRED, E_STATE; nothing of it is told to them.
    """
    parties = [one.party for one in told.consents]
    if parties != ["requestingSide"] or told.lifecycle != "proposed":
        raise Refused("E_CONSENT", f"{told.id} holds consents of {parties}")
    member, notice = _meant(unit, told, service)
    ends = min(told.end_time or unit.now, unit.now + rules.INTRODUCTION_LASTS)
    if ends <= unit.now:
        raise Refused("E_EXPIRED", told.id or "")
    words = html.to_text(told.content)[: rules.MESSAGE]
    fresh = introduced.add(
        unit,
        id=told.id,
        way="in",
        state=State.PROPOSED,
        offer=offer.id,
        service=service,
        asked=member,
        about=notice.id,
        title=notice.title,
        request=told.match_request,
        handle=told.candidate,
        message=words,
        tells=list(told.discloses),
        ends=ends,
    )
    if not fresh:
        raise Refused("E_STATE", f"{told.candidate or told.id} was asked before")


def _meant(unit: Unit, told: Told, service: str) -> tuple[str, Notice]:
    """Whom of ours an introduction means: by a handle of ours, or a notice we show them.

    Raises:
        Refused: nobody, or nobody any more, or somebody who does not want to.
    """
    if told.candidate is not None:
        held = queries.find_handle(unit.db, told.candidate)
        asked = queries.asked(unit.db, held.request) if held else None
        if held is None or asked is None or asked.service != service:
            raise Refused("E_UNKNOWN", f"{told.candidate} means nobody")
        if told.match_request != asked.id or held.ends <= unit.now:
            raise Refused("E_EXPIRED", told.candidate)
        notice = listings.stored(unit, held.listing)
    else:
        notice = listings.stored(unit, told.context or "")
        if notice is not None and notice.reach == "community":
            notice = None
    if notice is None or not notice.local or notice.hidden or notice.state(unit.now) not in LIVE:
        raise Refused("E_UNKNOWN", f"{told.context or told.candidate} is not open")
    if not may_meet(unit, notice.owner, service):
        raise Refused("E_UNKNOWN", "somebody wants nothing to do with that node")
    return notice.owner, notice


def agree(unit: Unit, member: str, slug: str, *, means: tuple[str, ...]) -> Introduction:
    """The member who was asked says yes; the cards go out.

    Raises:
        Missing: nothing of that kind waits for them.
        Conflict: it is over.
    """
    held = introduced.for_asked(unit.db, slug, member)
    if held is None or held.declined is not None:
        raise Missing(detail=slug)
    if held.state is not State.PROPOSED or held.ends <= unit.now:
        raise Conflict("E_STATE", held.id, safe=GONE)
    known = tuple(kind for kind in means if kind in queries.contacts(unit.db, member))
    answers = rules.told(known, contact=True)
    if held.way == "local":
        _agreed_here(unit, held, known, answers)
    else:
        introduced.change(unit, held.id, means=list(known), answers=list(answers))
        _say_yes(unit, held, answers)
    return _kept(unit, held.id)


def _agreed_here(
    unit: Unit, held: Introduction, means: tuple[str, ...], answers: tuple[str, ...]
) -> None:
    ends = unit.now + rules.CARD_LASTS
    introduced.change(unit, held.id, state=State.DISCLOSED, answers=list(answers), ends=ends)
    unit.later("matching.clock", due=ends)
    asker, asked = held.asker or "", held.asked or ""
    cards.keep_here(unit, held.id, of=asker, holder=asked, means=tuple(held.means), ends=ends)
    cards.keep_here(unit, held.id, of=asked, holder=asker, means=means, ends=ends)


def _say_yes(unit: Unit, held: Introduction, answers: tuple[str, ...]) -> None:
    us, service = accounts.service_account(unit.db), held.service or ""
    about: dict[str, str | None] = (
        {"match_request": held.request, "candidate": held.handle}
        if held.handle
        else {"context": held.about}
    )
    reply = Told(
        id=unit.id("o"),
        attributed_to=us.id,
        discloses=answers,
        consents=(_consent(unit, "matchedSide", answers, held.ends),),
        lifecycle="agreed",
        published=unit.now,
        end_time=held.ends,
        handling="recipientsOnly",
        **about,
    )
    yes = Accept(
        id=unit.id("a"),
        actor=us.id,
        object=held.offer,
        result=reply,
        to=(service,),
        published=unit.now,
        handling="recipientsOnly",
    )
    asked = Offer(id=held.offer, actor=service, object=Told(id=held.id, attributed_to=service))
    unit.perform(yes, us, obj=asked)


def agreed(unit: Unit, held: Introduction, answer: str, told: Told) -> None:
    """Both have said yes: from now on each side's card may go out, and ours does.

    Raises:
        Refused: E_CONSENT, E_RESULT, E_STATE, E_EXPIRED.
    """
    parties = [one.party for one in told.consents]
    if parties != ["matchedSide"] or told.lifecycle != "agreed":
        raise Refused("E_CONSENT", f"{told.id} holds consents of {parties}")
    about = (told.match_request, told.candidate) if held.handle else (told.context, None)
    if about != ((held.request, held.handle) if held.handle else (held.about, None)):
        raise Refused("E_RESULT", f"{told.id} is about something else than {held.id}")
    after = rules.introduction_after(held.state, Step.ACCEPT)
    if after is None:
        raise Refused("E_STATE", f"{held.id} is {held.state}")
    if held.ends < unit.now:
        raise Refused("E_EXPIRED", f"{held.id} was open until {held.ends}")
    ends = unit.now + rules.CARD_LASTS
    introduced.change(
        unit,
        held.id,
        state=after,
        answer=answer,
        reply=told.id,
        answers=list(told.consents[0].discloses),
        ends=ends,
    )
    unit.later("matching.clock", due=ends)
    cards.send(unit, _kept(unit, held.id))


def decline(unit: Unit, member: str, slug: str) -> None:
    """The member who was asked does not want to; nobody is told, now or later.

    Raises:
        Missing: nothing of that kind waits for them.
    """
    held = introduced.for_asked(unit.db, slug, member)
    if held is None or held.state is not State.PROPOSED:
        raise Missing(detail=slug)
    introduced.change(unit, held.id, declined=unit.now)


def withdraw(unit: Unit, member: str, slug: str) -> None:
    """The member who asked takes the yes back, before an answer.

    Raises:
        Missing: nothing of theirs waits.
        Conflict: the other said yes already.
    """
    held = introduced.for_asker(unit.db, slug, member)
    if held is None:
        raise Missing(detail=slug)
    if held.state is not State.PROPOSED:
        raise Conflict("E_STATE", held.id, safe=mark("They have said yes. Take your card back."))
    take_back(unit, held)


def take_back(unit: Unit, held: Introduction) -> None:
    """End an introduction that waits, as the side that asked."""
    if held.way == "local":
        ended(unit, held, State.WITHDRAWN)
        return
    us = accounts.service_account(unit.db)
    undo = Undo(
        id=unit.id("a"),
        actor=us.id,
        object=held.offer,
        to=(held.service or "",),
        published=unit.now,
        handling="recipientsOnly",
    )
    asked = Offer(id=held.offer, actor=us.id, object=Told(id=held.id, attributed_to=us.id))
    unit.perform(undo, us, obj=asked)
    queries.silence(unit, [held.offer])


def undone(unit: Unit, held: Introduction) -> None:
    """The side that asked took it back; what we had sent already is called back.

    Raises:
        Refused: E_STATE.
    """
    after = rules.introduction_after(held.state, Step.UNDO)
    if after is None:
        raise Refused("E_STATE", f"{held.id} is {held.state}")
    for card in introduced.cards(unit.db, held.id):
        if card.ours:
            cards.call_back(unit, held, card)
        introduced.drop_card(unit, card.id)
    ended(unit, held, after)


def ended(unit: Unit, held: Introduction, state: State) -> None:
    """End an introduction: its words go."""
    introduced.change(unit, held.id, state=state, message="", means=[], title="")


def expire(unit: Unit) -> None:
    """End what is over by the clock; a no and a silence end alike."""
    introduced.old_cards(unit)
    for held in introduced.over(unit.db, unit.now):
        for card in introduced.cards(unit.db, held.id):
            introduced.drop_card(unit, card.id)
        ended(unit, held, State.EXPIRED)


def _kept(unit: Unit, id: str) -> Introduction:
    found = introduced.by_id(unit.db, id)
    assert found is not None, "it was just written"
    return found


__all__ = ["agree", "agreed", "decline", "ended", "expire", "introduce", "offered"]
__all__ += ["take_back", "undone", "withdraw"]
