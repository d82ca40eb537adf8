"""The side that is asked by another node: policy, patience, and an answer that names nobody.

Whoever is not found is not told apart: nobody has it, nobody may be meant, somebody is blocked,
all are answered by the same "not now". Source: vocabulary.md section 9, security.md L04, L05.
"""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from node.kernel.access import Reach
from node.kernel.errors import Refused
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.listings import api as listings
from node.modules.listings.api import Notice
from node.modules.matching import filters, indexing, queries, questions, rules, scoring
from node.modules.matching.asking import active
from node.modules.matching.objects import MatchCandidate, MatchRequest, MatchResult
from node.modules.matching.rules import Request
from node.modules.matching.scoring import Fit, Side
from node.modules.matching.suggesting import LIVE, side, zone
from node.modules.moderation import api as moderation
from vocab.types import Accept, Intent, Reject, TentativeAccept

HOUR = timedelta(hours=1)
OPEN = (Request.WAITING, Request.STANDING)
MARKERS = "#kind-"
SCOPES = ("trustedPeers", "public")
"""The match scopes by which a member agrees to be meant."""


def came(unit: Unit, asking: MatchRequest, intent: Intent, service: str, *, trusted: bool) -> None:
    """A node asks: refuse at once what our policy refuses, look into the rest after a while."""
    concepts, today = _concepts(intent), unit.now.date()
    reason = rules.refusal(
        trusted=trusted,
        this_hour=queries.count_with(unit.db, service, unit.now - HOUR, "in"),
        today=questions.asked_on(unit.db, service, today),
        concepts_today=queries.probed(unit.db, service, today),
        concepts=concepts,
        anonymity_set=asking.anonymity_set or 0,
    )
    ends = min(asking.end_time or unit.now, unit.now + rules.HANDLES_LAST)
    new = queries.add_request(
        unit,
        id=asking.id,
        way="in",
        service=service,
        state=Request.WAITING,
        intent=None if reason else _told(intent),
        most=min(asking.max_results or 1, rules.LARGEST_ANSWER),
        ends=ends,
    )
    if not new:
        raise Refused("E_STATE", f"{asking.id} was asked before")
    if trusted:
        topic = questions.kind_of(intent)
        questions.note(unit, "in", service, today, topic, asked=1, refused=int(reason is not None))
    if reason:
        refuse(unit, asking.id or "", reason)
        return
    queries.note_probes(unit, service, concepts)
    unit.later("matching.wait", request=asking.id)


def _concepts(intent: Intent) -> set[str]:
    main = {intent.resource_conforms_to} if intent.resource_conforms_to else set()
    topics = {*main, *intent.resource_classified_as}
    return {one for one in topics if MARKERS not in one} or topics


def _told(intent: Intent) -> Mapping[str, Any]:
    topics = [intent.resource_conforms_to, *intent.resource_classified_as]
    return {
        "topics": [one for one in topics if one],
        "action": intent.action,
        "due": intent.due.isoformat() if intent.due else None,
    }


def answer(unit: Unit, request: str) -> None:
    """Answer a request that waits: candidates by handle, or "not now", and it is kept.

    One that stands is answered when there is somebody, and else not again.
    """
    asked = queries.asked(unit.db, request)
    if asked is None or asked.state not in OPEN or asked.intent is None:
        return
    if asked.ends <= unit.now or not unit.registry.trusts(unit.db, asked.service):
        queries.change_request(unit, request, state=Request.EXPIRED, intent=None)
        return
    found = _candidates(unit, asked)
    if found:
        _send(unit, asked, found)
    elif asked.state is Request.WAITING:
        _keep(unit, asked)


def found(unit: Unit, event: listings.Listed) -> None:
    """A new notice: it may be what another node has asked for."""
    _look_back(unit, event.id)


def found_anew(unit: Unit, event: listings.Changed) -> None:
    """A notice says something else now: it may be what another node has asked for."""
    _look_back(unit, event.id)


def _look_back(unit: Unit, id: str) -> None:
    """Have the standing requests looked at anew that an offer of a member fits."""
    offer = listings.stored(unit, id)
    if offer is None or offer.is_need or not offer.local or offer.match_scope not in SCOPES:
        return
    if offer.hidden is not None or offer.state(unit.now) not in LIVE:
        return
    small = active(unit) < rules.SMALLEST_SET
    for asked in queries.standing(unit.db, unit.now):
        if _fit(unit, asked, offer, side(offer), small=small) is not None:
            unit.later("matching.look_back", request=asked.id)


def look_again(unit: Unit) -> None:
    """Have the standing requests looked at anew that somebody fits now.

    An offer may fit that did not when it was posted: a block was lifted, or by now there are
    enough members for nobody to be told apart. The answer leaves when the round is over.
    """
    for asked in queries.standing(unit.db, unit.now):
        if _candidates(unit, asked):
            unit.later("matching.look_back", request=asked.id)


def _candidates(unit: Unit, asked: queries.Asked) -> list[tuple[Fit, Notice]]:
    """The best offers of members who agreed to be meant this way, one of each person."""
    needed = _needed(asked)
    near = indexing.like(unit.db, needed, "offer", most=indexing.NEWEST)
    small = active(unit) < rules.SMALLEST_SET
    offers = listings.candidates(unit.db, unit.now, purpose="offer", ids=list(near), scopes=SCOPES)
    best: dict[str, tuple[Fit, Notice]] = {}
    for offer in offers:
        fit = _fit(unit, asked, offer, near[offer.id], small=small)
        before = best.get(offer.owner)
        if fit is not None and (before is None or before[0].score < fit.score):
            best[offer.owner] = (fit, offer)
    ranked = sorted(best.values(), key=lambda one: (-one[0].score, one[1].id))
    return ranked[: asked.most]


def _fit(
    unit: Unit, asked: queries.Asked, offer: Notice, other: Side, *, small: bool
) -> Fit | None:
    """How well an offer fits a request; None if it does not, or its member is not to be meant.

    What is shown to that node with its name reaches it by itself: no later answer is for that.
    """
    if offer.reach == Reach.COMMUNITY and small:
        return None
    if offer.reach != Reach.COMMUNITY and asked.state is Request.STANDING:
        return None
    if moderation.blocks(unit.db, offer.owner, asked.service):
        return None
    needed = _needed(asked)
    if not filters.kinds_go(needed.kind, offer.kind):
        return None
    fit = scoring.fit(needed, other, zone=zone(unit))
    return fit if fit.enough else None


def _needed(asked: queries.Asked) -> Side:
    """What a request says, as a side: it has no words, no terms and no name."""
    topics = frozenset((asked.intent or {})["topics"])
    names = frozenset(name for one in topics if (name := listings.name_of(one)))
    kinds = [one.partition(MARKERS)[2] for one in topics if MARKERS in one]
    kind = kinds[0] if kinds else filters.GENERAL
    return Side(topics=topics, names=names, kind=kind, title=None, place="elsewhere")


def _send(unit: Unit, asked: queries.Asked, found: list[tuple[Fit, Notice]]) -> None:
    us = accounts.service_account(unit.db)
    ends = unit.now + rules.HANDLES_LAST
    members = max(active(unit), 2)
    result = MatchResult(
        id=f"{unit.origin}/m/r-{secrets.token_urlsafe(16)}",
        attributed_to=us.id,
        match_request=asked.id,
        published=unit.now,
        end_time=ends,
        handling="recipientsOnly",
        candidates=tuple(_candidate(unit, asked, one, us.id, members) for one in found),
    )
    unit.later("matching.clock", due=ends)
    yes = Accept(
        id=unit.id("a"),
        actor=us.id,
        object=asked.id,
        result=result,
        to=(asked.service,),
        published=unit.now,
        handling="recipientsOnly",
    )
    unit.perform(yes, us, obj=_again(asked))


def _candidate(
    unit: Unit, asked: queries.Asked, found: tuple[Fit, Notice], us: str, members: int
) -> MatchCandidate:
    """Somebody, under a handle of this answer alone."""
    fit, offer = found
    topics = (asked.intent or {})["topics"]
    id = f"{unit.origin}/m/c-{secrets.token_urlsafe(16)}"
    ends = unit.now + rules.HANDLES_LAST
    queries.add_handle(
        unit, id=id, request=asked.id, owner=offer.owner, listing=offer.id, ends=ends
    )
    return MatchCandidate(
        id=id,
        attributed_to=us,
        fit=fit.step,
        match_reasons=tuple(sorted(one for one in offer.topics if one in topics)),
        anonymity_set=members,
        sharing_terms=tuple(offer.terms),
    )


def _keep(unit: Unit, asked: queries.Asked) -> None:
    """Tell a node that there is nobody now, and keep its question until its end."""
    us = accounts.service_account(unit.db)
    perhaps = TentativeAccept(
        id=unit.id("a"),
        actor=us.id,
        object=asked.id,
        to=(asked.service,),
        published=unit.now,
        handling="recipientsOnly",
    )
    unit.later("matching.clock", due=asked.ends)
    unit.perform(perhaps, us, obj=_again(asked))


def refuse(unit: Unit, request: str, reason: str) -> None:
    """Tell a node that we do not look."""
    asked = queries.asked(unit.db, request)
    assert asked is not None, "it was just written"
    us = accounts.service_account(unit.db)
    no = Reject(
        id=unit.id("a"),
        actor=us.id,
        object=asked.id,
        to=(asked.service,),
        published=unit.now,
        reason_code=reason,
        handling="recipientsOnly",
    )
    unit.perform(no, us, obj=_again(asked))


def _again(asked: queries.Asked) -> MatchRequest:
    return MatchRequest(id=asked.id, actor=asked.service, object=Intent())


def forgotten(unit: Unit, asked: queries.Asked) -> None:
    """A request is taken back: nothing of it stays but that there was one."""
    queries.drop_handles(unit, request_id=asked.id)
    after = rules.request_after(asked.state, rules.Step.UNDO)
    queries.change_request(unit, asked.id, intent=None, state=after or asked.state)
    if asked.answer:
        queries.silence(unit, [asked.answer])
