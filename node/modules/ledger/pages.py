"""The pages of time: a member's own, thanking somebody with it, the community's account."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from node.kernel.access import Viewer
from node.kernel.errors import Invalid, Missing, Refused
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.ledger import between, booking, public, queries, rules
from node.modules.ledger.rules import Kind, Stand, Why
from node.modules.ledger.tables import Entry
from vocab.values import dataclass
from web.forms import Entry as Entered
from web.forms import Form, Minutes, Text, Tick, blank, done, fields_of, read
from web.language import mark
from web.render import page
from web.voice import Voice, voice

if TYPE_CHECKING:
    from node.kernel.node import Node

STANDS: Final[Mapping[Stand, str]] = {
    Stand.EVEN: mark("You gave as much as you received."),
    Stand.GAVE: mark(
        "You gave %(open)s more than you received. Let somebody do something for you."
    ),
    Stand.RECEIVED: mark(
        "You received %(open)s more than you gave. That is how it begins for everybody who asks."
    ),
    Stand.GAVE_MUCH: mark(
        "You gave %(open)s more than you received. That is a lot: what could somebody do for you?"
    ),
    Stand.RECEIVED_MUCH: mark(
        "You received %(open)s more than you gave. Nothing stops you; the others count on you to "
        "offer something, too. A %(word_keeper)s can help you find what."
    ),
}
"""The sentence that explains a balance."""

WHYS: Final[Mapping[Why, str]] = {
    Why.AGREEMENT: mark("From an agreement"),
    Why.THANKS: mark("Thanks"),
    Why.REVERSAL: mark("Taken back"),
    Why.FUND: mark("From the community’s own account"),
    Why.LEFT: mark("Somebody left"),
    Why.SETTLEMENT: mark("Settled between two communities"),
}

NOTE: Final = Text(
    "words",
    mark("A few words"),
    mark("What it was for. Only the two of you read it."),
    optional=True,
    at_most=rules.WORDS,
)
LENGTH: Final = Minutes("minutes", mark("How long did it take?"), mark("For example 1 h 30"),
                        most=rules.MOST)  # fmt: skip
THANK: Final = Form(
    LENGTH, NOTE, Tick("anyway", mark("I know that I received much more than I gave"))
)
ASIDE: Final = Form(Text("words", mark("Why?"), optional=True, at_most=rules.WORDS))


@dataclass(frozen=True, kw_only=True)
class Line:
    """One entry as its holder reads it."""

    id: str
    gave: bool
    minutes: int
    who: str
    why: Why
    title: str
    words: str
    when: str
    back: bool
    asked: bool
    may_ask: bool
    may_take: bool


def member(request: Request) -> "tuple[Node, str]":
    """The node and who asks it.

    Raises:
        Refused: no member.
    """
    viewer: Viewer = request.state.viewer
    if not viewer.is_member or viewer.id is None:
        raise Refused(
            "E_MEMBERS_ONLY", safe=mark("This page is for %(word_members)s. Sign in first.")
        )
    return request.app.state.node, viewer.id


# One's own ----------------------------------------------------------------------------------


async def mine(request: Request) -> Response:
    """What a member gave and received, and a sentence about it."""
    return await _mine(request, blank(request, ASIDE))


async def _mine(request: Request, form: Entered, at: str = "", status: int = 200) -> Response:
    node, me = member(request)
    terms, gave, received, entries, names = await node.read(_account, me)
    spoken = voice(request)
    open_ = gave - received
    sentence = STANDS[rules.stand(open_, terms.soft)]
    return page(
        request,
        "ledger/mine.html",
        status=status,
        title=spoken.say("Your %(word_time)s"),
        place="me",
        terms=terms,
        gave=gave,
        received=received,
        sentence=spoken.say(sentence, open=spoken.duration(abs(open_))),
        on_its_way=await node.read(between.of_member, me),
        lines=lines(spoken, entries, names),
        whys=WHYS,
        form=form,
        at=at,
    )


@dataclass(frozen=True, kw_only=True)
class Names:
    """Whose a statement is, and what the others in it are called."""

    mine: str
    others: Mapping[str, str]
    back: frozenset[str]


def _account(
    db: Connection, me: str, limit: int | None = 50
) -> tuple[rules.Terms, int, int, list[Entry], Names]:
    terms, held = queries.terms(db), queries.held(db, me)
    if held is None:
        return terms, 0, 0, [], Names(mine="", others={}, back=frozenset())
    entries = queries.statement(db, held.id, limit)
    return terms, *queries.sums(db, held.id), entries, names_in(db, held.id, entries)


def names_in(db: Connection, mine: str, entries: Sequence[Entry]) -> Names:
    """What the others in some entries are called, each by its entry."""
    accounts_ = queries.holders(db, {one for e in entries for one in (e.giver, e.receiver)})
    actors = {h.holder for h in accounts_.values()} | {e.away for e in entries}
    called = queries.names(db, [one for one in actors if one])
    found = {}
    for one in entries:
        other = accounts_[one.receiver if one.giver == mine else one.giver]
        named = one.away or other.holder
        found[one.id] = FUND if other.kind is Kind.FUND else called.get(named or "", "")
    return Names(mine=mine, others=found,
                 back=frozenset(queries.reversed_ones(db, [e.id for e in entries])))  # fmt: skip


FUND: Final = mark("the community")
SOMEBODY: Final = mark("somebody who left")


def lines(spoken: Voice, entries: Sequence[Entry], names: Names) -> list[Line]:
    """A statement, in the reader's words."""
    return [_line(spoken, one, names) for one in entries]


def _line(spoken: Voice, one: Entry, names: Names) -> Line:
    gave = one.giver == names.mine
    other = names.others[one.id]
    who = spoken.say(FUND) if other == FUND else other or spoken.say(SOMEBODY)
    final = one.id in names.back or one.why in (Why.REVERSAL, Why.LEFT, Why.SETTLEMENT)
    here = one.away is None
    return Line(
        id=one.id,
        gave=gave,
        minutes=one.minutes,
        who=who,
        why=one.why,
        title=one.title,
        words=one.words,
        when=spoken.short(one.at),
        back=one.id in names.back,
        asked=one.asked is not None,
        may_ask=here and not final and not gave and one.asked is None and other != FUND,
        may_take=not final and gave,
    )


async def back(request: Request) -> Response:
    """Take an entry back, ask for it, or say no to whoever asks."""
    node, me = member(request)
    id, say = request.path_params["slug"], (fields_of(request).get("say") or [""])[0]
    _ = voice(request).say
    form = read(request, ASIDE)
    if say == "back":
        if form.errors:
            return await _mine(request, form, id, 422)
        await node.write(booking.take_back, me, id, form.values.get("words") or "")
        return done(request, "/time", _("It is taken back. Both of you see both entries."))
    if say == "ask":
        await node.write(booking.ask_back, me, id)
        return done(request, "/time", _("They are asked."), "wait")
    if say == "no":
        await node.write(booking.leave_it, me, id)
        return done(request, "/time", _("It stays as it is."))
    raise Invalid({}, safe=mark("Use one of the buttons on the page."))


async def table(request: Request) -> Response:
    """A member's whole statement as a table."""
    node, me = member(request)
    *_sums, entries, names = await node.read(_account, me, None)
    text = io.StringIO()
    write = csv.writer(text)
    write.writerow(["at", "way", "minutes", "with", "why", "about", "words", "id", "reverses"])
    for one in entries:
        way = "gave" if one.giver == names.mine else "received"
        cells = [one.at.isoformat(), way, str(one.minutes), names.others[one.id], one.why,
                 one.title, one.words, one.id, one.reverses or ""]  # fmt: skip
        write.writerow([rules.cell(str(each)) for each in cells])
    headers = {"Content-Disposition": 'attachment; filename="time.csv"'}
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


async def whole(request: Request) -> Response:
    """A member's whole statement for programs."""
    node, me = member(request)
    headers = {"Content-Disposition": 'attachment; filename="time.json"'}
    return JSONResponse(dict(await node.read(public.export, me)), headers=headers)


# Thanking -----------------------------------------------------------------------------------


async def choose(request: Request) -> Response:
    """Whom to thank."""
    node, me = member(request)
    found = await node.read(others, me)
    _ = voice(request).say
    return page(request, "ledger/choose.html", title=_("Thank somebody with %(word_time)s"),
                place="me", width="mid", found=found, to="/time/thank/")  # fmt: skip


def others(db: Connection, me: str) -> list[accounts.Member]:
    """All members but one, by name."""
    found = [one for one in accounts.members(db, suspended=False) if one.id != me]
    return sorted(found, key=lambda one: one.label.casefold())


async def thank(request: Request) -> Response:
    """The form to thank somebody."""
    return await _thank_page(request, blank(request, THANK))


async def _thank_page(request: Request, form: Entered, status: int = 200) -> Response:
    node, me = member(request)
    to = await _whom(request)
    held = await node.read(queries.held, me)
    open_ = await node.read(queries.balance, held.id) if held else 0
    terms = await node.read(queries.terms)
    _ = voice(request).say
    name = to.label if to else _(FUND)
    return page(
        request, "ledger/thank.html", status=status, place="me", width="mid", form=form,
        title=_("Thank %(name)s", name=name), name=name, terms=terms,
        far="anyway" in form.errors or rules.beyond(open_, 1, terms.soft),
        action=f"/time/thank/{to.handle if to else 'community'}",
    )  # fmt: skip


async def _whom(request: Request) -> accounts.Member | None:
    """The member who is to be thanked; None for the community."""
    node, me = member(request)
    handle = request.path_params["handle"]
    found = await node.read(accounts.by_handle, handle[:200])
    if found is None and handle == "community":
        return None
    if found is None or found.suspended or found.id == me:
        raise Missing(detail=handle)
    return found


async def thanked(request: Request) -> Response:
    """Thank somebody."""
    node, me = member(request)
    to = await _whom(request)
    form = read(request, THANK)
    if form.errors:
        return await _thank_page(request, form, 422)
    said = form.values
    try:
        await node.write(_thank, me, to.id if to else None, said, form.once)
    except Invalid as problem:
        return await _thank_page(request, form.wrong(problem), 422)
    return done(request, "/time", voice(request).say("Thank you. It is written down for both."))


def _thank(unit: Unit, me: str, to: str | None, said: Mapping[str, object],
           once: str) -> None:  # fmt: skip
    booking.thank(unit, me, to, int(str(said["minutes"])), str(said.get("words") or ""),
                  once=once, anyway=bool(said.get("anyway")))  # fmt: skip


# The community's ----------------------------------------------------------------------------


async def fund(request: Request) -> Response:
    """The community's own account: how it stands and what moved, without names of givers."""
    node, _me = member(request)
    open_, entries = await node.read(_fund)
    _ = voice(request)
    return page(
        request, "ledger/fund.html", title=_.say("The community’s own %(word_time)s"),
        place="me", open=open_, whys=WHYS,
        found=[(one, one.giver == queries.FUND, _.short(one.at)) for one in entries],
    )  # fmt: skip


def _fund(db: Connection) -> tuple[int, list[Entry]]:
    return queries.balance(db, queries.FUND), queries.statement(db, queries.FUND)


routes = (
    Route("/time", mine, methods=["GET"]),
    Route("/time/thank", choose, methods=["GET"]),
    Route("/time/thank/{handle}", thank, methods=["GET"]),
    Route("/time/thank/{handle}", thanked, methods=["POST"]),
    Route("/time/community", fund, methods=["GET"]),
    Route("/time/time.csv", table, methods=["GET"]),
    Route("/time/time.json", whole, methods=["GET"]),
    Route("/time/entry/{slug}", back, methods=["POST"]),
)
