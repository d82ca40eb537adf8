"""The pages of ideas: the list, one of them with its points, a new one, the proposal it becomes."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel.access import Viewer
from node.kernel.errors import Conflict, Invalid, Missing, Refused
from node.modules.accounts import api as accounts
from node.modules.ideas import choices, queries, rules, supporting
from node.modules.ideas.rules import State
from node.modules.ideas.tables import Idea
from node.modules.proposals import api as proposals
from web.forms import Entry, Form, Line, Number, Text, blank, done, mark, read
from web.render import page
from web.voice import Voice, voice

if TYPE_CHECKING:
    from node.kernel.node import Node

NEW = Form(
    Line("title", mark("What would you like us to decide?"), mark("In one line"), at_most=120),
    Text("text", mark("Why, and for whom?"), optional=True, at_most=5000),
)
STATES = {
    State.GATHERING: mark("Gathering support"),
    State.BROUGHT: mark("Brought before us"),
    State.WITHDRAWN: mark("Taken back"),
    State.LAPSED: mark("Three months passed without enough support"),
}


def _support(most: int) -> Form:
    return Form(
        Number("points", mark("Your points on it"),
               mark("You can change this at any time."), least=0, most=most),
    )  # fmt: skip


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


async def ideas(request: Request) -> Response:
    """What has support enough, what gathers, and what has become of others."""
    node, me = member(request)
    found = await node.read(_all, me, node.now())
    return page(request, "ideas/list.html", title=voice(request).say("Ideas"), place="decide",
                states=STATES, **found)  # fmt: skip


def _all(db: Connection, me: str, now: Any) -> dict[str, Any]:
    active = proposals.how_many_active(db, now)
    open_, held = queries.gathering(db, me), choices.numbers(db)
    ready = [one for one in open_ if rules.on_agenda(one.people, one.points, active, held)]
    return {
        "ready": ready,
        "gathering": [one for one in open_ if one not in ready],
        "past": queries.past(db, me),
        "breadth": rules.breadth(active, held),
        "depth": held.depth,
        "left": held.bank - sum(one.mine for one in open_),
        "bank": held.bank,
        "most": held.most,
    }


async def show(request: Request) -> Response:
    """One idea: its words, its support, my points."""
    return await _show(request)


async def _show(request: Request, form: Entry | None = None, status: int = 200) -> Response:
    node, me = member(request)
    one = await node.read(_one, request.path_params["slug"], me)
    told = await node.read(_all, me, node.now())
    names = await node.read(lambda db: accounts.names_of(db, {one.author} if one.author else set()))
    return page(
        request,
        "ideas/show.html",
        status=status,
        title=one.title,
        place="decide",
        width="mid",
        idea=one,
        author=names.get(one.author or "", ""),
        ready=(ready := one in told["ready"]),
        states=STATES,
        strip=strip(one, voice(request), ready=ready),
        open=one.state is State.GATHERING,
        may_withdraw=one.author == me or request.state.viewer.is_admin,
        form=form if form is not None else blank(request, _support(told["most"]), points=one.mine),
        **{name: told[name] for name in ("breadth", "depth", "left", "bank", "most")},
    )


def strip(one: Idea, spoken: Voice, *, ready: bool) -> proposals.Strip:
    """Now, next, your turn, by when: in the viewer's language."""
    _, now = spoken.say, spoken.say(STATES[one.state])
    if one.state is not State.GATHERING:
        became = one.state is State.BROUGHT
        return now, _("It goes on as a %(word_proposal)s") if became else _("Nothing more"), "", ""
    if ready:
        now, yours = _("It has support enough"), _("Bring it before us, if you would")
    else:
        yours = "" if one.mine else _("Put points on it, if we should decide it")
    return now, _("It becomes a %(word_proposal)s"), yours, spoken.short(one.ends.date())


def _one(db: Connection, slug: str, me: str) -> Idea:
    found = queries.by_slug(db, slug[:64], me)
    if found is None:
        raise Missing(detail=slug)
    return found


async def support(request: Request) -> Response:
    """Put points on it, or take them back."""
    node, me = member(request)
    slug = request.path_params["slug"]
    await node.read(_one, slug, me)
    held = await node.read(choices.numbers)
    form = read(request, _support(held.most))
    if not form.errors:
        try:
            await node.write(supporting.put, me, slug, form.values["points"])
            return done(
                request, f"/ideas/{slug}", voice(request).say("Your points lie as you said.")
            )
        except Invalid as problem:
            form = form.wrong(problem)
    return await _show(request, form, 422)


async def withdraw(request: Request) -> Response:
    """Take it back."""
    node, me = member(request)
    await node.write(supporting.withdraw, me, request.path_params["slug"])
    words = voice(request).say("The idea is taken back, and everybody has their points again.")
    return done(request, "/ideas", words)


async def new(request: Request) -> Response:
    """The form for a new idea."""
    member(request)
    return _form(request, blank(request, NEW))


def _form(request: Request, form: Entry, status: int = 200) -> Response:
    title = voice(request).say("A new idea")
    return page(request, "ideas/new.html", status=status, title=title, place="decide",
                width="narrow", form=form)  # fmt: skip


async def create(request: Request) -> Response:
    """Put it before the others."""
    node, me = member(request)
    form = read(request, NEW)
    if form.errors:
        return _form(request, form, 422)
    values = form.values
    slug = await node.write(
        supporting.write_down, me, values["title"], values["text"], once=form.once
    )
    return done(request, f"/ideas/{slug}", voice(request).say("It is there for all of us to see."))


async def bring(request: Request) -> Response:
    """The form for the proposal that an idea with support enough becomes."""
    node, me = member(request)
    one = await node.read(_one, request.path_params["slug"], me)
    told = await node.read(_all, me, node.now())
    if one not in told["ready"]:
        raise Conflict(
            "E_STATE", safe=mark("It needs more support first. Put points on it, and tell others.")
        )
    source = f"{supporting.PREFIX}{one.slug}"
    return await proposals.begin(request, title=one.title, text=one.text, source=source)


routes = (
    Route("/ideas", ideas, methods=["GET"]),
    Route("/ideas", create, methods=["POST"]),
    Route("/ideas/new", new, methods=["GET"]),
    Route("/ideas/{slug}", show, methods=["GET"]),
    Route("/ideas/{slug}", support, methods=["POST"]),
    Route("/ideas/{slug}/bring", bring, methods=["GET"]),
    Route("/ideas/{slug}/withdraw", withdraw, methods=["POST"]),
)
