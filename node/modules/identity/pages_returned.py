"""The keeper's page of servers that came back with other keys after a long silence."""

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from federation import policy, returning
from node.kernel.access import Viewer
from node.kernel.errors import Missing
from node.kernel.module import Registry
from node.kernel.node import Node
from node.modules.identity.pages_keys import keeper
from web.forms import done, fields_of
from web.render import page
from web.slots import Card
from web.voice import speak, voice


async def show(request: Request) -> Response:
    """The servers under doubt."""
    node, _me = keeper(request)
    return page(
        request,
        "identity/returned.html",
        title=voice(request).say("Servers that came back"),
        width="narrow",
        found=await node.read(_open, node.registry),
    )


def _open(db: Connection, registry: Registry) -> list[returning.Returned]:
    """The servers under doubt that nobody has answered: those kept out are answered."""
    found = returning.returned(db)
    return [one for one in found if not policy.refuses(db, registry, f"https://{one.domain}/")]


async def believe(request: Request) -> Response:
    """Say that a server is the one we knew."""
    node, me = keeper(request)
    domain = (fields_of(request).get("domain") or [""])[0]
    if not await node.write(returning.believe, domain, by=me.id):
        raise Missing(detail=domain)
    words = voice(request).say("%(name)s is believed again. What waited goes on.", name=domain)
    return done(request, "/desk/returned", words)


async def waiting(node: Node, viewer: Viewer) -> list[Card]:
    """For keepers: servers under doubt (slot `today.waiting`)."""
    if not viewer.is_admin:
        return []
    _ = speak(node, viewer).say
    return [
        Card(
            title=_("%(name)s came back with other keys", name=one.domain),
            href="/desk/returned",
            text=_("Nothing private goes there until you have looked."),
            icon="alert",
            act=_("Look at it"),
            about=one.domain,
            by=one.doubted,
            order=20,
        )
        for one in await node.read(_open, node.registry)
    ]


routes = (
    Route("/desk/returned", show, methods=["GET"]),
    Route("/desk/returned", believe, methods=["POST"]),
)
