"""What our community answers to a decision of others without deciding on it: a note alone."""

from typing import TYPE_CHECKING

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel.access import Viewer
from node.kernel.errors import Missing
from node.modules.decisions import answering, queries
from node.modules.decisions.pages import member, view_of
from node.modules.decisions.queries import Response as Answered
from node.modules.decisions.slots import answer_words
from web.forms import done
from web.render import page
from web.voice import voice

if TYPE_CHECKING:
    from node.kernel.node import Node


async def answer(request: Request) -> Response:
    """Take note of another community's decision; it is told so at once."""
    node, viewer = member(request)
    slug = request.path_params["slug"]
    seen = await node.read(view_of, slug, viewer, node.community.id)
    await node.write(answering.note, seen.record.id, viewer.id or "")
    words = voice(request).say("%(name)s is told that we took note.", name=seen.record.owner_name)
    return done(request, f"/decisions/elsewhere/{slug}", words)


async def take_back(request: Request) -> Response:
    """Take back that we took note of another community's decision."""
    node, viewer = member(request)
    slug = request.path_params["slug"]
    seen = await node.read(view_of, slug, viewer, node.community.id)
    await node.write(answering.take_back, seen.record.id, viewer.id or "")
    words = voice(request).say(
        "%(name)s is told that we take it back.", name=seen.record.owner_name
    )
    return done(request, f"/decisions/elsewhere/{slug}", words)


async def our_answer(request: Request) -> Response:
    """An answer of ours that has no record of its own, for whoever follows its link."""
    node: Node = request.app.state.node
    id = f"{node.origin}/o/{request.path_params['slug']}"
    found = await node.read(_answer_of_ours, id, request.state.viewer)
    spoken = voice(request)
    said = spoken.say(answer_words(found.response), name=node.community.name)
    return page(
        request, "decisions/answer.html", title=said, place="decide", width="narrow",
        content=str(found.document.get("content", "")), about=found.record,
    )  # fmt: skip


def _answer_of_ours(db: Connection, id: str, viewer: Viewer) -> Answered:
    found = queries.response_by_id(db, id, viewer)
    if found is None or not found.ours:
        raise Missing
    return found


routes = (
    Route("/d/answers/{slug}", our_answer, methods=["GET"]),
    Route("/decisions/elsewhere/{slug}/note", answer, methods=["POST"]),
    Route("/decisions/elsewhere/{slug}/take-back", take_back, methods=["POST"]),
)
