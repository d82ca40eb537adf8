"""The pages of single offers and needs: a new one, one of them, one's own."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel.access import Viewer
from node.kernel.errors import Invalid, Missing, Problem, Refused
from node.kernel.tables import Account
from node.modules.listings import concepts, posting, queries, writing
from node.modules.listings.board import PURPOSES, board
from node.modules.listings.posting import Draft
from node.modules.listings.rules import LIVE, State, last_day
from node.modules.listings.tables import Notice
from node.modules.pictures import api as pictures
from node.modules.pictures.api import Brought
from web.forms import (
    Choice,
    Day,
    Entry,
    Form,
    Hidden,
    Line,
    Minutes,
    Pick,
    Text,
    Tick,
    Wrong,
    blank,
    done,
    fields_of,
    reach,
    read,
)
from web.language import mark
from web.render import page
from web.slots import Card, gather
from web.voice import voice

if TYPE_CHECKING:
    from node.kernel.node import Node

STAYS: Final = timedelta(days=60)
LONGEST: Final = timedelta(days=366)
TERMS: Final = ("gift", "lend", "timeCredit")


def no_markup(text: str) -> str:
    """A line without what others would take for markup.

    Raises:
        Wrong: it has some.
    """
    if "<" in text or ">" in text:
        raise Wrong(mark("Leave the signs < and > away."))
    return text


WORDS: Final = (
    Line("title", mark("In one line"), mark("As you would say it at the door"), at_most=120,
         check=no_markup),
    Text("text", mark("A few words about it"), optional=True, at_most=5000),
    Pick("kind", mark("What is it?"),
         choices=tuple(Choice(name, words) for name, (_, words) in concepts.KINDS.items())),
    Pick("topic", mark("What is it about?"), optional=True,
         choices=tuple(Choice(name, words) for name, words in concepts.TOPICS.items())),
    Minutes("takes", mark("How long does it take?"), mark("As in “90” or “1 h 30 min”"),
            optional=True, most=60 * 24 * 30),
    Day("until", mark("Until when does it stay up?"),
        mark("Then it leaves the board by itself."), from_tomorrow=True),
    Pick("terms", mark("On what terms?"), several=True,
         choices=tuple(Choice(name, concepts.TERMS[name]) for name in TERMS)),
)  # fmt: skip
HIDDEN: Final = Tick(
    "hidden",
    mark("Look for matches at trusted nodes, without my name"),
    mark("For what stays in this community: only the topic, the length and the day are asked "
         "about, and nobody learns who asks until you both say yes."),
)  # fmt: skip
NEW: Final = Form(*WORDS, reach(), HIDDEN, Hidden("purpose"))
EDIT: Final = Form(*WORDS, HIDDEN)
ASK: Final = (mark("Say what you need"), mark("Say what you offer"))


def _member(request: Request) -> Viewer:
    viewer: Viewer = request.state.viewer
    if not viewer.is_member or viewer.account is None:
        raise Refused(
            "E_MEMBERS_ONLY", safe=mark("This page is for %(word_members)s. Sign in first.")
        )
    return viewer


async def mine(request: Request) -> Response:
    """A member's own notices, open and ended."""
    viewer, node = _member(request), request.app.state.node
    found = await node.read(queries.of_owner, viewer)
    now, _ = node.now(), voice(request).say
    live = [one for one in found if one.state(now) in LIVE]
    return page(
        request,
        "listings/mine.html",
        title=_("Your notices"),
        place="me",
        live=live,
        ended=[one for one in found if one not in live],
    )


# A new one ----------------------------------------------------------------------------------


async def new(request: Request) -> Response:
    """The short form: one line is enough."""
    viewer, node = _member(request), request.app.state.node
    purpose = PURPOSES.get(request.query_params.get("purpose", ""), "request")
    opened: dict[str, Any] = {
        "kind": "service",
        "until": _today(node) + STAYS,
        "terms": ["gift"],
        "reach": "community",
        "purpose": purpose,
    }
    slug = request.query_params.get("again", "")
    before = await node.read(queries.own, slug, viewer) if slug else None
    if before is not None:
        again = _as_form(before, node) | {"purpose": before.purpose, "reach": before.reach}
        opened |= again | {"until": opened["until"]}
    return _new_page(request, blank(request, NEW, **opened), opened["purpose"])


def _new_page(request: Request, form: Entry, purpose: str, status: int = 200) -> Response:
    _ = voice(request).say
    title = _(ASK[0] if purpose == "request" else ASK[1])
    return page(
        request,
        "listings/new.html",
        status=status,
        title=title,
        place="give",
        width="mid",
        form=form,
        action="/l/new",
    )


async def create(request: Request) -> Response:
    """Put it on the board."""
    viewer, node = _member(request), request.app.state.node
    form = read(request, NEW)
    photo = await pictures.taken(request, most=1)
    purpose = form.values.get("purpose", "")
    if purpose not in PURPOSES.values():
        raise Invalid({}, safe=mark("Say whether you need or offer it: begin on the board."))
    form = _with_photo(_timely(form, node), photo)
    if form.errors:
        return _new_page(request, form, purpose, 422)
    try:
        said = form.values
        draft = _draft(form, node, viewer, photo)
        made = await node.write(
            posting.post, viewer.id, purpose, said["reach"], draft, once=form.once
        )
    except Invalid as problem:
        return _new_page(request, form.wrong(problem), purpose, problem.status)
    _ = voice(request).say
    return done(request, made.path, _("Your notice is on the board."))


def _with_photo(form: Entry, photo: Brought) -> Entry:
    """The form, with a sentence if its photo cannot be used."""
    return form.wrong(Invalid(photo.errors)) if photo.errors else form


def _timely(form: Entry, node: "Node") -> Entry:
    """The form, with a sentence if the day is too far away."""
    day = form.values.get("until")
    if day is None or day <= _today(node) + LONGEST:
        return form
    return form.wrong(Invalid({"until": mark("Choose a day within a year.")}))


def _draft(form: Entry, node: "Node", viewer: Viewer, photo: Brought) -> Draft:
    said = form.values
    return Draft(
        title=said["title"],
        text=said["text"],
        kind=said["kind"],
        topic=said["topic"],
        minutes=said["takes"],
        ends=_end_of(said["until"], node),
        terms=said["terms"],
        hidden=said["hidden"],
        lang=viewer.language or node.community.language,
        photo=photo.chosen,
    )


def _zone(node: "Node") -> ZoneInfo:
    return ZoneInfo(node.community.timezone)


def _today(node: "Node") -> date:
    return node.now().astimezone(_zone(node)).date()


def _end_of(day: date, node: "Node") -> datetime:
    """The end of a day in the community's zone."""
    return datetime.combine(day + timedelta(days=1), time(0), _zone(node))


def _as_form(one: Notice, node: "Node") -> dict[str, Any]:
    """A notice as its form begins."""
    return {
        "title": one.title,
        "text": one.text,
        "kind": one.kind,
        "topic": concepts.name_of(one.concept),
        "takes": one.minutes,
        "until": last_day(one.ends, _zone(node)),
        "terms": [term for term in one.terms if term in TERMS],
        "hidden": one.match_scope != "localOnly",
    }


# One of them --------------------------------------------------------------------------------


async def show(request: Request) -> Response:
    """One offer or need."""
    node: Node = request.app.state.node
    slug, viewer = request.path_params["slug"], request.state.viewer
    one, owner, place = await node.read(_show, slug, viewer)
    state = one.state(node.now())
    return page(
        request,
        "listings/show.html",
        title=one.title,
        document=one.id if one.local else None,
        place="give",
        one=one,
        owner=owner,
        source=place,
        wished=writing.wished(one, node.origin),
        state=state,
        is_live=state in LIVE,
        mine=viewer.id == one.owner,
        answers=await _answers(request, one, state),
        last_day=last_day(one.ends, _zone(node)),
        kind=concepts.KINDS[one.kind][1],
        topics=[words for words in map(concepts.label, one.topics) if words],
        terms=[concepts.TERMS[term] for term in one.terms if term in concepts.TERMS],
    )


async def _answers(request: Request, one: Notice, state: State) -> Sequence[Card]:
    """The ways to answer a notice of somebody else, as modules offer them."""
    viewer: Viewer = request.state.viewer
    open_ = viewer.is_member and viewer.id != one.owner and state in LIVE and one.takes_answers
    return (await gather(request, "notice.answer")).cards if open_ else ()


def _show(db: Connection, slug: str, viewer: Viewer) -> tuple[Notice, Account | None, str]:
    one = queries.by_slug(db, slug, viewer)
    # what others published is shown to strangers by its own server
    if one is None or not (one.local or viewer.is_member):
        raise Missing(detail=slug)
    owner = queries.owners(db, [one.owner]).get(one.owner)
    return one, owner, queries.places(db, [one]).get(one.domain, "")


async def edit(request: Request) -> Response:
    """The form of a notice of mine."""
    node = request.app.state.node
    one = await _mine(request)
    pictures.opened(request, (await node.read(pictures.about, [one.id])).get(one.id, ()))
    return _edit_page(request, blank(request, EDIT, **_as_form(one, node)), one)


def _edit_page(request: Request, form: Entry, one: Notice, status: int = 200) -> Response:
    _ = voice(request).say
    return page(
        request,
        "listings/new.html",
        status=status,
        title=_("Change your notice"),
        place="give",
        width="mid",
        form=form,
        action=f"{one.path}/edit",
    )


async def save(request: Request) -> Response:
    """Change a notice of mine."""
    viewer, node = _member(request), request.app.state.node
    one = await _mine(request)
    form = _timely(read(request, EDIT), node)
    photo = await pictures.taken(request, most=1, about=one.id)
    form = _with_photo(form, photo)
    if form.errors:
        return _edit_page(request, form, one, 422)
    try:
        await node.write(posting.edit, viewer.id, one.id, _draft(form, node, viewer, photo))
    except Problem as problem:
        if isinstance(problem, Missing):
            raise
        return _edit_page(request, form.wrong(problem), one, problem.status)
    _ = voice(request).say
    return done(request, one.path, _("Changed."))


async def close(request: Request) -> Response:
    """Mark a notice of mine as met, take it from the board, or delete it."""
    viewer, node = _member(request), request.app.state.node
    one = await _mine(request)
    say = (fields_of(request).get("say") or [""])[0]
    _ = voice(request).say
    if say == "delete":
        await node.write(posting.delete, viewer.id, one.id)
        return done(request, "/board", _("It is deleted."))
    if say not in {"met", "withdraw"}:
        raise Invalid({}, safe=mark("Use one of the buttons on the notice."))
    await node.write(posting.end, viewer.id, one.id, met=say == "met")
    words = _("Well done. It has left the board.") if say == "met" else _("It has left the board.")
    return done(request, one.path, words)


async def _mine(request: Request) -> Notice:
    """The member's own notice at this page.

    Raises:
        Missing: it is somebody else's, or is not here.
    """
    viewer, node = _member(request), request.app.state.node
    one: Notice | None = await node.read(queries.own, request.path_params["slug"], viewer)
    if one is None:
        raise Missing(detail=request.path_params["slug"])
    return one


routes = (
    Route("/board", board, methods=["GET"]),
    Route("/give", board, methods=["GET"]),
    Route("/l/new", new, methods=["GET"]),
    Route("/l/new", create, methods=["POST"]),
    Route("/l/mine", mine, methods=["GET"]),
    Route("/l/{slug}", show, methods=["GET"]),
    Route("/l/{slug}/edit", edit, methods=["GET"]),
    Route("/l/{slug}/edit", save, methods=["POST"]),
    Route("/l/{slug}/close", close, methods=["POST"]),
)
