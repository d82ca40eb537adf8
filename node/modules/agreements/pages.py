"""The pages of agreements: the form to answer a notice, one agreement, all of a member's."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel.access import Viewer
from node.kernel.errors import Invalid, Missing, Refused
from node.kernel.tables import Account
from node.modules.agreements import queries, rules, settling, writing
from node.modules.agreements.rules import State, Terms
from node.modules.agreements.tables import Agreement
from node.modules.listings import api as listings
from node.modules.listings.api import Notice
from web.forms import Entry, Form, Number, Text, blank, done, fields_of, read
from web.language import mark
from web.render import page
from web.voice import voice

if TYPE_CHECKING:
    from node.kernel.node import Node

HEADINGS: Final[Mapping[State, str]] = {
    State.OFFERED: mark("Waiting for %(who)s"),
    State.AGREED: mark("Agreed with %(who)s"),
    State.REFUSED: mark("%(who)s said no"),
    State.WITHDRAWN: mark("Taken back"),
    State.EXPIRED: mark("No answer came from %(who)s"),
    State.FULFILLED: mark("Done, with %(who)s"),
    State.DISPUTED: mark("%(who)s sees it otherwise"),
    State.CANCELLED: mark("Called off with %(who)s"),
}
"""What an agreement is called, for whoever answered the notice."""

STEPS: Final[Mapping[State, tuple[str, str]]] = {
    State.OFFERED: (mark("You answered the notice"), mark("%(who)s answered the notice")),
    State.AGREED: (mark("You said yes"), mark("%(who)s said yes")),
    State.REFUSED: (mark("You said no"), mark("%(who)s said no")),
    State.WITHDRAWN: (mark("You took it back"), mark("%(who)s took it back")),
    State.EXPIRED: (mark("Nobody answered in time"), mark("Nobody answered in time")),
    State.FULFILLED: (mark("You said that it is done"), mark("%(who)s said that it is done")),
    State.DISPUTED: (
        mark("You said that there is a disagreement"),
        mark("%(who)s said that there is a disagreement"),
    ),
    State.CANCELLED: (mark("You called it off"), mark("%(who)s called it off")),
}
"""What happened, for whoever did it and for the other."""
WORDS: Final = Text(
    "words",
    mark("A few words to them"),
    mark("When, where, how. Nobody else reads it."),
    optional=True,
    at_most=rules.WORDS,
)
NO: Final = Form(Text("words", mark("Why not?"), optional=True, at_most=rules.WORDS))


def who(people: Mapping[str, Account], id: str) -> str:
    """What somebody is called; the host for whom we do not know."""
    known = people.get(id)
    return known.label if known else id.partition("://")[2].partition("/")[0]


def _member(request: Request) -> "tuple[Node, str]":
    viewer: Viewer = request.state.viewer
    if not viewer.is_member or viewer.id is None:
        raise Refused(
            "E_MEMBERS_ONLY", safe=mark("This page is for %(word_members)s. Sign in first.")
        )
    return request.app.state.node, viewer.id


async def mine(request: Request) -> Response:
    """All agreements of a member, the last that changed first."""
    node, me = _member(request)
    found, people = await node.read(_mine, me)
    _ = voice(request).say
    now = node.now()
    return page(
        request,
        "agreements/mine.html",
        title=_("Agreements"),
        place="me",
        found=[(one, _heading(request, one, me, people, one.at(now))) for one in found],
    )


def _mine(db: Connection, me: str) -> tuple[list[Agreement], Mapping[str, Account]]:
    found = queries.with_member(db, me)
    return found, queries.people(db, [one.other(me) for one in found])


def _heading(
    request: Request, one: Agreement, me: str, people: Mapping[str, Account], state: State
) -> str:
    """What a member's agreement is called, by where it stands."""
    _ = voice(request).say
    name = who(people, one.other(me))
    if one.proposer != me:
        return _(HEADINGS[state], who=name)
    if state is State.OFFERED:
        return _("%(who)s answers your notice", who=name)
    return _("You said no") if state is State.REFUSED else _(HEADINGS[state], who=name)


# A new one ----------------------------------------------------------------------------------


async def new(request: Request) -> Response:
    """The form to answer a notice."""
    return await _answer_page(request, None)


async def _answer_page(request: Request, form: Entry | None, status: int = 200) -> Response:
    node, me = _member(request)
    notice, owner = await _notice(request)
    _ = voice(request).say
    terms = writing.terms_of(notice, listings.wished(notice, node.origin))
    return page(
        request,
        "agreements/new.html",
        status=status,
        title=_("Say that you would do it") if notice.is_need else _("Say that you would like it"),
        place="give",
        width="mid",
        one=notice,
        owner=owner.label if owner else notice.domain,
        wished=listings.wished(notice, node.origin),
        terms=terms,
        form=form or blank(request, _form(terms), times=rules.multiples(terms)[0]),
        action=f"/agreements/new?about={notice.slug}",
        me=me,
    )


def _form(terms: Terms) -> Form:
    """How many times, where that may be chosen, and a few words."""
    least, most = rules.multiples(terms)
    if most == least:
        return Form(WORDS)
    return Form(Number("times", mark("How many times?"), least=least, most=most or 10**9), WORDS)


async def _notice(request: Request) -> tuple[Notice, Account | None]:
    """The notice that is to be answered, if this member may answer it."""
    node, me = _member(request)
    slug = request.query_params.get("about", "")[:64]
    found, owner = await node.read(_about, slug, request.state.viewer)
    if found is None or found.owner == me or not found.takes_answers:
        raise Missing(detail=slug)
    return found, owner


def _about(db: Connection, slug: str, viewer: Viewer) -> tuple[Notice | None, Account | None]:
    found = listings.at_page(db, slug, viewer)
    return found, queries.people(db, [found.owner]).get(found.owner) if found else None


async def answer(request: Request) -> Response:
    """Answer a notice."""
    node, me = _member(request)
    notice, _owner = await _notice(request)
    terms = writing.terms_of(notice, listings.wished(notice, node.origin))
    form = read(request, _form(terms))
    if not form.errors:
        said = form.values
        try:
            made = await node.write(
                settling.answer, me, notice, said.get("times") or 1, said.get("words") or ""
            )
        except Invalid as problem:
            form = form.wrong(problem)
        else:
            _ = voice(request).say
            return done(request, made.path, _("Your answer is on its way."), "wait")
    return await _answer_page(request, form, 422)


# One of them --------------------------------------------------------------------------------


async def show(request: Request) -> Response:
    """One agreement, as the two it is between see it, and nobody else."""
    return await _page(request, None)


async def _page(request: Request, form: Entry | None, status: int = 200) -> Response:
    node, me = _member(request)
    one, steps, people = await node.read(_one, request.path_params["slug"], me)
    state = one.at(node.now())
    return page(
        request,
        "agreements/show.html",
        status=status,
        title=_heading(request, one, me, people, state),
        place="give",
        one=one,
        state=state,
        other=people.get(one.other(me)),
        name=who(people, one.other(me)),
        notice=await node.read(listings.listing, one.listing, request.state.viewer),
        mine=one.proposer == me,
        binding=state in rules.BINDING,
        steps=[_told(request, step, me, people) for step in steps],
        returned=one.returned,
        minutes=listings.minutes,
        form=form or blank(request, NO),
    )


def _one(db: Connection, slug: str, me: str) -> tuple[Agreement, Any, Mapping[str, Account]]:
    found = queries.own(db, slug, me)
    if found is None:
        raise Missing(detail=slug)
    people = queries.people(db, (found.proposer, found.interested))
    return found, queries.steps(db, found.offer), people


def _told(request: Request, step: Any, me: str, people: Mapping[str, Account]) -> tuple[str, ...]:
    """A step as a line of the timeline: its words, when, and what was said."""
    spoken = voice(request)
    mine, theirs = STEPS[step.state]
    if step.by == me:
        return spoken.say(mine), spoken.when(step.at), step.words
    return spoken.say(theirs, who=who(people, step.by or "")), spoken.when(step.at), step.words


async def settle(request: Request) -> Response:
    """What one of the two does: yes, no, take it back, done, call it off."""
    node, me = _member(request)
    slug, say = request.path_params["slug"], (fields_of(request).get("say") or [""])[0]
    await node.read(_one, slug, me)
    _ = voice(request).say
    if say == "no":
        form = read(request, NO)
        if form.errors:
            return await _page(request, form, 422)
        await node.write(settling.refuse, me, slug, form.values.get("words") or "")
        return done(request, f"/agreements/{slug}", _("Your no is on its way."), "wait")
    if say == "yes":
        await node.write(settling.accept, me, slug)
        return done(request, f"/agreements/{slug}", _("Agreed."))
    if say == "back":
        await node.write(settling.withdraw, me, slug)
        return done(request, f"/agreements/{slug}", _("They are told."), "wait")
    closing = {"done": State.FULFILLED, "off": State.CANCELLED}.get(say)
    if closing is None:
        raise Invalid({}, safe=mark("Use one of the buttons on the page."))
    await node.write(settling.close, me, slug, closing)
    return done(request, f"/agreements/{slug}", _("They are told."))


routes = (
    Route("/agreements", mine, methods=["GET"]),
    Route("/agreements/new", new, methods=["GET"]),
    Route("/agreements/new", answer, methods=["POST"]),
    Route("/agreements/{slug}", show, methods=["GET"]),
    Route("/agreements/{slug}", settle, methods=["POST"]),
)
