"""What goes: with a notice that is over, a node that is trusted no more, a member who leaves."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection

from federation.origins import domain, parents
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.listings import api as listings
from node.modules.matching import (
    asking,
    cards,
    digests,
    indexing,
    introduced,
    introducing,
    queries,
    questions,
    showing,
    suggesting,
    talking,
    wishing,
)
from node.modules.matching.introduced import Introduction
from node.modules.matching.rules import State
from node.modules.moderation import api as moderation
from node.modules.peers import api as peers


def closed(unit: Unit, event: listings.Closed) -> None:
    """A notice is over: what was asked because of it is taken back, here and elsewhere."""
    asking.take_back(unit, queries.open_requests(unit.db, need=event.id))
    queries.drop_handles(unit, listing=event.id)
    for mine in queries.full(unit.db, event.id, suggesting.KEPT):
        unit.later("matching.look", once=f"matching.look {mine}"[:255], notice=mine)
    queries.drop_matches(unit, event.id)
    indexing.drop(unit, event.id)
    for held in introduced.open_about(unit.db, event.id):
        if held.mine == event.id and held.asker is not None:
            introducing.take_back(unit, held)
        elif held.way == "in":
            # to the other node a notice that is gone looks like silence
            introduced.change(unit, held.id, declined=unit.now, message="", title="")


def trust_ended(unit: Unit, event: peers.TrustEnded) -> None:
    """Erase everything between our node and another: requests, handles, introductions, cards."""
    sent = queries.forget_node(unit, event.service)
    questions.blur(unit, event.service)
    digests.forget(unit, event.service)
    for held in introduced.with_node(unit.db, event.service):
        sent += [held.offer, *([held.answer] if held.answer else [])]
        sent += [card.activity for card in introduced.cards(unit.db, held.id) if card.activity]
        introduced.remove(unit, held.id)
    queries.silence(unit, sent)
    _drop_shown(unit, event.service)


def _drop_shown(unit: Unit, service: str) -> None:
    """What that node showed to trusted nodes goes; its public notices are matched no more."""
    known = unit.account(service)
    if known is None:
        return
    listings.forget(unit, known.domain, but_public=True)
    theirs = listings.Asked(local=False)
    found = listings.open_listings(unit.db, listings.HERE, unit.now, theirs, limit=1000)
    for notice in found:
        if notice.domain == known.domain:
            queries.drop_matches(unit, notice.id)


def gone(unit: Unit, event: accounts.Gone) -> None:
    """Somebody elsewhere deleted their account: their card goes."""
    for id in introduced.cards_of(unit.db, event.account):
        introduced.drop_card(unit, id)


def parted(unit: Unit, event: moderation.Parted) -> None:
    """A member or the community blocks somebody: the conversations with them end on both nodes."""
    for held in introduced.open_talks(unit.db, event.member):
        if _is_with(unit, held, event.subjects):
            talking.hang_up(unit, held)


def _is_with(unit: Unit, held: Introduction, subjects: Collection[str]) -> bool:
    """Whether a conversation is with one of some hosts and accounts, as far as we can know."""
    service = held.service or ""
    notice = listings.stored(unit, held.about or "") if held.way == "out" else None
    asks = {one.id for one in introduced.asks_for_cards(unit.db, held.id)}
    cards_ = introduced.held_by(unit.db, held.ours or "").items()
    people = {card.describes for id, card in cards_ if id in asks}
    known = {service, *parents(domain(service)), *people, *([notice.owner] if notice else [])}
    return not known.isdisjoint(subjects)


def erase(unit: Unit, account: str) -> None:
    """Remove everything of a leaving member; other nodes are told to."""
    for held in introduced.with_member(unit.db, account):
        if held.state is State.PROPOSED and held.asker == account:
            introducing.take_back(unit, held)
        if held.is_talk and held.state is State.AGREED:
            talking.hang_up(unit, held)
        for card in introduced.cards(unit.db, held.id):
            if card.ours and card.describes == account:
                cards.call_back(unit, held, card)
        introduced.remove(unit, held.id)
    for id in introduced.cards_of(unit.db, account):
        introduced.drop_card(unit, id)
    queries.forget_member(unit, account)


def export(db: Connection, account: str) -> Mapping[str, Any]:
    """What *Download my data* holds of matching: nobody else but those who agreed."""
    held, wishes = introduced.held_by(db, account), wishing.of(db, account)
    return {
        "contact": queries.contacts(db, account),
        "wishes": {
            "farthest": wishes.farthest,
            "not_days": sorted(wishes.not_days),
            "languages": sorted(wishes.languages),
        },
        "introductions": [
            {
                "asked_by_me": one.asker == account,
                "about": one.title,
                "message": one.message if one.asker == account else "",
                "at": one.at.isoformat(),
                "until": one.ends.isoformat(),
                "state": _seen(one),
                "card": _card(held.get(one.id)),
                "without_names": one.is_talk,
                "my_letters": [
                    {"at": each.at.isoformat(), "text": each.text}
                    for each in (introduced.letters(db, one.id) if one.is_talk else ())
                    if each.ours
                ],
            }
            for one in introduced.with_member(db, account)
        ],
        "asked_elsewhere": [
            {
                "need": need.title,
                "of": showing.community(db, asked.service) or asked.service,
                "at": asked.at.isoformat(),
                "until": asked.ends.isoformat(),
                "state": str(asked.state),
            }
            for need, asked in questions.asked_for(db, account)
        ],
    }


def _seen(one: introduced.Introduction) -> str:
    return str(one.state)


def _card(card: introduced.Card | None) -> Mapping[str, Any] | None:
    if card is None:
        return None
    return {"name": card.name, "who": card.describes, "means": dict(card.means)}
