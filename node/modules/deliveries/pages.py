"""The pages of a decision that is carried out: all of it, its measures, its steps."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel.access import Viewer
from node.kernel.errors import Invalid, Missing
from node.modules.decisions import api as decisions
from node.modules.deliveries import doing, looking, queries, reporting, rules, telling
from node.modules.deliveries.doing import Draft, Otherwise, Said
from node.modules.deliveries.rules import Act, Phase
from node.modules.deliveries.tables import Step
from node.modules.deliveries.views import (
    ACTS,
    CAME,
    STATES,
    VERDICTS,
    View,
    member,
    view,
    where,
)
from web.forms import (
    Address,
    Choice,
    Day,
    Entry,
    Form,
    Line,
    Pick,
    Text,
    Tick,
    blank,
    done,
    read,
)  # fmt: skip
from web.language import mark
from web.render import page
from web.voice import voice

MEASURE: Final = Form(
    Line("what", mark("What will be so if it works?"),
         mark("As in “The room is used on three days a week”"), at_most=200),
    Line("how", mark("How do we look at that?"),
         mark("As in “We count the days in the book on the wall, in May”"), at_most=500),
)  # fmt: skip
EXPECT: Final = Form(
    Text("text", mark("What do you expect instead?"), mark("Leave it empty to take it back."),
         optional=True, at_most=2000),
    Day("day", mark("By when will it show?"), mark("Write it as in “Sat” or “13 March”."),
        optional=True, from_tomorrow=True),
)  # fmt: skip
STATE: Final = Form(
    *EXPECT.fields.values(),
    Tick("publish", mark("It may stand in the record of the decision, without my name"),
         mark("Then all read it who read the decision. If you do not tick this, it stays among "
              "us. Write it so that it does not tell who you are.")),
)  # fmt: skip
WHO: Final = (
    Choice("me", mark("I do")),
    Choice("whoever", mark("Whoever takes it")),
    Choice("other", mark("Somebody I ask; they say yes or no")),
)
STEP: Final = Form(
    Line("what", mark("What is to be done?"), mark("One small step, in one sentence"), at_most=200),
    Text("done_when", mark("What does it look like when it is done?"),
         mark("So that somebody else can see it: “The lamp over the gate is on after dark”"),
         at_most=1000),
    Day("due", mark("By when?"), mark("Write it as in “Sat” or “13 March”."), from_tomorrow=True),
    Pick("who", mark("Who carries it out?"), choices=WHO),
    Line("owner", mark("Their short name, if you ask somebody"), mark("As in @ana"), optional=True,
         at_most=100, spell=False),
    Line("checker", mark("Who looks whether it is done?"),
         mark("A short name, as in @ben, never who carries it out; empty for any other of the "
              "%(word_members)s"),
         optional=True, at_most=100, spell=False),
)  # fmt: skip
PROOF: Final = Form(
    Text("words", mark("What was done?"), mark("So that somebody else can look at it"),
         at_most=2000),
    Address("link", mark("A link that shows it"), optional=True),
)  # fmt: skip
BACK: Final = Form(Text("words", mark("What is still missing?"), at_most=2000))


# All of it ----------------------------------------------------------------------------------


async def carried(request: Request) -> Response:
    """What is in force here, and how far it is carried out."""
    node, viewer, _me = member(request)
    found = await node.read(_carried, viewer)
    title = voice(request).say("What we carry out")
    return page(request, "deliveries/list.html", title=title, place="decide", found=found)


def _carried(
    db: Connection, viewer: Viewer
) -> list[tuple[decisions.Record, int, decisions.Box | None]]:
    """Decisions in force, with how many steps are open, and the box, which knows the day."""
    held = [one for one in decisions.records(db, viewer, ours=True) if one.holds and one.box]
    return [
        (one, queries.open_steps(db, one.box or ""), decisions.box_of(db, one.box or ""))
        for one in held
    ]


async def show(request: Request) -> Response:
    """One decision: its steps, its measures, what was expected, its review."""
    return await _show(request)


async def _show(
    request: Request, measure: Entry | None = None, expect: Entry | None = None, status: int = 200
) -> Response:
    node, viewer, me = member(request)
    seen = await node.read(view, request.path_params["slug"], viewer, node.now())
    spoken = voice(request)
    return page(
        request,
        "deliveries/show.html",
        status=status,
        title=seen.one.title,
        place="decide",
        seen=seen,
        one=seen.one,
        me=me,
        strip=where(request, seen),
        measure=measure if measure is not None else blank(request, MEASURE),
        expect=expect if expect is not None else blank(request, _expecting(seen), **_said(seen)),
        states=STATES,
        verdicts=VERDICTS,
        came=CAME,
        late=[s.id for s in seen.steps if rules.late(s.state, s.due, spoken.today)],
        may_add=seen.one.phase in (Phase.IN_FORCE, Phase.REVIEW),
        may_tell=viewer.is_admin
        and seen.one.record is not None
        and reporting.may_tell(seen.one.record)
        and seen.one.phase is not Phase.OVER,
        may_measure=len(seen.measures) < rules.MOST_MEASURES,
    )


async def measure(request: Request) -> Response:
    """Fix something by which the decision will be judged."""
    node, _viewer, me = member(request)
    slug, form = request.path_params["slug"], read(request, MEASURE)
    if form.errors:
        return await _show(request, measure=form, status=422)
    said = form.values["what"], form.values["how"]
    await node.write(doing.measure, slug, me, *said, once=form.once)
    return done(request, f"/deliveries/{slug}#measures", voice(request).say("Noted."))


async def unmeasure(request: Request) -> Response:
    """Take a measure away."""
    node, _viewer, me = member(request)
    slug, id = request.path_params["slug"], request.path_params["measure"]
    await node.write(doing.unmeasure, slug, me, id)
    return done(request, f"/deliveries/{slug}#measures", voice(request).say("Taken away."))


def _expecting(seen: View) -> Form:
    """The form to say what one expects; into the record comes what is said before the close."""
    return EXPECT if seen.one.closed else STATE


def _said(seen: View) -> dict[str, Any]:
    """What the viewer said before, as it stands in the form."""
    if seen.mine is None:
        return {}
    said = {"text": seen.mine.text, "day": seen.mine.day}
    return said if seen.one.closed else {**said, "publish": seen.mine.publish}


async def expect(request: Request) -> Response:
    """Say what one expects instead, or take it back."""
    node, viewer, me = member(request)
    slug = request.path_params["slug"]
    seen = await node.read(view, slug, viewer, node.now())
    form = read(request, _expecting(seen))
    text = form.values.get("text")
    if not form.errors:
        publish = bool(form.values.get("publish"))
        said = Otherwise(text=text, day=form.values.get("day"), publish=publish) if text else None
        try:
            await node.write(doing.expect, slug, me, said)
        except Invalid as problem:
            form = form.wrong(problem)
    if form.errors:
        return await _show(request, expect=form, status=422)
    kept = voice(request).say("Noted. After the close it is shown, without your name.")
    gone = voice(request).say("Taken back.")
    return done(request, f"/deliveries/{slug}#expected", kept if text else gone)


# Steps --------------------------------------------------------------------------------------


async def new_step(request: Request) -> Response:
    """The form for a step."""
    node, viewer, _me = member(request)
    seen = await node.read(view, request.path_params["slug"], viewer, node.now())
    return _step_form(request, seen, blank(request, STEP, who="me"))


def _step_form(request: Request, seen: View, form: Entry, status: int = 200) -> Response:
    title = voice(request).say("A step")
    return page(request, "deliveries/new.html", status=status, title=title, place="decide",
                width="narrow", one=seen.one, form=form, strip=where(request, seen))  # fmt: skip


async def add_step(request: Request) -> Response:
    """Write down a step."""
    node, viewer, me = member(request)
    slug, form = request.path_params["slug"], read(request, STEP)
    seen = await node.read(view, slug, viewer, node.now())
    form = _named(form)
    if not form.errors:
        values = dict(form.values)
        owner = {"me": _handle(viewer), "other": values["owner"]}.get(values.pop("who"), "")
        try:
            draft = Draft(**{**values, "owner": owner})
            await node.write(doing.add, slug, me, draft, once=form.once)
            return done(request, f"/deliveries/{slug}#steps", voice(request).say("Written down."))
        except Invalid as problem:
            form = form.wrong(problem)
    return _step_form(request, seen, form, 422)


def _named(form: Entry) -> Entry:
    """The form with what is wrong if somebody is asked and not named."""
    if form.values.get("who") != "other" or form.values.get("owner"):
        return form
    return form.wrong(Invalid({"owner": mark("Write the short name of whom you ask.")}))


def _handle(viewer: Viewer) -> str:
    return viewer.account.handle if viewer.account else ""


async def step(request: Request) -> Response:
    """One step, with what the viewer can do about it."""
    return await _step(request)


async def _step(request: Request, form: Entry | None = None, status: int = 200) -> Response:
    node, viewer, me = member(request)
    slug, id = request.path_params["slug"], request.path_params["step"]
    seen = await node.read(view, slug, viewer, node.now())
    one = _found(seen.steps, id)
    over = seen.one.phase in (Phase.BEFORE, Phase.OVER)
    mine = doing.seats(one, me, keeper=viewer.is_admin)
    acts = [] if over else rules.offered(one.state, mine)
    if form is None and (Act.SHOW in acts or Act.RETURN in acts):
        form = blank(request, PROOF if Act.SHOW in acts else BACK)
    return page(
        request,
        "deliveries/step.html",
        status=status,
        title=one.what,
        place="decide",
        width="mid",
        one=seen.one,
        step=one,
        names=seen.names,
        strip=where(request, seen),
        acts=acts,
        words=ACTS,
        states=STATES,
        late=rules.late(one.state, one.due, voice(request).today),
        form=form,
    )


def _found(steps: Sequence[Step], id: str) -> Step:
    one = next((each for each in steps if each.id == id), None)
    if one is None:
        raise Missing(detail=id)
    return one


async def act(request: Request) -> Response:
    """Move a step."""
    node, _viewer, me = member(request)
    slug, id = request.path_params["slug"], request.path_params["step"]
    try:
        wanted = Act(request.path_params["act"])
    except ValueError as odd:
        raise Missing(detail=id) from odd
    said, form = Said(), None
    if wanted in doing.NEEDED:
        form = read(request, PROOF if wanted is Act.SHOW else BACK)
        if form.errors:
            return await _step(request, form, 422)
        said = Said(words=form.values["words"], link=form.values.get("link") or "")
    await node.write(doing.move, slug, id, me, wanted, said)
    return done(request, f"/deliveries/{slug}/steps/{id}", voice(request).say(AFTER[wanted]))


AFTER: Final = {
    Act.TAKE: mark("It is yours now. Say so here when it is done."),
    Act.AGREE: mark("It is yours now. Say so here when it is done."),
    Act.DECLINE: mark("Somebody else can take it now."),
    Act.LEAVE: mark("Somebody else can take it now."),
    Act.SHOW: mark("Now somebody else looks at it."),
    Act.CONFIRM: mark("The step is done and confirmed."),
    Act.RETURN: mark("Sent back, with your reason."),
    Act.DROP: mark("The step is dropped."),
}

routes = (
    Route("/deliveries", carried, methods=["GET"]),
    Route("/deliveries/{slug}", show, methods=["GET"]),
    Route("/deliveries/{slug}/measures", measure, methods=["POST"]),
    Route("/deliveries/{slug}/measures/{measure}", unmeasure, methods=["POST"]),
    Route("/deliveries/{slug}/expected", expect, methods=["POST"]),
    Route("/deliveries/{slug}/steps", new_step, methods=["GET"]),
    Route("/deliveries/{slug}/steps", add_step, methods=["POST"]),
    Route("/deliveries/{slug}/steps/{step}", step, methods=["GET"]),
    Route("/deliveries/{slug}/steps/{step}/{act}", act, methods=["POST"]),
    *looking.routes,
    *telling.routes,
)
