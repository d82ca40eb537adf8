"""The pages of quotes: writing one, and saying yes or no to those who ask."""

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel.access import Reach, Viewer
from node.kernel.errors import Invalid, Missing
from node.kernel.unit import Unit
from node.modules.notes import forms, pages, queries, quotes, stamps
from node.modules.notes.queries import Post
from node.modules.notes.rules import Consent
from node.modules.notes.stamps import Asked
from web.forms import Entry, done, fields_of
from web.language import mark
from web.render import page
from web.voice import voice

SAID = {
    "yes": mark("They may show it now. You can take that back."),
    "no": mark("They are told that you do not want it."),
    "withdraw": mark("Taken back. Servers that keep to it stop showing it."),
}


async def write(request: Request) -> Response:
    """The form in which a post is written that shows another."""
    quoted = await _quoted(request)
    form = forms.opened(request, forms.quote(request, local=quoted.local), reach="public")
    return _page(request, quoted, form)


async def wrote(request: Request) -> Response:
    """Write a post that shows another."""
    quoted = await _quoted(request)
    form = await pages.sent(request, forms.quote(request, local=quoted.local))
    if not form.errors:
        try:
            reach = form.values.get("reach", Reach.PUBLIC.value)
            slug = await pages.posted(request, form, parent=None, reach_=reach, quote=quoted.id)
        except Invalid as problem:
            form = form.wrong(problem)
        else:
            return pages.written(request, slug, mark("It is written."))
    return _page(request, quoted, form, 422)


def _page(request: Request, quoted: Post, form: Entry, status: int = 200) -> Response:
    _ = voice(request).say
    return page(request, "notes/quote.html", status=status, title=_("Show it in a post of yours"),
                place="today", width="mid", quoted=quoted, form=form)  # fmt: skip


async def _quoted(request: Request) -> Post:
    node, viewer = pages.member(request)
    found = await node.read(queries.by_slug, request.path_params["slug"], viewer)
    if found is None or found.deleted is not None or found.reach != Reach.PUBLIC:
        raise Missing(detail=request.path_params["slug"])
    return found


# Who asks -----------------------------------------------------------------------------------


async def index(request: Request) -> Response:
    """Who asks to show a post of the member's, and who may."""
    node, viewer = pages.member(request)
    asked, given = await node.read(_both, owners(viewer, node.community.id))
    return page(request, "notes/quotes.html", title=voice(request).say("Who shows your posts"),
                place="today", width="mid", asked=asked, given=given)  # fmt: skip


def owners(viewer: Viewer, community: str) -> list[str]:
    """For whom somebody decides: for themselves, a keeper for the community too."""
    return [one for one in (viewer.id, community if viewer.is_admin else None) if one]


def _both(db: Connection, mine: list[str]) -> tuple[list[Asked], list[Asked]]:
    asked = stamps.of_owner(db, mine, Consent.ASKED)
    return asked, stamps.of_owner(db, mine, Consent.GIVEN)


async def decide(request: Request) -> Response:
    """Say yes or no to somebody who asks, or take a yes back."""
    node, viewer = pages.member(request)
    sent = {name: (held or [""])[0] for name, held in fields_of(request).items()}
    said = sent.get("say", "")
    if said not in SAID:
        raise Missing(detail=said)
    await node.write(_decide, viewer, sent.get("about", ""), said)
    return done(request, "/notes/quotes", voice(request).tell(SAID[said]))


def _decide(unit: Unit, viewer: Viewer, id: str, said: str) -> None:
    quotes.decide(unit, owners(viewer, unit.community.id), id, said)


routes = (
    Route("/n/{slug}/quote", write, methods=["GET"]),
    Route("/n/{slug}/quote", wrote, methods=["POST"]),
    Route("/notes/quotes", index, methods=["GET"]),
    Route("/notes/quotes", decide, methods=["POST"]),
)
