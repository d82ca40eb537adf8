"""Background work inside the web process: the default, which needs nothing but the database."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Sequence
from typing import TypeVar

from node.kernel.errors import TryLater
from node.kernel.node import Node
from workers import running

T = TypeVar("T")
log = logging.getLogger(__name__)

TICK = 1.0
"""Seconds without news after which the queue is looked at anyway."""

REFRESH = 2.0
"""Seconds after which a change made by a command beside us is seen."""

REPEAT = 60.0
"""Seconds between two looks at the jobs to be repeated."""

DRAIN = 8.0
"""Seconds for what has begun to end when the worker is told to stop."""

MOST = 64
"""Jobs that run at the same time; a slow host takes its few of them and no more."""

SLOW = 1.0
"""Seconds after which a job is one that waits for somebody, and leaves its place to another."""

AT_ALL = 256
"""Jobs that run at the same time, with all those that wait."""


class Worker:
    """One worker of a node: takes what is due and does it, until cancelled."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._tasks: dict[asyncio.Task[None], running.Claimed] = {}
        self._begun: dict[asyncio.Task[None], float] = {}
        self._refreshed = self._repeated = float("-inf")

    async def forever(self) -> None:
        """Do background work; what fails is logged, and tried again."""
        try:
            while True:
                try:
                    await self._round()
                except TryLater as later:
                    log.info("background work waits: %s", later)
                    await asyncio.sleep(TICK)
                except Exception:
                    log.exception("background work stumbled")
                    await asyncio.sleep(TICK)
        finally:
            await self._leave()

    async def _leave(self) -> None:
        """Let what has begun end; give back what takes too long."""
        if self._tasks:
            await asyncio.wait(list(self._tasks), timeout=DRAIN)
        late = dict(self._tasks)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        if late:
            await self._node.write(running.release, list(late.values()))

    async def _round(self) -> None:
        node = self._node
        node.waiting.clear()
        await self._housekeeping()
        more = await _to_its_end(running.pump(node)) if node.ready else 0
        free = self._free()
        works = await self._take(free) if free else ()
        for work in works:
            task = asyncio.create_task(running.run(node, work))
            self._tasks[task] = work
            self._begun[task] = time.monotonic()
            task.add_done_callback(self._done)
        if not (more or works):
            await _wait(node)

    def _free(self) -> int:
        """How many jobs may begin: those that hang do not count, until there are too many."""
        since = time.monotonic() - SLOW
        busy = sum(begun > since for begun in self._begun.values())
        return max(0, min(MOST - busy, AT_ALL - len(self._tasks)))

    async def _take(self, free: int) -> Sequence[running.Claimed]:
        """Claim jobs; told to stop meanwhile, give back what nobody would begin."""
        taking = asyncio.ensure_future(running.take(self._node, free))
        try:
            return await _to_its_end(taking)
        except asyncio.CancelledError:
            if not taking.cancelled():
                await self._node.write(running.release, taking.result())
            raise

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.pop(task, None)
        self._begun.pop(task, None)
        self._node.waiting.set()

    async def _housekeeping(self) -> None:
        now = time.monotonic()
        if now - self._refreshed > REFRESH:
            await self._node.refresh()
            self._refreshed = now
        if now - self._repeated > REPEAT:
            await running.repeat(self._node)
            self._repeated = now


async def _to_its_end(work: Awaitable[T]) -> T:
    """Wait for something that holds rows, even if told to stop meanwhile: then that comes after."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


async def _wait(node: Node) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(TICK):
            await node.waiting.wait()


async def forever(node: Node) -> None:
    """Do background work of this node until cancelled."""
    await Worker(node).forever()
