"""The composition root: where a node, its pages, its inbox and its worker come together."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any

from federation import copies
from federation.inbox import Inbox
from node.kernel import moving
from node.kernel.errors import TryLater
from node.kernel.module import installed
from node.kernel.node import Node
from node.kernel.settings import Settings, Unusable
from web.app import build
from web.guards import Headers
from workers import inline
from workers import running as work

log = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Application:
    """The ASGI application of one node: the inbox first, then the pages."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self._inbox = Inbox(node)
        self._pages = build(node)
        self._door = Headers(self._inbox)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; posts to an inbox never see the web framework."""
        if scope["type"] == "http" and self._inbox.wants(scope):
            scope["app"] = self._pages  # which starlette would say, where it is asked
            await self._door(scope, receive, send)
        else:
            await self._pages(scope, receive, send)


@contextlib.asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Application]:
    """A started node with its background work, until the block ends.

    Raises:
        Unusable: Redis is set, and is no address or cannot be spoken to for lack of arq.
    """
    node = Node(settings, installed(settings.disabled))
    try:
        await node.start()
        await moving.at_home(node)
        await node.write(copies.begin)
        if node.database.sqlite:
            # only one process works on it, so what is held was held by one that was killed
            await node.write(work.release_all)
        async with _told(node), _worked(node):
            yield Application(node)
    finally:
        await node.close()


@contextlib.asynccontextmanager
async def _worked(node: Node) -> AsyncIterator[None]:
    """Background work inside this process, unless it is done elsewhere."""
    if not node.settings.worker:
        async with _cancelled(asyncio.create_task(_watch(node))):
            yield
        return
    async with _cancelled(asyncio.create_task(inline.forever(node))):
        yield


async def _watch(node: Node) -> None:
    """See what commands change, where no worker in this process does."""
    while True:
        await asyncio.sleep(inline.REFRESH)
        try:
            await node.refresh()
        except TryLater:
            continue
        except Exception:
            log.exception("the community could not be read")


@contextlib.asynccontextmanager
async def _cancelled(task: "asyncio.Task[None]") -> AsyncIterator[None]:
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@contextlib.asynccontextmanager
async def _told(node: Node) -> AsyncIterator[None]:
    """News of work for workers elsewhere, where Redis is set."""
    if not node.settings.redis:
        yield
        return
    try:
        from workers import redis
    except ModuleNotFoundError as error:
        message = "redis is set, but arq is not installed: pip install 'folkmoot[redis]'"
        raise Unusable(message) from error
    node.wake = tell = redis.announcer(node)
    try:
        yield
    finally:
        await tell.close()
