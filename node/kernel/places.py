"""Fair shares of what runs short when others are slow: requests to a host, look-ups of names.

Who waits too long for a place is told to come again (`Busy`). That says nothing of whom they
wanted to ask, and is never held against them.
"""

import asyncio
import contextlib
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from node.kernel.errors import TryLater

__all__ = ["AT_ONCE", "Busy", "Full", "Hosts", "Lookups", "zone"]

AT_ONCE = 64
"""Names that are looked up at once."""
UNKNOWN = AT_ONCE // 2
"""Of them names that were never found before: whoever makes names up leaves half to the others."""
PER_ZONE = 2
"""Of them names of one owner, as far as a name tells."""
WAIT = 3.0
"""Seconds for which a name waits for its turn."""
ANSWER = 8.0
"""Seconds in which a name server must answer; the thread that asks it may take longer."""
KNOWN = 10_000
"""Names that are remembered as having been found."""
AGAIN = timedelta(seconds=5)

Resolve = Callable[[str, int], Awaitable[list[str]]]


class Busy(TryLater):
    """We had no place for this request: it was not sent, and its host is not to blame."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail, AGAIN, code="E_BUSY")


class Full(OSError):
    """No turn for a name, in the shape that aiohttp hands on unchanged."""


@dataclass
class _Door:
    """The places at one host, and how many hold or want one."""

    free: asyncio.Semaphore
    users: int = 0


class Hosts:
    """So many requests to each host at once, and none that another host could use up."""

    def __init__(self, each: int) -> None:
        self._each = each
        self._doors: dict[str, _Door] = {}

    @contextlib.asynccontextmanager
    async def place(self, host: str, seconds: float) -> AsyncIterator[None]:
        """Hold a place at a host, after waiting for it for so many seconds at most.

        Raises:
            Busy: all its places are taken for longer.
        """
        door = self._doors.setdefault(host, _Door(asyncio.Semaphore(self._each)))
        door.users += 1
        try:
            try:
                async with asyncio.timeout(seconds):
                    await door.free.acquire()
            except TimeoutError:
                raise Busy(f"{self._each} requests to {host} are on their way") from None
            try:
                yield
            finally:
                door.free.release()
        finally:
            door.users -= 1
            if not door.users:
                del self._doors[host]


class Lookups:
    """Turns at the resolver: names that nobody answers for take their share and no more."""

    def __init__(self, resolve: Resolve, *, wait: float = WAIT, answer: float = ANSWER) -> None:
        """Prepare.

        Args:
            resolve: name and port to numeric addresses; holds its turn until it comes back.
            wait: seconds for a turn.
            answer: seconds for the answer.
        """
        self._resolve = resolve
        self._wait = wait
        self._answer = answer
        self._found: OrderedDict[str, None] = OrderedDict()
        self._going: dict[asyncio.Task[list[str]], tuple[str, bool]] = {}
        self._freed = asyncio.Event()

    async def find(self, host: str, port: int) -> list[str]:
        """The numeric addresses of a name.

        Raises:
            Full: it had no turn.
            OSError: it has none, or its name server does not answer.
        """
        try:
            async with asyncio.timeout(self._wait):
                while not self._may(host):
                    self._freed.clear()
                    await self._freed.wait()
        except TimeoutError:
            raise Full(f"many names are looked up, and {host} had no turn") from None
        task = asyncio.ensure_future(self._resolve(host, port))
        self._going[task] = (zone(host), host in self._found)
        task.add_done_callback(self._done)
        try:
            async with asyncio.timeout(self._answer):
                # a thread cannot be called back, so it keeps its turn until it is free again
                found = await asyncio.shield(task)
        except TimeoutError:
            raise OSError(f"nobody answers for the name {host}") from None
        if found:
            self._remember(host)
        return found

    def close(self) -> None:
        """Wait for nobody any more."""
        for task in self._going:
            task.cancel()

    def _may(self, host: str) -> bool:
        going = self._going.values()
        if len(going) >= AT_ONCE or Counter(of for of, _ in going)[zone(host)] >= PER_ZONE:
            return False
        return host in self._found or sum(not known for _, known in going) < UNKNOWN

    def _done(self, task: asyncio.Task[list[str]]) -> None:
        del self._going[task]
        self._freed.set()
        if not task.cancelled():
            task.exception()  # who waited has left, perhaps

    def _remember(self, host: str) -> None:
        self._found[host] = None
        self._found.move_to_end(host)
        if len(self._found) > KNOWN:
            self._found.popitem(last=False)


def zone(host: str) -> str:
    """The part of a name that has one owner, most likely: `birch.example`, `birch.co.uk`.

    Whoever has a short name under a short ending is taken for several; the share of all names
    that were never found before bounds them.
    """
    labels = host.lower().rstrip(".").split(".")
    most = 3 if len(labels) > 2 and len(labels[-2]) <= 3 else 2
    return ".".join(labels[-most:])
