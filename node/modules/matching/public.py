"""What the other node of a pair may look up, and what our node's actor says of matching."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from node.kernel.access import Viewer
from node.kernel.tables import Account, account
from node.modules.matching import introduced, queries, rules
from node.modules.matching.objects import ContactCard, Introduction, MatchRequest
from vocab.model import Object
from vocab.types import Intent, Link, MatchPolicy, Offer

LINK = Link(href=rules.CAPABILITY, name="Federated matchmaking")
TALKS = Link(href=rules.TALKS, name="Letters between two who were not told who the other is")

POLICY = MatchPolicy(
    accepts_from="trustedPeers",
    max_requests_per_hour=rules.REQUESTS_AN_HOUR,
    max_results=rules.LARGEST_ANSWER,
    min_anonymity_set=rules.SMALLEST_SET,
    answer_within="PT24H",
)


def on_actor(_db: Connection, one: Account, _now: datetime) -> Mapping[str, Any]:
    """The limits for match requests, on the node's own actor."""
    return {"match_policy": POLICY} if one.kind == "NodeService" else {}


def document(db: Connection, id: str, viewer: Viewer) -> Object | None:
    """What is between the viewer's node and ours, as far as it must be known again.

    Words, names and consents are in none of it; to everybody else it is not here.
    """
    if viewer.id is None:
        return None
    return (
        _request(db, id, viewer.id)
        or _offer(db, id, viewer.id)
        or _introduction(db, id, viewer.id)
        or _card(db, id, viewer.id)
    )


def _us(db: Connection) -> str:
    ours = select(account.c.id).where(account.c.local, account.c.kind == "NodeService")
    return db.scalar(ours) or ""


def _request(db: Connection, id: str, service: str) -> MatchRequest | None:
    held = queries.asked(db, id)
    if held is None or held.service != service:
        return None
    by, to = (_us(db), service) if held.way == "out" else (service, _us(db))
    return MatchRequest(
        id=id,
        actor=by,
        object=Intent(),
        to=(to,),
        published=held.at,
        end_time=held.ends,
        max_results=held.most,
        handling="recipientsOnly",
    )


def _offer(db: Connection, id: str, service: str) -> Offer | None:
    held = introduced.by_offer(db, id)
    if held is None or held.service != service:
        return None
    by, to = (_us(db), service) if held.way == "out" else (service, _us(db))
    about = Introduction(id=held.id, attributed_to=by)
    # after the yes `ends` is that of the cards; until then an answer is in time
    return Offer(id=id, actor=by, object=about, to=(to,), published=held.at, end_time=held.ends)


def _introduction(db: Connection, id: str, service: str) -> Introduction | None:
    held = introduced.by_either(db, id)
    theirs = held is not None and id == (held.id if held.way == "in" else held.reply)
    if held is None or held.service != service or not theirs:
        return None
    return Introduction(id=id, attributed_to=service)


def _card(db: Connection, id: str, service: str) -> ContactCard | None:
    card = introduced.find_card(db, id)
    if card is None or card.ours:
        return None
    held = introduced.by_id(db, card.introduction)
    if held is None or held.service != service:
        return None
    return ContactCard(id=id, attributed_to=service)
