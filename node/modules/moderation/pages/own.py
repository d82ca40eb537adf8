"""What a member does for themselves: block or mute somebody."""

from typing import Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from node.kernel.access import Viewer
from node.kernel.errors import Invalid, Refused
from node.kernel.node import Node, find_account
from node.modules.moderation import blocking, queries
from node.modules.moderation.pages import doors
from web.forms import Choice, Entry, Form, Pick, Tick, blank, done, read
from web.language import mark
from web.render import page
from web.slots import Card
from web.voice import speak, voice

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


async def cards(node: Node, viewer: Viewer) -> list[Card]:
    """The ways to the member's blocks and reports, on their own page (slot `me`)."""
    _ = speak(node, viewer).say
    words = _("Not see somebody, or have nothing to do with them")
    title = _("Whom I do not want to see")
    blocked = Card(title=title, href="/me/blocks", text=words, icon="cross", order=80)
    words, title = _("And what became of it"), _("What I reported")
    return [blocked, Card(title=title, href="/me/reports", text=words, icon="alert", order=81)]


async def why(node: Node, viewer: Viewer) -> list[Card]:
    """Why somebody is suspended, for themselves at the door (slot `suspended`)."""
    reason = (await node.read(queries.suspensions)).get(viewer.id or "")
    return [Card(title=reason)] if reason else []
