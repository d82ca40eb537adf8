"""The pages of roles: all of them, one, a new one, what its holder does."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from node.kernel import choices
from node.kernel.access import Viewer
from node.kernel.errors import Invalid, Missing, Refused
from node.modules.peers import api as peers
from node.modules.proposals import api as proposals
from node.modules.roles import holding, jobs, queries, rules, selecting, showing, telling, views
from node.modules.roles.choices import MONTHS
from node.modules.roles.rules import WORDS, Power, Spec
from node.modules.roles.views import Shown
from web.forms import Choice, Entry, Form, Line, Number, Pick, Text, blank, done, fields_of, read
from web.language import mark
from web.links import local_path
from web.render import page
from web.voice import voice

if TYPE_CHECKING:
    from node.kernel.node import Node

ROLE: Final = Form(
    Line("name", mark("What is it called?"), mark("As in Facilitator, or Keeper of the keys"),
         at_most=rules.NAME),
    Line("purpose", mark("What is it for?"), mark("One sentence"), at_most=rules.PURPOSE),
    Pick("powers", mark("What may it do?"), optional=True, several=True,
         choices=tuple(Choice(power.value, *words) for power, words in WORDS.items())),
    Number("months", mark("How long is a term?"), of=mark("months"), least=1, most=24),
    Number("seats", mark("How many hold it at once?"), of=mark("people"), least=1,
           most=rules.SEATS),
    Pick("course", mark("How do we decide on it?"), choices=(
        Choice("consent", mark("Consent"), mark("We go round; it passes if nobody objects.")),
        Choice("agreement", mark("Two thirds of us"), mark("With time to read and to talk.")),
        Choice("usual", mark("Our usual way"), mark("You say how, and until when.")),
    )),
)  # fmt: skip
HANDOVER: Final = Form(
    Text("text", mark("What should the next one know?"),
         mark("Where things are, what is half done, whom to ask. All of us can read it."),
         at_most=5000, optional=True),
)  # fmt: skip
USES: Final[Mapping[Power, tuple[str, str]]] = {
    Power.FACILITATE: ("/decide", mark("What is open")),
    Power.TOPICS: ("/desk/topics", mark("Topics")),
    Power.CIRCLES: ("/desk/flow", mark("Who could help whom")),
}
"""Where whoever holds a power uses it."""


def member(request: Request) -> "tuple[Node, Viewer, str]":
    """The node, the viewer and their id.

    Raises:
        Refused: not a member.
    """
    viewer: Viewer = request.state.viewer
    if not viewer.is_member or viewer.id is None:
        raise Refused(
            "E_MEMBERS_ONLY", safe=mark("This page is for %(word_members)s. Sign in first.")
        )
    return request.app.state.node, viewer, viewer.id


async def everything(request: Request) -> Response:
    """Who holds what until when, and what is open."""
    node, viewer, me = member(request)
    await jobs.due(node)
    every = await node.read(views.every_role, node.now())
    return page(
        request,
        "roles/list.html",
        title=voice(request).say("Roles"),
        place="decide",
        width="mid",
        live=[one for one in every if one.role.ended is None],
        over=[one for one in every if one.role.ended is not None],
        failed=await node.read(views.failed, viewer),
        words=WORDS,
        remains=_remains(request),
        day=_day(request),
        me=me,
    )


def _remains(request: Request) -> Any:
    spoken = voice(request)
    return lambda ends: views.remains(ends, spoken.now, spoken)


def _day(request: Request) -> Any:
    """A day without its time: a term is long."""
    spoken = voice(request)
    return lambda moment: spoken.short(moment.astimezone(spoken.zone).date())


async def show(request: Request) -> Response:
    """One role."""
    return await _show(request)


async def _show(request: Request, form: Entry | None = None, status: int = 200) -> Response:
    node, viewer, me = member(request)
    await jobs.due(node)
    seen = await node.read(views.one_role, request.path_params["slug"], node.now())
    own = next((one for one in seen.holds if one.member == me), None)
    text = own.handover if own else ""
    return page(
        request,
        "roles/role.html",
        status=status,
        title=seen.role.name,
        place="decide",
        width="mid",
        seen=seen,
        own=own,
        form=form if form is not None else blank(request, HANDOVER, text=text),
        words=WORDS,
        uses=USES,
        whys=rules.WHY,
        remains=_remains(request),
        day=_day(request),
        me=me,
        told=await node.read(showing.of_holding, own.id) if own else None,
        trusted=[one.name for one in await node.read(peers.listed) if one.state == "active"],
        viewer=viewer,
        record=seen.role.record.rpartition("/")[2],
    )


async def hand_over(request: Request) -> Response:
    """Write down what the next should know."""
    node, seen, own, me = await _mine(request)
    form = read(request, HANDOVER)
    if form.errors:
        return await _show(request, form, 422)
    await node.write(holding.hand_over, own, me, form.values["text"] or "")
    return done(request, f"/roles/{seen.role.slug}", voice(request).say("It is written down."))


async def lay_down(request: Request) -> Response:
    """Lay a role down."""
    node, seen, own, me = await _mine(request)
    await node.write(holding.lay_down, own, me)
    words = voice(request).say("You have laid it down. Thank you for what you did.")
    return done(request, f"/roles/{seen.role.slug}", words)


async def tell(request: Request) -> Response:
    """Let the communities we trust hear that one holds a role, or take that back."""
    node, seen, own, me = await _mine(request)
    yes = (fields_of(request).get("say") or [""])[0] == "yes"
    await node.write(_tell, own, me, yes)
    _ = voice(request).say
    words = _("They hear of it now.") if yes else _("It is taken back: they are told to forget it.")
    return done(request, f"/roles/{seen.role.slug}#told", words)


def _tell(unit: Any, id: str, me: str, yes: bool) -> None:  # noqa: FBT001
    one = holding.mine(unit, id, me)
    telling.tell(unit, one) if yes else telling.take_back(unit, one)


async def _mine(request: Request) -> "tuple[Node, Shown, str, str]":
    """A role that the viewer holds.

    Raises:
        Missing: there is none, or they do not.
    """
    node, _viewer, me = member(request)
    seen = await node.read(views.one_role, request.path_params["slug"], node.now())
    own = next((one.id for one in (*seen.holds, *seen.comes, *seen.deputies)
                if one.member == me), None)  # fmt: skip
    if own is None:
        raise Missing(detail=seen.role.slug)
    return node, seen, own, me


async def answer(request: Request) -> Response:
    """Say whether one takes a role on."""
    node, _viewer, me = member(request)
    yes = (fields_of(request).get("say") or [""])[0] == "yes"
    slug = await node.write(_answer, request.path_params["holding"], me, yes)
    _ = voice(request).say
    words = _("You take it on. Thank you.") if yes else _("You leave it to somebody else.")
    return done(request, f"/roles/{slug}", words)


def _answer(unit: Any, id: str, me: str, yes: bool) -> str:  # noqa: FBT001
    one = holding.answer(unit, id[:64], me, yes=yes)
    if one.selection:
        selecting.settled(unit, one.selection)
    return one.role


# A new one, another one, none ------------------------------------------------------------------


async def new(request: Request) -> Response:
    """The form for a role, or for changing one."""
    node, _viewer, _me = member(request)
    slug = request.query_params.get("role", "")
    most = await node.read(choices.now, MONTHS)
    begins: dict[str, Any] = {"months": most, "seats": 1, "course": "consent"}
    if slug:
        held = (await node.read(views.one_role, slug, node.now())).role
        begins |= {"name": held.name, "purpose": held.purpose, "months": min(held.months, most),
                   "seats": held.seats, "powers": [one.value for one in held.powers]}  # fmt: skip
    return _form(request, blank(request, ROLE, **begins), most)


def _form(request: Request, form: Entry, most: int, status: int = 200) -> Response:
    _ = voice(request).say
    return page(request, "roles/new.html", status=status, title=_("What should the role be?"),
                place="decide", width="narrow", form=form, most=most)  # fmt: skip


async def create(request: Request) -> Response:
    """From the form to the proposal that sets the role up."""
    node, _viewer, _me = member(request)
    form, most = read(request, ROLE), await node.read(choices.now, MONTHS)
    if not form.errors and form.values["months"] > most:
        words = mark("Our charter allows shorter terms only. Say a smaller number.")
        form = form.wrong(Invalid({"months": words}))
    if form.errors:
        return _form(request, form, most, 422)
    said = {name: str(form.values[name]) for name in ("name", "purpose", "months", "seats")}
    said |= {"powers": ",".join(form.values["powers"] or ()), "course": form.values["course"]}
    return RedirectResponse(local_path(f"/roles/draft?{urlencode(said)}"), 303)


async def draft(request: Request) -> Response:
    """The proposal that sets a role up, changes it or ends it, to be changed as one likes."""
    node, _viewer, _me = member(request)
    asked, _ = request.query_params, voice(request).say
    spec = _spec(asked, await node.read(_name, asked.get("end", "")))
    held = await node.read(lambda db: queries.role_by_key(db, rules.key(spec.name)))
    most = await node.read(choices.now, MONTHS)
    if not spec.name or rules.fault(spec, most_months=most):
        raise Missing(detail=spec.name)
    if spec.ends:
        title = _("End the role “%(name)s”", name=spec.name)
        words = _("It is not needed any more. Whoever holds it now is free of it.")
    elif held is not None and held.ended is None:
        title = _("Change the role “%(name)s”", name=spec.name)
        words = _("It is to be as these lines say. Whoever holds it now goes on.")
    else:
        title = _("A new role: %(name)s", name=spec.name)
        words = _("It is set up by the lines below as soon as the decision is in force. Then we "
                  "choose who holds it.")  # fmt: skip
    text = "\n\n".join((words, _("Our reasons:"), rules.lines(spec)))
    return await proposals.begin(request, title=title, text=text)


def _name(db: Any, slug: str) -> str:
    found = queries.role_of(db, slug[:64]) if slug else None
    return found.name if found and found.ended is None else ""


def _spec(asked: Mapping[str, str], ends: str) -> Spec:
    if asked.get("end"):
        return Spec(name=ends, ends=True)

    def number(name: str) -> int:
        said = asked.get(name, "")
        return int(said) if said.isascii() and said.isdigit() and len(said) <= len("999") else 0

    given = asked.get("powers", "").split(",")
    return Spec(
        name=" ".join(asked.get("name", "").split())[: rules.NAME],
        purpose=" ".join(asked.get("purpose", "").split())[: rules.PURPOSE],
        powers=tuple(one for one in Power if one.value in given),
        months=number("months"),
        seats=number("seats"),
    )


routes = (
    Route("/roles", everything, methods=["GET"]),
    Route("/roles/new", new, methods=["GET"]),
    Route("/roles/new", create, methods=["POST"]),
    Route("/roles/draft", draft, methods=["GET"]),
    Route("/roles/answer/{holding}", answer, methods=["POST"]),
    Route("/roles/{slug}", show, methods=["GET"]),
    Route("/roles/{slug}/handover", hand_over, methods=["POST"]),
    Route("/roles/{slug}/lay-down", lay_down, methods=["POST"]),
    Route("/roles/{slug}/tell", tell, methods=["POST"]),
)
