"""For keepers: chains of decisions that do not go on from what was seen, and clearing that up."""

from typing import TYPE_CHECKING, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel.access import Viewer
from node.kernel.errors import Missing, Refused
from node.kernel.unit import Unit
from node.modules.decisions import sightings, witnesses
from node.modules.decisions.sightings import Fault
from web.forms import done, fields_of
from web.language import mark
from web.render import page
from web.slots import Card
from web.voice import speak, voice

if TYPE_CHECKING:
    from node.kernel.node import Node

PLACE: Final = "/desk/nodes/seen"
HEADS: Final = {
    witnesses.CUT: mark("%(name)s shows fewer decisions than before"),
    witnesses.REWRITTEN: mark("%(name)s shows other decisions than before"),
    witnesses.SPLIT: mark("%(name)s shows us other decisions than %(by)s"),
}
WORDS: Final = {
    witnesses.CUT: mark("We saw %(seen)s of them; now they sign for %(number)s."),
    witnesses.REWRITTEN: mark(
        "We saw %(seen)s of them. What they sign now (%(number)s) does not go on from there."
    ),
    witnesses.SPLIT: mark(
        "%(by)s saw %(seen)s of them. What we are shown (%(number)s) does not go on from there. "
        "One of the two does not tell both of us the same."
    ),
}
OURS: Final = mark("%(by)s saw other decisions of ours than we have")
OURS_WORDS: Final = mark(
    "They signed for %(number)s of them, we have %(seen)s. Was a backup restored here, or did "
    "somebody change our database? “folkmoot check” says whether our own chain holds."
)


def words_of(one: Fault) -> tuple[str, str]:
    """Heading and sentence for what does not fit, as marked sentences."""
    if one.ours:
        return OURS, OURS_WORDS
    return HEADS[one.code], WORDS[one.code]


async def odd(node: "Node", viewer: Viewer) -> list[Card]:
    """For keepers: each chain that does not go on from what was seen of it."""
    if not viewer.is_admin:
        return []
    _ = speak(node, viewer).say
    cards = []
    for one in await node.read(sightings.faults):
        head, words = words_of(one)
        more = {"name": one.name, "by": one.by, "seen": one.seen, "number": one.number}
        cards.append(
            Card(title=_(head, **more), text=_(words, **more), href=PLACE, icon="alert",
                 act=_("Look"), about=one.name, order=5)
        )  # fmt: skip
    return cards


def _keeper(request: Request) -> "tuple[Node, Viewer]":
    viewer: Viewer = request.state.viewer
    if not viewer.is_admin:
        raise Refused("E_KEEPERS_ONLY", safe=mark("This page is for the %(word_keepers)s."))
    return request.app.state.node, viewer


async def show(request: Request) -> Response:
    """What does not fit, what it may mean, and what to do."""
    node, _who = _keeper(request)
    _ = voice(request).say
    found = await node.read(sightings.faults)
    return page(request, "decisions/seen.html", title=_("Decisions that do not go on"),
                place="me", faults=found, words_of=words_of)  # fmt: skip


async def clear(request: Request) -> Response:
    """A keeper says that it is cleared up."""
    node, who = _keeper(request)
    said = {name: held[0] for name, held in fields_of(request).items() if held}
    await node.write(_clear, said.get("community", ""), who.id or "")
    words = voice(request).say("From here on we witness what they show next.")
    return done(request, PLACE, words)


def _clear(unit: Unit, community: str, by: str) -> None:
    if not sightings.clear(unit, community[:2048], by):
        raise Missing(detail=community[:200])


routes = (
    Route(PLACE, show, methods=["GET"]),
    Route(PLACE, clear, methods=["POST"]),
)
