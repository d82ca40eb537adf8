"""The one form behind every like, emoji and share."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel.access import Viewer
from node.kernel.errors import Missing
from node.kernel.node import Node
from node.modules.reactions import acting
from node.modules.reactions.rules import Verb
from web.forms import done, fields_of
from web.language import mark
from web.links import local_path
from web.voice import voice

SAID = {
    "like": mark("You like it."),
    "share": mark("Shared with everybody who follows you."),
    "say": mark("Said."),
}
TAKEN_BACK = mark("Taken back.")


async def react(request: Request) -> Response:
    """Like, say an emoji to, or share the thing `about`; or take that back (`undo`)."""
    node: Node = request.app.state.node
    viewer: Viewer = request.state.viewer
    sent = {name: (held or [""])[0] for name, held in fields_of(request).items()}
    about, what, content = (sent.get(name, "") for name in ("about", "what", "content"))
    if what not in SAID:
        raise Missing(detail=what)
    if sent.get("undo"):
        verb = Verb.SHARE if what == "share" else Verb.LIKE
        await node.write(acting.take_back, viewer, about, verb, content)
        words = TAKEN_BACK
    else:
        if what == "share":
            await node.write(acting.share, viewer, about)
        else:
            await node.write(acting.like, viewer, about, content)
        words = SAID[what]
    back = local_path(sent.get("next"))
    return done(request, back, voice(request).say(words))


routes = (Route("/reactions", react, methods=["POST"]),)
