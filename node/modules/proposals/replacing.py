"""Bringing what comes in place of a decision in force: it is changed, taken back, or confirmed."""

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel.access import Viewer
from node.kernel.errors import Conflict, Missing
from node.modules.decisions import api as decisions
from node.modules.proposals import pointing, queries
from node.modules.proposals.following import HOW
from node.modules.proposals.standing import where
from node.modules.proposals.views import member, named, view
from vocab.html import to_text
from web.forms import done, fields_of
from web.language import mark
from web.render import page
from web.slots import Card
from web.voice import speak, voice

if TYPE_CHECKING:
    from node.kernel.node import Node

TITLES: Final = {
    "amend": mark("%(title)s, changed"),
    "repeal": mark("We take back: %(title)s"),
    "confirm": mark("We confirm: %(title)s"),
}


async def replaced(request: Request, slug: str, how: str) -> tuple[decisions.Record | None, str]:
    """The decision of ours in force in whose place something is to come; None if none is named.

    Raises:
        Missing: it is not here, or not ours; or it is to be confirmed and does not end by itself.
        Conflict: E_STAGE, it is not in force.
    """
    if not slug:
        return None, ""
    node: Node = request.app.state.node
    found = await node.read(decisions.record_by_slug, slug, request.state.viewer)
    if found is None or not found.ours or how not in HOW:
        raise Missing(detail=slug)
    if not found.holds:
        raise Conflict("E_STAGE", slug, safe=NOT_IN_FORCE)
    if how == "confirm" and await node.read(decisions.expires, found) is None:
        raise Missing(detail=slug)
    return found, how


NOT_IN_FORCE: Final = mark("This decision is not in force, so nothing can take its place.")


async def words_of(request: Request, found: decisions.Record, how: str) -> dict[str, Any]:
    """The words a form begins with; members change them as they like."""
    said = voice(request).say(TITLES[how], title=named(found))
    words = {"title": said[:120], "text": "", "replaces": found.slug, "how": how}
    if how == "repeal":
        return words
    node: Node = request.app.state.node
    return words | await node.read(_said, found, request.state.viewer)


def _said(db: Connection, found: decisions.Record, viewer: Viewer) -> dict[str, str]:
    """What a decision of ours says, part by part as it was written, where that is still known."""
    one = queries.by_slug(db, found.box or "", viewer)
    made = queries.plan_of(db, one.id) if one is not None and one.ours else None
    if made is None or made.joint is not None:
        return {"text": to_text(str(found.document.get("content", "")))[:20_000]}
    return {"text": made.text, "problem": made.problem or "", "affected": made.affected or ""}


async def again(request: Request) -> Response:
    """What can be done about a decision in force."""
    node, viewer, _me = member(request)
    found = await node.read(decisions.record_of_box, request.path_params["slug"], viewer)
    if found is None or not found.ours:
        raise Missing
    if not found.holds:
        raise Conflict("E_STAGE", found.id, safe=NOT_IN_FORCE)
    ends = await node.read(decisions.expires, found)
    seen = await node.read(view, request.path_params["slug"], viewer)
    title = voice(request).say("In place of this decision")
    return page(request, "proposals/again.html", title=title, place="decide", width="narrow",
                record=found, ends=ends, strip=where(request, seen))  # fmt: skip


async def from_decision(node: "Node", viewer: Viewer) -> list[Card]:
    """On the page of a decision: the way to another in its place."""
    if not viewer.is_member:
        return []
    _ = speak(node, viewer).say
    return [Card(title=_("Change it, or take it back"), href="/p/again/", icon="decide")]


async def point(request: Request) -> Response:
    """Have a proposal that was overtaken come in place of the decision that holds now."""
    node, viewer, me = member(request)
    seen = await node.read(view, request.path_params["slug"], viewer)
    slug = seen.proposal.slug
    wanted = (fields_of(request).get("record") or [""])[0]
    held = await node.read(decisions.record_by_slug, wanted[:64], viewer)
    await node.write(pointing.point, slug, me, held.id if held else "")
    name = named(held) if held else ""
    words = voice(request).say(
        "It comes in place of “%(title)s” now. Everybody is asked again where they stand.",
        title=name,
    )
    return done(request, f"/p/{slug}", words)


routes = (
    Route("/p/again/{slug}", again, methods=["GET"]),
    Route("/p/{slug}/instead", point, methods=["POST"]),
)
