"""The page of a conversation without names, and what can be done there."""

import secrets
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel.access import Viewer
from node.kernel.errors import Invalid, Missing
from node.kernel.unit import Unit
from node.modules.matching import introduced, queries, rules, showing, swapping, talking
from node.modules.matching.introduced import Introduction, Letter
from node.modules.matching.pages import INTRODUCED, means_of, member
from node.modules.matching.showing import Story
from vocab.values import dataclass
from web.forms import Entry, Form, Text, blank, done, fields_of, read
from web.language import mark
from web.render import page
from web.voice import voice

WRITE: Final = Form(
    Text("text", mark("Your words"),
         mark("They go as they are. Your name does not go with them; leave it out, if you like."),
         at_most=rules.MESSAGE),
)  # fmt: skip
SHOWN: Final = 300
"""Characters with which a member says why they show a letter to the keepers."""


@dataclass(frozen=True, kw_only=True)
class Talk:
    """A conversation as one of its two sides sees it.

    `open`: they can write; `theirs`: the other side's wish to swap cards, which waits; `asked`:
    this side has asked for that.
    """

    story: Story
    letters: tuple[Letter, ...]
    open: bool
    theirs: Introduction | None
    asked: Introduction | None


def _look(unit: Unit, viewer: Viewer, slug: str) -> Talk:
    held, letters = talking.of(unit, viewer.id or "", slug)
    asks = introduced.asks_for_cards(unit.db, held.id)
    return Talk(
        story=showing.tell(unit.db, viewer, held),
        letters=tuple(letters),
        open=talking.goes_on(unit, held),
        theirs=talking.theirs_waits(unit, held),
        asked=next((one for one in asks if one.way == "out"), None),
    )


async def show(request: Request) -> Response:
    """What the two have written."""
    return await _page(request, blank(request, WRITE))


async def _page(request: Request, form: Entry, status: int = 200) -> Response:
    node, viewer = member(request)
    found = await node.write(_look, viewer, request.path_params["slug"])
    known = await node.read(queries.contacts, viewer.id or "")
    _ = voice(request).say
    return page(request, "matching/talk.html", status=status, place="give", one=found, form=form,
                title=_("Words without names"), now=node.now(), most=rules.LETTERS_A_DAY,
                cards=blank(request, means_of(known)))  # fmt: skip


def _back(request: Request, words: str, kind: str = "good") -> Response:
    return done(request, f"/introductions/{request.path_params['slug']}/words", words, kind)


async def write(request: Request) -> Response:
    """Write to the other side."""
    node, viewer = member(request)
    form = read(request, WRITE)
    if not form.errors:
        try:
            slug = request.path_params["slug"]
            await node.write(_write, viewer.id or "", slug, form.values["text"], form.once)
            return _back(request, voice(request).say("It is on its way."))
        except Invalid as problem:
            form = form.wrong(problem)
    return await _page(request, form, 422)


def _write(unit: Unit, me: str, slug: str, text: str, once: str | None) -> None:
    """Write, and the same form sent twice writes once."""
    _held, before = talking.of(unit, me, slug)
    again = [one for one in before if one.ours and one.text == text.strip()]
    if once and again and again[-1].at > unit.now - talking.SOON:
        return
    talking.write(unit, me, slug, text)


async def cards(request: Request) -> Response:
    """Say yes to swapping cards."""
    node, viewer = member(request)
    known = await node.read(queries.contacts, viewer.id or "")
    form = read(request, means_of(known))
    if form.errors:
        return await _page(request, blank(request, WRITE), 422)
    means = tuple(form.values.get("means") or ())
    held = await node.write(swapping.swap, viewer.id or "", request.path_params["slug"],
                            means=means)  # fmt: skip
    _ = voice(request).say
    if held.way == "in":
        return done(request, "/introductions", _(INTRODUCED))
    return _back(request, _("Your yes is on its way. Cards move when they say yes, too."), "wait")


async def end(request: Request) -> Response:
    """End the conversation."""
    node, viewer = member(request)
    await node.write(talking.end, viewer.id or "", request.path_params["slug"])
    words = voice(request).say("The conversation is over. Its words are erased here and there.")
    return done(request, "/introductions", words)


async def report(request: Request) -> Response:
    """Show a letter of the other side to the keepers."""
    node, viewer = member(request)
    said: dict[str, Any] = {name: held[0] for name, held in fields_of(request).items() if held}
    slug, key = request.path_params["slug"], secrets.token_urlsafe(16)
    letter = str(said.get("letter", ""))[:2048]
    words = str(said.get("words", "")).strip()[:SHOWN]
    once = read(request, Form()).once
    if not letter:
        raise Missing(detail=slug)
    await node.write(talking.report, viewer.id or "", slug, letter,
                     key=key, words=words, once=once)  # fmt: skip
    _ = voice(request).say
    return _back(request, _("The %(word_keepers)s have it now. The other side does not learn it."))


routes = (
    Route("/introductions/{slug}/words", show, methods=["GET"]),
    Route("/introductions/{slug}/words", write, methods=["POST"]),
    Route("/introductions/{slug}/cards", cards, methods=["POST"]),
    Route("/introductions/{slug}/end", end, methods=["POST"]),
    Route("/introductions/{slug}/show", report, methods=["POST"]),
)
