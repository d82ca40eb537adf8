"""The public letters of an actor of ours, as anybody may read them.

What was sent stays readable as it is now: an object that was edited shows its newest text,
one that was deleted or hidden takes its activity with it.
"""

import json
from collections.abc import Iterator, MutableMapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Select, func, select

from federation.letters import PRIVATE
from federation.queries import forgotten
from node.kernel.access import ANONYMOUS, Viewer
from node.kernel.module import Collected, Registry
from node.kernel.tables import Account, letter
from vocab import wire
from vocab.model import PUBLIC, Activity, Carried, Object, id_of
from vocab.types import Announce, Create, Tombstone, Update

LISTED = frozenset({"Create", "Announce"})
TAKING_BACK = frozenset({"Delete", "Undo"})
MOST = 1000
"""Actors whose things stay counted."""
BATCH = 50
"""Letters looked at in one go."""


def activity(db: Connection, registry: Registry, id: str, viewer: Viewer) -> Activity | None:
    """An activity of ours that the viewer may read now, None if there is none.

    Everybody may read a public one; another is for its actor and those it names.
    """
    row = db.execute(_sent(private=viewer != ANONYMOUS).where(letter.c.activity == id)).first()
    return _readable(db, registry, json.loads(row.body), viewer) if row else None


Counts = MutableMapping[str, tuple[int, int]]
"""Actor → (newest letter, how many things were said); a cache."""


def page(
    db: Connection,
    registry: Registry,
    owner: Account,
    after: str | None,
    limit: int,
    counts: Counts,
) -> Collected:
    """One page of what an actor said to everybody, newest first.

    Args:
        db: any connection.
        registry: knows what may still be read.
        owner: an actor of ours.
        after: the cursor of the page before, None for the first.
        limit: how many.
        counts: what was counted before.
    """
    shown: list[tuple[int, Activity]] = []
    for number, document in _newest(db, owner.id, _number(after)):
        if not _is_listed(document):
            continue
        if (found := _readable(db, registry, document, ANONYMOUS)) is not None:
            shown.append((number, found))
        if len(shown) > limit:
            break
    more = str(shown[limit - 1][0]) if len(shown) > limit else None
    return Collected(
        total=said(db, owner.id, counts), items=tuple(one for _, one in shown[:limit]), next=more
    )


def said(db: Connection, actor: str, counts: Counts) -> int:
    """How many things an actor has said to everybody and not taken back."""
    newest = db.scalar(select(func.max(letter.c.id)).where(letter.c.actor == actor)) or 0
    known = counts.get(actor)
    if known is None or known[0] != newest:
        while len(counts) >= MOST:
            counts.pop(next(iter(counts)), None)
        known = counts[actor] = (newest, _count(db, actor))
    return known[1]


def _count(db: Connection, actor: str) -> int:
    things: set[str] = set()
    taken: set[str] = set()
    for _, document in _newest(db, actor, None):
        thing = _object_id(document)
        if document.get("type") in TAKING_BACK:
            taken.add(thing)
        elif _is_listed(document) and not {thing, document.get("id")} & taken:
            things.add(thing)
    return len(things)


def _is_listed(document: dict[str, Any]) -> bool:
    """Whether a letter says something; what a group hands on word for word, it says by id, too."""
    handed_on = document.get("type") == "Announce" and isinstance(document.get("object"), dict)
    return document.get("type") in LISTED and not handed_on


def _object_id(document: dict[str, Any]) -> str:
    held = document.get("object")
    return str(held.get("id") if isinstance(held, dict) else held)


def _number(after: str | None) -> int | None:
    return int(after) if after and after.isdecimal() and len(after) < 19 else None


def _sent(*, private: bool = False) -> Select[Any]:
    sent = select(letter.c.id, letter.c.activity, letter.c.body).where(
        letter.c.way == "out", letter.c.body.is_not(None)
    )
    return sent if private else sent.where(letter.c.handling.not_in(PRIVATE))


def _newest(db: Connection, actor: str, before: int | None) -> Iterator[tuple[int, dict[str, Any]]]:
    """The public letters of an actor, newest first, with their numbers."""
    while True:
        wanted = _sent().where(letter.c.actor == actor).order_by(letter.c.id.desc()).limit(BATCH)
        rows = db.execute(wanted if before is None else wanted.where(letter.c.id < before)).all()
        for row in rows:
            document = json.loads(row.body)
            if PUBLIC in (*document.get("to", ()), *document.get("cc", ())):
                yield row.id, document
        if len(rows) < BATCH:
            return
        before = rows[-1].id


def _readable(
    db: Connection, registry: Registry, document: dict[str, Any], viewer: Viewer
) -> Activity | None:
    """An activity with its object as it is now; None if it is not for the viewer any more."""
    found = wire.load(document, registry.types)
    if not isinstance(found, Activity) or not _is_for(found, viewer):
        return None
    # a proof holds for the letter as it was sent; who reads it here has our word for it
    found = replace(found, proof=None)
    if isinstance(found, Announce) and isinstance(found.object, Activity):
        return handed_on(db, registry, found, document["object"])
    if not isinstance(found, Create | Update):
        return None if taken_back(db, found) else found
    held = found.object
    id = held.id if isinstance(held, Object) else held
    now = registry.document(db, id, viewer) if id else None
    if now is None or isinstance(now, Tombstone):
        return None
    return replace(found, object=now)


def handed_on(
    db: Connection, registry: Registry, found: Announce, held: dict[str, Any]
) -> Activity | None:
    """Somebody's activity as a group handed it on, as long as what it is about is there."""
    inside = found.object
    assert isinstance(inside, Activity), "asked before"
    about = registry.document(db, id_of(inside.object) or "", ANONYMOUS)
    if isinstance(inside, Create | Update) and (about is None or isinstance(about, Tombstone)):
        return None
    return replace(found, object=Carried(id=inside.id, document=held))


def taken_back(db: Connection, found: Activity) -> bool:
    """Whether a share was undone."""
    actor, id = id_of(found.actor) or "", found.id or ""
    return isinstance(found, Announce) and forgotten(db, actor, [id])


def _is_for(found: Activity, viewer: Viewer) -> bool:
    named = (*found.to, *found.cc)
    return PUBLIC in named or (viewer.id is not None and viewer.id in (*named, found.actor))
