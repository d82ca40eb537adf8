"""What others may fetch of decisions: records, answers, the community's registers."""

from datetime import datetime

from sqlalchemy import Connection

from node.kernel.access import Viewer
from node.kernel.module import Collected
from node.kernel.tables import Account
from node.modules.decisions import queries
from node.modules.decisions.objects import TYPES
from vocab import wire
from vocab.model import Object, OrderedCollection
from vocab.types import CORE

_TYPES = wire.claims((*CORE, *TYPES))


def document(db: Connection, id: str, viewer: Viewer) -> Object | None:
    """A record or an answer of ours that has left, or what others answered to a record."""
    if id.endswith("/responses"):
        return _responses(db, id, viewer)
    found = queries.record_by_id(db, id, viewer)
    if found is not None:
        return wire.load(found.document, _TYPES) if found.ours and found.sent else None
    mine = queries.response_by_id(db, id, viewer)
    return wire.load(mine.document, _TYPES) if mine is not None and mine.ours else None


def _responses(db: Connection, id: str, viewer: Viewer) -> Object | None:
    record_id = id.removesuffix("/responses")
    found = queries.record_by_id(db, record_id, viewer)
    if found is None or not found.ours or found.sent is None:
        return None
    ids = tuple(r.id for r in queries.responses_to(db, record_id, viewer))
    page = str(found.document.get("url", "")) or None
    return OrderedCollection(id=id, url=page, total_items=len(ids), ordered_items=ids)


def decisions(
    db: Connection,
    owner: Account,
    viewer: Viewer,
    cursor: str | None,
    how_many: int,
    _now: datetime,
) -> Collected:
    """The community's records, newest first."""
    return _register(db, owner, viewer, cursor, how_many, in_force=False)


def in_force(
    db: Connection,
    owner: Account,
    viewer: Viewer,
    cursor: str | None,
    how_many: int,
    _now: datetime,
) -> Collected:
    """The community's records that are in force, newest first."""
    return _register(db, owner, viewer, cursor, how_many, in_force=True)


def _register(
    db: Connection,
    owner: Account,
    viewer: Viewer,
    cursor: str | None,
    how_many: int,
    *,
    in_force: bool,
) -> Collected:
    ids = [id for id, _ in queries.published(db, owner.id, viewer, in_force=in_force)]
    start = ids.index(cursor) + 1 if cursor in ids else 0
    page = ids[start : start + how_many]
    more = page[-1] if page and start + how_many < len(ids) else None
    return Collected(total=len(ids), items=tuple(page), next=more)
