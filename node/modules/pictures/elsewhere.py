"""Pictures of others, through copies of our own: no reader's browser asks another server.

A page names a copy by where the picture lies, and a mark that only we can write. Whoever looks
first has us fetch it; what cannot be had is left alone for a while, and pages show a link.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from starlette.requests import Request
from starlette.responses import Response

from federation import policy, signing
from federation.origins import LONGEST, domain
from node.kernel.errors import Missing, Problem, Refused, TryLater
from node.kernel.network import Answer, Busy, Headers
from node.kernel.places import Hosts
from node.modules.pictures import queries, rules, serving, workshop
from node.modules.pictures.queries import Copy
from node.modules.pictures.workshop import Size, Unfit

if TYPE_CHECKING:
    from node.kernel.node import Node

PLACE: Final = "/pictures/elsewhere/"
ACCEPT: Final = "image/webp, image/png, image/jpeg, image/gif;q=0.9"
SIZES: Final = (Size(side=1280), Size(side=160))
DEADLINE: Final = 10.0
PATIENCE: Final = 30.0
"""Seconds for which a picture waits for others of its server."""
AT_ONCE: Final = 8
"""Pictures that are fetched at once, from all servers together."""
OF_ONE: Final = 2
"""And from one server, so that one that hangs leaves room for the others."""
MOST: Final = 5000
"""Addresses of lost pictures that are remembered without asking the database."""
_WEEK: Final = "private, max-age=604800, immutable"
_SOON: Final = "private, max-age=300"


def address(
    node: "Node",
    url: str,
    whose: str = "",
    small: bool = False,  # noqa: FBT001, FBT002 - a hook
) -> str | None:
    """The path of our copy of a picture elsewhere (hook `picture`); None if there is none.

    Args:
        node: asks nobody now; the copy is made when somebody looks.
        url: where the picture lies; one of ours is where it is.
        whose: the host of who shows it.
        small: the small size of it is wanted.
    """
    if url.startswith((f"{node.origin}/pictures/", "/pictures/")):
        path = url.removeprefix(node.origin)
        return serving.small_of(path) if small else path
    if not domain(url) or domain(url) == node.community.domain or len(url) > LONGEST:
        return None
    lost = _lost(node).get(f"{whose} {url}")
    if lost is not None and lost > node.now():
        return None
    return PLACE + rules.name_of(node.secret, url, whose) + ("?small" if small else "")


def _lost(node: "Node") -> dict[str, datetime]:
    found: dict[str, datetime] = node.memory.setdefault("pictures.lost", {})
    return found


async def show(request: Request) -> Response:
    """Our copy of a picture elsewhere, made now if nobody has looked at it before.

    Raises:
        Missing: it is no name that we wrote.
    """
    node: Node = request.app.state.node
    said = rules.told_by(node.secret, request.path_params["name"])
    if said is None:
        raise Missing(detail="no name of ours")
    url, whose = said
    small = "small" in request.query_params
    kept = await _kept(node, url, whose, small=small)
    if kept.content is None and not (kept.shut or kept.resting):
        try:
            await _once(node, url, kept.tries)
        except TryLater as later:
            seconds = int(later.after.total_seconds()) if later.after else 30
            return Response(status_code=503, headers={"Retry-After": str(seconds)})
        kept = await _kept(node, url, whose, small=small)
    if kept.content is None:
        _remember(node, f"{whose} {url}")
        return Response(status_code=404, headers={"Cache-Control": _SOON})
    if kept.stale:
        await node.write(queries.touch, url)
    return serving.served(request, kept.content, "image/webp", _WEEK)


async def _kept(node: "Node", url: str, whose: str, *, small: bool) -> Copy:
    return await node.read(queries.copied, node.registry, url, whose, node.now(), small=small)


def _remember(node: "Node", name: str) -> None:
    """Have pages show a link for a while."""
    lost = _lost(node)
    while len(lost) >= MOST:
        del lost[next(iter(lost))]
    lost[name] = node.now() + rules.rest(1, final=False)


async def _once(node: "Node", url: str, tries: int) -> None:
    """Fetch a picture; who asks for one that is on its way waits for it.

    Raises:
        TryLater: its server has been asked often enough for now.
    """
    going: dict[str, asyncio.Task[None]] = node.memory.setdefault("pictures.going", {})
    task = going.get(url)
    if task is None:
        _spend(node, domain(url))
        task = going[url] = asyncio.ensure_future(_fetch(node, url, tries))
        task.add_done_callback(lambda _: going.pop(url, None))
    await asyncio.shield(task)


def _spend(node: "Node", host: str) -> None:
    """Count a request against what one server is asked for in a while.

    Raises:
        TryLater: it is too many, for it or for us.
    """
    spent: dict[str, tuple[datetime, int]] = node.memory.setdefault("pictures.spent", {})
    now = node.now()
    if len(spent) > MOST:
        spent.clear()
    since, number = spent.get(host, (now, 0))
    if now - since > rules.SPAN:
        since, number = now, 0
    if number >= rules.PER_HOST:
        raise TryLater(f"{host} was asked often enough", since + rules.SPAN - now)
    spent[host] = (since, number + 1)


async def _fetch(node: "Node", url: str, tries: int) -> None:
    free: asyncio.Semaphore = node.memory.setdefault("pictures.asking", asyncio.Semaphore(AT_ONCE))
    hosts: Hosts = node.memory.setdefault("pictures.hosts", Hosts(OF_ONE))
    try:
        async with hosts.place(domain(url), PATIENCE), free:
            answer = await _ask(node, url)
        drawn = await workshop.draw(node, _picture(answer), SIZES)
    except Busy:
        raise  # it was not even asked
    except Problem as problem:
        final = isinstance(problem, Refused | Unfit)
        until = node.now() + rules.rest(tries + 1, final=final)
        await node.write(queries.lose, url, tries + 1, until)
    else:
        large, small = drawn.bodies
        await node.write(queries.keep, url, large.body, small.body)


async def _ask(node: "Node", url: str) -> Answer:
    """Ask for a picture in the name of the node, so that trusted nodes show us what is for us."""

    async def may(onward: str) -> None:
        await policy.check(node, onward)

    await policy.check(node, url)
    return await node.network.get(
        url, headers=await _headers(node), limit=workshop.LARGEST, deadline=DEADLINE, may=may
    )


async def _headers(node: "Node") -> Headers:
    if node.community.at_home:
        return {"Accept": ACCEPT}
    sign = signing.fetching(node, await signing.signer(node, node.community.service))

    def headers(method: str, url: str) -> Mapping[str, str]:
        return {**sign(method, url), "Accept": ACCEPT}

    return headers


def _picture(answer: Answer) -> bytes:
    """The bytes of an answer that may be a picture.

    Raises:
        Refused: its server says that there is none, or that it is something else.
        TryLater: not now.
    """
    if answer.status >= 500 or answer.status == 429:
        raise TryLater(f"{answer.url}: {answer.status}")
    media = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if answer.status != 200 or not (media.startswith("image/") or "octet-stream" in media):
        raise Refused("E_NO_PICTURE", f"{answer.url}: {answer.status} {media[:80]}")
    return answer.body
