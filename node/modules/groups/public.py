"""What others may see of how our group is kept: what it shows first, who keeps it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from node.kernel.access import ANONYMOUS, Viewer
from node.kernel.module import Collected
from node.kernel.tables import Account
from node.modules.groups import queries
from node.modules.groups.rules import Who
from node.modules.notes import api as notes
from vocab.types import Community


def featured(
    db: Connection, owner: Account, viewer: Viewer, after: str | None, limit: int, now: datetime
) -> Collected:
    """What an actor shows first, whole: Lemmy reads no ids there, Mastodon both."""
    kept = (notes.seen(db, id, ANONYMOUS) for id in queries.pins(db, owner.id))
    shown = tuple(notes.value(db, one) for one in kept if one and one.deleted is None)
    return Collected(total=len(shown), items=shown)


def moderators(
    db: Connection, owner: Account, viewer: Viewer, after: str | None, limit: int, now: datetime
) -> Collected:
    """The keepers who let others know that they keep the group."""
    ids = queries.moderators(db) if owner.kind == Community.kind else []
    return Collected(total=len(ids), items=tuple(ids))


def on_actor(db: Connection, who: Account, now: datetime) -> Mapping[str, Any]:
    """Who keeps the group, if anybody lets it be known, and whether only keepers write there."""
    if who.kind != Community.kind:
        return {}
    said: dict[str, Any] = {"posting_restricted_to_mods": queries.manners(db).who is Who.KEEPERS}
    if queries.moderators(db):
        said["attributed_to"] = f"{who.id}/moderators"
    return said


def export(db: Connection, account: str) -> Mapping[str, Any]:
    """What a member put before the community, and what stands first on their page."""
    mine = queries.of_owner(db, account)
    submitted = [{"post": one.post, "state": one.state.value} for one in mine]
    return {"put_before_the_community": submitted, "pinned": queries.pins(db, account)}
