"""The pages of flows: what is needed and given, what is suggested to me, and what a keeper sees."""

from collections.abc import Callable, Container, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel.access import Viewer
from node.kernel.errors import Conflict, Invalid, Missing, Refused
from node.kernel.node import find_accounts
from node.kernel.tables import Account
from node.modules.flows import assigning, circles, queries, rules, suggesting
from node.modules.flows.circles import Edge
from node.modules.flows.rules import Said, Season, State
from node.modules.flows.tables import Suggestion
from node.modules.listings import api as listings
from node.modules.listings.api import Notice
from node.modules.matching import api as matching
from vocab.values import dataclass
from web.forms import done, fields_of
from web.language import mark
from web.render import page
from web.voice import voice

if TYPE_CHECKING:
    from node.kernel.node import Node

SEASONS: Final[Mapping[Season, str]] = {
    Season.WINTER: mark("December to February"),
    Season.SPRING: mark("March to May"),
    Season.SUMMER: mark("June to August"),
    Season.AUTUMN: mark("September to November"),
}
OTHER: Final = mark("Other things")
NEEDED: Final[Mapping[str, str]] = {
    "none": mark("hardly anybody needs it"),
    "few": mark("a few people need it"),
    "some": mark("some people need it"),
    "many": mark("many people need it"),
}
OFFERED: Final[Mapping[str, str]] = {
    "none": mark("hardly anybody offers it"),
    "few": mark("a few people offer it"),
    "some": mark("some people offer it"),
    "many": mark("many people offer it"),
}
"""The steps of a digest (matching.Band), in words."""


def member(request: Request) -> "tuple[Node, str]":
    """The node and the member who asks.

    Raises:
        Refused: a visitor.
    """
    viewer: Viewer = request.state.viewer
    if not viewer.is_member or viewer.id is None:
        raise Refused(
            "E_MEMBERS_ONLY", safe=mark("This page is for %(word_members)s. Sign in first.")
        )
    return request.app.state.node, viewer.id


def keeper(request: Request) -> "tuple[Node, str]":
    """The node and the keeper who asks.

    Raises:
        Refused: nobody who keeps the node.
    """
    node, me = member(request)
    if not request.state.viewer.may("circles"):
        raise Refused("E_KEEPERS_ONLY", safe=mark("This page is for the %(word_keepers)s."))
    return node, me


# For everybody here -------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Board:
    """What is open, what waits for long, what each season asked for."""

    lines: Sequence[rules.Line]
    kinds: Sequence[rules.Line]
    """The same by kind; `topic` of each is the kind."""
    stuck: Sequence[Notice]
    seasons: Mapping[Season, Sequence[tuple[str, int, int]]]
    mine: Sequence[Suggestion]
    lacking: Sequence[tuple[str, matching.Told]]
    """What trusted communities lack, as they tell it."""
    told: Sequence[matching.Told]
    """What they are told of us."""


async def board(request: Request) -> Response:
    """What is needed and what is there, at a glance."""
    node, me = member(request)
    found = await node.read(_board, me, node.now())
    known, spoken = await node.read(listings.topics), voice(request)
    _ = spoken.say
    return page(
        request,
        "flows/board.html",
        title=_("What flows here"),
        place="give",
        found=found,
        mine=[(one, heading(_, one)) for one in found.mine],
        label=lambda topic: known.called(topic, spoken) or _(OTHER),
        seasons=SEASONS,
        kinds=listings.KINDS,
        name_of=listings.name_of,
        offered=OFFERED,
        needed=NEEDED,
    )


def _board(db: Connection, me: str, now: datetime) -> Board:
    open_ = queries.notices(db, now)
    stuck = [one for one in open_.values() if one.is_need and now - one.arrived > rules.LONG]
    lately = listings.heard_since(db, listings.HERE, now - rules.YEAR)
    known = listings.topics(db).topics
    said = [_said(one, known) for one in open_.values()]
    return Board(
        lines=rules.lines(said, now),
        kinds=rules.by_kind(said, listings.KINDS, now),
        stuck=sorted(stuck, key=lambda one: one.arrived),
        seasons=rules.seasons(
            Said(topic=t if t and t in known else "", is_need=n, arrived=at) for t, n, at in lately
        ),
        mine=queries.made_to(db, me),
        lacking=matching.lacking(db, now),
        told=matching.told_of_us(db),
    )


def _said(one: Notice, known: Container[str]) -> Said:
    """A notice as it is counted; what is about nothing that is known here is of the others."""
    topic = one.concept if one.concept in known else None
    return Said(topic=topic or "", is_need=one.is_need, arrived=one.arrived, kind=one.kind)


# What is suggested to me --------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Part:
    """One giving of a suggestion, with its people and notices; None for what is gone."""

    edge: Edge
    giver: Account | None
    receiver: Account | None
    need: Notice | None
    offer: Notice | None


def parts(db: Connection, edges: Sequence[Edge], viewer: Viewer) -> list[Part]:
    """The givings of a suggestion, as this viewer may see them."""
    people = find_accounts(db, (id for e in edges for id in (e.giver, e.receiver)))
    return [
        Part(
            edge=edge,
            giver=people.get(edge.giver),
            receiver=people.get(edge.receiver),
            need=listings.listing(db, edge.need, viewer),
            offer=listings.listing(db, edge.offer, viewer),
        )
        for edge in edges
    ]


async def show(request: Request) -> Response:
    """One suggestion, for those to whom it is made."""
    node, me = member(request)
    one, given = await node.read(_one, request.path_params["slug"], me, request.state.viewer)
    _ = voice(request).say
    return page(
        request,
        "flows/show.html",
        title=heading(_, one),
        place="give",
        width="mid",
        one=one,
        state=rules.at(one.state, one.ends, node.now()),
        answered=one.answers[me],
        parts=given,
        me=me,
    )


def heading(say: Callable[..., str], one: Suggestion) -> str:
    """What a suggestion is called, by the voice of a page."""
    if len(one.edges) == 1:
        return say(mark("An offer that could fit a need"))
    if len(one.edges) == 2:
        return say(mark("The two of you could help each other"))
    return say(mark("A circle of %(many)d could help each other"), many=len(one.edges))


def _one(db: Connection, slug: str, me: str, viewer: Viewer) -> tuple[Suggestion, list[Part]]:
    one = queries.found(db, slug, me)
    if one is None:
        raise Missing(detail=slug)
    return one, parts(db, one.edges, viewer)


async def answer(request: Request) -> Response:
    """Say yes, or no."""
    node, me = member(request)
    slug, said = request.path_params["slug"], (fields_of(request).get("say") or [""])[0]
    if said not in ("yes", "no"):
        raise Invalid({}, safe=mark("Use one of the buttons on the page."))
    await node.write(suggesting.answer, me, slug, yes=said == "yes")
    one, _ = await node.read(_one, slug, me, request.state.viewer)
    words = mark("Noted. Nobody is told.")
    if said == "yes":
        words = mark("Noted. Once all have said yes, it stands here.")
    if one.state is State.AGREED:
        words = mark("With your yes, all have said it.")
    return done(request, f"/flow/{slug}", voice(request).say(words))


# For keepers --------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Found:
    """One thing that could be suggested; `key` names it in a form."""

    key: str
    parts: Sequence[Part]


async def desk(request: Request) -> Response:
    """Circles, and the best use of all offers, as a keeper may suggest them."""
    node, _me = keeper(request)
    rings, pairs = await node.read(_desk, node.now(), request.state.viewer)
    return page(
        request,
        "flows/desk.html",
        title=voice(request).say("Who could help whom"),
        place="me",
        rings=rings,
        pairs=pairs,
    )


def _desk(db: Connection, now: datetime, viewer: Viewer) -> tuple[list[Found], list[Found]]:
    rings, pairs = suggestable(db, now)

    def shown(some: Sequence[Sequence[Edge]]) -> list[Found]:
        return [Found(key=queries.digest(e), parts=parts(db, e, viewer)) for e in some]

    return shown(rings), shown(pairs)


def suggestable(db: Connection, now: datetime) -> tuple[list[list[Edge]], list[list[Edge]]]:
    """The circles, and the pairs of the best use of all offers, that nobody has suggested yet."""
    open_ = queries.notices(db, now)
    edges = queries.edges(db, open_)
    known = queries.known(db)
    rings = [list(one) for one in circles.find(edges)]
    pairs = [[one] for one in assigning.best(edges, queries.capacity(open_))]
    new = [[one for one in some if queries.digest(one) not in known] for some in (rings, pairs)]
    return new[0], new[1]


async def suggest(request: Request) -> Response:
    """Suggest one of them to its people."""
    node, me = keeper(request)
    key = (fields_of(request).get("key") or [""])[0]
    rings, pairs = await node.read(suggestable, node.now())
    chosen = next((one for one in (*rings, *pairs) if queries.digest(one) == key), None)
    if chosen is None:
        raise Conflict("E_STATE", safe=suggesting.CHANGED)
    await node.write(suggesting.suggest, me, chosen)
    words = voice(request).say("Suggested. Each of them sees it on their first page.")
    return done(request, "/desk/flow", words)


routes = (
    Route("/flow", board, methods=["GET"]),
    Route("/flow/{slug}", show, methods=["GET"]),
    Route("/flow/{slug}", answer, methods=["POST"]),
    Route("/desk/flow", desk, methods=["GET"]),
    Route("/desk/flow", suggest, methods=["POST"]),
)
