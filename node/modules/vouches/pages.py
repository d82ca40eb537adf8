"""The page on which a member says what they can say of another."""

from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel.access import Viewer
from node.kernel.errors import Missing, Refused
from node.modules.accounts import api as accounts
from node.modules.vouches import queries, vouching
from node.modules.vouches.rules import What
from web.forms import Choice, Entry, Form, Pick, blank, done, read
from web.language import mark
from web.render import page
from web.voice import voice

if TYPE_CHECKING:
    from node.kernel.node import Node

WORDS: Final = {
    What.MET: mark("%(who)s has met them"),
    What.EXCHANGED: mark("%(who)s has exchanged something with them"),
    What.KEYS: mark("%(who)s would lend them keys"),
}
"""What stands on a profile."""

VOUCH: Final = Form(
    Pick("what", mark("What can you say?"), several=True, optional=True, choices=(
        Choice(What.MET, mark("I have met them")),
        Choice(What.EXCHANGED, mark("We have exchanged something")),
        Choice(What.KEYS, mark("I would lend them keys")),
    ))
)  # fmt: skip


def _member(request: Request) -> "tuple[Node, str]":
    viewer: Viewer = request.state.viewer
    if not viewer.is_member or viewer.id is None:
        raise Refused(
            "E_MEMBERS_ONLY", safe=mark("This page is for %(word_members)s. Sign in first.")
        )
    return request.app.state.node, viewer.id


async def show(request: Request) -> Response:
    """What one says of somebody now."""
    node, me = _member(request)
    whom = await node.read(_whom, request.path_params["handle"], me)
    said = await node.read(queries.said, me, whom.id, node.now())
    return _page(request, whom, blank(request, VOUCH, what=sorted(said)))


def _page(request: Request, whom: accounts.Member, form: Entry, status: int = 200) -> Response:
    title = voice(request).say("What you can say of %(name)s", name=whom.label)
    return page(request, "vouches/vouch.html", status=status, title=title, place="",
                width="mid", whom=whom, form=form)  # fmt: skip


def _whom(db: Connection, handle: str, me: str) -> accounts.Member:
    found = accounts.by_handle(db, handle[:200])
    if found is None or found.suspended or found.id == me:
        raise Missing(detail=handle)
    return found


async def save(request: Request) -> Response:
    """Say it; what is not ticked is taken back at once."""
    node, me = _member(request)
    whom = await node.read(_whom, request.path_params["handle"], me)
    form = read(request, VOUCH)
    if form.errors:
        return _page(request, whom, form, 422)
    whats = [What(one) for one in form.values.get("what") or ()]
    await node.write(vouching.vouch, me, whom.id, whats)
    return done(request, f"/@{whom.handle}", voice(request).say("Saved."))


routes = (
    Route("/vouches/{handle}", show, methods=["GET"]),
    Route("/vouches/{handle}", save, methods=["POST"]),
)
