"""The pages of the shelf: all there is to borrow, the days of one thing, one loan."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel.access import Viewer
from node.kernel.errors import Conflict, Invalid, Refused
from node.modules.shelf import lending, rules, views, wording
from node.modules.shelf.rules import Party, State, Stay, Step
from node.modules.shelf.tables import Loan, Taken, Terms
from node.modules.shelf.views import Month, Story, Today
from web.forms import Day, Entry, Form, Number, Text, Tick, blank, done, fields_of, read
from web.language import mark
from web.render import page
from web.voice import MONTHS, voice

if TYPE_CHECKING:
    from node.kernel.node import Node

ASK: Final = Form(
    Day("first", mark("From what day?"), mark("As in “Sat” or “13.3.”")),
    Day("last", mark("Until what day?"), mark("The day on which you bring it back"),
        optional=True),
    Text("words", mark("A few words to its owner"), optional=True, at_most=rules.WORDS),
)  # fmt: skip
TERMS: Final = Form(
    Tick("auto", mark("Any of the %(word_members)s can have it when it is free"),
         mark("Nobody waits for your yes. You read it on your first page.")),
    Number("most", mark("For how many days at most?"), least=1, most=rules.MOST_DAYS),
)  # fmt: skip
ACTS: Final = Form(
    Text("no", mark("Why not?"), optional=True, at_most=rules.WORDS),
    Text("why", mark("Why?"), optional=True, at_most=rules.WORDS),
    Text("trouble", mark("What is broken or missing?"),
         mark("The two of you then talk about it. Nobody else reads it."),
         optional=True, at_most=rules.WORDS),
)  # fmt: skip


def member(request: Request) -> "tuple[Node, Viewer, str]":
    """The node and the member who asks.

    Raises:
        Refused: a visitor.
    """
    viewer: Viewer = request.state.viewer
    if not viewer.is_member or viewer.id is None:
        raise Refused(
            "E_MEMBERS_ONLY", safe=mark("This page is for %(word_members)s. Sign in first.")
        )
    return request.app.state.node, viewer, viewer.id


def moment(node: "Node") -> Today:
    """The moment at which a page is looked at, and the community's zone."""
    return Today(now=node.now(), zone=ZoneInfo(node.community.timezone))


async def shelf(request: Request) -> Response:
    """All there is to borrow, and what I lend and have borrowed."""
    node, viewer, me = member(request)
    when = moment(node)
    found = await node.read(views.shelf, viewer, when)
    return page(
        request,
        "shelf/list.html",
        title=voice(request).say("Lending shelf"),
        place="give",
        found=found,
        today=when.day,
        now=partial(_now, request, me, found.names),
    )


def _now(request: Request, me: str, names: Mapping[str, str], one: Loan) -> str:
    """Where a loan stands, for one of the two."""
    said = wording.STANDS[one.state, one.party(me) or Party.OWNER]
    return voice(request).say(said.now, who=_who(request, names, one.other(me)))


def _who(request: Request, names: Mapping[str, str], id: str | None) -> str:
    return names.get(id or "") or voice(request).say("Somebody who has left")


# The days of a thing ------------------------------------------------------------------------


async def calendar(request: Request) -> Response:
    """The days of one thing, month by month, and the form to ask for some."""
    first = _day_of(request.query_params.get("first", ""))
    return await _calendar(request, blank(request, ASK, first=first))


async def _calendar(
    request: Request, form: Entry, terms: Entry | None = None, status: int = 200
) -> Response:
    node, viewer, me = member(request)
    when = moment(node)
    shown = _month_of(request.query_params.get("month", ""), when.day)
    within = _from_today(shown, when.day) if shown else _soon(when.day)
    slug = request.path_params["slug"]
    found: Month = await node.read(views.month, slug, viewer, within, when)
    opened = blank(request, TERMS, auto=found.terms.auto, most=found.terms.most)
    return page(
        request,
        "shelf/calendar.html",
        status=status,
        title=found.notice.title,
        place="give",
        width="mid",
        found=found,
        mine=found.notice.owner == me,
        shown=shown,
        months=MONTHS,
        before=_key(shown.first - timedelta(days=1)) if shown and shown.first > when.day else "",
        later=_key(within.last + timedelta(days=1)) if within.last < when.day + rules.AHEAD else "",
        today=when.day,
        me=me,
        form=form,
        terms=terms or opened,
    )


def _key(day: date) -> str:
    return day.strftime("%Y-%m")


def _month_of(asked: str, today: date) -> Stay | None:
    """A month from this one to a year ahead; None for anything else."""
    day = _day_of(f"{asked}-01")
    if day is None or not today.replace(day=1) <= day <= today + rules.AHEAD:
        return None
    after = (day + timedelta(days=31)).replace(day=1)
    return Stay(first=day, last=after - timedelta(days=1))


def _soon(today: date) -> Stay:
    """The next four weeks, which are shown first."""
    return Stay(first=today, last=today + timedelta(days=27))


def _from_today(shown: Stay, today: date) -> Stay:
    return Stay(first=max(shown.first, today), last=shown.last)


def _day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


async def ask(request: Request) -> Response:
    """Ask for some days."""
    node, viewer, me = member(request)
    slug = request.path_params["slug"]
    await node.read(lending.thing, slug, viewer, node.now())
    form = read(request, ASK)
    if form.errors:
        return await _calendar(request, form, status=422)
    said = form.values
    stay = Stay(first=said["first"], last=said["last"] or said["first"])
    try:
        made = await node.write(partial(lending.ask, once=form.once), me, slug, stay, said["words"])
    except (Invalid, Conflict) as problem:
        return await _calendar(request, form.wrong(problem), status=problem.status)
    found: Story = await node.read(views.story, made, viewer, moment(node))
    return done(request, f"/loans/{made}", voice(request).say(_ASKED[found.loan.state]))


_ASKED: Final = {
    State.ASKED: mark("Its owner is asked, and nobody else can have it on these days meanwhile."),
    State.AGREED: mark("It is yours on these days."),
    State.KEPT: mark("Nobody can ask for it on these days."),
}


async def set_terms(request: Request) -> Response:
    """Say how a thing of mine is lent."""
    node, viewer, me = member(request)
    slug = request.path_params["slug"]
    await node.read(lending.thing, slug, viewer, node.now())
    form = read(request, TERMS)
    if form.errors:
        return await _calendar(request, blank(request, ASK), form, status=422)
    said = Terms(auto=form.values["auto"], most=form.values["most"])
    await node.write(lending.set_terms, me, slug, said)
    return done(request, f"/shelf/{slug}", voice(request).say("It is lent so from now on."))


# One loan -----------------------------------------------------------------------------------


async def show(request: Request) -> Response:
    """One loan, as the two it is between see it, and nobody else."""
    return await _show(request, blank(request, ACTS))


async def _show(request: Request, form: Entry, status: int = 200) -> Response:
    node, viewer, me = member(request)
    when = moment(node)
    found: Story = await node.read(views.story, request.path_params["slug"], viewer, when)
    one, party = found.loan, found.loan.party(me) or Party.BORROWER
    name = _who(request, found.names, found.other)
    spoken, said = voice(request), wording.STANDS[one.state, party]
    late = rules.is_late(one.state, one.stay, when.day)
    return page(
        request,
        "shelf/loan.html",
        status=status,
        title=one.title or spoken.say("Something that was lent"),
        place="give",
        width="mid",
        one=one,
        notice=found.notice,
        name=name,
        is_owner=party is Party.OWNER,
        kept=one.owner == one.borrower,
        now=spoken.say(said.now, who=name),
        next=spoken.say(said.next, who=name),
        turn=spoken.say(said.turn, who=name) if said.turn else "",
        by=spoken.short(_by(one)) if one.state in rules.LIVE else "",
        late=late,
        buttons=[
            (step, words)
            for step in Step
            if (words := wording.BUTTONS.get((one.state, step, party)))
        ],
        may={step.value: rules.after(one.state, step, party) is not None for step in Step},
        may_note=found.other is not None and _may_note(one, when),
        steps=_timeline(request, found, me),
        form=form,
    )


def _by(one: Loan) -> date:
    return one.first if one.state in rules.BEFORE else one.last


def _may_note(one: Loan, when: Today) -> bool:
    return one.talk is None and lending.may_note(one.state, one.changed, when.now)


def _timeline(request: Request, found: Story, me: str) -> list[tuple[str, str, str]]:
    """The steps as lines: their words, when, and what was said."""
    spoken, lines, before = voice(request), [], None
    for one in found.steps:
        mine, theirs, nobodys = _words_for(before, one, found.loan)
        words = nobodys if one.by is None else mine if one.by == me else theirs
        name = _who(request, found.names, one.by)
        lines.append((spoken.say(words or theirs, who=name), spoken.when(one.at), one.words))
        before = one.state
    return lines


def _words_for(before: State | None, one: Taken, loan: Loan) -> tuple[str, str, str]:
    if one.state is State.AGREED and before is None:
        return (wording.AUTO, wording.STEPS[State.ASKED][1], "")
    if one.state is State.AGREED and before is not State.ASKED:
        return wording.NOT_YET
    if one.state is State.OUT and before is State.BROUGHT:
        return wording.NOT_YET
    if one.state is State.CANCELLED and loan.owner == loan.borrower and one.by is not None:
        return (mark("You freed these days again"), "", "")
    return wording.STEPS[one.state]


async def settle(request: Request) -> Response:
    """What one of the two does: yes, no, handed over, brought back, off, something broken."""
    node, viewer, me = member(request)
    slug, say = request.path_params["slug"], (fields_of(request).get("say") or [""])[0]
    await node.read(views.story, slug, viewer, moment(node))
    if say not in {*wording.DONE, "note"}:
        raise Invalid({}, safe=mark("Use one of the buttons on the page."))
    form = read(request, ACTS)
    if form.errors:
        return await _show(request, form, 422)
    _ = voice(request).say
    if say == "note":
        return await _note(request, form, me)
    words = form.values.get({"no": "no", "cancel": "why"}.get(say, "")) or ""
    await node.write(lending.take, me, slug, Step(say), words)
    return done(request, f"/loans/{slug}", _(wording.DONE[Step(say)]))


async def _note(request: Request, form: Entry, me: str) -> Response:
    node: Node = request.app.state.node
    slug = request.path_params["slug"]
    try:
        post = await node.write(lending.note, me, slug, form.values["trouble"])
    except Invalid as problem:
        return await _show(request, form.wrong(problem), 422)
    words = voice(request).say("They read it on their first page. Here the two of you talk.")
    return done(request, f"/n/{post}", words)


routes = (
    Route("/shelf", shelf, methods=["GET"]),
    Route("/shelf/{slug}", calendar, methods=["GET"]),
    Route("/shelf/{slug}", ask, methods=["POST"]),
    Route("/shelf/{slug}/terms", set_terms, methods=["POST"]),
    Route("/loans/{slug}", show, methods=["GET"]),
    Route("/loans/{slug}", settle, methods=["POST"]),
)
