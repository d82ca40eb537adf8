"""The search page, and where links of other servers lead (FEP-3b86, OStatus).

Words are looked for in what is here. An address is looked up, at its own server if need be: that
asks other servers, so it takes a form. Whatever goes wrong there, the page says the same.
"""

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from federation.finding import TooOften
from node.kernel.access import Viewer
from node.kernel.errors import Invalid, Problem, Refused
from node.kernel.finds import Sought
from node.modules.search import looking
from vocab.html import folded
from vocab.model import Malformed
from web.finds import find
from web.forms import Entry, Form, Line, blank, read
from web.language import mark
from web.render import page
from web.voice import voice

if TYPE_CHECKING:
    from node.kernel.node import Node

LONGEST: Final = 2000
WORDS: Final = 8
"""That are looked for; what comes after them is left out."""
SEARCH: Final = Form(
    Line(
        "q",
        mark("What are you looking for?"),
        mark("Words; or an address, such as @birch@birch.example or a web address"),
        at_most=LONGEST,
        missing=mark("Write a word or an address first."),
        spell=False,
    )
)
NOTHING: Final = mark("Nothing was found there. Check the address, or try again later.")
NO_ADDRESS: Final = mark("This is no address that can be looked up.")


def _member(request: Request) -> tuple["Node", Viewer]:
    viewer: Viewer = request.state.viewer
    if not viewer.is_member:
        safe = mark("This page is for %(word_members)s. Sign in first.")
        raise Refused("E_MEMBERS_ONLY", safe=safe)
    return request.app.state.node, viewer


async def show(request: Request) -> Response:
    """What is here of some words; for an address the way to look it up."""
    node, viewer = _member(request)
    typed = request.query_params.get("q", "").strip()[:LONGEST]
    form = blank(request, SEARCH, q=typed)
    host = looking.host_of(typed)
    words = () if host else tuple(folded(typed).split()[:WORDS])
    found = None
    if words:
        found = await find(node, viewer, Sought(now=node.now(), words=words))
    return _page(request, form, found=found, words=words, host=host)


async def send(request: Request) -> Response:
    """Search for words; look an address up and go to its page here."""
    node, viewer = _member(request)
    form = read(request, SEARCH)
    if form.errors:
        return _page(request, form, status=422)
    typed = form.values["q"]
    if not looking.host_of(typed):
        return RedirectResponse(f"/search?{urlencode({'q': typed})}", 303)
    try:
        return RedirectResponse(await looking.look(node, viewer, typed), 303)
    except TooOften:
        raise
    except (Problem, Malformed):
        return _page(request, form.wrong(Invalid({"q": NOTHING})), status=422)


def _page(
    request: Request,
    form: Entry,
    *,
    found: object = None,
    words: tuple[str, ...] = (),
    host: str = "",
    status: int = 200,
) -> Response:
    _ = voice(request).say
    return page(request, "search/search.html", status=status, title=_("Search"), place="",
                width="mid", form=form, found=found, words=words, host=host)  # fmt: skip


async def interact(request: Request) -> Response:
    """Where other servers send people who live here: to what they want to follow or answer."""
    viewer: Viewer = request.state.viewer
    if not viewer.is_member:
        here = f"{request.url.path}?{request.url.query}"
        return RedirectResponse(f"/sign-in?{urlencode({'next': here})}", 303)
    node: Node = request.app.state.node
    uri = request.query_params.get("uri", "").strip()[:LONGEST]
    form = blank(request, SEARCH, q=uri)
    host = looking.host_of(uri)
    if not host:
        return _page(request, form.wrong(Invalid({"q": NO_ADDRESS})), status=422)
    try:
        place = await looking.known(node, viewer, uri)
    except Problem:
        return _page(request, form.wrong(Invalid({"q": NOTHING})), status=422)
    return RedirectResponse(place, 303) if place else _page(request, form, host=host)


routes = (
    Route("/search", show, methods=["GET"]),
    Route("/search", send, methods=["POST"]),
    Route("/authorize_interaction", interact, methods=["GET"]),
)
