"""The pages of single offers and needs: a new one, one of them, one's own."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel.access import Viewer
from node.kernel.errors import Conflict, Invalid, Missing, Problem, Refused
from node.kernel.node import find_accounts
from node.kernel.tables import Account
from node.modules.listings import (
    concepts,
    drafts,
    places,
    posting,
    queries,
    telling_when,
    topics,
    writing,
)
from node.modules.listings import form as forms
from node.modules.listings.board import PURPOSES, board
from node.modules.listings.form import EDIT, NEW
from node.modules.listings.places import Cell
from node.modules.listings.rules import LIVE, State, last_day, may_renew
from node.modules.listings.tables import Notice
from node.modules.pictures import api as pictures
from node.modules.pictures.api import Brought
from web.forms import Entry, Form, blank, done, fields_of, read
from web.language import mark
from web.render import page
from web.slots import Card, gather
from web.voice import voice

if TYPE_CHECKING:
    from node.kernel.node import Node

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
    kept = await node.read(drafts.all_of, viewer.id)
    now, _ = node.now(), voice(request).say
    live = [one for one in found if one.state(now) in LIVE]
    return page(
        request,
        "listings/mine.html",
        title=_("Your notices"),
        place="me",
        drafts=kept,
        live=live,
        ended=[one for one in found if one not in live],
    )


# A new one ----------------------------------------------------------------------------------


async def new(request: Request) -> Response:
    """The short form: one line is enough."""
    viewer, node = _member(request), request.app.state.node
    purpose = PURPOSES.get(request.query_params.get("purpose", ""), "request")
    kind = request.query_params.get("kind", "")
    opened: dict[str, Any] = {
        "kind": kind if kind in concepts.KINDS else "service",
        "until": forms.today(node) + forms.STAYS,
        "terms": ["lend" if kind == "lend" else "gift"],
        "reach": "community",
        "purpose": purpose,
    }
    topic = request.query_params.get("topic", "")
    if concepts.label(concepts.concept(topic)):
        # asked for by what other communities lack, so they are to see it
        opened |= {"topic": topic, "reach": "trusted"}
    kept = request.query_params.get("draft", "")
    if kept:
        return await _drafted(request, kept)
    slug = request.query_params.get("again", "")
    before = await node.read(queries.own, slug, viewer) if slug else None
    if before is not None:
        opened = forms.again(before, node, opened, await node.read(topics.load))
    form = await _asking(request, NEW)
    return await _new_page(request, blank(request, form, **opened), opened["purpose"])


async def _asking(request: Request, form: Form, one: Notice | None = None) -> Form:
    """A form with the topics of this community; that of a notice among them, if it is retired."""
    node: Node = request.app.state.node
    known = await node.read(topics.load)
    return forms.with_topics(form, known, voice(request), one.concept if one else None)


async def _drafted(request: Request, slug: str) -> Response:
    """The form as a member has left it."""
    viewer, node = _member(request), request.app.state.node
    kept = await node.read(drafts.find, slug, viewer.id)
    if kept is None:
        raise Missing(detail=slug)
    raw = {**kept.said, "draft": [kept.slug], "purpose": [kept.purpose]}
    form = replace(blank(request, await _asking(request, NEW)), raw=raw)
    stands_in = drafts.about(node.origin, slug)
    pictures.opened(request, (await node.read(pictures.about, [stands_in])).get(stands_in, ()))
    return await _new_page(request, form, kept.purpose)


async def _new_page(request: Request, form: Entry, purpose: str, status: int = 200) -> Response:
    title = ASK[0] if purpose == "request" else ASK[1]
    return await _form_page(request, form, title, "/l/new", status)


async def _form_page(
    request: Request, form: Entry, title: str, action: str, status: int
) -> Response:
    node: Node = request.app.state.node
    known = await node.read(queries.known_places, request.state.viewer)
    return page(
        request,
        "listings/new.html",
        status=status,
        title=voice(request).say(title),
        place="give",
        width="mid",
        form=form,
        action=action,
        known=sorted(known),
    )


async def _known(request: Request) -> dict[str, Cell]:
    """The cells of places that were named before, by their names in small letters."""
    node: Node = request.app.state.node
    known = await node.read(queries.known_places, request.state.viewer)
    return {name.casefold(): cell for name, cell in known.items()}


async def create(request: Request) -> Response:
    """Put it on the board."""
    viewer, node = _member(request), request.app.state.node
    form = read(request, await _asking(request, NEW))
    slug = (form.values.get("draft") or form.once)[:64]
    own = await node.read(drafts.find, slug, viewer.id)
    stands_in = drafts.about(node.origin, slug) if own else None
    photo = await pictures.taken(request, most=1, about=stands_in)
    purpose = form.values.get("purpose", "")
    if purpose not in PURPOSES.values():
        raise Invalid({}, safe=mark("Say whether you need or offer it: begin on the board."))
    if fields_of(request).get("say") == ["draft"]:
        return await _keep(request, _with_photo(form, photo), slug, photo)
    form = _with_photo(forms.judged(form, node), photo)
    if form.errors:
        return await _new_page(request, form, purpose, 422)
    try:
        said = form.values
        draft = forms.draft(form, node, _language(request), photo, await _known(request))
        made = await node.write(
            posting.post_draft, viewer.id, purpose, said["reach"], draft, form.once, slug
        )
    except Invalid as problem:
        return await _new_page(request, form.wrong(problem), purpose, problem.status)
    _ = voice(request).say
    return done(request, made.path, _("Your notice is on the board."))


async def _keep(request: Request, form: Entry, slug: str, photo: Brought) -> Response:
    """Keep a form as it is typed, whatever is wrong with it but the photo."""
    viewer, node = _member(request), request.app.state.node
    purpose, said = form.values["purpose"], forms.typed(form)
    if photo.errors:
        return await _new_page(request, form, purpose, 422)
    try:
        await node.write(drafts.keep, viewer.id, slug, purpose, said, photo.chosen)
    except Conflict as problem:
        return await _new_page(request, form.wrong(problem), purpose, problem.status)
    return done(request, "/l/mine", voice(request).say("It is kept as a draft."))


async def discard(request: Request) -> Response:
    """Throw a draft away."""
    viewer, node = _member(request), request.app.state.node
    await node.write(drafts.drop, viewer.id, request.path_params["slug"])
    return done(request, "/l/mine", voice(request).say("It is thrown away."))


def _with_photo(form: Entry, photo: Brought) -> Entry:
    """The form, with a sentence if its photo cannot be used."""
    return form.wrong(Invalid(photo.errors)) if photo.errors else form


def _language(request: Request) -> str:
    """The language in which a member writes."""
    viewer: Viewer = request.state.viewer
    node: Node = request.app.state.node
    return viewer.language or node.community.language


# One of them --------------------------------------------------------------------------------


async def show(request: Request) -> Response:
    """One offer or need."""
    node: Node = request.app.state.node
    slug, viewer = request.path_params["slug"], request.state.viewer
    one, owner, place = await node.read(_show, slug, viewer)
    state, zone = one.state(node.now()), forms.zone(node)
    mine = viewer.id == one.owner
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
        mine=mine,
        renew=mine and may_renew(one.ends, one.due, node.now()),
        when=telling_when.in_words(one.when, voice(request)),
        around=places.shown(one.cell) if one.cell else "",
        units=forms.UNITS,
        answers=await _answers(request, one, state),
        calendar=await _calendar(request, one, state),
        ahead=await _ahead(request, one) if mine else "",
        fits=await _fits(request, one) if mine and state in LIVE else None,
        last_day=last_day(one.ends, zone),
        kind=concepts.KINDS[one.kind][1],
        topics=await _topics(request, one),
        terms=[concepts.TERMS[term] for term in one.terms if term in concepts.TERMS],
    )


async def _answers(request: Request, one: Notice, state: State) -> Sequence[Card]:
    """The ways to answer a notice of somebody else, as modules offer them."""
    viewer: Viewer = request.state.viewer
    open_ = viewer.is_member and viewer.id != one.owner and state in LIVE and one.takes_answers
    return (await gather(request, "notice.answer")).cards if open_ else ()


async def _topics(request: Request, one: Notice) -> list[tuple[str, str]]:
    """What a notice is about, as (key, words); what stands above its topic is not said again."""
    node: Node = request.app.state.node
    known, spoken = await node.read(topics.load), voice(request)
    over = {each for topic in one.topics for each in known.above(topic)}
    named = [known.topics[each] for each in one.topics if each in known.topics and each not in over]
    return [(each.key, known.path(each.id, spoken)) for each in named]


async def _calendar(request: Request, one: Notice, state: State) -> Sequence[Card]:
    """The ways to the days of a thing that is lent here, as modules offer them."""
    lent = one.local and not one.is_need and one.action == "use" and state in LIVE
    return (await gather(request, "notice.calendar")).cards if lent and _is_in(request) else ()


def _is_in(request: Request) -> bool:
    viewer: Viewer = request.state.viewer
    return viewer.is_member


async def _fits(request: Request, one: Notice) -> Card | None:
    """What fits a notice of mine, or where it will stand, as a module says it."""
    cards = (await gather(request, "notice.fits")).cards
    return next((each for about in (one.id, "") for each in cards if each.about == about), None)


async def _ahead(request: Request, one: Notice) -> str:
    """What ends with a notice of mine that leaves the board, as modules say it."""
    cards = (await gather(request, "notice.ahead")).cards
    return " ".join(card.title for card in cards if card.about == one.id)


def _show(db: Connection, slug: str, viewer: Viewer) -> tuple[Notice, Account | None, str]:
    one = queries.by_slug(db, slug, viewer)
    # what others published is shown to strangers by its own server
    if one is None or not (one.local or viewer.is_member):
        raise Missing(detail=slug)
    owner = find_accounts(db, [one.owner]).get(one.owner)
    return one, owner, queries.places(db, [one]).get(one.domain, "")


async def edit(request: Request) -> Response:
    """The form of a notice of mine."""
    node = request.app.state.node
    one = await _mine(request)
    pictures.opened(request, (await node.read(pictures.about, [one.id])).get(one.id, ()))
    held = forms.filled(one, node, await node.read(topics.load))
    form = await _asking(request, EDIT, one)
    return await _edit_page(request, blank(request, form, **held), one)


async def _edit_page(request: Request, form: Entry, one: Notice, status: int = 200) -> Response:
    return await _form_page(request, form, mark("Change your notice"), f"{one.path}/edit", status)


async def save(request: Request) -> Response:
    """Change a notice of mine."""
    viewer, node = _member(request), request.app.state.node
    one = await _mine(request)
    form = forms.judged(read(request, await _asking(request, EDIT, one)), node)
    photo = await pictures.taken(request, most=1, about=one.id)
    form = _with_photo(form, photo)
    if form.errors:
        return await _edit_page(request, form, one, 422)
    draft = forms.draft(form, node, _language(request), photo, await _known(request))
    try:
        await node.write(posting.edit, viewer.id, one.id, draft)
    except Problem as problem:
        if isinstance(problem, Missing):
            raise
        return await _edit_page(request, form.wrong(problem), one, problem.status)
    _ = voice(request).say
    return done(request, one.path, _("Changed."))


async def close(request: Request) -> Response:
    """Mark a notice of mine as met, let it stay longer, take it from the board, or delete it."""
    viewer, node = _member(request), request.app.state.node
    one = await _mine(request)
    say = (fields_of(request).get("say") or [""])[0]
    _ = voice(request).say
    if say == "delete":
        await node.write(posting.delete, viewer.id, one.id)
        return done(request, "/board", _("It is deleted."))
    if say == "longer":
        await node.write(posting.renew, viewer.id, one.id)
        return done(request, one.path, _("It stays up longer."))
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
    Route("/l/drafts/{slug}/discard", discard, methods=["POST"]),
    Route("/l/{slug}", show, methods=["GET"]),
    Route("/l/{slug}/edit", edit, methods=["GET"]),
    Route("/l/{slug}/edit", save, methods=["POST"]),
    Route("/l/{slug}/close", close, methods=["POST"]),
)
