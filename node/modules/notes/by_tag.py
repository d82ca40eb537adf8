"""The page of a hashtag: what has it, here and as far as the viewer may see it."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel.access import Viewer
from node.kernel.errors import Missing
from node.kernel.finds import Sought
from node.kernel.node import Node
from node.modules.notes import hashtags, showing, tagging
from web.finds import find
from web.links import moment
from web.render import page
from web.voice import voice

PAGE: Final = 20


async def show(request: Request) -> Response:
    """What has a hashtag, as far as the viewer may see it; strangers see what was written here."""
    node: Node = request.app.state.node
    viewer: Viewer = request.state.viewer
    wanted = hashtags.word(request.path_params["word"])
    if not wanted:
        raise Missing
    before = moment(request.query_params.get("before"))
    found = await node.read(tagging.tagged_with, wanted, viewer, before, PAGE + 1)
    around = await node.read(showing.around, found, viewer)
    others = await find(node, viewer, Sought(now=node.now(), tag=wanted))
    last = found[PAGE - 1].published if len(found) > PAGE else None
    _ = voice(request).say
    nothing = _("Nothing that you may see has this hashtag. Check how it is spelled.")
    status = 200 if found or others.groups else 404
    return page(request, "notes/tag.html", status=status, title=f"#{wanted}", place="today",
                found=found[:PAGE], around=around, others=None if before else others,
                nothing=nothing, here=hashtags.address(wanted),
                more=last.isoformat() if last else "")  # fmt: skip


routes = (Route("/tags/{word}", show, methods=["GET"]),)
