"""The page of somebody from elsewhere, for members: who they are, what of them is known here.

Looking at it asks nobody but for the cards of our own kind of node; to see how they are now,
a member presses a button.
"""

from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from federation import actors, naming, resolving
from federation.budget import Budget
from federation.finding import spend
from node.kernel.access import Viewer
from node.kernel.errors import Missing, Problem, Refused
from node.kernel.finds import Sought
from node.kernel.node import find_account
from node.kernel.tables import Account
from node.modules.follows import api as follows
from node.modules.follows.api import FOLLOWABLE, State
from node.modules.moderation import api as moderation
from node.modules.profiles import editing, elsewhere, queries
from vocab.model import Malformed
from vocab.values import dataclass
from web.finds import find
from web.forms import done, fields_of
from web.language import mark
from web.links import page_of
from web.render import page
from web.slots import gather, gather_about
from web.voice import voice

if TYPE_CHECKING:
    from node.kernel.node import Node

WHAT: Final = {
    "Person": mark("Somebody at another server"),
    "Group": mark("A community at another server"),
    "Organization": mark("An organisation at another server"),
    "Service": mark("A program that writes by itself"),
    "Application": mark("A server"),
}
UNKNOWN: Final = mark("Nobody of this name is known here. Look them up by their address first.")
AWAY: Final = mark("Their server gave no answer that we could use. What is shown is older.")


@dataclass(frozen=True, kw_only=True)
class Between:
    """How a member and somebody elsewhere stand to each other."""

    mine: State | None
    theirs: State | None
    unseen: bool
    may_follow: bool


def _between(db: Connection, viewer: Viewer, who: Account) -> Between:
    me = viewer.id or ""
    return Between(
        mine=follows.state(db, me, who.id),
        theirs=follows.state(db, who.id, me),
        unseen=moderation.turned_from(db, me, who.id),
        may_follow=who.type in FOLLOWABLE,
    )


async def show(request: Request, who: Account | None) -> Response:
    """Somebody from elsewhere, as they are known here.

    Raises:
        Missing: they are not, or a visitor asks.
    """
    node: Node = request.app.state.node
    viewer: Viewer = request.state.viewer
    if who is None or who.local or who.gone is not None or not viewer.is_member:
        raise Missing(safe=UNKNOWN)
    if await node.read(queries.is_kept_out, who.id):
        raise Missing(safe=UNKNOWN)
    found = await find(node, viewer, Sought(now=node.now(), by=who.id))
    return page(
        request,
        "profiles/stranger.html",
        title=who.label,
        place="",
        who=who,
        what=WHAT.get(who.type, WHAT["Person"]),
        between=await node.read(_between, viewer, who),
        State=State,
        fields=elsewhere.said_fields(who.document),
        cards=await elsewhere.cards(node, who),
        header=actors.picture(actors.value(who, node.registry.types).image),
        kinds=editing.NAMES,
        found=found,
        pinned=(await gather(request, "pinned", viewer=Viewer(account=who))).cards,
        beside=(await gather(request, "person", viewer=Viewer(account=who))).cards,
        turn_to=(await gather_about(request, "node", who.service or "")).cards
        if who.type == "Group"
        else (),
    )


async def by_id(request: Request) -> Response:
    """Somebody whose name is not proven, by their id; the others have a page of their name."""
    node: Node = request.app.state.node
    who = await node.read(find_account, request.query_params.get("id", ""))
    if who is not None and (who.local or who.acct) and request.state.viewer.is_member:
        return RedirectResponse(page_of(who), 303)
    return await show(request, who)


async def refresh(request: Request) -> Response:
    """Ask their server how they are now, and what they are called.

    Raises:
        Refused: a visitor asks.
        Missing: nobody known.
        TooOften: the member asked much just now.
    """
    node: Node = request.app.state.node
    viewer: Viewer = request.state.viewer
    if not viewer.is_member or viewer.id is None:
        raise Refused("E_MEMBERS_ONLY")
    who = await node.read(find_account, (fields_of(request).get("id") or [""])[0])
    if who is None or who.local:
        raise Missing
    spend(node, viewer.id)
    _ = voice(request).say
    try:
        now = await resolving.refresh(node, who)
    except (Problem, Malformed):
        return done(request, page_of(who), _(AWAY), "wait")
    now = await naming.named(node, now, Budget(fetches=naming.FETCHES))
    return done(request, page_of(now), _("This is how they are now."))


routes = (
    Route("/elsewhere", by_id, methods=["GET"]),
    Route("/elsewhere", refresh, methods=["POST"]),
)
