"""The side that asks other nodes: what leaves for a hidden need, and what comes back.

A request names nobody and nothing that leads to anybody: no id of a notice, no words, one
node per activity, an id of its own each. Source: vocabulary.md section 9.
"""

from collections.abc import Sequence
from datetime import timedelta

from node.kernel.errors import Refused
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.listings import api as listings
from node.modules.listings.api import Notice
from node.modules.matching import choosing, digests, queries, questions, rules
from node.modules.matching.bands import Band
from node.modules.matching.choosing import Peer
from node.modules.matching.objects import MatchCandidate, MatchRequest, MatchResult
from node.modules.matching.rules import Request, Step
from node.modules.matching.suggesting import LIVE
from node.modules.peers import api as peers
from vocab.types import Intent, Measure, Undo

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOBODY = "noMatch"
"""The reason of nodes that keep no question: there is nobody."""
SCORES = {"strong": 85, "good": 75, "possible": 65}
"""Where a candidate stands among our own matches, by the fit its node tells."""


def active(unit: Unit) -> int:
    """How many members were here lately: the set in which nobody can be told apart."""
    return len(accounts.active_members(unit.db, unit.now - rules.ACTIVE))


def ask(unit: Unit, need: str) -> None:
    """Put a hidden need to trusted nodes, each at most once in seven days."""
    notice = listings.stored(unit, need)
    if notice is None or not is_hidden_need(notice) or notice.state(unit.now) not in LIVE:
        return
    members = active(unit)
    for peer in _whom(unit, notice, members):
        _send(unit, notice, peer, members)


def is_hidden_need(notice: Notice) -> bool:
    """Whether a notice stays here and may be asked about without a name (the third mode)."""
    stays = notice.reach == "community" and notice.match_scope == "trustedPeers"
    return notice.local and notice.is_need and stays and notice.hidden is None


def hidden_needs(unit: Unit) -> list[str]:
    """All needs that trusted nodes may be asked about now."""
    needs = listings.Asked(purpose="request", local=True)
    found = listings.open_listings(unit.db, listings.HERE, unit.now, needs, limit=500)
    return [one.id for one in found if is_hidden_need(one)]


def _whom(unit: Unit, notice: Notice, members: int) -> list[Account]:
    """Trusted nodes that can match and were not asked about this need lately; fairly chosen."""
    lately = queries.lately_asked(unit.db, notice.id, unit.now - rules.ASK_AGAIN)
    lately |= queries.limited(unit.db, unit.now - DAY)
    able = {
        peer.id: peer
        for peer in peers.trusted_services(unit.db)
        if peer.id not in lately and can_match(peer) and _room(unit, peer, members)
    }
    told = digests.theirs(unit.db, unit.now)
    last = queries.last_asked(unit.db)
    near = notice.cell or listings.middle(unit.db, notice.domain, unit.now)
    known = [
        Peer(
            id=peer.id,
            offers=_offers(told.get(peer.id, ()), notice),
            km=_way(unit, peer, near),
            asked=last.get(peer.id),
        )
        for peer in able.values()
    ]
    return [able[id] for id in choosing.choose(known, notice.id, rules.MOST_PEERS)]


def _room(unit: Unit, peer: Account, members: int) -> bool:
    """Whether a node's own rules let us ask it now, as far as it says them."""
    policy = (peer.document or {}).get("matchPolicy")
    asked = queries.count_with(unit.db, peer.id, unit.now - HOUR, "out")
    return rules.may_ask(policy, members, asked)


def _offers(told: Sequence[digests.Told], notice: Notice) -> Band:
    """How many people of a node offer what is needed, by its digest."""
    wanted = {main_topic(notice), *notice.topics}
    found = [one.offers for one in told if one.topic in wanted]
    return max(found, key=lambda band: band.rank, default=Band.NONE)


def _way(unit: Unit, peer: Account, near: listings.Cell | None) -> int | None:
    return km_to(unit, peer, peers.community_of(unit.db, peer), near) if near else None


def km_to(unit: Unit, peer: Account, whole: Account | None, near: listings.Cell) -> int | None:
    """About how far a node is, in kilometres, by where its community says it is, or its notices.

    Args:
        unit: the unit.
        peer: the node.
        whole: its community.
        near: from where.
    """
    said = (whole.document or {}).get("location") if whole else None
    there = _cell(said) or listings.middle(unit.db, peer.domain, unit.now)
    return listings.apart(near, there) if there else None


def _cell(said: object) -> listings.Cell | None:
    if not isinstance(said, dict):
        return None
    north, east = said.get("latitude"), said.get("longitude")
    if isinstance(north, int | float) and isinstance(east, int | float):
        return listings.cell(north, east)
    return None


def can_match(peer: Account) -> bool:
    """Whether a node says that it understands match requests."""
    said = (peer.document or {}).get("implements")
    links = said if isinstance(said, list) else [said]
    return any(isinstance(one, dict) and one.get("href") == rules.CAPABILITY for one in links)


def _send(unit: Unit, notice: Notice, peer: Account, members: int) -> None:
    us = accounts.service_account(unit.db)
    ends = unit.now + rules.REQUEST_LASTS
    asking = MatchRequest(
        id=unit.id("a"),
        actor=us.id,
        object=intent(notice),
        to=(peer.id,),
        published=unit.now,
        end_time=ends,
        max_results=rules.MOST_RESULTS,
        anonymity_set=members,
        handling="recipientsOnly",
    )
    queries.add_request(
        unit,
        id=asking.id,
        way="out",
        service=peer.id,
        need=notice.id,
        state=Request.SENT,
        most=rules.MOST_RESULTS,
        ends=ends,
    )
    questions.note(unit, "out", peer.id, unit.now.date(), main_topic(notice), asked=1)
    unit.later("matching.clock", due=ends)
    unit.perform(asking, us)


def intent(notice: Notice) -> Intent:
    """What a need comes down to when nothing in it may lead to a person."""
    main, kind = main_topic(notice), listings.concept(f"kind-{notice.kind}")
    # a topic of the community's own would say more than all nodes know, and narrow down who asks
    others = (kind,) if main != kind else ()
    return Intent(
        action=notice.action,
        resource_conforms_to=main,
        resource_classified_as=others,
        resource_quantity=Measure(
            unit=notice.unit, amount=(notice.longest and notice.least) or notice.amount
        ),
        due=rules.day_of(notice.ends),
    )


def main_topic(notice: Notice) -> str:
    """What a request asks about first: the topic that all nodes know, else the kind."""
    topic = listings.shared(notice.concept, notice.topics)
    return listings.concept(topic or f"kind-{notice.kind}")


def answered(unit: Unit, asked: queries.Asked, answer: str, result: MatchResult) -> None:
    """Candidates came: keep them for whoever needs them, if it is still needed.

    Raises:
        Refused: E_TOO_MANY; E_STATE, it was answered or taken back before; E_EXPIRED.
    """
    _step(unit, asked, Step.ACCEPT, answer)
    if len(result.candidates) > asked.most:
        raise Refused("E_TOO_MANY", f"{len(result.candidates)} for {asked.id}")
    notice = listings.stored(unit, asked.need or "")
    if notice is None or notice.state(unit.now) not in LIVE:
        return
    questions.note_of(unit, asked, main_topic(notice), named=int(bool(result.candidates)))
    ends = min(result.end_time or unit.now, unit.now + rules.HANDLES_LAST)
    unit.later("matching.clock", due=ends)
    for candidate in result.candidates:
        _keep(unit, asked, notice, candidate, ends)


def _keep(
    unit: Unit, asked: queries.Asked, notice: Notice, candidate: MatchCandidate, ends: object
) -> None:
    queries.add_match(
        unit,
        owner=notice.owner,
        mine=notice.id,
        handle=candidate.id,
        service=asked.service,
        request=asked.id,
        score=SCORES.get(candidate.fit or "", 0),
        reasons=_reasons(notice, candidate),
        but=None,
        ends=ends,
    )


def _reasons(notice: Notice, candidate: MatchCandidate) -> list[dict[str, object]]:
    """What a node told of a candidate, as reasons; only concepts of our own request count."""
    met = [one for one in candidate.match_reasons if one in notice.topics]
    topics = [one for one in met if "#kind-" not in one]
    found: list[dict[str, object]] = []
    if topics:
        found.append({"part": "topic", "words": topics[:2]})
    if any("#kind-" in one for one in met):
        found.append({"part": "kind", "words": [notice.kind]})
    both = [one for one in candidate.sharing_terms if one in notice.terms]
    if both:
        found.append({"part": "terms", "words": both[:1]})
    if candidate.fit in SCORES:
        found.append({"part": candidate.fit or "", "words": []})
    return found


def declined(unit: Unit, asked: queries.Asked, answer: str, reason: str | None) -> None:
    """A node has nobody, or does not want to be asked.

    Raises:
        Refused: E_STATE.
    """
    _step(unit, asked, Step.REJECT, answer)
    notice = listings.stored(unit, asked.need or "")
    if notice is not None and reason != NOBODY:
        questions.note_of(unit, asked, main_topic(notice), refused=1)
    queries.change_request(unit, asked.id, reason=(reason or "")[:20])


def _step(unit: Unit, asked: queries.Asked, step: Step, answer: str) -> None:
    after = rules.request_after(asked.state, step)
    if after is None:
        raise Refused("E_STATE", f"{step} of {asked.id}, which is {asked.state}")
    if asked.ends < unit.now and step is Step.ACCEPT:
        raise Refused("E_EXPIRED", f"{asked.id} was open until {asked.ends}")
    queries.change_request(unit, asked.id, state=after, answer=answer)


def take_back(unit: Unit, requests: Sequence[queries.Asked]) -> None:
    """Undo requests of ours: the other nodes erase them, their results and handles."""
    us = accounts.service_account(unit.db)
    for one in requests:
        undo = Undo(
            id=unit.id("a"),
            actor=us.id,
            object=one.id,
            to=(one.service,),
            published=unit.now,
            handling="recipientsOnly",
        )
        unit.perform(undo, us, obj=MatchRequest(id=one.id, actor=us.id, object=Intent()))


def asked_lately(unit: Unit, event: listings.Listed) -> None:
    """A new notice: if it is a hidden need, other nodes are asked."""
    notice = listings.stored(unit, event.id)
    if notice is not None and is_hidden_need(notice):
        unit.later("matching.ask", need=event.id)


def trusted(unit: Unit, event: peers.Trusted) -> None:
    """A new trusted node: it may know somebody."""
    for need in hidden_needs(unit):
        unit.later("matching.ask", need=need)
