"""The pages of drafts: keeping one, opening it again as it was left, throwing it away."""

from dataclasses import replace
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel.access import Viewer
from node.kernel.errors import Conflict, Missing
from node.modules.decisions import api as decisions
from node.modules.proposals import courses, drafts, starting
from node.modules.proposals.replacing import replaced
from node.modules.proposals.views import member
from web.forms import Entry, blank, done, fields_of, read
from web.language import mark
from web.slots import Card
from web.voice import speak, voice

if TYPE_CHECKING:
    from node.kernel.node import Node

ANSWERED = mark("What this was to answer is not here any more. You can bring it as your own.")
REPLACED = mark(
    "The decision that this was to replace is not in force any more. You can bring it as it is."
)


async def new(request: Request) -> Response:
    """The form for a new proposal, or for a draft as its writer has left it."""
    slug = request.query_params.get("draft", "")
    return await _opened(request, slug) if slug else await starting.new(request)


async def _opened(request: Request, slug: str) -> Response:
    node, _viewer, me = member(request)
    kept = await node.read(drafts.find, slug, me)
    if kept is None:
        raise Missing(detail=slug)
    about, answer, gone = await _answered(request, kept.first("record"), kept.first("answer"))
    form = blank(request, await starting.form_of(node, answer, kept.course))
    raw = {**kept.said, "draft": [kept.slug]}
    try:
        await replaced(request, kept.first("replaces"), kept.first("how"))
    except (Missing, Conflict):
        raw |= {"replaces": [], "how": []}
        gone = REPLACED
    form = replace(form, raw=raw, errors={"": gone} if gone else {})
    return starting.form_page(request, form, about, answer)


async def _answered(
    request: Request, record: str, answer: str
) -> tuple[decisions.Record | None, str, str]:
    """What a draft answers elsewhere, and how; else a sentence if that is not here any more."""
    try:
        found = await starting.about_of(request, record, answer)
    except Missing:
        return None, "", ANSWERED
    return *found, ""


async def create(request: Request) -> Response:
    """Bring a proposal, or keep what was typed."""
    keeps = fields_of(request).get("say") == ["draft"]
    return await _keep(request) if keeps else await starting.create(request)


async def _keep(request: Request) -> Response:
    node, _viewer, me = member(request)
    sent = {n: fields_of(request).get(n) or [""] for n in ("record", "answer", "course")}
    about, answer, _gone = await _answered(request, sent["record"][0], sent["answer"][0])
    course = courses.course(sent["course"][0])
    form = read(request, await starting.form_of(node, answer, course))
    slug = starting.draft_of(form)
    try:
        await node.write(drafts.keep, me, slug, _typed(form))
    except Conflict as problem:
        form = replace(form, errors={}).wrong(problem)
        return starting.form_page(request, form, about, answer, status=problem.status)
    return done(request, "/decide#drafts", voice(request).say("It is kept as a draft."))


def _typed(form: Entry) -> dict[str, list[str]]:
    """What of a form is kept: as it was typed."""
    return {n: list(held) for n, held in form.raw.items() if any(held) and n != "draft"}


async def discard(request: Request) -> Response:
    """Throw a draft away."""
    node, _viewer, me = member(request)
    await node.write(drafts.drop, me, request.path_params["slug"])
    return done(request, "/decide", voice(request).say("It is thrown away."))


async def mine(node: "Node", viewer: Viewer) -> list[Card]:
    """The way to a member's own drafts, if there are any."""
    if not viewer.is_member or not await node.read(drafts.all_of, viewer.id or ""):
        return []
    _ = speak(node, viewer).say
    words = _("%(word_Proposals)s that you have begun. Only you see them")
    return [Card(title=_("Your drafts"), href="/decide#drafts", text=words, icon="pen", order=35)]


routes = (
    Route("/p/new", new, methods=["GET"]),
    Route("/p/new", create, methods=["POST"]),
    Route("/p/drafts/{slug}/discard", discard, methods=["POST"]),
)
