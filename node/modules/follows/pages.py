"""The pages about follows: who asks, who follows me, whom I follow, and following by address."""

from typing import Any, Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from federation.finding import TooOften, lookup
from node.kernel.access import Viewer
from node.kernel.errors import Invalid, Missing, Problem, Refused
from node.kernel.node import Node
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.follows import api, queries
from node.modules.follows.handlers import send_answer
from node.modules.follows.rules import State
from vocab.model import Malformed
from vocab.types import Accept, Reject
from web.forms import Form, Hidden, Line, blank, done, fields_of, read
from web.language import mark
from web.links import local_path
from web.render import page
from web.slots import Card
from web.voice import speak, voice

FOLLOW = Form(
    Line(
        "who",
        mark("Whom?"),
        mark("An address such as @birch@birch.example, or a web address"),
        at_most=300,
        spell=False,
    ),
    Hidden("next", optional=True),
)

HERE: Final = "/me/following"
NOBODY = mark("Nobody was found there. Check the address.")

Lists = dict[str, list[Account]]


def _lists(db: Connection, me: str) -> Lists:
    found = {
        "asking": queries.accounts(db, me, way="in", now_is=State.ASKED),
        "followers": queries.accounts(db, me, way="in", now_is=State.ACCEPTED),
        "following": queries.accounts(db, me, way="out", now_is=State.ACCEPTED),
        "asked": queries.accounts(db, me, way="out", now_is=State.ASKED),
    }
    return {name: [person for person, _ in rows] for name, rows in found.items()}


def _me(request: Request) -> Account:
    viewer: Viewer = request.state.viewer
    if not viewer.is_member or viewer.account is None:
        raise Refused("E_MEMBERS_ONLY")
    return viewer.account


async def show(request: Request) -> Response:
    """My followers, those who ask, and whom I follow."""
    me = _me(request)
    node: Node = request.app.state.node
    lists = await node.read(_lists, me.id)
    _ = voice(request).say
    return page(request, "follows/show.html", title=_("Following"), place="me",
                form=blank(request, FOLLOW), **_shown(lists))  # fmt: skip


async def ask(request: Request) -> Response:
    """Follow somebody by address."""
    me = _me(request)
    node: Node = request.app.state.node
    _ = voice(request).say
    form = read(request, FOLLOW)
    if not form.errors:
        try:
            target = await lookup(node, form.values["who"], by=me.id)
            await node.write(api.follow, me, target)
            words = _("Asked %(name)s.", name=target.label)
            return done(request, local_path(form.values.get("next"), HERE), words)
        except TooOften:
            raise
        except (Problem, Malformed) as problem:
            safe = getattr(problem, "safe", "") or NOBODY
            form = form.wrong(Invalid({"who": safe}))
    lists = await node.read(_lists, me.id)
    return page(request, "follows/show.html", status=422, title=_("Following"), place="me",
                form=form, **_shown(lists))  # fmt: skip


def _shown(lists: Lists) -> dict[str, Any]:
    return dict(lists)


async def answer(request: Request) -> Response:
    """Say yes or no to somebody who asks, or end a follow."""
    me = _me(request)
    node: Node = request.app.state.node
    said = fields_of(request)
    await node.write(_answer, me, said.get("who", [""])[0], said.get("say", [""])[0])
    return done(request, local_path(said.get("next", [""])[0], HERE))


def _answer(unit: Unit, me: Account, who: str, say: str) -> None:
    other = unit.account(who)
    if other is None:
        raise Missing
    if say == "stop":
        api.unfollow(unit, me, other)
        return
    activity = queries.activity_of(unit.db, other.id, me.id)
    if activity is None or say not in {"yes", "no"}:
        raise Missing
    queries.settle(unit, other.id, me.id, State.ACCEPTED if say == "yes" else State.REFUSED)
    send_answer(unit, Accept if say == "yes" else Reject, me, other.id, activity)


# For the community -------------------------------------------------------------------------


def _keeper(request: Request) -> Account:
    if not request.state.viewer.is_admin:
        raise Refused("E_KEEPERS_ONLY", safe=mark("This page is for the %(word_keepers)s."))
    return _me(request)


def _of_community(db: Connection) -> tuple[Account, list[Account]]:
    us = accounts.community_account(db)
    return us, [one for one, _ in queries.accounts(db, us.id, way="in", now_is=State.ASKED)]


async def desk(request: Request) -> Response:
    """Who waits to follow the community."""
    _keeper(request)
    _us, asking = await request.app.state.node.read(_of_community)
    return page(request, "follows/desk.html", width="narrow", asking=asking,
                title=voice(request).say("Who asks to follow the community"))  # fmt: skip


async def answer_for_all(request: Request) -> Response:
    """Say yes or no for the community."""
    by, said = _keeper(request), fields_of(request)
    who, say = said.get("who", [""])[0], said.get("say", [""])[0]
    await request.app.state.node.write(_answer_for_all, by.id, who, say)
    return done(request, "/desk/followers")


def _answer_for_all(unit: Unit, by: str, who: str, say: str) -> None:
    us = accounts.community_account(unit.db)
    if say == "stop" or queries.state(unit.db, who, us.id) is not State.ASKED:
        raise Missing
    _answer(unit, us, who, say)
    unit.log(f"follow.{say}", by, subject=who)


async def on_desk(node: Node, viewer: Viewer) -> list[Card]:
    """People who wait to follow the community (slot `desk`)."""
    if not viewer.is_admin:
        return []
    _us, asking = await node.read(_of_community)
    spoken = speak(node, viewer)
    title = spoken.many("Somebody asks to follow the community",
                        "%(num)d people ask to follow the community", len(asking))  # fmt: skip
    card = Card(title=title, href="/desk/followers", icon="meet", act=spoken.say("Answer"))
    return [card] if asking else []


# Cards --------------------------------------------------------------------------------------


async def waiting(node: Node, viewer: Viewer) -> list[Card]:
    """People who ask to follow the viewer."""
    if not viewer.is_member or viewer.account is None:
        return []
    asking = await node.read(queries.accounts, viewer.account.id, way="in", now_is=State.ASKED)
    _ = speak(node, viewer).say
    asks = [_("%(name)s asks to follow you", name=one.label) for one, _follow in asking]
    return [_card(title, _("Answer")) for title in asks]


async def mine(node: Node, viewer: Viewer) -> list[Card]:
    """The way to whom a member follows."""
    _ = speak(node, viewer).say
    words = _("Whom you follow, and who follows you")
    return [Card(title=_("Following"), href="/me/following", text=words, icon="talk", order=60)]


def _card(title: str, act: str) -> Card:
    return Card(title=title, href="/me/following", icon="meet", act=act)


routes = (
    Route("/me/following", show, methods=["GET"]),
    Route("/me/following", ask, methods=["POST"]),
    Route("/me/following/answer", answer, methods=["POST"]),
    Route("/desk/followers", desk, methods=["GET"]),
    Route("/desk/followers", answer_for_all, methods=["POST"]),
)
