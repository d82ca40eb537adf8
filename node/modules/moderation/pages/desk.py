"""The keepers' pages: hide, suspend."""

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from federation import copies
from node.kernel.access import Viewer
from node.kernel.errors import Conflict, Missing
from node.kernel.module import Registry
from node.kernel.node import Node, find_account
from node.modules.accounts import api as accounts
from node.modules.moderation import acts, queries
from node.modules.moderation.pages import doors, only
from web.forms import Entry, Form, Hidden, blank, done, read
from web.language import mark
from web.links import local_path
from web.render import page
from web.slots import Card, gather_about
from web.voice import speak, voice

HIDE: Final = Form(
    Hidden("about"),
    Hidden("next", optional=True),
    doors.reason(help=mark("Whoever wrote it reads this. It is written in the log too.")),
    doors.RULE,
)
SUSPEND: Final = Form(Hidden("member"), doors.reason(), doors.RULE)


# One thing ----------------------------------------------------------------------------------


async def thing(request: Request) -> Response:
    """Hide one thing, or show it again."""
    about = request.query_params.get("about", "")
    form = blank(request, HIDE, about=about, next=request.query_params.get("next"))
    return await _thing_page(request, form, about)


async def _thing_page(request: Request, form: Entry, about: str, status: int = 200) -> Response:
    node, _who = doors.keeper(request)
    hidden, by = await node.read(_thing, node.registry, about)
    _ = voice(request).say
    return page(request, "moderation/thing.html", status=status, width="narrow", form=form,
                title=_("Show it again") if hidden else _("Hide it"),
                hidden=hidden, by=by)  # fmt: skip


def _thing(db: Connection, registry: Registry, id: str) -> tuple[queries.Hiding | None, str]:
    if queries.place(db, registry, id) is None:
        raise Missing(detail=id)
    hidden = queries.hiding_of(db, id)
    by = find_account(db, hidden.by) if hidden else None
    return hidden, by.label if by else ""


async def hide(request: Request) -> Response:
    """Hide it."""
    return await _judged(request, acts.hide, mark("It is hidden. Its author reads why."))


async def show(request: Request) -> Response:
    """Show it again."""
    return await _judged(request, acts.show, mark("Everybody sees it again."))


async def _judged(request: Request, act: Callable[..., None], words: str) -> Response:
    node, who = doors.keeper(request)
    form = read(request, HIDE)
    about = str(form.values.get("about") or "")
    if form.errors:
        return await _thing_page(request, form, about, 422)
    said = {"reason": form.values["reason"]}
    if act is acts.hide:
        said["ground"] = doors.rule_of(form)
    await node.write(act, about, by=who.id, **said)
    back = local_path(form.values.get("next"), "/desk/reports")
    return done(request, back, voice(request).say(words))


# Members ------------------------------------------------------------------------------------


async def members(request: Request) -> Response:
    """Whom to suspend, and who is."""
    node, _who = doors.keeper(request)
    handle = request.query_params.get("who", "")
    chosen = await node.read(accounts.by_handle, handle) if handle else None
    form = blank(request, SUSPEND, member=chosen.id) if chosen else None
    return await _members_page(request, form, chosen)


async def suspend(request: Request) -> Response:
    """Suspend a member, or let one in again."""
    node, who = doors.keeper(request)
    form = read(request, SUSPEND)
    chosen = await node.read(accounts.member, str(form.values.get("member") or ""))
    if chosen is None:
        raise Missing
    _ = voice(request).say
    if not form.errors:
        said = {"by": who.id, "reason": form.values["reason"]}
        try:
            if chosen.suspended:
                await node.write(acts.unsuspend, chosen.id, **said)
            else:
                await node.write(acts.suspend, chosen.id, ground=doors.rule_of(form), **said)
        except Conflict as problem:
            form = form.wrong(problem)
        else:
            words = (
                _("%(name)s can sign in again.", name=chosen.label)
                if chosen.suspended
                else _("%(name)s is suspended and signed out everywhere.", name=chosen.label)
            )
            votes = (await gather_about(request, "suspended", chosen.handle)).cards
            shown = "" if chosen.suspended or not votes else f"?who={chosen.handle}"
            return done(request, f"/desk/suspend{shown}", words)
    return await _members_page(request, form, chosen, 422)


async def _members_page(
    request: Request, form: Entry | None, chosen: accounts.Member | None, status: int = 200
) -> Response:
    node: Node = request.app.state.node
    _ = voice(request).say
    more: dict[str, Any] = {"form": form, "votes": ()} if form else {}
    if chosen:
        more["votes"] = (await gather_about(request, "suspended", chosen.handle)).cards
    return page(request, "moderation/members.html", status=status, width="narrow", chosen=chosen,
                title=_("Suspend somebody"), found=await node.read(accounts.members),
                reasons=await node.read(queries.suspensions), **more)  # fmt: skip


# Slots --------------------------------------------------------------------------------------


async def on_desk(node: Node, viewer: Viewer) -> list[Card]:
    """What waits, and whether only some servers are talked with (slot `desk`)."""
    return [*await waiting(node, viewer), *await only.card(node, viewer)]


async def waiting(node: Node, viewer: Viewer) -> list[Card]:
    """Open reports, and another copy of this node, for the keepers (slot `today.waiting`)."""
    if not viewer.is_admin:
        return []
    spoken = speak(node, viewer)
    cards = []
    if await node.read(copies.displaced) is not None:
        title = spoken.say("Another copy of this node is at work, so this one sends nothing")
        act = spoken.say("Look at it")
        cards.append(Card(title=title, href="/desk/queue", icon="alert", act=act, order=1))
    if count := await node.read(queries.open_count):
        title = spoken.many("A report waits", "%(num)d reports wait", count)
        act = spoken.say("Look at it")
        cards.append(Card(title=title, href="/desk/reports", icon="alert", act=act, order=5))
    return cards
