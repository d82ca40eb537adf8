"""What another node missed of ours, for that node alone: our letters for it, by their numbers.

Nothing is shown as it once was: what was written comes with its object as it is now, if the
asker may see that now; what is deleted, over or taken back comes as that, or not at all.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

import orjson
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from federation import ourselves, outbox, pairs, queries
from federation.answers import answer
from federation.letters import PRIVATE
from federation.limits import Bucket
from federation.origins import domain
from federation.viewing import viewer_of
from node.kernel.access import Viewer
from node.kernel.errors import Missing, TryLater
from node.kernel.node import Node, find_account
from node.kernel.tables import Account
from vocab import wire
from vocab.leaving import Leaving
from vocab.model import Activity, Object, OrderedCollection, id_of
from vocab.types import (
    Announce,
    Create,
    Delete,
    OrderedCollectionPage,
    Reject,
    Tombstone,
    Undo,
    Update,
)
from vocab.values import dataclass

PATH = "/service/letters"
ITEMS = 50
"""Letters on one page."""
SIZE = 900_000
"""Bytes of a page; a reader takes a mebibyte."""
BACK = (Undo, Delete, Reject)
"""What is left of a private one is the whole of it: it only takes back."""
_CURSOR = re.compile(r"(\d{1,15})(?:-([0-9a-f]{16}))?")


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some letters for a peer: from which number, up to which, and the last there is."""

    start: int
    number: int
    link: str
    newest: int
    items: tuple[Activity, ...]


async def show(request: Request) -> Response:
    """How many letters of ours there are for the node that asks, and where they begin."""
    node, peer = await _peer(request)
    await node.write(pairs.seal, peer.domain)
    total, epoch = await node.read(lambda db: (pairs.newest(db, peer.domain), pairs.epoch(db)))
    id = f"{node.origin}{PATH}"
    value = OrderedCollection(
        id=id,
        attributed_to=node.community.service,
        total_items=total,
        first=f"{id}/{epoch}?after=0",
    )
    return answer(request, node.door.write(value), restricted=True)


async def show_page(request: Request) -> Response:
    """The letters after a number."""
    node, peer = await _peer(request)
    said = request.query_params.get("after", "0")
    cursor = _CURSOR.fullmatch(said)
    if cursor is None or request.path_params["epoch"] != await node.read(pairs.epoch):
        raise Missing(detail=said[:100])
    number = int(cursor[1])
    holding = await node.write(pairs.came, peer.domain, number, cursor[2] or "")
    start, items = (number if holding else 0), ITEMS
    while True:
        found = await node.read(_page, node, peer, start, items)
        document = _document(node, request, said, found)
        if len(orjson.dumps(document)) <= SIZE or items == 1:
            return answer(request, document, restricted=True)
        items = max(1, items // 4)


async def _peer(request: Request) -> tuple[Node, Account]:
    """The node that asks, if it is one with which we keep count.

    Raises:
        Missing: it is not, or does not prove it.
        TryLater: it asks too often.
    """
    node: Node = request.app.state.node
    one = (await viewer_of(request)).account
    if one is None or one.local or one.doubted:
        raise Missing
    held = await node.read(pairs.one, one.domain)
    if held is None or held.service != one.id:
        raise Missing
    often: Bucket = node.memory.setdefault("federation.missed", Bucket(burst=300, each_second=1))
    if not often.take(one.domain):
        raise TryLater(one.domain)
    return node, one


def _document(node: Node, request: Request, said: str, found: Page) -> Leaving:
    part = f"{node.origin}{PATH}/{request.path_params['epoch']}"
    value = OrderedCollectionPage(
        id=f"{part}?after={quote(said)}",
        part_of=f"{node.origin}{PATH}",
        attributed_to=node.community.service,
        start_index=found.start,
        total_items=found.newest,
        ordered_items=found.items,
        next=f"{part}?after={found.number}-{found.link}" if found.number else f"{part}?after=0",
    )
    return node.door.write(value)


def _page(db: Connection, node: Node, peer: Account, number: int, most: int) -> Page:
    rows = pairs.after(db, peer.domain, number, most)
    service = Viewer(account=peer, trusted=node.registry.trusts(db, peer.id))
    shown = (_readable(db, node, service, row.activity) for row in rows)
    last = rows[-1] if rows else _at(db, peer.domain, number)
    return Page(
        start=max(number + 1, pairs.oldest(db, peer.domain)),
        number=last.number if last else 0,
        link=last.link if last else "",
        newest=pairs.newest(db, peer.domain),
        items=tuple(one for one in shown if one is not None),
    )


def _at(db: Connection, peer: str, number: int) -> Any | None:
    found = pairs.after(db, peer, number - 1, 1)
    return found[0] if found and found[0].number == number else None


# What may be shown --------------------------------------------------------------------------


def _readable(db: Connection, node: Node, service: Viewer, id: str) -> Activity | None:
    """A letter as it may be handed to a node now, None if it may not."""
    row = queries.sent(db, id)
    if row is None or row.body is None or _is_over(row.expires, node.now()):
        return None
    document = json.loads(row.body)
    found = wire.load(document, node.registry.types)
    if not isinstance(found, Activity):
        return None
    # a proof holds for the letter as it was sent; who reads it here has our word for it
    found = replace(found, proof=None)
    if isinstance(found, Announce) and isinstance(found.object, Activity):
        return outbox.handed_on(db, node.registry, found, document["object"])
    if isinstance(found, Create | Update):
        return _as_now(db, node, service, found)
    if row.handling in PRIVATE and row.state != "waiting" and not isinstance(found, BACK):
        return None  # what it said is gone
    return None if outbox.taken_back(db, found) else found


def _is_over(expires: datetime | None, now: datetime) -> bool:
    return expires is not None and expires <= now


def _as_now(db: Connection, node: Node, service: Viewer, found: Activity) -> Activity | None:
    """Something written, with its object as it is now and as the other node may see it."""
    id = id_of(found.object)
    if id is None:
        return None
    if id == id_of(found.actor):
        return _of_actor(db, node, found, id)
    for viewer in (service, *_addressed(db, found, service)):
        now = node.registry.document(db, id, viewer)
        if isinstance(now, Object) and not isinstance(now, Tombstone):
            return replace(found, object=now)
    return None


def _of_actor(db: Connection, node: Node, found: Activity, id: str) -> Activity | None:
    one = ourselves.find(db, id)
    if one is None or one.gone is not None:
        return None
    shown = ourselves.actor(db, node.registry, node.community.id, one, node.now())
    return replace(found, object=shown)


def _addressed(db: Connection, found: Activity, service: Viewer) -> Iterator[Viewer]:
    """Those at the other node whom a letter names: what is for them, it was sent already."""
    here = service.account.domain if service.account else ""
    for id in dict.fromkeys((*found.to, *found.cc)):
        if domain(id) == here and (one := find_account(db, id)) is not None:
            yield Viewer(account=one)


routes = (
    Route(PATH, show, methods=["GET"]),
    Route(PATH + "/{epoch}", show_page, methods=["GET"]),
)
