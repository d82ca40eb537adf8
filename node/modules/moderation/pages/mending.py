"""The keepers' page about letters: who does not answer, what waits, what was given up."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from node.kernel.errors import Invalid, Missing
from node.kernel.node import Node
from node.modules.moderation import queue, stuck, telling
from node.modules.moderation.pages import doors
from web.forms import done, read
from web.language import mark
from web.render import page
from web.voice import voice

PAGE: Final = "/desk/queue"
LONGEST: Final = 255
"""Characters of a host or of the name of a letter."""

Act = Callable[..., Any]
SERVERS: Final[Mapping[str, Act]] = {
    "again": queue.ask_again,
    "drop": queue.drop_letters,
    "revive": queue.revive,
    "clear": queue.let_go,
}
LETTERS: Final[Mapping[str, Act]] = {"again": queue.letter_again, "drop": queue.letter_gone}
JOBS: Final[Mapping[str, Act]] = {"again": queue.again, "drop": queue.drop}


async def show(request: Request) -> Response:
    """How letters fare; with `?at=` one server, letter by letter."""
    doors.keeper(request)
    at = request.query_params.get("at", "")
    return await (_server(request, at) if at else _all(request))


async def _all(request: Request) -> Response:
    node: Node = request.app.state.node
    _ = voice(request).say
    return page(request, "moderation/queue.html", width="mid", title=_("Letters under way"),
                health=await node.read(stuck.health), meaning=telling.said)  # fmt: skip


async def _server(request: Request, domain: str) -> Response:
    node: Node = request.app.state.node
    found = await node.read(stuck.place, domain) if _fits(domain) else None
    if found is None:
        raise Missing(detail=domain[:LONGEST])
    return page(request, "moderation/waiting.html", width="mid", title=found.domain, place=found,
                waiting=await node.read(stuck.waiting_for, domain),
                lost=await node.read(stuck.given_up, domain),
                meaning=telling.said, what=telling.what, most=stuck.MOST)  # fmt: skip


async def mend(request: Request) -> Response:
    """Try a server, a letter or a job again at once, or give up."""
    node, who = doors.keeper(request)
    form = read(request, doors.REASON)
    if form.errors:
        raise Invalid(form.errors, safe=mark("Say why, in a few words, and send it again."))
    say, domain, name, number = (
        doors.first(request, field) for field in ("say", "domain", "letter", "job")
    )
    act, about = _chosen(say, domain, name, number)
    await node.write(act, about, by=who.id, reason=form.values["reason"])
    at = doors.first(request, "at")
    back = f"{PAGE}?at={at}" if at and await _is_left(node, at) else PAGE
    return done(request, back, voice(request).say("Done."))


def _chosen(say: str, domain: str, name: str, number: str) -> tuple[Act, Any]:
    """What to do, and about what.

    Raises:
        Missing: the form asks for nothing we do.
    """
    if say == "stand":
        return queue.stand, None
    if domain and say in SERVERS and _fits(domain):
        return SERVERS[say], domain
    if name and say in LETTERS and _fits(name):
        return LETTERS[say], name
    if number.isascii() and number.isdigit() and len(number) < 18 and say in JOBS:
        return JOBS[say], int(number)
    raise Missing


async def _is_left(node: Node, domain: str) -> bool:
    """Whether there is still something to show of a server; its name fits into an address."""
    if not _fits(domain) or not all(one.isalnum() or one in ".:-[]" for one in domain):
        return False
    found = await node.read(stuck.place, domain)
    return found is not None and bool(found.waiting or found.lost)


def _fits(name: str) -> bool:
    return len(name) <= LONGEST and name.isprintable()
