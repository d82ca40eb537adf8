"""The pages about a member's accounts elsewhere: naming them, moving there, following who moved."""

from typing import Any, Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from federation.finding import TooOften
from node.kernel.errors import Invalid, Missing, Problem, Refused
from node.kernel.node import Node, find_account
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.follows import api as follows
from node.modules.identity import aliases, queries
from vocab.model import Malformed
from web.forms import Entry, Form, Line, Secret, blank, done, fields_of, read
from web.language import mark
from web.render import page
from web.voice import voice

HERE: Final = "/me/moving"
NOBODY: Final = mark("Nobody was found there. Check the address.")


def _address(name: str, label: str) -> Line:
    words = mark("An address such as @birch@birch.example, or a web address")
    return Line(name, label, words, at_most=300, spell=False)


OTHER: Final = Form(_address("who", mark("Which account is yours, too?")))
GO: Final = Form(
    _address("to", mark("Where do you write from now on?")),
    Secret("password", mark("Your password")),
)


def member(request: Request) -> tuple[Node, Account]:
    """The node, and the member who looks.

    Raises:
        Refused: a visitor.
    """
    viewer = request.state.viewer
    if not viewer.is_member or viewer.account is None:
        raise Refused(
            "E_MEMBERS_ONLY", safe=mark("This page is for %(word_members)s. Sign in first.")
        )
    return request.app.state.node, viewer.account


async def show(request: Request) -> Response:
    """One's accounts elsewhere, and moving."""
    return await _page(request)


async def _page(
    request: Request, *, status: int = 200, other: Entry | None = None, go: Entry | None = None
) -> Response:
    node, me = member(request)
    return page(
        request,
        "identity/moving.html",
        status=status,
        width="narrow",
        title=voice(request).say("Your accounts elsewhere"),
        form=other or go,
        other=other or blank(request, OTHER),
        go=go or blank(request, GO),
        me=me,
        **await node.read(_held, me),
    )


def _held(db: Connection, me: Account) -> dict[str, Any]:
    return {
        "aliases": queries.aliases(db, me.id),
        "lives": find_account(db, me.moved) if me.moved else None,
    }


async def add(request: Request) -> Response:
    """Say that an account elsewhere is also mine."""
    node, me = member(request)
    form = read(request, OTHER)
    if form.errors:
        return await _page(request, status=422, other=form)
    try:
        other = await aliases.add(node, me, form.values["who"])
    except TooOften:
        raise
    except (Problem, Malformed) as problem:
        return await _page(request, status=422, other=_wrong(form, problem))
    words = voice(request).say("Your page says so now of %(name)s.", name=other.address)
    return done(request, HERE, words)


def _wrong(form: Entry, problem: Problem | Malformed) -> Entry:
    if isinstance(problem, Invalid):
        return form.wrong(problem)
    safe = problem.safe if isinstance(problem, Problem) else ""
    return form.wrong(Invalid({"to" if form.form is GO else "who": safe or NOBODY}))


async def change(request: Request) -> Response:
    """Look once more at an account that I named, or name it no longer."""
    node, me = member(request)
    said = {name: held[0] for name, held in fields_of(request).items() if held}
    other, _ = said.get("who", ""), voice(request).say
    if said.get("say") == "drop":
        await node.write(aliases.drop, me.id, other)
        return done(request, HERE, _("Your page says it no longer."))
    try:
        mutual = await aliases.look(node, me, other)
    except (TooOften, Missing):
        raise
    except (Problem, Malformed):
        return done(request, HERE, _("That server gave no answer that we could use."), "wait")
    if mutual:
        return done(request, HERE, _("Both accounts name each other."))
    return done(request, HERE, _("That account does not name this one yet."), "wait")


async def leave_for(request: Request) -> Response:
    """Move to another account, or stay after all."""
    node, me = member(request)
    _ = voice(request).say
    if "stay" in fields_of(request):
        await node.write(aliases.stay, me.id)
        return done(request, HERE, _("You live here again. Your followers are told."))
    form = read(request, GO)
    if form.errors:
        return await _page(request, status=422, go=form)
    try:
        await accounts.prove(node, me, form.values["password"])
        new = await aliases.leave_for(node, me, form.values["to"])
    except TooOften:
        raise
    except (Problem, Malformed) as problem:
        return await _page(request, status=422, go=_wrong(form, problem))
    words = _("You have moved to %(name)s. Your followers are told.", name=new.address)
    return done(request, HERE, words)


# Others who moved ---------------------------------------------------------------------------


async def moved(request: Request) -> Response:
    """Whom I follow and who lives elsewhere now."""
    node, me = member(request)
    title = voice(request).say("Who has moved")
    return page(request, "identity/moved.html", title=title, width="narrow",
                found=await node.read(queries.told, me.id))  # fmt: skip


async def answer(request: Request) -> Response:
    """Follow somebody where they live now, or leave it."""
    node, me = member(request)
    said = {name: held[0] for name, held in fields_of(request).items() if held}
    over = said.get("say") == "yes"
    await node.write(_answer, me.id, said.get("who", ""), over)
    _ = voice(request).say
    words = _("You follow them there.") if over else _("Left as it is.")
    return done(request, "/me/moved", words)


def _answer(unit: Unit, me: str, old: str, over: bool) -> None:  # noqa: FBT001
    new = queries.answered(unit, me, old)
    who, before, after = unit.account(me), unit.account(old), unit.account(new or "")
    if who is None or before is None or after is None:
        raise Missing(detail=old)
    if not over:
        return
    if follows.state(unit.db, me, after.id) is not follows.State.ACCEPTED:
        follows.follow(unit, who, after)
    if follows.state(unit.db, me, old) is not None:
        follows.unfollow(unit, who, before)


routes = (
    Route("/me/moving", show, methods=["GET"]),
    Route("/me/moving", add, methods=["POST"]),
    Route("/me/moving/alias", change, methods=["POST"]),
    Route("/me/moving/go", leave_for, methods=["POST"]),
    Route("/me/moved", moved, methods=["GET"]),
    Route("/me/moved", answer, methods=["POST"]),
)
