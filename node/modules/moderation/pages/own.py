"""What a member does for themselves: report something, block or mute somebody."""

import secrets
from typing import Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from node.kernel.access import Viewer
from node.kernel.errors import Invalid, Missing, Refused
from node.kernel.module import Registry
from node.kernel.node import Node, find_account
from node.modules.moderation import acts, blocking, queries, rules
from node.modules.moderation.pages import doors
from web.forms import Choice, Entry, Form, Hidden, Pick, Text, Tick, blank, done, read
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
)  # fmt: skip
BLOCK: Final = Form(
    doors.who(mark("Whom?"),
              mark("An account as @name@bad.example, or a whole server as bad.example")),
    Pick("kind", mark("What do you want?"), choices=(
        Choice("mute", mark("Not see them"),
               mark("They notice nothing, and can still follow you.")),
        Choice("block", mark("Have nothing to do with them"),
               mark("You do not see each other; they cannot follow or answer you.")),
    )),
    Tick("tell", mark("Tell their server, if you block one account elsewhere"),
         mark("Then it hides the two of you from each other there as well. They may find out.")),
)  # fmt: skip


# Reports ------------------------------------------------------------------------------------


async def ask(request: Request) -> Response:
    """The form of a report, about one thing or one account."""
    node, _me = doors.member(request)
    about = request.query_params.get("about", "")
    what = await node.read(_what, node.registry, request.state.viewer, about)
    form = blank(request, REPORT, about=about, next=request.query_params.get("next"))
    return _report_page(request, form, what)


async def send(request: Request) -> Response:
    """Send the report to the keepers."""
    node, me = doors.member(request)
    form = read(request, REPORT)
    about = str(form.values.get("about") or "")
    what = await node.read(_what, node.registry, request.state.viewer, about)
    if form.errors:
        return _report_page(request, form, what, 422)
    key = secrets.token_urlsafe(16)
    values = {"about": about, "ground": form.values["ground"], "words": form.values["words"]}
    await node.write(acts.file, key, by=me.id, once=form.once, **values)
    _ = voice(request).say
    words = _("The %(word_keepers)s will look at it. Thank you for telling them.")
    return done(request, local_path(form.values.get("next"), "/"), words)


def _report_page(request: Request, form: Entry, what: str, status: int = 200) -> Response:
    _ = voice(request).say
    return page(request, "moderation/report.html", status=status, width="narrow", form=form,
                title=_("Tell the %(word_keepers)s"), what=what)  # fmt: skip


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


# Blocks -------------------------------------------------------------------------------------


async def blocks(request: Request) -> Response:
    """Whom I do not see, and whom I block."""
    form = blank(request, BLOCK, who=_asked(request), kind="mute", tell=True)
    return await _blocks_page(request, form)


def _asked(request: Request) -> str | None:
    return request.query_params.get("who")


async def add(request: Request) -> Response:
    """Mute or block somebody."""
    node, me = doors.member(request)
    form = read(request, BLOCK)
    if not form.errors:
        try:
            subject, is_host = await doors.find(node, form.values["who"], me.id)
            how = {"kind": form.values["kind"], "tell": form.values["tell"]}
            await node.write(blocking.block_for, me, subject, is_host=is_host, **how)
        except (Invalid, Refused) as problem:
            form = form.wrong(doors.at_who(problem))
        else:
            _ = voice(request).say
            return done(request, "/me/blocks", _("Done. You will not see them."))
    return await _blocks_page(request, form, 422)


async def remove(request: Request) -> Response:
    """See somebody again."""
    node, me = doors.member(request)
    await node.write(blocking.unblock, me, doors.first(request, "subject"))
    _ = voice(request).say
    return done(request, "/me/blocks", _("You see them again."))


async def _blocks_page(request: Request, form: Entry, status: int = 200) -> Response:
    node, me = doors.member(request)
    _ = voice(request).say
    found, names = await node.read(_named, me.id)
    return page(request, "moderation/mine.html", status=status, width="narrow", form=form,
                title=_("Whom I do not want to see"), found=found, names=names)  # fmt: skip


def _named(db: Connection, member: str) -> tuple[list[queries.Block], dict[str, str]]:
    found = queries.blocks_of(db, member)
    known = [find_account(db, one.subject) for one in found if not one.is_host]
    return found, {one.id: f"{one.label} {one.address}" for one in known if one is not None}


async def card(node: Node, viewer: Viewer) -> list[Card]:
    """The way to the member's blocks, on their own page (slot `me`)."""
    _ = speak(node, viewer).say
    words = _("Not see somebody, or have nothing to do with them")
    title = _("Whom I do not want to see")
    return [Card(title=title, href="/me/blocks", text=words, icon="cross", order=80)]


async def why(node: Node, viewer: Viewer) -> list[Card]:
    """Why somebody is suspended, for themselves at the door (slot `suspended`)."""
    reason = (await node.read(queries.suspensions)).get(viewer.id or "")
    return [Card(title=reason)] if reason else []
