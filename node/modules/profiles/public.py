"""What others may see of a profile: its documents, its collection, the fields of the actor."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from node.kernel.access import ANONYMOUS, Reach, Viewer
from node.kernel.community import load
from node.kernel.module import Collected
from node.kernel.tables import Account
from node.modules.listings import api as listings
from node.modules.profiles import queries, writing
from vocab.model import Object


def document(db: Connection, id: str, viewer: Viewer) -> Object | None:
    """The card with this id as it may leave; what is for the community alone has no form."""
    one = queries.by_id(db, id, viewer)
    if one is None or one.reach == Reach.COMMUNITY or one.hidden is not None:
        return None
    return writing.said(one, load(db, ""), listings.topics(db))


def facets(
    db: Connection,
    owner: Account,
    viewer: Viewer,
    after: str | None,
    limit: int,
    _now: datetime,
) -> Collected:
    """A member's cards, as far as this viewer may see them."""
    found = queries.shared(db, owner.id, viewer)
    begin = int(after) if after and after.isdecimal() and len(after) < 6 else 0
    community, known = load(db, ""), listings.topics(db)
    page = found[begin : begin + limit]
    more = str(begin + limit) if len(found) > begin + limit else None
    items = tuple(writing.said(one, community, known) for one in page)
    return Collected(total=len(found), items=items, next=more)


def on_actor(db: Connection, who: Account, _now: datetime) -> Mapping[str, Any]:
    """Where a member's cards are, and the public ones as fields that any server shows."""
    if who.type != "Person":
        return {}
    public = queries.shared(db, who.id, ANONYMOUS)
    shown = writing.fields(public, load(db, "").language)
    return {"facets": f"{who.id}/facets", **({"attachment": shown} if shown else {})}


def export(db: Connection, account: str) -> Mapping[str, Any]:
    """All cards of a member."""
    return {
        "cards": [
            {
                "id": one.id,
                "kind": one.kind,
                "name": one.name,
                "text": one.text,
                "topic": one.concept,
                "level": one.level,
                "engagement": list(one.engagement),
                "terms": list(one.terms),
                "reach": one.reach,
                "match_scope": one.match_scope,
                "published": one.published.isoformat(),
            }
            for one in queries.all_of(db, account)
        ]
    }
