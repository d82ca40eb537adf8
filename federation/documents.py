"""What others may fetch: actors, objects, activities, contexts and schemas.

What is not for the asker looks as if it were not there. A wrong signature on something
public is no reason to refuse it.
"""

import hashlib
from functools import cache
from pathlib import Path

from anyio import to_thread
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from federation import ourselves, outbox
from federation.answers import OPEN, VARY, shown, wants_page
from federation.viewing import viewer_of
from node.kernel.access import ANONYMOUS
from node.kernel.errors import Missing
from node.kernel.node import Node
from vocab import schemas
from vocab.contexts import FOLDER, OUR_TERMS
from vocab.model import Object

YEAR = "public, max-age=31536000"
DAY = "public, max-age=86400"


async def show_actor(request: Request) -> Response:
    """An actor of ours: JSON for servers, their page for people."""
    node: Node = request.app.state.node
    found = await node.read(_actor, node, _id(request))
    if found is None:
        raise Missing
    if wants_page(request.headers.get("accept", "")):
        return _page(found)
    return shown(request, found)


def _actor(db: Connection, node: Node, id: str) -> Object | None:
    one = ourselves.find(db, id)
    if one is None:
        return None
    return ourselves.actor(db, node.registry, node.community.id, one, node.now())


async def show_object(request: Request) -> Response:
    """An object of some module, if the asker may see it."""
    node: Node = request.app.state.node
    id = _id(request)
    if wants_page(request.headers.get("accept", "")):
        seen = await node.read(node.registry.document, id, request.state.viewer)
        return _page(seen)
    everybodys = await node.read(node.registry.document, id, ANONYMOUS)
    if everybodys is not None:
        return shown(request, everybodys)
    viewer = await viewer_of(request)
    if viewer == ANONYMOUS:
        raise Missing
    return shown(request, await node.read(node.registry.document, id, viewer), restricted=True)


async def show_activity(request: Request) -> Response:
    """A public activity of ours as it was sent, or another that is for the asker."""
    node: Node = request.app.state.node
    id = _id(request)
    sent = await node.read(outbox.activity, node.registry, id, ANONYMOUS)
    if sent is not None:
        if wants_page(request.headers.get("accept", "")):
            return _page(sent.object if isinstance(sent.object, Object) else None)
        return shown(request, sent)
    viewer = await viewer_of(request)
    named = await node.read(outbox.activity, node.registry, id, viewer)
    if named is not None and viewer != ANONYMOUS:
        return shown(request, named, restricted=True)
    return await show_object(request)


def _id(request: Request) -> str:
    """The id that a path stands for; our origin never comes from the request."""
    node: Node = request.app.state.node
    return node.origin + request.url.path


def _page(found: Object | None) -> Response:
    if found is None or not found.url:
        raise Missing
    headers = {"Vary": VARY, "Cache-Control": "private, no-store"}
    return RedirectResponse(found.url, 303, headers)


# What is the same for all -------------------------------------------------------------------


async def show_context(request: Request) -> Response:
    """Our JSON-LD context, the same bytes that we use ourselves."""
    body = await to_thread.run_sync(_bytes, FOLDER / OUR_TERMS)
    return _fixed(request, body, "application/ld+json", YEAR)


async def show_vocabulary(request: Request) -> Response:
    """Our vocabulary as RDF."""
    body = await to_thread.run_sync(_bytes, schemas.FOLDER / "ns.ttl")
    return _fixed(request, body, "text/turtle; charset=utf-8", DAY)


async def show_schema(request: Request) -> Response:
    """The JSON Schema of one of our classes, by the name of its file."""
    place = (await to_thread.run_sync(_schemas)).get(request.path_params["name"])
    if place is None:
        raise Missing
    body = await to_thread.run_sync(_bytes, place)
    return _fixed(request, body, "application/schema+json", DAY)


@cache
def _bytes(place: Path) -> bytes:
    return place.read_bytes()


@cache
def _schemas() -> dict[str, Path]:
    """Every schema by its file's name, alone and with its folder."""
    places = [p for part in ("objects", "activities") for p in (schemas.FOLDER / part).iterdir()]
    shown = [p for p in places if p.name.endswith(".schema.json")]
    return {p.name: p for p in shown} | {f"{p.parent.name}/{p.name}": p for p in shown}


def _fixed(request: Request, body: bytes, media: str, kept: str) -> Response:
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"Cache-Control": kept, "ETag": tag, **OPEN}
    if tag in request.headers.get("if-none-match", ""):
        return Response(b"", 304, headers)
    return Response(body, 200, {**headers, "Content-Type": media})


routes = (
    Route("/u/{handle}", show_actor, methods=["GET"]),
    Route("/c/{handle}", show_actor, methods=["GET"]),
    # an object, not a collection, though it lies where a community's collections lie
    Route("/c/{handle}/digest", show_object, methods=["GET"]),
    Route("/service", show_actor, methods=["GET"]),
    Route("/o/{key}", show_object, methods=["GET"]),
    Route("/o/{key}/{part}", show_object, methods=["GET"]),
    Route("/a/{key}", show_activity, methods=["GET"]),
    Route("/ns/commons-node/v1", show_context, methods=["GET"]),
    Route("/ns/commons-node/ns", show_vocabulary, methods=["GET"]),
    Route("/schemas/{name:path}", show_schema, methods=["GET"]),
)
