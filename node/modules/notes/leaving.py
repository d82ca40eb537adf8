"""What a member takes along of their posts, and what is left when they go."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from node.kernel.unit import Unit
from node.modules.notes import queries, stamps, tallies, writing
from node.modules.pictures import api as pictures
from node.modules.reactions import api as reactions


def export(db: Connection, account: str) -> Mapping[str, Any]:
    """Everything a member wrote, the oldest first."""
    posts = queries.of_owner(db, account)
    asked = tallies.of(db, [post.id for post in posts])
    return {
        "posts": [
            {
                "id": post.id,
                "published": post.published.isoformat(),
                "updated": post.updated.isoformat() if post.updated else None,
                "reach": post.reach,
                "language": post.lang,
                "text": post.source,
                "html": post.content,
                "warning": post.summary,
                "answers": asked[post.id].names if post.id in asked else [],
                "in_reply_to": post.in_reply_to,
                "shows": post.quote,
            }
            for post in posts
        ]
    }


def erase(unit: Unit, account: str) -> None:
    """Take every word of a leaving member out, and tell those who were written to by name.

    Followers and trusted nodes learn of it by the Delete of the whole account.
    """
    posts = queries.of_owner(unit.db, account)
    for post in posts:
        named = [id for id in (*post.to, *post.cc) if _is_somebody(unit, id)]
        if named:
            unit.send(writing.farewell(unit, post, named))
    stamps.remove_of(unit, account)
    empty(unit, [post.id for post in posts])


def empty(unit: Unit, ids: Sequence[str]) -> None:
    """Take every word out of posts, with what they asked and showed, and what was said of them."""
    queries.empty(unit, ids)
    tallies.remove(unit, ids)
    stamps.remove(unit, ids)
    reactions.remove_about(unit, ids)
    pictures.remove_about(unit, ids)


def _is_somebody(unit: Unit, id: str) -> bool:
    known = None if unit.ours(id) else unit.account(id)
    return known is not None and known.gone is None
