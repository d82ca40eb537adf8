"""The first page: today for a member, the community's face for a visitor."""

import asyncio
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from web.colour import accent_of
from web.language import mark
from web.render import page
from web.slots import gather
from web.voice import Voice, voice

_WAITING: Final = 5
_HAPPENED: Final = 12
_ELSEWHERE: Final = 5
_NOON: Final = 12
_EVENING: Final = 18
_DAY_SECONDS: Final = 86_400


async def home(request: Request) -> Response:
    """What waits, what happened, what others decided; for visitors the public page."""
    viewer = request.state.viewer
    if not viewer.is_member:
        return await public(request)
    next_, waiting, happened, elsewhere = await asyncio.gather(
        gather(request, "today.next"),
        gather(request, "today.waiting"),
        gather(request, "today.happened"),
        gather(request, "today.elsewhere"),
    )
    spoken = voice(request)
    return page(
        request,
        "today.html",
        title=spoken.say(mark("Today")),
        greeting=greeting(spoken, viewer.account.label if viewer.account else ""),
        next=next_.cards[0] if next_.cards else None,
        waiting=waiting.cards[:_WAITING],
        more=waiting.cards[_WAITING:],
        happened=happened.cards[:_HAPPENED],
        elsewhere=elsewhere.cards[:_ELSEWHERE],
        failed=sorted({*next_.failed, *waiting.failed, *happened.failed, *elsewhere.failed}),
    )


async def public(request: Request) -> Response:
    """What an outsider sees; a member may look at it too."""
    filled = await gather(request, "public")
    community = request.app.state.node.community
    return page(
        request,
        "public.html",
        title=community.name,
        document=community.id,
        place="",
        cards=filled.cards,
        failed=filled.failed,
    )


async def theme(request: Request) -> Response:
    """The community's colour, as a stylesheet of one line."""
    accent = accent_of(request.app.state.node.community.accent)
    headers = {"Cache-Control": f"public, max-age={_DAY_SECONDS}"}
    return PlainTextResponse(
        f":root{{--accent:{accent}}}\n", media_type="text/css", headers=headers
    )


def greeting(spoken: Voice, name: str) -> str:
    """A greeting that fits the reader's hour."""
    hour = spoken.now.astimezone(spoken.zone).hour
    if hour < _NOON:
        return spoken.say(mark("Good morning, %(name)s"), name=name)
    if hour < _EVENING:
        return spoken.say(mark("Good afternoon, %(name)s"), name=name)
    return spoken.say(mark("Good evening, %(name)s"), name=name)
