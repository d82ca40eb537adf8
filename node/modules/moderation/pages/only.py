"""The keepers' page about talking only with some servers."""

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from node.kernel.access import Viewer
from node.kernel.errors import Conflict, Invalid
from node.kernel.node import Node
from node.modules.moderation import allowing
from node.modules.moderation.pages import doors
from web.forms import Choice, Entry, Form, Hidden, Pick, Text, blank, done, read
from web.language import mark
from web.render import page
from web.slots import Card
from web.voice import speak, voice

WAY: Final = Pick("way", mark("With whom does the community talk?"), choices=(
    Choice("open", mark("With all servers"), mark("But for those that are kept out.")),
    Choice("only", mark("Only with servers on the list"),
           mark("Nothing comes from any other, nothing goes there, and nothing is asked there.")),
))  # fmt: skip
ONLY: Final = Form(
    WAY,
    Text("text", mark("The list"),
         mark("One server on each line, as bad.example. A name means that server alone, not what "
              "lies under it."),
         optional=True, at_most=200_000),
    doors.reason(),
)  # fmt: skip
SWITCH: Final = Form(WAY, Text("text", optional=True, at_most=200_000), Hidden("digest"),
                     doors.reason())  # fmt: skip


async def show(request: Request) -> Response:
    """How it is now, and the list."""
    node, _who = doors.keeper(request)
    now = await node.read(allowing.state)
    hosts = now.hosts or await node.read(allowing.near, node.registry)
    way = "only" if now.only else "open"
    form = blank(request, ONLY, way=way, text="\n".join(hosts))
    return await _page(request, form)


async def _page(request: Request, form: Entry, status: int = 200) -> Response:
    node, _who = doors.keeper(request)
    return page(request, "moderation/only.html", status=status, width="narrow", form=form,
                title=voice(request).say("With whom we talk"),
                now=await node.read(allowing.state))  # fmt: skip


async def look(request: Request) -> Response:
    """What the switch would cut, before it does."""
    doors.keeper(request)
    form = read(request, ONLY)
    if form.errors:
        return await _page(request, form, 422)
    return await _preview(request, form)


async def _preview(request: Request, form: Entry, status: int = 200) -> Response:
    node, _who = doors.keeper(request)
    about: dict[str, Any] = {"only": form.values["way"] == "only"}
    text = form.values["text"]
    plan = await node.read(allowing.plan, node.registry, node.origin, text, **about)
    return page(request, "moderation/cut.html", status=status, width="narrow", form=form,
                title=voice(request).say("What this would change"), plan=plan, **about)  # fmt: skip


async def switch(request: Request) -> Response:
    """Do what was looked at."""
    node, who = doors.keeper(request)
    form = read(request, SWITCH)
    if form.errors:
        raise Invalid(form.errors, safe=mark("Open the list again, please, and say why."))
    only, said = form.values["way"] == "only", {k: form.values[k] for k in ("digest", "reason")}
    try:
        await node.write(allowing.switch, form.values["text"], only=only, by=who.id, **said)
    except (Conflict, Invalid) as problem:
        return await _preview(request, form.wrong(problem), 422)
    _ = voice(request).say
    words = (
        _("You talk only with servers on the list.") if only else _("You talk with all servers.")
    )
    return done(request, "/desk/only", words)


async def card(node: Node, viewer: Viewer) -> list[Card]:
    """That only some servers are talked with, as long as it is so (slot `desk`)."""
    now = await node.read(allowing.state) if viewer.is_admin else None
    if now is None or not now.only:
        return []
    spoken = speak(node, viewer)
    title = spoken.many("You talk with one server only", "You talk with %(num)d servers only",
                        len(now.hosts))  # fmt: skip
    return [Card(title=title, href="/desk/only", icon="nodes", order=90)]
