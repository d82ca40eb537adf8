"""The pages of matches: for you, one match with its consent, introductions, ways to reach you."""

import re
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from node.kernel.access import Viewer
from node.kernel.errors import Invalid, Missing, Refused
from node.kernel.node import Node
from node.kernel.unit import Unit
from node.modules.listings import api as listings
from node.modules.matching import (
    agreeing,
    cards,
    filters,
    introducing,
    queries,
    rules,
    showing,
    suggesting,
    wishing,
)
from node.modules.matching.filters import Wishes
from node.modules.matching.showing import Shown
from web.forms import (
    Choice,
    Entry,
    Form,
    Line,
    Number,
    Pick,
    Text,
    Wrong,
    blank,
    done,
    fields_of,
    read,
)  # fmt: skip
from web.language import mark
from web.render import page
from web.voice import WEEKDAYS, voice

MEMBERS = mark("This page is for %(word_members)s. Sign in first.")

MEANS = {"email": mark("Mail"), "telephone": mark("Telephone")}

WHYS = {
    "when": mark("The time does not suit me"),
    "what": mark("It is not what I need"),
    "far": mark("It is too far"),
    "else": mark("I would rather not say"),
}

LANGUAGES = {
    "ar": "العربية", "de": "Deutsch", "en": "English", "es": "Español", "fa": "فارسی",
    "fr": "Français", "it": "Italiano", "nl": "Nederlands", "pl": "Polski", "pt": "Português",
    "ru": "Русский", "tr": "Türkçe", "uk": "Українська", "vi": "Tiếng Việt",
}  # fmt: skip
"""By which names those who speak them call them."""

WISHES = Form(
    Number("farthest", mark("How far at most?"), mark("For notices that say where they are"),
           optional=True, least=1, most=filters.FARTHEST, of="km"),
    Pick("not_days", mark("Days that never suit you"), optional=True, several=True,
         choices=tuple(Choice(str(number), name) for number, name in enumerate(WEEKDAYS))),
    Pick("languages", mark("Languages you understand besides your own"),
         mark("For lessons and visits, where people have to talk"), optional=True, several=True,
         choices=tuple(Choice(code, name) for code, name in LANGUAGES.items())),
)  # fmt: skip

INTRODUCED = mark("You are introduced. The card stands below as soon as it has come.")

_MAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>.]+")
_DIGITS = 3
"""Fewer are no telephone number."""


def _mail(text: str) -> str:
    if not _MAIL.fullmatch(text):
        raise Wrong(mark("This is no mail address. Write it as in ana@mail.example."))
    return text


def _telephone(text: str) -> str:
    if sum(one in "0123456789" for one in text) < _DIGITS:
        raise Wrong(mark("This is no telephone number. Write its digits, as in 030 123 45 67."))
    return text


CONTACT = Form(
    Line("email", mark("Mail"), at_most=200, optional=True, spell=False, autocomplete="email",
         check=_mail),
    Line("telephone", mark("Telephone"), at_most=60, optional=True, spell=False,
         autocomplete="tel", check=_telephone),
)  # fmt: skip


def member(request: Request) -> tuple[Node, Viewer]:
    """The node, and whoever asks, who is a member.

    Raises:
        Refused: E_MEMBERS_ONLY.
    """
    viewer: Viewer = request.state.viewer
    if not viewer.is_member or viewer.id is None:
        raise Refused("E_MEMBERS_ONLY", safe=MEMBERS)
    return request.app.state.node, viewer


async def _words(request: Request) -> dict[str, Any]:
    """What the sentences of a match are made of."""
    spoken, node = voice(request), request.app.state.node
    known = await node.read(listings.topics)

    def day(written: str) -> str:
        return spoken.day(datetime.fromisoformat(written))

    return {"kinds": listings.KINDS, "terms": listings.TERMS, "means": MEANS, "whys": WHYS,
            "topic": lambda iri: known.called(iri, spoken), "concept": listings.concept,
            "day": day}  # fmt: skip


# For you ------------------------------------------------------------------------------------


async def for_you(request: Request) -> Response:
    """The one to three matches that fit a member's notices best."""
    node, viewer = member(request)
    _ = voice(request).say
    found: list[Shown] = await node.read(showing.shown, viewer, node.now())
    around = await node.read(showing.around, viewer, node.now())
    resting = await node.read(queries.resting, viewer.id or "", node.now())
    return page(request, "matching/for_you.html", title=_("For you"), place="give",
                found=found, resting=resting, around=around, **await _words(request))  # fmt: skip


async def answer(request: Request) -> Response:
    """Not now, or not a fit because …; nobody is told."""
    node, viewer = member(request)
    said = {name: held[0] for name, held in fields_of(request).items() if held}
    slug, say = request.path_params["slug"], said.get("say", "")
    learnt = await node.write(_put_aside, viewer.id or "", slug, say, said.get("why", ""))
    _ = voice(request).say
    if learnt:
        words = _("It is put aside. From now on this is what is looked for; change it if you like.")
        return done(request, "/match/wishes", words)
    words = _("It comes back in a week.") if say == "later" else _("It is put aside.")
    return done(request, "/match", words)


def _put_aside(unit: Unit, member: str, slug: str, say: str, why: str) -> bool:
    """Put a match off or aside; true if the member's wishes are others now."""
    found = queries.find_match(unit.db, slug, member)
    if found is None or found.state == "asked" or say not in ("later", "no"):
        raise Missing(detail=slug)
    if say == "later":
        until = unit.now + rules.LATER
        queries.change_match(unit, slug, state="later", until=until)
        return False
    queries.change_match(unit, slug, state="aside", why=why if why in WHYS else "else")
    mine = listings.stored(unit, found.mine)
    other = listings.stored(unit, found.other) if found.other else None
    before = wishing.of(unit.db, member)
    now_is = filters.learnt(before, why, mine, other) if mine and other else before
    if now_is != before:
        suggesting.wish(unit, member, now_is)
    return now_is != before


# One match ----------------------------------------------------------------------------------


def _consent(known: dict[str, str]) -> Form:
    """What a yes tells: name and address always, ways to be reached one by one."""
    message = Text(
        "message",
        mark("A few words to them"),
        mark("Told as they are. Leave your name out if you like."),
        optional=True,
        at_most=rules.MESSAGE,
    )
    return Form(*means_of(known).fields.values(), message)


def means_of(known: dict[str, str]) -> Form:
    """Which of a member's ways to be reached a card tells; empty where there is none."""
    ways = tuple(Choice(kind, f"{known[kind]}") for kind in cards.KINDS if kind in known)
    label = mark("How they may reach you")
    return Form(
        *([Pick("means", label, choices=ways, several=True, optional=True)] if ways else [])
    )


async def show(request: Request) -> Response:
    """One match, and what exactly a yes tells; the other side's question goes before ours."""
    node, viewer = member(request)
    slug = request.path_params["slug"]
    if before := await node.read(showing.answer_first, viewer, slug, node.now()):
        return RedirectResponse(f"/introductions/{before.slug}", 303)
    known = await node.read(queries.contacts, viewer.id or "")
    form = blank(request, _consent(known))
    return await _match_page(request, form)


async def _match_page(request: Request, form: Entry, status: int = 200) -> Response:
    node, viewer = member(request)
    found = await node.read(showing.shown_one, viewer, request.path_params["slug"])
    if found is None or found.match.state == "asked":
        raise Missing
    if found.other is not None and found.elsewhere:
        return RedirectResponse(found.other.path, 303)
    _ = voice(request).say
    return page(request, "matching/match.html", status=status, title=_("Shall we introduce you?"),
                place="give", one=found, form=form, **await _words(request))  # fmt: skip


async def introduce(request: Request) -> Response:
    """The member says yes."""
    node, viewer = member(request)
    known = await node.read(queries.contacts, viewer.id or "")
    form = read(request, _consent(known))
    if not form.errors:
        slug = request.path_params["slug"]
        means = tuple(form.values.get("means") or ())
        message = form.values.get("message") or ""
        try:
            talk = "talk" in fields_of(request).get("say", ())
            held = await node.write(introducing.introduce, viewer.id or "", slug,
                                    means=means, message=message, talk=talk)  # fmt: skip
            _ = voice(request).say
            if held.asked == viewer.id:
                return done(request, "/introductions", _(INTRODUCED))
            return done(request, "/introductions", _("Your yes is on its way."), "wait")
        except Invalid as problem:
            form = form.wrong(problem)
    return await _match_page(request, form, 422)


# Introductions ------------------------------------------------------------------------------


async def introductions(request: Request) -> Response:
    """What is asked of a member, what they asked, and the cards both agreed on."""
    node, viewer = member(request)
    now = node.now()
    _ = voice(request).say
    return page(
        request,
        "matching/introductions.html",
        title=_("Introductions"),
        place="give",
        asked=await node.read(showing.asked_of, viewer, now),
        waiting=await node.read(showing.asked_by, viewer),
        agreed=await node.read(showing.agreed, viewer),
        talks=await node.read(showing.talks, viewer, now),
        now=now,
        **await _words(request),
    )


async def asked(request: Request) -> Response:
    """Somebody asks to be introduced: what a yes tells."""
    node, viewer = member(request)
    known = await node.read(queries.contacts, viewer.id or "")
    form = blank(request, means_of(known))
    return await _asked_page(request, form)


async def _asked_page(request: Request, form: Entry, status: int = 200) -> Response:
    node, viewer = member(request)
    found = await node.read(showing.story, viewer, request.path_params["slug"])
    if found is None or found.introduction.declined or found.introduction.state != "proposed":
        raise Missing
    _ = voice(request).say
    return page(request, "matching/asked.html", status=status, title=_("Somebody asks for you"),
                place="give", one=found, form=form, **await _words(request))  # fmt: skip


async def agree(request: Request) -> Response:
    """The member who is asked says yes, or puts it aside without a word."""
    node, viewer = member(request)
    slug = request.path_params["slug"]
    _ = voice(request).say
    if fields_of(request).get("say") == ["no"] or "no" in fields_of(request).get("say", ()):
        await node.write(agreeing.decline, viewer.id or "", slug)
        return done(request, "/introductions", _("It is put aside. Nobody is told."))
    known = await node.read(queries.contacts, viewer.id or "")
    form = read(request, means_of(known))
    if form.errors:
        return await _asked_page(request, form, 422)
    means = tuple(form.values.get("means") or ())
    held = await node.write(agreeing.agree, viewer.id or "", slug, means=means)
    if held.is_talk:
        return done(request, f"/introductions/{slug}/words", _("You can write to each other now."))
    return done(request, "/introductions", _(INTRODUCED))


async def take_back(request: Request) -> Response:
    """A member takes back a yes that waits, or their card."""
    node, viewer = member(request)
    slug = request.path_params["slug"]
    said = fields_of(request).get("say", ())
    _ = voice(request).say
    if "notice" in said:
        await node.write(cards.show_notice, viewer.id or "", slug)
        words = _("They can read your notice now, and answer it. You see it under Agreements.")
        return done(request, "/introductions", words)
    if "card" in said:
        await node.write(cards.revoke, viewer.id or "", slug)
        return done(request, "/introductions", _("Your card is taken back and erased there."))
    await node.write(introducing.withdraw, viewer.id or "", slug)
    return done(request, "/introductions", _("Your yes is taken back."))


# Wishes -----------------------------------------------------------------------------------------


async def wishes(request: Request) -> Response:
    """What suits a member and what does not, whatever else fits."""
    node, viewer = member(request)
    held = await node.read(wishing.of, viewer.id or "")
    form = blank(
        request,
        WISHES,
        farthest=held.farthest,
        not_days=sorted(held.not_days),
        languages=sorted(held.languages),
    )
    return _wishes_page(request, form)


def _wishes_page(request: Request, form: Entry, status: int = 200) -> Response:
    _ = voice(request).say
    return page(request, "matching/wishes.html", status=status, width="narrow",
                title=_("What suits you"), place="give", form=form)  # fmt: skip


async def save_wishes(request: Request) -> Response:
    """Keep what suits a member, and look anew."""
    node, viewer = member(request)
    form = read(request, WISHES)
    if form.errors:
        return _wishes_page(request, form, 422)
    said = Wishes(
        farthest=form.values["farthest"],
        not_days=frozenset(map(int, form.values["not_days"])),
        languages=frozenset(form.values["languages"]),
    )
    await node.write(suggesting.wish, viewer.id or "", said)
    return done(request, "/match", voice(request).say("Saved."))


# Ways to reach me -----------------------------------------------------------------------------


async def contact(request: Request) -> Response:
    """How a member can be reached; told to nobody but those they choose."""
    node, viewer = member(request)
    form = blank(request, CONTACT, **await node.read(queries.contacts, viewer.id or ""))
    return _contact_page(request, form)


def _contact_page(request: Request, form: Entry, status: int = 200) -> Response:
    _ = voice(request).say
    return page(request, "matching/contact.html", status=status, width="narrow",
                title=_("How you can be reached"), place="me", form=form)  # fmt: skip


async def save_contact(request: Request) -> Response:
    """Keep how a member can be reached."""
    node, viewer = member(request)
    form = read(request, CONTACT)
    if form.errors:
        return _contact_page(request, form, 422)
    await node.write(queries.set_contacts, viewer.id or "", dict(form.values))
    return done(request, "/me/contact", voice(request).say("Saved."))


routes = tuple(
    Route(path, page_, methods=[method])
    for path, method, page_ in (
        ("/match", "GET", for_you),
        ("/match/wishes", "GET", wishes),
        ("/match/wishes", "POST", save_wishes),
        ("/match/{slug}", "GET", show),
        ("/match/{slug}", "POST", introduce),
        ("/match/{slug}/aside", "POST", answer),
        ("/introductions", "GET", introductions),
        ("/introductions/{slug}", "GET", asked),
        ("/introductions/{slug}", "POST", agree),
        ("/introductions/{slug}/back", "POST", take_back),
        ("/me/contact", "GET", contact),
        ("/me/contact", "POST", save_contact),
    )
)
