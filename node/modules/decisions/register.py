"""The register: what we decided, by words and as of a day, to read, to print and to take along."""

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel.access import Viewer
from node.kernel.errors import Missing
from node.modules.accounts import api as accounts
from node.modules.decisions import exporting, forcing, queries
from node.modules.decisions.queries import Record, language_of
from node.modules.decisions.slots import outcome_words
from vocab import html, proofs
from vocab.values import dataclass
from web.render import page
from web.voice import Voice, voice

if TYPE_CHECKING:
    from node.kernel.node import Node

WORDS: Final = 8
"""That are looked for; what comes after them is left out."""
LONGEST: Final = 200


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What of the register is wanted: words, and the day on whose end it was in force."""

    words: str
    day: date | None
    odd: bool
    """A day was named that is none."""


def _asked(request: Request) -> Asked:
    said = request.query_params
    typed = said.get("as_of", "").strip()
    try:
        day = date.fromisoformat(typed) if typed else None
    except ValueError:
        day = None
    return Asked(
        words=said.get("q", "").strip()[:LONGEST], day=day, odd=bool(typed) and day is None
    )


async def _found(request: Request, asked: Asked, spoken: Voice) -> list[Record]:
    """What is asked for, of what the viewer may see; newest first."""
    node: Node = request.app.state.node
    until = _end_of(asked.day, spoken) if asked.day else None
    viewer: Viewer = request.state.viewer
    seen = await node.read(lambda db: queries.register(db, viewer, as_of=until))
    words = tuple(html.folded(asked.words).split()[:WORDS])
    return [one for one in seen if html.holds(words, one.name, _text(one))] if words else seen


def _end_of(day: date, spoken: Voice) -> datetime:
    """The last moment of a day here; the days at the end of time have none to come."""
    last = datetime.combine(min(day, date(9998, 12, 31)), time(), spoken.zone)
    return last + timedelta(days=1) - timedelta(microseconds=1)


def first(db: Connection, found: Record, viewer: Viewer) -> Record | None:
    """The decision that came first in the place that one was for, if the viewer may see it."""
    if forcing.never(db, found) != forcing.OVERTAKEN:
        return None
    there = forcing.overtaken(db, found)
    return queries.record_by_slug(db, there.slug, viewer) if there is not None else None


def _text(one: Record) -> str:
    return html.to_text(str(one.document.get("content", "")))


async def _page(request: Request, template: str, **more: Any) -> Response:
    spoken, asked = voice(request), _asked(request)
    _ = spoken.say
    shown = await _found(request, asked, spoken)
    return page(
        request,
        template,
        title=_("The register of %(word_decisions)s"),
        place="decide",
        asked=asked,
        typed=request.query_params.get("as_of", "")[:40],
        query=request.url.query,
        records=shown,
        outcome_words=outcome_words,
        language_of=language_of,
        facts=lambda one: exporting.facts(one, spoken),
        **more,
    )


async def show(request: Request) -> Response:
    """What was decided here, newest first; by words, or what was in force on a day."""
    return await _page(request, "decisions/register.html", width="mid")


async def printed(request: Request) -> Response:
    """The same with all texts, for paper."""
    return await _page(request, "decisions/print.html", width="mid")


async def as_text(request: Request) -> Response:
    """The same as Markdown."""
    spoken = voice(request)
    node: Node = request.app.state.node
    shown = await _found(request, _asked(request), spoken)
    title = spoken.say("What %(name)s decided", name=node.community.name)
    body = exporting.markdown(shown, title, spoken).encode()
    return _taken(body, "text/markdown; charset=utf-8", "decisions.md")


async def as_file(request: Request) -> Response:
    """All that the viewer may see as a file that proves itself, in canonical JSON (RFC 8785)."""
    node: Node = request.app.state.node
    viewer: Viewer = request.state.viewer
    held = await node.read(_whole, viewer)
    return _taken(proofs.jcs(held), "application/json", "decisions.json")


def _whole(db: Connection, viewer: Viewer) -> dict[str, Any]:
    return exporting.register(db, accounts.community_account(db), viewer)


async def proof(request: Request) -> Response:
    """One record with keys and chain, so that it can be checked by itself."""
    node: Node = request.app.state.node
    slug, viewer = request.path_params["slug"], request.state.viewer
    held, name = await node.read(_alone, slug, viewer)
    return _taken(proofs.jcs(held), "application/json", f"decision-{name}-proof.json")


def _alone(db: Connection, slug: str, viewer: Viewer) -> tuple[dict[str, Any], int]:
    found = queries.record_by_slug(db, slug, viewer)
    if found is None or not found.ours or found.number is None:
        raise Missing
    us = accounts.community_account(db)
    return exporting.register(db, us, viewer, only=found.id), found.number


def _taken(body: bytes, media: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type=media, headers=headers)


routes = (
    Route("/decisions", show, methods=["GET"]),
    Route("/decisions/print", printed, methods=["GET"]),
    Route("/decisions/register.md", as_text, methods=["GET"]),
    Route("/decisions/register.json", as_file, methods=["GET"]),
    Route("/d/{slug}/proof.json", proof, methods=["GET"]),
)
