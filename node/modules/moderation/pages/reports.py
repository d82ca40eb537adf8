"""Reports: the form, what came of one's own, and the keepers' page about all of them."""

import secrets
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from node.kernel.access import Viewer
from node.kernel.errors import Invalid, Missing
from node.kernel.module import Registry
from node.kernel.node import Node, find_account
from node.modules.moderation import queries, reporting, rules
from node.modules.moderation.pages import doors
from node.modules.moderation.queries import Report
from vocab import html
from web.forms import Entry, Form, Hidden, Text, Tick, blank, done, read
from web.language import mark
from web.links import local_path
from web.render import page
from web.slots import Card
from web.voice import speak, voice

REPORT: Final = Form(
    Hidden("about"),
    Hidden("next", optional=True),
    doors.GROUNDS,
    Text("words", mark("What should the %(word_keepers)s know?"),
         mark("Only they read it. The other person does not learn who wrote it."),
         at_most=rules.WORDS),
    Tick("forward", mark("Tell the people who look after their server, too"),
         mark("Your words go there without your name. Write nothing in them that names you.")),
)  # fmt: skip
CLOSE: Final = Form(doors.reason(), Text("answer", optional=True, at_most=rules.SAID))
FRESH: Final = timedelta(days=14)
"""How long an answer stands on the first page."""


# Reporting ----------------------------------------------------------------------------------


async def ask(request: Request) -> Response:
    """The form of a report, about one thing or one account."""
    about = request.query_params.get("about", "")
    form = blank(request, REPORT, about=about, next=request.query_params.get("next"))
    return await _ask_page(request, form, about)


async def send(request: Request) -> Response:
    """Send the report to the keepers."""
    node, me = doors.member(request)
    form = read(request, REPORT)
    about = str(form.values.get("about") or "")
    if form.errors:
        return await _ask_page(request, form, about, 422)
    await node.read(_what, node.registry, request.state.viewer, about)
    key = secrets.token_urlsafe(16)
    values = {name: form.values[name] for name in ("about", "ground", "words", "forward")}
    try:
        await node.write(reporting.file, key, by=me.id, once=form.once, **values)
    except Invalid as problem:
        return await _ask_page(request, form.wrong(problem), about, 422)
    _ = voice(request).say
    words = _("The %(word_keepers)s will look at it. Thank you for telling them.")
    return done(request, local_path(form.values.get("next"), "/"), words)


async def _ask_page(request: Request, form: Entry, about: str, status: int = 200) -> Response:
    node, _me = doors.member(request)
    what = await node.read(_what, node.registry, request.state.viewer, about)
    far = await node.read(_far, node.registry, about)
    return page(request, "moderation/report.html", status=status, width="narrow", form=form,
                title=voice(request).say("Tell the %(word_keepers)s"),
                what=what, far=far)  # fmt: skip


def _what(db: Connection, registry: Registry, viewer: Viewer, about: str) -> str:
    """A name for what a report is about, as far as the reader may see it.

    Raises:
        Missing: there is no such thing for them.
    """
    if (known := find_account(db, about)) is not None:
        return known.label
    if not queries.shown_to(db, registry, about, viewer):
        raise Missing(detail=about)
    seen = registry.document(db, about, viewer)
    return (seen.name or "") if seen is not None else ""


def _far(db: Connection, registry: Registry, about: str) -> str:
    """The host that can be told, empty if there is none."""
    whom = reporting.owner(db, registry, about)
    return whom.domain if whom and reporting.can_pass_on(db, registry, whom) else ""


# One's own ----------------------------------------------------------------------------------


async def own(request: Request) -> Response:
    """What a member reported, and what became of it."""
    node, me = doors.member(request)
    return page(request, "moderation/reported.html", width="narrow", grounds=_GROUNDS,
                title=voice(request).say("What I reported"),
                found=await node.read(queries.reports_by, me.id))  # fmt: skip


_GROUNDS: Final = {each.value: each.label for each in doors.GROUNDS.choices}


async def answered(node: Node, viewer: Viewer) -> list[Card]:
    """The keepers' answers to what the viewer reported lately (slot `today.happened`)."""
    if not viewer.is_member or viewer.id is None:
        return []
    _ = speak(node, viewer).say
    found = await node.read(queries.reports_by, viewer.id)
    fresh = [one for one in found if one.closed and node.now() - one.closed < FRESH]
    title = _("The %(word_keepers)s answered what you reported")
    return [Card(title=title, href="/me/reports", text=one.answer, icon="check", by=one.closed)
            for one in fresh]  # fmt: skip


# The keepers' -------------------------------------------------------------------------------


async def desk(request: Request) -> Response:
    """What people asked the keepers to look at."""
    node, _who = doors.keeper(request)
    closed = request.query_params.get("closed") == "1"
    found = await node.read(_all, node.registry, request.state.viewer, closed)
    return page(request, "moderation/reports.html", width="mid", grounds=_GROUNDS,
                title=voice(request).say("Reports"), found=found, closed=closed)  # fmt: skip


def _all(
    db: Connection,
    registry: Registry,
    viewer: Viewer,
    closed: bool,  # noqa: FBT001
) -> list[dict[str, Any]]:
    return [_one(db, registry, viewer, one) for one in queries.reports(db, closed=closed)]


def _one(db: Connection, registry: Registry, viewer: Viewer, it: Report) -> dict[str, Any]:
    """A report with whom and what it names; who reports a keeper is not shown to that keeper."""
    about_me = it.owner == viewer.id
    return {
        "it": it,
        "owner": find_account(db, it.owner) if it.owner else None,
        "by": find_account(db, it.by) if it.by and not about_me else None,
        "about_me": about_me,
        "things": [_thing(db, registry, viewer, id) for id in (it.about, *it.more)],
    }


def _thing(db: Connection, registry: Registry, viewer: Viewer, id: str) -> dict[str, Any]:
    """What is named: its words, where it is, whether it can be hidden, and is already."""
    known, seen = find_account(db, id), registry.document(db, id, viewer)
    words = "" if seen is None else seen.name or html.line(seen.content, 120)
    return {
        "id": id,
        "words": known.label if known else words,
        "href": (seen.url if seen else None) or (known.url if known else None) or "",
        "can_hide": queries.place(db, registry, id) is not None,
        "hidden": queries.hiding_of(db, id),
    }


async def close(request: Request) -> Response:
    """Close a report, with what came of it and a sentence to whoever reported."""
    node, who = doors.keeper(request)
    form = read(request, CLOSE)
    if form.errors:
        raise Invalid(form.errors, safe=mark("Say what came of it, and send it again."))
    key, said = doors.first(request, "key"), {n: form.values[n] for n in ("reason", "answer")}
    await node.write(reporting.close, key, by=who.id, **said)
    return done(request, "/desk/reports", voice(request).say("Closed."))
