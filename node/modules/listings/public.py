"""What others may see of our offers and needs: documents, the collection, actors, exports."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from node.kernel.access import ANONYMOUS, Reach, Viewer
from node.kernel.community import load
from node.kernel.module import Collected
from node.kernel.node import find_accounts
from node.kernel.tables import Account
from node.modules.listings import drafts, named, places, queries, writing
from node.modules.listings.queries import Asked
from node.modules.listings.tables import Notice
from vocab.model import Object
from vocab.types import Link, Tombstone

MEDIA = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
REL = ("payment", "https://w3id.org/valueflows/ont/vf#Proposal")
SHOWN = 5
"""Offers named on a member's page elsewhere."""


def document(db: Connection, id: str, viewer: Viewer) -> Object | None:
    """The listing with this id as it may leave; what is for the community alone has no form."""
    notice = queries.by_id(db, id, viewer)
    if notice is None:
        at = queries.deleted(db, id)
        return Tombstone(id=id, former_type="Note", deleted=at) if at else None
    if notice.local and notice.reach == Reach.COMMUNITY:
        is_named = viewer.id is not None and viewer.id in named.shown_to(db, id)
        return writing.said_to(notice, load(db, ""), viewer.id or "") if is_named else None
    return said(db, notice)


def shows(db: Connection, id: str, viewer: Viewer) -> bool:
    """Whether a viewer may see a listing or a draft, so that its photo is for them too."""
    return queries.by_id(db, id, viewer) is not None or drafts.is_of(db, id, viewer.id)


def said(db: Connection, notice: Notice) -> Object:
    """A listing as it is said now, ours or another's."""
    owner = find_accounts(db, [notice.owner]).get(notice.owner)
    return writing.said(notice, load(db, ""), owner.followers if owner else None)


def listings(
    db: Connection,
    owner: Account,
    viewer: Viewer,
    after: str | None,
    limit: int,
    now: datetime,
) -> Collected:
    """The open listings of the community or of a member: public ones, to trusted nodes more."""
    total, found = queries.shared(db, owner, viewer, now, after, limit + 1)
    more = found[limit - 1].slug if len(found) > limit else None
    items = tuple(said(db, notice) for notice in found[:limit])
    return Collected(total=total, items=items, next=more)


def on_actor(db: Connection, who: Account, now: datetime) -> Mapping[str, Any]:
    """The links to a member's open public offers (FEP-0837 as Mitra and Epicyon write them)."""
    if who.type != "Person":
        return {}
    wanted = Asked(purpose="offer", owner=who.id)
    found = queries.open_listings(db, ANONYMOUS, now, wanted, limit=SHOWN)
    return {"attachment": tuple(_link(notice) for notice in found)} if found else {}


def _link(notice: Notice) -> Link:
    return Link(name=notice.title, media_type=MEDIA, href=notice.id, rel=REL)


def export(db: Connection, account: str) -> Mapping[str, Any]:
    """A member's offers and needs, whatever became of them."""
    return {
        "notices": [_exported(one) for one in queries.everything_of(db, account)],
        "drafts": [
            {"purpose": one.purpose, "said": dict(one.said)} for one in drafts.all_of(db, account)
        ],
    }


def _exported(one: Notice) -> Mapping[str, Any]:
    return {
        "id": one.id,
        "purpose": one.purpose,
        "title": one.title,
        "text": one.text,
        "kind": one.kind,
        "topic": one.concept,
        "minutes": one.minutes,
        "amount": one.amount,
        "unit": one.unit,
        "place": one.place,
        "cell": places.shown(one.cell) if one.cell else None,
        "starts": one.starts.isoformat() if one.starts else None,
        "due": one.due.isoformat() if one.due else None,
        "hours": one.hours,
        "standing": one.standing,
        "for_whom": one.for_whom,
        "terms": list(one.terms),
        "state": one.lifecycle,
        "reach": one.reach,
        "match_scope": one.match_scope,
        "published": one.published.isoformat(),
        "ends": one.ends.isoformat() if one.ends else None,
    }
