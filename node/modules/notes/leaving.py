"""What a member takes along of their posts, and what is left when they go."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from node.kernel.unit import Unit
from node.modules.notes import queries, writing


def export(db: Connection, account: str) -> Mapping[str, Any]:
    """Everything a member wrote, the oldest first."""
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
                "in_reply_to": post.in_reply_to,
            }
            for post in queries.of_owner(db, account)
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
    queries.empty(unit, [post.id for post in posts])


def _is_somebody(unit: Unit, id: str) -> bool:
    known = None if unit.ours(id) else unit.account(id)
    return known is not None and known.gone is None
