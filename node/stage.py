"""Several nodes in one process, talking over real sockets on loopback: the demo's stage.

Tests that need a real network (another server, a browser) use it too.
"""

import asyncio
import contextlib
import ipaddress
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn

from node.kernel.clock import utc
from node.kernel.keys import KeyMaker, make_keys
from node.kernel.module import installed
from node.kernel.node import Node
from node.kernel.settings import Settings
from node.main import Application
from vocab.values import dataclass
from workers import inline

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))

Scope = MutableMapping[str, Any]


class Behind:
    """The time of day of a story that began some time ago and is brought up to now."""

    def __init__(self, **by: float) -> None:
        self._behind = timedelta(**by)

    def __call__(self) -> datetime:
        """The present instant of the story."""
        return utc() - self._behind

    def wait(self, **by: float) -> None:
        """Let time pass, though never beyond the real present."""
        self._behind = max(timedelta(), self._behind - timedelta(**by))

    def hurry(self, **by: float) -> None:
        """Let time pass, beyond the real present too."""
        self._behind -= timedelta(**by)

    def catch_up(self) -> None:
        """From here on the story's time is the real one."""
        self._behind = timedelta()


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The nodes by name, all running, and the clock they share."""

    nodes: dict[str, Node]
    clock: Behind

    async def until(self, holds: Callable[[], Awaitable[Any]], *, seconds: float = 120.0) -> Any:
        """Wait for the nodes' background work until something holds, and return it.

        Raises:
            TimeoutError: it did not in this many seconds.
        """
        async with asyncio.timeout(seconds):
            while True:
                if found := await holds():
                    return found
                await asyncio.sleep(0.05)


@contextlib.asynccontextmanager
async def opened(
    folder: Path,
    names: tuple[str, ...],
    *,
    first_port: int = 0,
    clock: Behind | None = None,
    make_keys: KeyMaker = make_keys,
    **settings: Any,
) -> AsyncIterator[Stage]:
    """Start nodes on loopback and serve them until the block ends.

    Args:
        folder: holds a data folder for each.
        names: of the nodes; they are at `http://localhost:<port>`.
        first_port: the first one's, the others follow; 0 takes free ones.
        clock: what they take for the time of day.
        make_keys: makes the pairs of keys of their people.
        **settings: further settings of all of them.
    """
    time = clock or Behind()
    sockets = [_bound(first_port + n if first_port else 0) for n in range(len(names))]
    nodes: dict[str, Node] = {}
    apps: dict[int, Application] = {}
    for name, bound in zip(names, sockets, strict=True):
        port = int(bound.getsockname()[1])
        given = {"allow_http": True, "allow_addresses": LOOPBACK, "port": port, **settings}
        settled = Settings(data=folder / name, **given)
        node = Node(settled, installed(), clock=time, make_keys=make_keys)
        await node.start()
        nodes[name], apps[port] = node, Application(node)
    try:
        async with _served(apps, sockets), _working(nodes):
            yield Stage(nodes=nodes, clock=time)
    finally:
        for node in nodes.values():
            await node.close()


def _bound(port: int) -> Any:
    """A socket that listens on loopback."""
    return uvicorn.Config("", host="127.0.0.1", port=port, log_level="error").bind_socket()


@contextlib.asynccontextmanager
async def _served(apps: dict[int, Application], sockets: list[Any]) -> AsyncIterator[None]:
    async def by_port(scope: Scope, receive: Any, send: Any) -> None:
        await apps[scope["server"][1]](scope, receive, send)

    config = uvicorn.Config(
        by_port, http="httptools", ws="none", lifespan="off", access_log=False,
        proxy_headers=False, server_header=False, log_level="error", timeout_graceful_shutdown=3,
    )  # fmt: skip
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=sockets))
    while not server.started:
        if task.done():
            await task
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        await task


@contextlib.asynccontextmanager
async def _working(nodes: dict[str, Node]) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(inline.forever(node)) for node in nodes.values()]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
