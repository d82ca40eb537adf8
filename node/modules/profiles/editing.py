"""The pages on which a member changes their profile: cards, one form for each kind."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel.access import Reach, Viewer
from node.kernel.errors import Missing, Problem, Refused
from node.modules.listings import api as listings
from node.modules.profiles import changing, queries
from node.modules.profiles.changing import Draft
from node.modules.profiles.rules import ONLY_ONE, Kind
from node.modules.profiles.tables import Facet
from web.forms import (
    Choice,
    Entry,
    Form,
    Line,
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
from web.voice import Voice, voice

if TYPE_CHECKING:
    from node.kernel.node import Node

NAMES: Final = {
    "Gift": mark("Gift"),
    "SkillClaim": mark("Skill"),
    "EconomicResource": mark("Thing"),
    "Mission": mark("Mission"),
}
TITLES: Final = {
    Kind.GIFT: mark("Your gift"),
    Kind.SKILL: mark("A skill"),
    Kind.ASSET: mark("Something you have"),
    Kind.MISSION: mark("Your mission"),
}
LEVELS: Final = (
    Choice("learning", mark("I am learning it")),
    Choice("practised", mark("I have some practice")),
    Choice("skilled", mark("I do it well")),
    Choice("expert", mark("It is my trade")),
)
WAYS: Final = (
    Choice("do", mark("Do it for others")),
    Choice("teach", mark("Teach it")),
    Choice("learn", mark("Learn more of it")),
    Choice("advise", mark("Give advice")),
)
OPENED: Final = {"reach": Reach.COMMUNITY, "engagement": ["do"], "terms": ["lend"]}


def no_markup(text: str) -> str:
    """A line without what others would take for markup.

    Raises:
        Wrong: it has some.
    """
    if "<" in text or ">" in text:
        raise Wrong(mark("Leave the signs < and > away."))
    return text


def _line(label: str, help_: str) -> Line:
    return Line("name", label, help_, at_most=200, check=no_markup)


def _topics(label: str, *, optional: bool = False) -> Pick:
    choices = tuple(Choice(name, words) for name, words in listings.TOPICS.items())
    return Pick("topic", label, choices=choices, optional=optional)


_MORE: Final = Text("text", mark("A few words more"), optional=True, at_most=2000)
_WHO: Final = (
    reach(),
    Tick("matched", mark("Trusted nodes may find it for a match, without my name"),
         mark("Whoever can see it: your name is told only when you say yes.")),
)  # fmt: skip
FORMS: Final = {
    Kind.GIFT: Form(
        _line(mark("What do you like to give?"),
              mark("One sentence, as in “I help people read what is in small print.”")),
        _MORE, *_WHO,
    ),
    Kind.SKILL: Form(
        _line(mark("What can you do?"), mark("As in “Letters and forms, in two languages”")),
        _topics(mark("What is it about?")),
        Pick("level", mark("How well?"), choices=LEVELS, optional=True),
        Pick("engagement", mark("What would you like to do with it?"), choices=WAYS, several=True),
        _MORE, *_WHO,
    ),
    Kind.ASSET: Form(
        _line(mark("What is it?"), mark("A thing or a room that others could use")),
        _topics(mark("What is it about?")),
        Pick("terms", mark("On what terms?"), several=True,
             choices=tuple(Choice(name, words) for name, words in listings.TERMS.items())),
        _MORE, *_WHO,
    ),
    Kind.MISSION: Form(
        _line(mark("What do you work towards?"),
              mark("One sentence, as in “No bicycle is thrown away here.”")),
        _topics(mark("What is it about?"), optional=True),
        _MORE, *_WHO,
    ),
}  # fmt: skip
GUIDE: Final = Form(
    Line("first", mark("Somebody thanked you. What had you done?"), at_most=200),
    Line("second", mark("Another time: what had you done?"), at_most=200, optional=True),
    Line("third", mark("And once more, perhaps long ago?"), at_most=200, optional=True),
)  # fmt: skip


def _member(request: Request) -> tuple["Node", Viewer]:
    viewer: Viewer = request.state.viewer
    if not viewer.is_member or viewer.account is None:
        raise Refused(
            "E_MEMBERS_ONLY", safe=mark("This page is for %(word_members)s. Sign in first.")
        )
    return request.app.state.node, viewer


def _kind(request: Request) -> Kind:
    said = request.path_params["kind"]
    if said not in set(Kind):
        raise Missing(detail=said)
    return Kind(said)


def meta(spoken: Voice) -> Callable[[Facet], str]:
    """What stands below a card's name: its level, ways and terms, in the reader's words."""
    named = {choice.value: choice.label for choice in (*LEVELS, *WAYS)}

    def told(one: Facet) -> str:
        level = [named[one.level]] if one.level in named else []
        ways = [named[way] for way in one.engagement if way in named]
        terms = [listings.TERMS[term] for term in one.terms if term in listings.TERMS]
        kind = {Kind.SKILL: mark("Skill"), Kind.ASSET: mark("Thing")}.get(Kind(one.kind))
        parts = [*([kind] if kind else ()), *level, *ways, *terms]
        return " · ".join(spoken.say(part) for part in parts)

    return told


async def overview(request: Request) -> Response:
    """Everything on one's own profile, with the way to change it."""
    node, viewer = _member(request)
    found = await node.read(queries.facets, viewer.id or "", viewer)
    _ = voice(request).say
    return page(
        request,
        "profiles/mine.html",
        title=_("Your profile"),
        place="me",
        found={kind: [one for one in found if one.kind == kind] for kind in Kind},
        only_one=ONLY_ONE,
        titles=TITLES,
        meta=meta(voice(request)),
        who=viewer.account,
    )


async def edit(request: Request) -> Response:
    """The form of a card, new or one's own."""
    node, viewer = _member(request)
    kind, before = _kind(request), await _before(request)
    if before is None and kind in ONLY_ONE:
        mine = await node.read(queries.facets, viewer.id or "", viewer)
        before = next((one for one in mine if one.kind == kind), None)
    form, known = await _form(request, kind, before)
    opened = _as_form(before, known) if before else dict(OPENED)
    return _page(request, kind, blank(request, form, **_only(opened, form.fields.keys())), before)


async def _form(request: Request, kind: Kind, before: Facet | None) -> tuple[Form, listings.Tree]:
    """The form of a kind of card, with the community's topics to choose from; and these."""
    node, _viewer = _member(request)
    known = await node.read(listings.topics)
    also = before.concept if before else None
    return listings.with_topics(FORMS[kind], known, voice(request), also), known


def _only(values: dict[str, Any], known: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in known}


async def _before(request: Request) -> Facet | None:
    """The member's own card that the path names; None where it names none.

    Raises:
        Missing: it is somebody else's, of another kind, or not here.
    """
    node, viewer = _member(request)
    slug = request.path_params.get("slug")
    if slug is None:
        return None
    found: Facet | None = await node.read(queries.own, f"{node.origin}/o/{slug}", viewer)
    if found is None or found.kind != _kind(request):
        raise Missing(detail=slug)
    return found


def _as_form(one: Facet, known: listings.Tree) -> dict[str, Any]:
    about = known.topics.get(one.concept or "")
    return {
        "name": one.name,
        "text": one.text,
        "topic": about.key if about else None,
        "level": one.level,
        "engagement": list(one.engagement),
        "terms": list(one.terms),
        "reach": one.reach,
        "matched": one.match_scope != "localOnly",
    }


def _page(
    request: Request,
    kind: Kind,
    form: Entry,
    before: Facet | None,
    *,
    status: int = 200,
    moments: tuple[str, ...] = (),
) -> Response:
    slug = f"/{before.slug}" if before else ""
    return page(
        request,
        "profiles/edit.html",
        status=status,
        title=voice(request).say(TITLES[kind]),
        place="me",
        width="mid",
        form=form,
        kind=kind,
        action=f"/me/profile/{kind}{slug}",
        before=before,
        moments=moments,
    )


async def save(request: Request) -> Response:
    """Keep a card, new or changed."""
    node, viewer = _member(request)
    kind, before = _kind(request), await _before(request)
    asked, known = await _form(request, kind, before)
    form = read(request, asked)
    if form.errors:
        return _page(request, kind, form, before, status=422)
    draft = _draft(form, known, viewer.language or node.community.language)
    try:
        if before is None:
            await node.write(changing.add, viewer.id or "", kind, draft)
        else:
            await node.write(changing.change, viewer.id or "", before.id, draft)
    except Problem as problem:
        if isinstance(problem, Missing):
            raise
        return _page(request, kind, form.wrong(problem), before, status=problem.status)
    return done(request, "/me/profile", voice(request).say("Saved."))


def _draft(form: Entry, known: listings.Tree, language: str) -> Draft:
    said = form.values
    about = known.by_key(said.get("topic") or "")
    return Draft(
        name=said["name"],
        text=said["text"],
        concept=about.id if about else None,
        level=said.get("level"),
        engagement=said.get("engagement") or [],
        terms=said.get("terms") or [],
        reach=said["reach"],
        matched=said["matched"],
        lang=language,
    )


async def remove(request: Request) -> Response:
    """Take a card away."""
    node, viewer = _member(request)
    slug = (fields_of(request).get("card") or [""])[0]
    await node.write(changing.remove, viewer.id or "", f"{node.origin}/o/{slug}")
    return done(request, "/me/profile", voice(request).say("It is gone."))


async def guide(request: Request) -> Response:
    """Three questions on the way to a gift in one sentence."""
    _member(request)
    return _guide(request, blank(request, GUIDE))


def _guide(request: Request, form: Entry, status: int = 200) -> Response:
    _ = voice(request).say
    return page(request, "profiles/guide.html", status=status, title=_("Find your gift"),
                place="me", width="mid", form=form)  # fmt: skip


async def guided(request: Request) -> Response:
    """The form of the gift with the three answers beside it; they are kept nowhere."""
    node, viewer = _member(request)
    form = read(request, GUIDE)
    if form.errors:
        return _guide(request, form, 422)
    moments = tuple(said for said in form.values.values() if said)
    mine = await node.read(queries.facets, viewer.id or "", viewer)
    before = next((one for one in mine if one.kind == Kind.GIFT), None)
    asked, known = await _form(request, Kind.GIFT, before)
    opened = _as_form(before, known) if before else dict(OPENED)
    sentence = blank(request, asked, **_only(opened, asked.fields.keys()))
    return _page(request, Kind.GIFT, sentence, before, moments=moments)


routes = (
    Route("/me/profile", overview, methods=["GET"]),
    Route("/me/profile/remove", remove, methods=["POST"]),
    Route("/me/profile/guide", guide, methods=["GET"]),
    Route("/me/profile/guide", guided, methods=["POST"]),
    Route("/me/profile/{kind}", edit, methods=["GET"]),
    Route("/me/profile/{kind}", save, methods=["POST"]),
    Route("/me/profile/{kind}/{slug}", edit, methods=["GET"]),
    Route("/me/profile/{kind}/{slug}", save, methods=["POST"]),
)
