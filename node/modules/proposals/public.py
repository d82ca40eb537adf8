"""What others may fetch of proposals: ours, as far as they may be seen."""

from sqlalchemy import Connection

from node.kernel.access import Reach, Viewer
from node.modules.accounts import api as accounts
from node.modules.proposals import moves, queries
from vocab.model import Object


def document(db: Connection, id: str, viewer: Viewer) -> Object | None:
    """A proposal of ours that is not for the community alone."""
    found = queries.by_id(db, id, viewer)
    if found is None or not found.ours or found.reach == Reach.COMMUNITY:
        return None
    us = accounts.community_account(db)
    return moves.as_object(f"{us.id}/peers", us.followers, found)
