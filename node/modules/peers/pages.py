"""The page of trusted nodes: who they are, who asks, and asking another community."""

from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel.access import Viewer
from node.kernel.errors import Invalid, Missing, Problem, Refused
from node.kernel.node import Node
from node.kernel.unit import Unit
from node.modules.peers import api, queries
from node.modules.peers.queries import Peer
from node.modules.peers.rules import Side, State
from web.forms import Entry, Form, Line, blank, done, fields_of, read
from web.language import mark
from web.render import page
from web.slots import Card, gather, gather_about
from web.voice import speak, voice

ASK = Form(
    Line(
        "address",
        mark("Their address"),
        mark("As you would type it into a browser, for example https://birch.example"),
        at_most=300,
        spell=False,
    )
)


def _keeper(request: Request) -> tuple[Node, Viewer]:
    viewer: Viewer = request.state.viewer
    if not viewer.is_admin:
        raise Refused("E_KEEPERS_ONLY", safe=mark("This page is for the %(word_keepers)s."))
    return request.app.state.node, viewer


async def show(request: Request) -> Response:
    """Trusted nodes, those who ask, and a form to ask another."""
    node, _who = _keeper(request)
    return await _page(request, node, blank(request, ASK))


async def members(request: Request) -> Response:
    """Which nodes we trust, for every member."""
    viewer: Viewer = request.state.viewer
    if not viewer.is_member:
        raise Refused("E_MEMBERS_ONLY", safe=MEMBERS)
    node: Node = request.app.state.node
    return await _page(request, node, None)


async def _page(
    request: Request,
    node: Node,
    form: Entry | None,
    *,
    found: Peer | None = None,
    status: int = 200,
) -> Response:
    _ = voice(request).say
    held = sorted_out(await node.read(api.listed), node.now())
    keeps = form is not None
    turn_to = {
        peer.service: (await gather_about(request, "node", peer.service)).cards
        for peer in held["active"]
    }
    more = {"form": form} if form is not None else {}
    return page(
        request, "peers/nodes.html", status=status, title=_("%(word_Nodes)s"),
        place="me", keeps=keeps, found=found, turn_to=turn_to,
        told=await gather(request, "nodes"), **held, **more,
    )  # fmt: skip


def sorted_out(peers: list[Peer], now: datetime) -> dict[str, list[Peer]]:
    """Nodes by how it stands: trusted, asking us, asked by us, over."""
    found: dict[str, list[Peer]] = {"active": [], "asking": [], "asked": [], "past": []}
    for peer in peers:
        if peer.state is State.ACTIVE:
            found["active"].append(peer)
        elif peer.state is State.PROPOSED:
            found["asking" if peer.asked_by is Side.THEM else "asked"].append(peer)
        else:
            found["past"].append(peer)
    return found


async def ask(request: Request) -> Response:
    """Propose trust to the community at an address."""
    node, who = _keeper(request)
    _ = voice(request).say
    form = read(request, ASK)
    if not form.errors:
        try:
            other = await api.propose(node, form.values["address"], by=who.id)
            return done(request, "/desk/nodes", _("Asked %(name)s.", name=other.label), "wait")
        except Problem as problem:
            form = form.wrong(_at_address(problem))
    return await _page(request, node, form, status=422)


def _at_address(problem: Problem) -> Problem:
    return Invalid({"address": problem.safe or api.NOBODY}, problem.code)


async def answer(request: Request) -> Response:
    """Say yes or no to a node that asks, or end the trust."""
    node, who = _keeper(request)
    said = {name: held[0] for name, held in fields_of(request).items() if held}
    words = await node.write(_answer, said.get("node", ""), said.get("say", ""), who.id)
    return done(request, "/desk/nodes", voice(request).say(words))


def _answer(unit: Unit, service: str, say: str, by: str | None) -> str:
    peer = queries.listed_one(unit.db, service)
    if peer is None:
        raise Missing(detail=service)
    if say == "yes":
        api.accept(unit, service, by)
        return mark("You trust each other now.")
    if say == "no":
        api.refuse(unit, service, by)
        return mark("They are told no. They can ask again.")
    if say == "end":
        api.revoke(unit, service, by)
        return mark("It has ended. What was shared because of it goes.")
    raise Missing(detail=say)


async def waiting(node: Node, viewer: Viewer) -> list[Card]:
    """For keepers: nodes that ask."""
    if not viewer.is_admin:
        return []
    _ = speak(node, viewer).say
    asking = sorted_out(await node.read(api.listed), node.now())["asking"]
    return [
        Card(
            title=_("%(name)s asks to be a %(word_node)s", name=peer.name),
            href="/desk/nodes",
            text=peer.domain,
            icon="nodes",
            act=_("Answer"),
            about=peer.name,
            order=40,
        )
        for peer in asking
    ]


async def mine(node: Node, viewer: Viewer) -> list[Card]:
    """The way to the nodes that the community trusts."""
    _ = speak(node, viewer).say
    words = _("Communities that we trust, and what they see")
    return [Card(title=_("%(word_Nodes)s"), href="/nodes", text=words, icon="nodes", order=65)]


MEMBERS = mark("This page is for %(word_members)s. Sign in first.")

routes = (
    Route("/nodes", members, methods=["GET"]),
    Route("/desk/nodes", show, methods=["GET"]),
    Route("/desk/nodes", ask, methods=["POST"]),
    Route("/desk/nodes/answer", answer, methods=["POST"]),
)
