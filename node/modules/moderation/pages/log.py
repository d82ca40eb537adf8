"""The open log: what keepers did, for everybody, without names."""

from itertools import groupby
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from node.kernel.node import Node
from node.modules.moderation import allowing, openly
from node.modules.moderation.openly import Deed
from node.modules.moderation.pages import doors
from web.language import mark
from web.render import page
from web.voice import Voice, voice

MOST: Final = 200
_SENTENCES: Final = {
    "hide": (mark("Something was hidden."), mark("%(num)d things were hidden.")),
    "show": (mark("Something was shown again."), mark("%(num)d things were shown again.")),
    "suspend": (mark("Somebody was suspended."), mark("%(num)d people were suspended.")),
    "unsuspend": (mark("Somebody was let in again."), mark("%(num)d people were let in again.")),
    "silence": (mark("A server or somebody elsewhere is not shown around any more."),
                mark("%(num)d servers or people elsewhere are not shown around any more.")),
    "refuse": (mark("A server or somebody elsewhere was kept out."),
               mark("%(num)d servers or people elsewhere were kept out.")),
    "allow": (mark("A server or somebody elsewhere was let in again."),
              mark("%(num)d servers or people elsewhere were let in again.")),
    "lapse": (mark("The time of a server or somebody elsewhere was over."),
              mark("The time of %(num)d servers or people elsewhere was over.")),
    "import": (mark("A list of servers was taken in."),
               mark("A list of servers was taken in: %(num)d changed.")),
    "undo": (mark("A list of servers was taken back."),
             mark("A list of servers was taken back: %(num)d changed.")),
    "only": (mark("From now on we talk only with servers on a list."), ""),
    "open": (mark("From now on we talk with all servers."), ""),
    "close": (mark("A report was answered."), mark("%(num)d reports were answered.")),
}  # fmt: skip
"""What is said of each action: of one or a few, and of many."""


async def show(request: Request) -> Response:
    """What was done, day by day, and which servers are kept away, as far as that is told."""
    node: Node = request.app.state.node
    before = request.query_params.get("before", "")[:10]
    found = await node.read(openly.deeds, before, MOST)
    apart, others = await node.read(openly.apart)
    last = found[-1].day.isoformat() if len(found) == MOST else ""
    spoken = voice(request)
    return page(request, "moderation/log.html", width="narrow", title=spoken.say("The open log"),
                days=_days(spoken, found), last=last, apart=apart, others=others,
                now=await node.read(allowing.state))  # fmt: skip


def _days(spoken: Voice, found: list[Deed]) -> list[tuple[Any, list[tuple[str, str]]]]:
    """Each day with its sentences, and by which rule."""
    return [
        (day, [(_sentence(spoken, one), _RULES.get(one.ground, "")) for one in deeds])
        for day, deeds in groupby(found, key=lambda each: each.day)
    ]


def _sentence(spoken: Voice, one: Deed) -> str:
    few, many = _SENTENCES[one.action]
    return spoken.say(many, num=one.count) if one.count and many else spoken.say(few)


_RULES: Final = {each.value: each.label for each in doors.GROUNDS.choices}
