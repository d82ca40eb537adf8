"""The keeper's pages of time: whether it is counted, what is asked, the community's account."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel.errors import Invalid, Missing, Refused
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.ledger import booking, pages, queries, rules
from node.modules.ledger.tables import Entry
from web.forms import Entry as Entered
from web.forms import Form, Text, blank, done, read
from web.language import mark
from web.render import page
from web.voice import voice

if TYPE_CHECKING:
    from node.kernel.node import Node

GIVE: Final = Form(
    pages.LENGTH,
    Text("words", mark("What for, and by which decision?"),
         mark("It is written into the log of the community."), at_most=rules.WORDS),
)  # fmt: skip


def keeper(request: Request) -> "tuple[Node, str]":
    """The node and the keeper who asks it.

    Raises:
        Refused: no keeper.
    """
    node, me = pages.member(request)
    if not request.state.viewer.is_admin:
        raise Refused("E_KEEPERS_ONLY", safe=mark("This page is for the %(word_keepers)s."))
    return node, me


async def desk(request: Request) -> Response:
    """For keepers: whether time is counted, what is asked, giving from the community's account."""
    return await _desk(request)


async def _desk(request: Request, *, aside: Entered | None = None, status: int = 200) -> Response:
    node, _me = keeper(request)
    open_, asked = await node.read(_desk_rows)
    spoken = voice(request)
    return page(
        request, "ledger/desk.html", status=status, title=spoken.say("%(word_Time)s we count"),
        place="me", open=open_, aside=aside or blank(request, pages.ASIDE),
        terms=await node.read(queries.terms),
        asked=[(one, names, spoken.short(one.at)) for one, names in asked],
    )  # fmt: skip


def _desk_rows(db: Connection) -> tuple[int, list[tuple[Entry, tuple[str, str]]]]:
    found = queries.asked(db)
    held = queries.holders(db, {one for e in found for one in (e.giver, e.receiver)})
    called = queries.names(db, [h.holder for h in held.values() if h.holder])
    rows = [
        (one, (called.get(held[one.giver].holder or "", ""),
               called.get(held[one.receiver].holder or "", "")))
        for one in found
    ]  # fmt: skip
    return queries.balance(db, queries.FUND), rows


async def judged(request: Request) -> Response:
    """Take back what two do not agree about."""
    node, me = keeper(request)
    aside = read(request, pages.ASIDE)
    if aside.errors:
        return await _desk(request, aside=aside, status=422)
    try:
        await node.write(booking.judge, me, request.path_params["slug"],
                         aside.values.get("words") or "")  # fmt: skip
    except Invalid as problem:
        return await _desk(request, aside=aside.wrong(problem), status=422)
    return done(request, "/desk/time", voice(request).say("It is taken back."))


async def to_whom(request: Request) -> Response:
    """To whom something is given out of the community's own account."""
    node, _me = keeper(request)
    found = await node.read(pages.others, "")
    return page(request, "ledger/choose.html", place="me", width="mid", found=found,
                title=voice(request).say("Give time from the community"),
                to="/desk/time/give/")  # fmt: skip


async def give(request: Request) -> Response:
    """The form to give a member time out of the community's own account."""
    return await _give_page(request, blank(request, GIVE))


async def _give_page(request: Request, form: Entered, status: int = 200) -> Response:
    keeper(request)
    to = await _to_member(request)
    _ = voice(request).say
    return page(request, "ledger/give.html", status=status, place="me", width="mid", form=form,
                title=_("Give %(name)s time from the community", name=to.label), to=to)  # fmt: skip


async def _to_member(request: Request) -> accounts.Member:
    node, _me = keeper(request)
    handle = request.path_params["handle"]
    found = await node.read(accounts.by_handle, handle[:200])
    if found is None or found.suspended:
        raise Missing(detail=handle)
    return found


async def given(request: Request) -> Response:
    """Give a member time out of the community's own account."""
    node, me = keeper(request)
    to = await _to_member(request)
    form = read(request, GIVE)
    if form.errors:
        return await _give_page(request, form, 422)
    try:
        await node.write(_give, me, to.id, form.values, form.once)
    except Invalid as problem:
        return await _give_page(request, form.wrong(problem), 422)
    return done(request, "/time/community", voice(request).say("It is written down."))


def _give(unit: Unit, me: str, to: str, said: Mapping[str, object], once: str) -> None:
    booking.from_fund(unit, me, to, int(str(said["minutes"])), str(said["words"]), once=once)


routes = (
    Route("/desk/time", desk, methods=["GET"]),
    Route("/desk/time/entry/{slug}", judged, methods=["POST"]),
    Route("/desk/time/give", to_whom, methods=["GET"]),
    Route("/desk/time/give/{handle}", give, methods=["GET"]),
    Route("/desk/time/give", to_whom, methods=["GET"]),
    Route("/desk/time/give/{handle}", given, methods=["POST"]),
)
