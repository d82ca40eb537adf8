"""The values page: every choice about people, one of them, changing it, contesting it."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from node.kernel import choices
from node.kernel.choices import Choice
from node.kernel.errors import Conflict, Invalid, Missing, Refused
from node.modules.accounts import api as accounts
from node.modules.charter import doing, queries, rules
from node.modules.decisions import api as decisions
from node.modules.proposals import api as proposals
from vocab.values import dataclass
from web.forms import Entry, Form, Line, Text, blank, done, read
from web.language import mark
from web.links import local_path
from web.render import page
from web.voice import Voice, voice

if TYPE_CHECKING:
    from node.kernel.node import Node

VALUE = Line("value", mark("What should hold instead?"), at_most=200)
STEWARD = Form(VALUE, Text("words", mark("Why?"), mark("It is written into the log."),
                           at_most=500, optional=True))  # fmt: skip
DECIDED = Form(
    VALUE,
    Line("decision", mark("Which decision says so?"),
         mark("Its address. It has to be in force and to name this."), at_most=300, optional=True,
         spell=False),
)  # fmt: skip
STATES = {
    doing.SET: mark("It set this to %(value)s."),
    doing.UNFIT: mark("It said %(value)s, which this may not be. Nothing changed."),
    doing.WEAK: mark("It said %(value)s, but the way it was decided is not enough, or a newer "
                     "decision says otherwise."),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Told:
    """A choice as somebody reads it."""

    choice: Choice
    title: str
    value: str
    why: str
    level: str
    meaning: str


def _told(one: Choice, value: Any, spoken: Voice) -> Told:
    level, meaning = rules.LEVELS[one.level]
    return Told(
        choice=one,
        title=spoken.say(one.title),
        value=_value(one, value, spoken),
        why=spoken.say(one.why),
        level=spoken.say(level),
        meaning=spoken.say(meaning),
    )


def _value(one: Choice, value: Any, spoken: Voice) -> str:
    if not one.settable:
        return spoken.say(one.words)
    if isinstance(value, bool):
        return spoken.say("Yes") if value else spoken.say("No")
    if one.words:
        return spoken.say(one.words, n=value)
    return str(value) or spoken.say("None yet")


def _all(db: Connection, node: "Node") -> list[tuple[str, list[tuple[Choice, Any]]]]:
    """Every choice with what holds, by module; what is switched off is left out."""
    return [(AREAS.get(m.name, m.title), [(one, _now(db, one)) for one in m.choices])
             for m in node.registry.modules if m.choices and not m.shelved]  # fmt: skip


def _now(db: Connection, one: Choice) -> Any:
    return choices.now(db, one) if one.settable else None


async def values(request: Request) -> Response:
    """Every choice, for everybody."""
    node: Node = request.app.state.node
    spoken = voice(request)
    found = await node.read(_all, node)
    parts = [
        (spoken.say(title), [_told(one, value, spoken) for one, value in held])
        for title, held in found
    ]
    levels = [(spoken.say(name), spoken.say(words)) for name, words in rules.LEVELS.values()]
    return page(request, "charter/values.html", title=spoken.say("What was chosen for us"),
                place="decide", width="mid", parts=parts, levels=levels)  # fmt: skip


AREAS = {
    "accounts": mark("Being here"),
    "agreements": mark("What we promise each other"),
    "decisions": mark("How we decide"),
    "challenges": mark("Second thoughts"),
    "deliveries": mark("What becomes of decisions"),
    "flows": mark("What flows among us"),
    "groups": mark("What we show others"),
    "ideas": mark("Ideas"),
    "identity": mark("Keys and moving"),
    "joint": mark("Deciding with others"),
    "jury": mark("Drawn by lot"),
    "ledger": mark("Time"),
    "listings": mark("Offers and needs"),
    "matching": mark("Who could help whom"),
    "moderation": mark("Looking after each other"),
    "notes": mark("Posts"),
    "peers": mark("Whom we trust"),
    "pictures": mark("Pictures"),
    "proposals": mark("Bringing something"),
    "roles": mark("Who does what for us"),
    "rounds": mark("Rounds of consent"),
    "shelf": mark("Lending"),
    "vouches": mark("Trusting each other"),
}
"""What a part of the page is called, by its module; others are called by their title."""


def _chosen(request: Request) -> Choice:
    node: Node = request.app.state.node
    name = request.path_params["name"]
    found = next((one for m in node.registry.modules if not m.shelved
                  for one in m.choices if one.name == name), None)  # fmt: skip
    if found is None:
        raise Missing(detail=name[:60])
    return found


async def value(request: Request) -> Response:
    """One choice: what holds, why, what decisions have said of it."""
    return await _show(request)


async def _show(request: Request, form: Entry | None = None, status: int = 200) -> Response:
    node: Node = request.app.state.node
    one, spoken, viewer = _chosen(request), voice(request), request.state.viewer
    held = await node.read(_now, one)
    found = await node.read(_said, one, viewer)
    keeps = viewer.is_admin and one.settable and not one.page
    kind = STEWARD if one.level is choices.Level.STEWARD else DECIDED
    given = choices.spelled(held) if keeps else ""
    return page(
        request,
        "charter/value.html",
        status=status,
        title=spoken.say(one.title),
        place="decide",
        width="mid",
        one=_told(one, held, spoken),
        may=_may(one, spoken),
        spoken_of=[
            (record, spoken.say(STATES[step.state], value=step.value)) for record, step in found
        ],
        form=(form if form is not None else blank(request, kind, value=given)) if keeps else None,
        steward=one.level is choices.Level.STEWARD,
    )


def _said(db: Connection, one: Choice, viewer: Any) -> list[tuple[decisions.Record, queries.Step]]:
    """What decisions that this viewer may see have said of a choice, newest first."""
    steps = [step for step in queries.steps(db, one.name) if step.state in STATES]
    found = [(decisions.record_by_id(db, step.record, viewer), step) for step in steps]
    return [(record, step) for record, step in found if record is not None]


def _may(one: Choice, spoken: Voice) -> str:
    """What a setting may be, in words."""
    if isinstance(one.default, bool):
        return spoken.say("Yes or no.")
    if isinstance(one.default, int):
        least = one.default if one.up else one.least
        return spoken.say("A number from %(least)s to %(most)s.", least=least, most=one.most)
    return ""


async def change(request: Request) -> Response:
    """Change a setting, as a keeper."""
    node: Node = request.app.state.node
    viewer, one = request.state.viewer, _chosen(request)
    if not viewer.is_admin or viewer.id is None:
        raise Refused("E_KEEPERS_ONLY", safe=mark("This page is for the %(word_keepers)s."))
    form = read(request, STEWARD if one.level is choices.Level.STEWARD else DECIDED)
    if form.errors:
        return await _show(request, form, 422)
    said = {"words": form.values.get("words") or "",
            "decision": _id(node, form.values.get("decision") or "")}  # fmt: skip
    try:
        await node.write(_change, viewer.id, one.name, form.values["value"], said)
    except Invalid as problem:
        return await _show(request, form.wrong(problem), 422)
    except Refused as problem:
        fields = {"decision": problem.safe}
        return await _show(request, form.wrong(Invalid(fields)), problem.status)
    return done(request, f"/values/{one.name}", voice(request).say("Saved."))


def _change(unit: Any, keeper: str, name: str, typed: str, said: dict[str, str]) -> None:
    doing.change(unit, keeper, unit.registry.choices[name], typed, **said)


def _id(node: "Node", typed: str) -> str:
    """The id of a decision, from its id or from the address of its page."""
    slug = typed.strip().rstrip("/").rpartition("/")[2]
    return f"{node.origin}/o/{slug}" if slug else ""


async def contest(request: Request) -> Response:
    """Bring a choice before the community: a proposal that begins with it.

    A setting is asked first what it should be, so that the decision can set it.
    """
    node: Node = request.app.state.node
    viewer, one, spoken = request.state.viewer, _chosen(request), voice(request)
    if not viewer.is_member or not await node.read(accounts.is_member, viewer.id):
        raise Refused(
            "E_MEMBERS_ONLY", safe=mark("This page is for %(word_members)s. Sign in first.")
        )
    held = await node.read(_now, one)
    told = _told(one, held, spoken)
    typed = request.path_params.get("value", request.query_params.get("value"))
    if one.settable and not one.page:
        wanted = one.read(typed) if typed is not None else None
        if wanted is None or wanted == held:
            return _ask(request, told, typed)
        if "value" not in request.path_params:
            # the steps that follow keep the path, and no more than the path
            to = f"/values/{one.name}/contest/{choices.spelled(wanted)}"
            return RedirectResponse(local_path(to), 303)
        setting = rules.line(one.name, choices.spelled(wanted))
        words = spoken.say(
            "Now holds: %(value)s. If this is adopted, it is set by the line below as soon as "
            "the decision is in force.", value=told.value,
        )  # fmt: skip
        text = "\n\n".join((words, told.meaning, spoken.say("Our reasons:"), setting))
    else:
        words = spoken.say("Now holds: %(value)s.", value=told.value)
        text = "\n\n".join((words, told.why, spoken.say("What should hold instead, and why:")))
    title = spoken.say("Change this: %(title)s", title=told.title)
    return await proposals.begin(request, title=title, text=text)


def _ask(request: Request, told: Told, typed: str | None) -> Response:
    if typed is not None and len(typed) > VALUE.at_most:
        raise Conflict("E_VALUE", safe=mark("It cannot be that. Look at what it may be."))
    return page(
        request,
        "charter/contest.html",
        status=200 if typed is None else 422,
        title=voice(request).say("Contest this: %(title)s", title=told.title),
        place="decide",
        width="narrow",
        one=told,
        may=_may(told.choice, voice(request)),
        typed=typed,
    )


routes = (
    Route("/values", values, methods=["GET"]),
    Route("/values/{name}", value, methods=["GET"]),
    Route("/values/{name}", change, methods=["POST"]),
    Route("/values/{name}/contest", contest, methods=["GET"]),
    Route("/values/{name}/contest/{value}", contest, methods=["GET"]),
)
