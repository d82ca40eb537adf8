"""The composition root: where a node, its pages, its inbox and its worker come together."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any

from federation.inbox import Inbox
from node import origin
from node.kernel.module import installed
from node.kernel.node import Node
from node.kernel.settings import Settings
from web.app import build
from workers import inline

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

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; posts to an inbox never see the web framework."""
        if scope["type"] == "http" and self._inbox.wants(scope):
            await self._inbox(scope, receive, send)
        else:
            await self._pages(scope, receive, send)


@contextlib.asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Application]:
    """A started node with its background work, until the block ends."""
    node = Node(settings, installed(settings.disabled))
    try:
        await node.start()
        await origin.at_home(node)
        worker = asyncio.create_task(inline.forever(node)) if settings.worker else None
        yield Application(node)
        if worker:
            worker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await worker
    finally:
        await node.close()
