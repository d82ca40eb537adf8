"""A member's pages for bringing a list of whom they do not want, and for taking theirs along."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from node.kernel.errors import Invalid, Missing
from node.modules.moderation import gathering
from node.modules.moderation.gathering import What
from node.modules.moderation.pages import doors
from web.forms import Choice, Entry, Form, Pick, Text, blank, done, read
from web.language import mark
from web.render import page
from web.voice import voice

BRING: Final = Form(
    Pick("what", mark("What is in it?"), choices=(
        Choice(What.BLOCKED, mark("Accounts that you block")),
        Choice(What.MUTED, mark("Accounts that you do not see")),
        Choice(What.SERVERS, mark("Servers that you block")),
    )),
    Text("text", mark("The list"),
         mark("Paste what your other server gave you as CSV: one address on each line, as "
              "name@bad.example, or one server."),
         at_most=200_000, file=True),
)  # fmt: skip


async def show(request: Request) -> Response:
    """The field for a list, and one's own to take away."""
    return await _page(request, blank(request, BRING, what=What.BLOCKED))


async def _page(request: Request, form: Entry, status: int = 200) -> Response:
    doors.member(request)
    return page(request, "moderation/bring.html", status=status, width="narrow", form=form,
                title=voice(request).say("Bring or take a list"), lists=list(What))  # fmt: skip


async def look(request: Request) -> Response:
    """What a list would do, before it does it."""
    node, me = doors.member(request)
    form = read(request, BRING)
    if form.errors:
        return await _page(request, form, 422)
    text, what = form.values["text"], What(form.values["what"])
    plan = await node.read(gathering.plan, node.origin, me, text, what)
    return page(request, "moderation/brought.html", width="narrow", form=form, plan=plan,
                title=voice(request).say("What this list would do"))  # fmt: skip


async def take(request: Request) -> Response:
    """Bring a list that was looked at."""
    node, me = doors.member(request)
    form = read(request, BRING)
    if form.errors:
        return await _page(request, form, 422)
    text, what = form.values["text"], What(form.values["what"])
    try:
        plan = await node.write(gathering.take, me, text, what)
    except Invalid as problem:
        return await _page(request, form.wrong(problem), 422)
    words = voice(request).many(
        "One line was taken in.", "%(num)d lines were taken in.", plan.count
    )
    return done(request, "/me/blocks", words)


async def away(request: Request) -> Response:
    """One's own list, as a file."""
    node, me = doors.member(request)
    name = request.path_params["what"]
    if name not in set(What):
        raise Missing
    body = await node.read(gathering.file, me.id, What(name))
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(body, media_type="text/csv", headers=headers)
