"""The side that is asked for one of its people: a yes, or a no that nobody learns of."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from node.kernel.errors import Conflict, Missing, Refused
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.listings import api as listings
from node.modules.matching import cards, closing, introduced, queries, rules, talking
from node.modules.matching.introduced import Introduction
from node.modules.matching.objects import Introduction as Told
from node.modules.matching.rules import State, Step
from node.modules.matching.suggesting import LIVE, may_meet
from vocab import html
from vocab.types import Accept, Offer

HOUR = timedelta(hours=1)


def offered(unit: Unit, offer: Offer, told: Told, service: str) -> None:
    """Another node asks to introduce somebody of theirs to somebody of ours.

    Raises:
        Refused: E_CONSENT, E_RATE, E_UNKNOWN, E_EXPIRED, E_STATE; nothing of it is told to them.
    """
    parties = [one.party for one in told.consents]
    if parties != ["requestingSide"] or told.lifecycle != "proposed":
        raise Refused("E_CONSENT", f"{told.id} holds consents of {parties}")
    if introduced.count_from(unit.db, service, unit.now - HOUR) >= rules.REQUESTS_AN_HOUR:
        raise Refused("E_RATE", f"{service} asks for too many")
    if not rules.tells_well(told.discloses):
        raise Refused("E_CONSENT", f"{told.id} is about words and cards at once")
    talk = talking.meant(unit, told, service)
    member, about, title = talk or _meant(unit, told, service)
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
        about=about,
        title=title,
        talk=told.context if talk else None,
        request=told.match_request,
        handle=told.candidate,
        message=words,
        tells=list(told.discloses),
        ends=ends,
    )
    if not fresh:
        raise Refused("E_STATE", f"{told.candidate or told.id} was asked before")
    unit.later("matching.clock", due=ends)
    if talk:
        unit.later("matching.cross", introduction=told.id)


def _meant(unit: Unit, told: Told, service: str) -> tuple[str, str, str]:
    """Whom of ours an introduction means: by a handle of ours, or a notice we show them.

    Returns:
        The member, the notice and its title.

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
    return notice.owner, notice.id, notice.title


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
        raise Conflict("E_STATE", held.id, safe=closing.GONE)
    if held.way == "local" and not accounts.is_member(unit.db, held.asker or ""):
        raise Conflict("E_STATE", held.id, safe=closing.GONE)
    known = tuple(kind for kind in means if kind in queries.contacts(unit.db, member))
    answers = (rules.RELAYED,) if held.is_talk else rules.told(known)
    if held.way == "local":
        _agreed_here(unit, held, known, answers)
    else:
        introduced.change(unit, held.id, means=list(known), answers=list(answers))
        _say_yes(unit, held, answers)
    return closing.kept(unit, held.id)


def _agreed_here(
    unit: Unit, held: Introduction, means: tuple[str, ...], answers: tuple[str, ...]
) -> None:
    ends = unit.now + rules.CARD_LASTS
    introduced.change(unit, held.id, state=State.DISCLOSED, answers=list(answers), ends=ends)
    unit.later("matching.clock", due=ends)
    queries.settle(unit, held.about or "", held.mine or "", "asked")
    asker, asked = held.asker or "", held.asked or ""
    cards.keep_here(unit, held.id, of=asker, holder=asked, means=tuple(held.means), ends=ends)
    cards.keep_here(unit, held.id, of=asked, holder=asker, means=means, ends=ends)


def _say_yes(unit: Unit, held: Introduction, answers: tuple[str, ...]) -> None:
    us, service = accounts.service_account(unit.db), held.service or ""
    about: Mapping[str, Any] = (
        {"match_request": held.request, "candidate": held.handle}
        if held.handle
        else {"context": held.context}
    )
    ends = unit.now + rules.TALK_LASTS if held.is_talk else held.ends
    reply = Told(
        id=unit.id("o"),
        attributed_to=us.id,
        discloses=answers,
        consents=(closing.consent(unit, "matchedSide", answers, ends),),
        lifecycle="agreed",
        published=unit.now,
        end_time=ends,
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
    if about != ((held.request, held.handle) if held.handle else (held.context, None)):
        raise Refused("E_RESULT", f"{told.id} is about something else than {held.id}")
    if held.way == "out" and not accounts.is_member(unit.db, held.asker or ""):
        raise Refused("E_UNKNOWN", f"whoever asked {held.id} is shut out")
    after = rules.introduction_after(held.state, Step.ACCEPT)
    if after is None:
        raise Refused("E_STATE", f"{held.id} is {held.state}")
    if held.ends < unit.now:
        raise Refused("E_EXPIRED", f"{held.id} was open until {held.ends}")
    if rules.is_talk(told.consents[0].discloses) is not held.is_talk:
        raise Refused("E_CONSENT", f"{told.id} agrees to something else than {held.id}")
    ends = unit.now + rules.CARD_LASTS
    if held.is_talk:
        ends = min(told.end_time or unit.now, unit.now + rules.TALK_LASTS)
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
    if held.is_talk:
        if held.way == "out":
            introduced.change(unit, held.id, heard=unit.now)
        return
    # a letter of its own, after the yes is on its way: it would have to wait for that
    unit.later("matching.card", introduction=held.id)


def decline(unit: Unit, member: str, slug: str) -> None:
    """The member who was asked does not want to; nobody is told, now or later.

    Raises:
        Missing: nothing of that kind waits for them.
    """
    held = introduced.for_asked(unit.db, slug, member)
    if held is None or held.state is not State.PROPOSED:
        raise Missing(detail=slug)
    introduced.change(unit, held.id, declined=unit.now)
    if held.way == "local":
        queries.settle(unit, held.about or "", held.mine or "", "aside")
