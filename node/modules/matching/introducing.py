"""From a match to two people who know of each other: only by the consent of both.

A no leaves no trace anywhere but with whoever said it: no letter, no time, no state that the
other side could see.
"""

from collections.abc import Mapping
from typing import Any

from node.kernel.errors import Conflict, Invalid, Missing
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.listings import api as listings
from node.modules.listings.api import Notice
from node.modules.matching import agreeing, closing, introduced, queries, rules, talking
from node.modules.matching.introduced import Introduction
from node.modules.matching.objects import Introduction as Told
from node.modules.matching.queries import Match
from node.modules.matching.rules import State
from node.modules.matching.suggesting import LIVE
from node.modules.peers import api as peers
from vocab import html
from vocab.types import Offer, Undo
from web.language import mark

LONG = mark("Write at most 1,000 characters.")
FIRST = mark(
    "Somebody there asks for you about this notice already. Answer that first, under Introductions."
)
NAMED = mark("Here everybody is named anyway. Write to them on their page.")
ELSEWHERE = mark("Nobody there introduces people. Open the notice and answer it.")
AWAY = mark("Your communities do not trust each other any more. Nothing was told.")


def introduce(
    unit: Unit,
    member: str,
    slug: str,
    *,
    means: tuple[str, ...],
    message: str,
    talk: bool = False,
) -> Introduction:
    """A member consents to be introduced to whoever is behind a match.

    If those two notices are in a conversation already, this is the answer to it.

    Args:
        unit: the unit.
        member: the account of whoever was shown the match.
        slug: the match.
        means: which of their ways to be reached a card may tell; none is allowed.
        message: words that go along; they are told as they are.
        talk: a conversation without names is asked for, and no card; only with another node.

    Raises:
        Missing: no such match of theirs.
        Conflict: it is over, or the other node asks already.
        Invalid: the message is too long.
    """
    found = queries.find_match(unit.db, slug, member)
    if found is None or found.state == "asked":
        raise Missing(detail=slug)
    if len(message) > rules.MESSAGE:
        raise Invalid({"message": LONG})
    mine = listings.stored(unit, found.mine)
    if mine is None or mine.state(unit.now) not in LIVE:
        raise Conflict("E_STATE", found.mine, safe=closing.GONE)
    queries.change_match(unit, slug, state="asked")
    before = introduced.first(introduced.asked_of(unit.db, member, unit.now), found)
    if before is not None and before.way == "local":
        return agreeing.agree(unit, member, before.slug, means=means)
    if before is not None:
        raise Conflict("E_ASKED", before.id, safe=FIRST)
    if talk:
        return _to_talk(unit, found, message)
    known = tuple(kind for kind in means if kind in queries.contacts(unit.db, member))
    if found.handle is not None:
        return _to_handle(unit, found, rules.told(known), known, message)
    other = _open(unit, found)
    if other.local:
        return _here(unit, found, mine, other, known, message)
    return _to_notice(unit, found, other, rules.told(known), known, message)


def _open(unit: Unit, found: Match) -> Notice:
    """The other notice of a match, which is open and of a node that introduces people."""
    other = listings.stored(unit, found.other or "")
    if other is None or other.state(unit.now) not in LIVE:
        raise Conflict("E_STATE", found.other or "", safe=closing.GONE)
    if other.foreign is not None:
        raise Conflict("E_UNSUPPORTED", other.id, safe=ELSEWHERE)
    return other


def _to_talk(unit: Unit, found: Match, message: str) -> Introduction:
    """Ask for a conversation without names; within one node everybody is named anyway."""
    if found.handle is not None:
        return _to_handle(unit, found, (rules.RELAYED,), (), message)
    other = _open(unit, found)
    if other.local:
        raise Conflict("E_STATE", found.slug, safe=NAMED)
    return _to_notice(unit, found, other, (rules.RELAYED,), (), message)


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
        tells=list(rules.told(means)),
        means=list(means),
        ends=unit.now + rules.INTRODUCTION_LASTS,
    )
    unit.later("matching.clock", due=unit.now + rules.INTRODUCTION_LASTS)
    return closing.kept(unit, id)


def _to_handle(
    unit: Unit, found: Match, tells: tuple[str, ...], means: tuple[str, ...], message: str
) -> Introduction:
    """To somebody of a trusted node of whom only a handle is known."""
    if found.ends is not None and found.ends <= unit.now:
        raise Conflict("E_EXPIRED", found.handle or "", safe=closing.GONE)
    about = {"match_request": found.request, "candidate": found.handle}
    return _out(unit, found, found.service or "", tells, means, message, about, title="")


def _to_notice(
    unit: Unit,
    found: Match,
    other: Notice,
    tells: tuple[str, ...],
    means: tuple[str, ...],
    message: str,
) -> Introduction:
    """To whoever posted a notice that a trusted node shows us."""
    services = (s.id for s in peers.trusted_services(unit.db) if s.domain == other.domain)
    service = next(services, "")
    about = {"context": other.id}
    return _out(unit, found, service, tells, means, message, about, title=other.title)


def _out(
    unit: Unit,
    found: Match,
    service: str,
    tells: tuple[str, ...],
    means: tuple[str, ...],
    message: str,
    about: Mapping[str, Any],
    *,
    title: str,
) -> Introduction:
    """Have the node's service put it to the other node; the member is not named."""
    if not peers.trusted(unit.db, service):
        raise Conflict("E_NOT_TRUSTED", service, safe=AWAY)
    if rules.is_talk(tells) and not talking.can_talk(unit.account(service)):
        raise Conflict("E_UNSUPPORTED", service, safe=talking.MUTE)
    us = accounts.service_account(unit.db)
    offer, told = offered(unit, us.id, service, tells, message, about)
    fresh = introduced.add(
        unit,
        id=told.id,
        way="out",
        state=State.PROPOSED,
        offer=offer.id,
        service=service,
        asker=found.owner,
        mine=found.mine,
        about=told.context,
        title=title,
        request=found.request,
        handle=found.handle,
        message=message,
        tells=list(told.discloses),
        means=list(means),
        ends=told.end_time,
    )
    if not fresh:
        raise Conflict("E_STATE", found.slug, safe=closing.GONE)
    unit.later("matching.clock", due=told.end_time)
    unit.perform(offer, us)
    return closing.kept(unit, told.id or "")


def offered(
    unit: Unit,
    us: str,
    service: str,
    tells: tuple[str, ...],
    message: str,
    about: Mapping[str, Any],
) -> tuple[Offer, Told]:
    """What the other node gets: the message and the consent, and no identity."""
    ends = unit.now + rules.INTRODUCTION_LASTS
    told = Told(
        id=unit.id("o"),
        attributed_to=us,
        content=html.from_text(message) or None,
        discloses=tells,
        consents=(closing.consent(unit, "requestingSide", tells, ends),),
        lifecycle="proposed",
        published=unit.now,
        end_time=ends,
        handling="recipientsOnly",
        **about,
    )
    offer = Offer(
        id=unit.id("a"),
        actor=us,
        object=told,
        to=(service,),
        published=unit.now,
        end_time=ends,
    )
    return offer, told


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
        closing.ended(unit, held, State.WITHDRAWN)
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
