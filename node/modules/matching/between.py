"""The page of what communities ask each other: numbers and kinds, nobody's name."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel.access import Viewer
from node.kernel.errors import Refused
from node.modules.listings import api as listings
from node.modules.listings.api import Notice
from node.modules.matching import asking, pages, questions, rules, showing
from node.modules.matching.questions import Line
from node.modules.matching.rules import Request as State
from vocab.values import dataclass
from web.language import mark
from web.render import page
from web.voice import Voice, voice

STANDS: Final[Mapping[str, str]] = {
    State.SENT: mark("Asked; they have not answered yet."),
    State.STANDING: mark("Nobody yet. They keep the question until %(day)s."),
    State.ANSWERED: mark("Somebody may fit; look under For you."),
    State.DECLINED: mark("They do not look now."),
    State.WITHDRAWN: mark("Taken back, and erased there."),
    State.EXPIRED: mark("Nobody came. The question is erased there."),
}
"""What a question to another node has come to, for whoever needs something."""
OTHER: Final = mark("Other things")
MOST: Final = 30
"""Lines shown each way."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What was asked elsewhere for one need: (the community, state, open until)."""

    need: Notice
    where: Sequence[tuple[str, str, datetime]]


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a member sees: for their own needs, what others asked, what we asked."""

    mine: Sequence[Asked]
    theirs: Sequence[tuple[str, Line]]
    ours: Sequence[tuple[str, Line]]
    hidden: bool
    """Some need of theirs may be asked about without a name."""


def told(db: Connection, viewer: Viewer, now: datetime) -> Told:
    """What communities asked each other, as one member may see it."""
    me = listings.Asked(purpose="request", owner=viewer.id, local=True)
    needs = listings.open_listings(db, viewer, now, me, limit=50)
    where = questions.for_needs(db, [one.id for one in needs])
    return Told(
        mine=[
            Asked(need=one, where=[(_place(db, s), *more) for s, *more in where[one.id]])
            for one in needs
            if one.id in where
        ],
        theirs=_lines(db, "in"),
        ours=_lines(db, "out"),
        hidden=any(asking.is_hidden_need(one) for one in needs),
    )


def _lines(db: Connection, way: str) -> list[tuple[str, Line]]:
    found = questions.lately(db, way, limit=MOST)
    return [(_place(db, one.service), one) for one in found]


def _place(db: Connection, service: str) -> str:
    return showing.community(db, service) or service.partition("://")[2].partition("/")[0]


def _what(topic: str, known: listings.Tree, spoken: Voice) -> str:
    """What a question was about, as this community calls it."""
    kind = topic.partition("#kind-")[2]
    if kind in listings.KINDS:
        return spoken.say(listings.KINDS[kind][1])
    return known.called(topic, spoken) or spoken.say(OTHER)


async def asked(request: Request) -> Response:
    """What communities asked each other lately, and what was asked for whoever looks."""
    viewer: Viewer = request.state.viewer
    if not viewer.is_member:
        raise Refused("E_MEMBERS_ONLY", safe=pages.MEMBERS)
    node = request.app.state.node
    known, spoken = await node.read(listings.topics), voice(request)
    _ = spoken.say
    return page(
        request,
        "matching/between.html",
        title=_("What communities ask each other"),
        place="give",
        found=await node.read(told, viewer, node.now()),
        stands=STANDS,
        what=lambda topic: _what(topic, known, spoken),
        day_most=rules.REQUESTS_A_DAY,
        hour_most=rules.REQUESTS_AN_HOUR,
    )


routes = (Route("/match/asked", asked, methods=["GET"]),)
