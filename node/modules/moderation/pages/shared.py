"""The keepers' pages about lists of servers: take one in, look first, take it back, hand one on."""

from typing import Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from node.kernel.errors import Conflict, Invalid, Missing
from node.kernel.node import find_account
from node.modules.follows import api as follows
from node.modules.moderation import importing, lists
from node.modules.moderation.pages import doors
from web.forms import Entry, Form, Hidden, Text, blank, done, read
from web.language import mark
from web.render import page
from web.voice import voice

LIST: Final = Form(
    Text("text", mark("The list"),
         mark("CSV as Mastodon hands it out, JSON as GoToSocial does, or one server "
              "on each line. A very long one in parts."),
         at_most=200_000, file=True),
    doors.reason(help=mark("It is kept with every server whose line gives no reason of its own.")),
)  # fmt: skip
TAKE: Final = Form(Text("text", at_most=200_000), Hidden("digest"), doors.reason())
_FORMS: Final = {
    "csv": (lists.as_csv, "text/csv; charset=utf-8"),
    "txt": (lists.as_text, "text/plain; charset=utf-8"),
    "json": (lists.as_json, "application/json"),
}
SHOWN: Final = 300
"""Servers that a page shows by name."""


async def show(request: Request) -> Response:
    """The field for a list, the lists to take away, and what was taken in."""
    return await _page(request, blank(request, LIST))


async def _page(request: Request, form: Entry, status: int = 200) -> Response:
    node, _who = doors.keeper(request)
    return page(request, "moderation/lists.html", status=status, width="narrow", form=form,
                title=voice(request).say("Lists of servers"),
                found=await node.read(importing.batches))  # fmt: skip


async def look(request: Request) -> Response:
    """What a list would do, before it does it."""
    doors.keeper(request)
    form = read(request, LIST)
    if form.errors:
        return await _page(request, form, 422)
    return await _preview(request, form)


async def _preview(request: Request, form: Entry, status: int = 200) -> Response:
    node, _who = doors.keeper(request)
    plan = await node.read(importing.plan, node.registry, node.origin, form.values["text"])
    names = await node.read(_names, plan.ends)
    return page(request, "moderation/preview.html", status=status, width="mid", form=form,
                title=voice(request).say("What this list would do"), plan=plan, names=names,
                shown=SHOWN)  # fmt: skip


def _names(db: Connection, ends: tuple[follows.Bond, ...]) -> list[tuple[str, str, bool]]:
    """Who of ours, whom elsewhere, and whether ours follows."""
    found = []
    for one in ends:
        ours, theirs = find_account(db, one.ours), find_account(db, one.theirs)
        if ours is not None and theirs is not None:
            found.append((ours.label, theirs.address, one.outward))
    return found


async def take(request: Request) -> Response:
    """Take in a list that was looked at."""
    node, who = doors.keeper(request)
    form = read(request, TAKE)
    if form.errors:
        raise Invalid(form.errors, safe=mark("Open the list again, please, and say why."))
    text, said = form.values["text"], {k: form.values[k] for k in ("digest", "reason")}
    try:
        plan = await node.write(importing.take, form.once, text, by=who.id, **said)
    except (Conflict, Invalid) as problem:
        return await _preview(request, form.wrong(problem), 422)
    count = len(plan.steps)
    words = voice(request).many("One server was changed.", "%(num)d servers were changed.", count)
    return done(request, "/desk/blocks/list", words)


async def undo(request: Request) -> Response:
    """Take a list back."""
    node, who = doors.keeper(request)
    form = read(request, doors.REASON)
    if form.errors:
        raise Invalid(form.errors, safe=mark("Say why, in a few words, and send it again."))
    key = doors.first(request, "key")
    left = await node.write(importing.undo, key, by=who.id, reason=form.values["reason"])
    spoken = voice(request)
    words = spoken.say("It is taken back. Follows of ours that it ended are asked for anew.")
    if left:
        stay = spoken.many("One server was changed since, and stays.",
                           "%(num)d servers were changed since, and stay.", left)  # fmt: skip
        words = f"{words} {stay}"
    return done(request, "/desk/blocks/list", words)


async def away(request: Request) -> Response:
    """The servers that are kept away, as a file."""
    node, _who = doors.keeper(request)
    made = _FORMS.get(request.path_params["kind"])
    if made is None:
        raise Missing
    body = made[0](await node.read(importing.entries))
    name = f"{node.community.handle}-servers.{request.path_params['kind']}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Type": made[1]}
    return Response(body, headers=headers)
