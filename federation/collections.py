"""The collections of our actors: outbox, followers, following, featured, and the modules' own.

Each is filtered for who asks by the module that holds it. Followers and following show
whom they hold only where the module that keeps them lets the asker see it; everybody else
sees how many there are. What fits on one page stands in the collection itself too, because
several servers read no pages.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from federation import ourselves, outbox
from federation.answers import VARY, answer, wants_page
from federation.viewing import viewer_of
from node.kernel.access import ANONYMOUS, Viewer
from node.kernel.errors import Missing
from node.kernel.module import Collected
from node.kernel.node import Node
from node.kernel.tables import Account
from vocab.model import OrderedCollection
from vocab.types import Community, OrderedCollectionPage

LIMIT = 20
LONGEST = 200
"""Characters of a cursor."""
ALWAYS = frozenset({"followers", "following", "featured"})
"""Of every actor, empty where no module fills them."""
OF_COMMUNITY = frozenset({"listings", "decisions", "in-force"})
"""Named on the community's page, so they are there whatever modules run."""

INVERSE = ("outbox", "followers", "following")
"""Collections that say whose they are (FEP-5711)."""


async def show(request: Request) -> Response:
    """A collection of an actor of ours, or one page of it (`?page=true&after=…`)."""
    node: Node = request.app.state.node
    name = request.path_params["name"]
    owner_id = node.origin + request.url.path.rpartition("/")[0]
    viewer = await viewer_of(request)
    after = request.query_params.get("after") or None
    if after is not None and len(after) > LONGEST:
        raise Missing
    look = partial(_look, node, owner_id, name, viewer, after)
    owner, found = await node.read(look)
    if wants_page(request.headers.get("accept", "")):
        return _to_page(owner)
    is_page = "page" in request.query_params or after is not None
    id = f"{owner.id}/{name}"
    value = _one_page(id, found, after) if is_page else _whole(id, owner, found)
    return answer(request, node.door.write(value), restricted=viewer != ANONYMOUS)


async def show_inbox(request: Request) -> Response:
    """The shared inbox, which letters are posted to (ActivityPub §7.1.3) and nobody reads."""
    raise HTTPException(405, headers={"Allow": "POST"})


def _look(
    node: Node, owner_id: str, name: str, viewer: Viewer, after: str | None, db: Connection
) -> tuple[Account, Collected]:
    owner = ourselves.find(db, owner_id)
    if owner is None or owner.gone is not None:
        raise Missing
    if name == "inbox":
        raise HTTPException(405, headers={"Allow": "POST"})
    if name == "outbox":
        counts = node.memory.setdefault("federation.said", {})
        return owner, outbox.page(db, node.registry, owner, after, LIMIT, counts)
    hold = node.registry.collections.get(name)
    if hold is not None:
        return owner, hold(db, owner, viewer, after, LIMIT, node.now())
    if name in ALWAYS or (name in OF_COMMUNITY and owner.kind == Community.kind):
        return owner, Collected(total=0, items=())
    raise Missing


def _whole(id: str, owner: Account, found: Collected) -> OrderedCollection:
    """The collection with its first page's address, and its items if they are few."""
    all_here = found.next is None and len(found.items) == found.total
    told: Mapping[str, Any] = {f"{n}_of": owner.id for n in INVERSE if id == f"{owner.id}/{n}"}
    return OrderedCollection(
        **told,
        id=id,
        attributed_to=owner.id,
        total_items=found.total,
        ordered_items=found.items if all_here else None,
        first=f"{id}?page=true" if found.items else None,
    )


def _one_page(id: str, found: Collected, after: str | None) -> OrderedCollectionPage:
    more = found.next
    return OrderedCollectionPage(
        id=_address(id, after),
        part_of=id,
        total_items=found.total,
        ordered_items=found.items,
        next=_address(id, more) if more is not None else None,
    )


def _address(id: str, after: str | None) -> str:
    return f"{id}?page=true" + (f"&after={quote(after, safe='')}" if after else "")


def _to_page(owner: Account) -> Response:
    if not owner.url:
        raise Missing
    return RedirectResponse(owner.url, 303, {"Vary": VARY, "Cache-Control": "private, no-store"})


routes = (
    Route("/inbox", show_inbox, methods=["GET"]),
    Route("/u/{handle}/{name}", show, methods=["GET"]),
    Route("/c/{handle}/{name}", show, methods=["GET"]),
    Route("/service/{name}", show, methods=["GET"]),
)
