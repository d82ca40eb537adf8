"""How others find us by name: WebFinger and host-meta. A node at home is not found.

Source: RFC 7033; RFC 6415; FEP-d556; FEP-3b86.
"""

from collections.abc import Iterator
from datetime import datetime
from hmac import compare_digest
from typing import Any
from urllib.parse import urlsplit
from xml.sax.saxutils import quoteattr

from sqlalchemy import Connection, select
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from federation import ourselves
from federation.answers import ACTIVITY, LD, OPEN
from federation.intents import INTENT, SUBSCRIBE
from node.kernel.errors import Missing, Problem
from node.kernel.node import Node
from node.kernel.tables import Account, setting

JRD = "application/jrd+json; charset=utf-8"
AS2 = "https://www.w3.org/ns/activitystreams#"
PROFILE = "http://webfinger.net/rel/profile-page"
AVATAR = "http://webfinger.net/rel/avatar"
HEADERS = {**OPEN, "Cache-Control": "public, max-age=3600"}
LONGEST = 2048


class Unclear(Problem):
    """The question cannot be understood."""

    status = 400


async def webfinger(request: Request) -> Response:
    """Who is meant by `acct:ana@alder.example`, an actor's id, their page, or the node itself.

    Raises:
        Missing: nobody of this node.
        Unclear: E_RESOURCE; there is no resource, or it is no address.
    """
    resource = request.query_params.get("resource", "").strip()
    if word := await _asked_by_ourselves(request.app.state.node, resource):
        said = {"subject": resource, "properties": {f"{AS2}content": word}}
        return JSONResponse(
            said, headers={**OPEN, "Cache-Control": "no-store", "Content-Type": JRD}
        )
    node = found(request)
    if not resource or len(resource) > LONGEST:
        raise Unclear("E_RESOURCE", resource[:100])
    one = await node.read(_resource, node.origin, node.community.domain, resource)
    if one is None or one.suspended is not None:
        raise Missing
    said = _jrd(node, one, request.query_params.getlist("rel"))
    return JSONResponse(said, headers={**HEADERS, "Content-Type": JRD})


async def _asked_by_ourselves(node: Node, resource: str) -> str | None:
    if not (node.ready and node.community.at_home and "/check/" in resource):
        return None
    return await node.read(_word, resource, node.now())


def _word(db: Connection, resource: str, now: datetime) -> str | None:
    """What only we know, for ourselves asking from outside whether an address leads here."""
    asked = db.scalar(select(setting.c.value).where(setting.c.name == "origin_check"))
    if not asked or not compare_digest(asked["resource"].encode(), resource.encode()):
        return None
    return str(asked["word"]) if now < datetime.fromisoformat(asked["until"]) else None


def _resource(db: Connection, origin: str, domain: str, resource: str) -> Account | None:
    """The actor of ours that a resource names.

    Raises:
        Unclear: it is neither a name with a host nor a web address.
    """
    text = resource[5:] if resource.lower().startswith("acct:") else resource
    if "://" not in text:
        handle, at, host = text.removeprefix("@").rpartition("@")
        if not at or not handle or not host:
            raise Unclear("E_RESOURCE", resource[:100])
        return ourselves.named(db, handle) if host.lower() == domain else None
    return _by_address(db, origin, text)


def _by_address(db: Connection, origin: str, text: str) -> Account | None:
    try:
        parts = urlsplit(text)
    except ValueError:
        raise Unclear("E_RESOURCE", text[:100]) from None
    if f"{parts.scheme}://{parts.netloc}".lower() != origin:
        return None
    path = parts.path.rstrip("/")
    if not path:
        return _alive(ourselves.find(db, f"{origin}/service"))
    if path.startswith("/@") and "/" not in path[1:]:
        return ourselves.named(db, path[2:])
    by_id = ourselves.find(db, origin + path)
    return _alive(by_id) or _alive(ourselves.find(db, origin + path.lower()))


def _alive(one: Account | None) -> Account | None:
    return one if one is not None and one.gone is None else None


def _jrd(node: Node, one: Account, wanted: list[str]) -> dict[str, Any]:
    """What WebFinger says of an actor, with the wanted links only, if some are named."""
    pages = [one.url] if one.url else []
    links: list[dict[str, str]] = [
        {"rel": PROFILE, "type": "text/html", "href": page} for page in pages
    ]
    links += [{"rel": "self", "type": media, "href": one.id} for media in (ACTIVITY, LD)]
    links += _intents(node)
    face = one.face or f"/face/{one.handle}.png"
    media = "image/webp" if one.face else "image/png"
    links.append({"rel": AVATAR, "type": media, "href": node.origin + face})
    if one.id == node.community.service:
        links.append({"rel": f"{AS2}Service", "type": ACTIVITY, "href": one.id})
    return {
        "subject": f"acct:{one.handle}@{node.community.domain}",
        "aliases": [*pages, one.id],
        "links": [one for one in links if not wanted or one["rel"] in wanted],
    }


def _intents(node: Node) -> Iterator[dict[str, str]]:
    """Where people who live here can be sent to do something (FEP-3b86, OStatus)."""
    for kind, path in node.registry.intents.items():
        yield {"rel": INTENT + kind, "template": node.origin + path}
        if kind == "Follow":
            older = path.replace("{object}", "{uri}")
            yield {"rel": SUBSCRIBE, "template": node.origin + older}


async def host_meta(request: Request) -> Response:
    """Where WebFinger is, for older software."""
    node = found(request)
    template = quoteattr(f"{node.origin}/.well-known/webfinger?resource={{uri}}")
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">'
        f'<Link rel="lrdd" type="application/jrd+json" template={template}/></XRD>\n'
    )
    return Response(body, media_type="application/xrd+xml", headers=HEADERS)


async def host_meta_json(request: Request) -> Response:
    """The same as JSON."""
    node = found(request)
    template = f"{node.origin}/.well-known/webfinger?resource={{uri}}"
    links = [{"rel": "lrdd", "type": "application/jrd+json", "template": template}]
    return JSONResponse({"links": links}, headers=HEADERS)


def found(request: Request) -> Node:
    """The node, if others may find it.

    Raises:
        Missing: it is at home, or not founded.
    """
    node: Node = request.app.state.node
    if node.community.at_home or not node.ready:
        raise Missing
    return node


routes = (
    Route("/.well-known/webfinger", webfinger, methods=["GET"]),
    Route("/.well-known/host-meta", host_meta, methods=["GET"]),
    Route("/.well-known/host-meta.json", host_meta_json, methods=["GET"]),
)
