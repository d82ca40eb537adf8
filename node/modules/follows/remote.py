"""For people of other servers: from a page of ours to the page at home on which they follow it.

A visitor has us ask one thing of their server, by a form and not often. Where it leads is shown
and is a link to press: nobody is sent away from here unasked (security.md W03).
"""

from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from federation import finger, intents, ourselves
from federation.finding import TooOften, spend
from node.kernel.access import ANONYMOUS, Viewer
from node.kernel.errors import Invalid, Missing, Problem
from node.kernel.module import Registry
from node.kernel.tables import Account
from node.modules.accounts.api import place
from node.modules.follows.api import FOLLOWABLE
from vocab.model import Malformed
from vocab.types import Tombstone
from web.forms import Entry, Form, Hidden, Line, blank, fields_of, read
from web.guards import client
from web.language import mark
from web.render import page
from web.voice import voice

if TYPE_CHECKING:
    from node.kernel.node import Node

FROM: Final = Form(
    Line(
        "from",
        mark("Your address at your own server"),
        mark("As in @ben@birch.example"),
        at_most=300,
        missing=mark("Write your address, as in @ben@birch.example."),
        spell=False,
    ),
    Hidden("about"),
)
NOWHERE: Final = mark(
    "Your server does not say where to do this. Check your address, "
    "or look for the address of this page there."
)


async def show(request: Request) -> Response:
    """The form, for what of ours it is about."""
    about = request.query_params.get("about", "")
    return await _page(request, blank(request, FROM, about=about), about)


async def send(request: Request) -> Response:
    """Find the page at home, and link to it.

    Raises:
        TooOften: this visitor, or all of them, had much asked just now.
    """
    node: Node = request.app.state.node
    about = (fields_of(request).get("about") or [""])[0]
    _named, kind, called = await _about(node, about)
    form = read(request, FROM)
    name = finger.name_of(form.values.get("from", "")) if not form.errors else None
    if form.errors:
        return await _page(request, form, about, status=422)
    try:
        url = await _onward(request, name, kind, about, called)
    except TooOften:
        raise
    except (Problem, Malformed):
        return await _page(request, form.wrong(Invalid({"from": NOWHERE})), about, status=422)
    _ = voice(request).say
    host = name[1] if name else ""
    return page(request, "follows/onward.html", title=_("On to %(host)s", host=host), place="",
                width="narrow", url=url, host=host)  # fmt: skip


async def _onward(
    request: Request, name: finger.Name | None, kind: str, about: str, called: str
) -> str:
    node: Node = request.app.state.node
    viewer: Viewer = request.state.viewer
    if name is None or name[1] in ("", node.community.domain):
        raise Missing
    if viewer.id is not None:
        spend(node, viewer.id)
    else:
        spend(node, place(client(request)), visitor=True)
    return await intents.onward(node, name, kind, about, called)


async def _page(request: Request, form: Entry, about: str, *, status: int = 200) -> Response:
    named, kind, _called = await _about(request.app.state.node, about)
    _ = voice(request).say
    title = _("Follow from your own server") if kind == "Follow" else _("From your own server")
    return page(request, "follows/from.html", status=status, title=title, place="",
                width="narrow", form=form, named=named, follow=kind == "Follow")  # fmt: skip


async def _about(node: "Node", id: str) -> tuple[str, str, str]:
    """What of ours is meant: its name, what may be done with it, what it is called elsewhere.

    Raises:
        Missing: nothing that everybody may see; or nobody elsewhere can reach us.
    """
    if node.community.at_home:
        raise Missing
    found = await node.read(_public, node.registry, id)
    if isinstance(found, Account):
        return found.label, "Follow", found.address.removeprefix("@")
    return found, "Object", id


def _public(db: Connection, registry: Registry, id: str) -> Account | str:
    """The actor with this id, or the name of a thing that is not one."""
    one = ourselves.find(db, id)
    if one is not None and one.gone is None and one.suspended is None and one.type in FOLLOWABLE:
        return one
    seen = registry.document(db, id, ANONYMOUS) if one is None else None
    if seen is None or isinstance(seen, Tombstone):
        raise Missing(detail=id)
    return seen.name or ""


routes = (
    Route("/from-elsewhere", show, methods=["GET"]),
    Route("/from-elsewhere", send, methods=["POST"]),
)
