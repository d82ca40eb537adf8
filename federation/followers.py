"""Follower synchronisation (FEP-8fcf): two servers see whether they agree on who follows whom.

With what goes to an actor's followers goes a digest of those at the server it goes to; a server
that knows others asks for their list, which nobody else may read.
"""

import json
from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from federation import ourselves
from federation.answers import answer
from federation.letters import Letter
from federation.origins import domain
from federation.told import NOBODY, digest
from federation.viewing import viewer_of
from node.kernel.errors import Missing
from node.kernel.module import Registry
from node.kernel.node import Node
from vocab.types import OrderedCollection

HEADER = "Collection-Synchronization"
KEPT = 256
"""Letters whose digests stay in memory."""
LIST = "/followers/synchronization"


# Saying it ----------------------------------------------------------------------------------


async def header(node: Node, letter: Letter, inbox: str) -> Mapping[str, str]:
    """The header that goes with a letter to its sender's followers; empty for any other."""
    collection = f"{letter.actor}/followers"
    if not _is_for(letter, collection):
        return {}
    kept: dict[str, Mapping[str, str]] = node.memory.setdefault("federation.followers", {})
    if letter.activity not in kept:
        while len(kept) >= KEPT:
            del kept[next(iter(kept))]
        kept[letter.activity] = await node.read(_digests, node.registry, collection)
    mixed = kept[letter.activity].get(domain(inbox), NOBODY)
    url = f"{letter.actor}{LIST}"
    return {HEADER: f'collectionId="{collection}", url="{url}", digest="{mixed}"'}


def _is_for(letter: Letter, collection: str) -> bool:
    if collection.encode() not in letter.body:
        return False
    document = json.loads(letter.body)
    return collection in (*(document.get("to") or ()), *(document.get("cc") or ()))


def _digests(db: Connection, registry: Registry, collection: str) -> Mapping[str, str]:
    """Host → the digest of an actor's followers there."""
    by_host: dict[str, list[str]] = defaultdict(list)
    for id in registry.audience(db, collection) or ():
        by_host[domain(id)].append(id)
    return {host: digest(ids) for host, ids in by_host.items()}


async def show(request: Request) -> Response:
    """Those of an actor's followers who are at the server that asks, and proves it."""
    node: Node = request.app.state.node
    viewer = await viewer_of(request)
    if viewer.account is None or viewer.account.local:
        raise Missing
    id = node.origin + request.url.path.removesuffix(LIST)
    found = await node.read(_of, node.registry, id, viewer.account.domain)
    value = OrderedCollection(id=f"{id}{LIST}", ordered_items=tuple(found))
    return answer(request, node.door.write(value), restricted=True)


def _of(db: Connection, registry: Registry, id: str, host: str) -> list[str]:
    owner = ourselves.find(db, id)
    if owner is None or owner.gone is not None:
        raise Missing
    followers = registry.audience(db, f"{owner.id}/followers") or ()
    return sorted(one for one in followers if domain(one) == host)


routes = tuple(
    Route(f"{place}{LIST}", show, methods=["GET"])
    for place in ("/u/{handle}", "/c/{handle}", "/service")
)
