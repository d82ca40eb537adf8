"""Sending prepared requests over kept connections, as fast as they are answered."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Load:
    """Seconds from the first to the last answer, and how many answers had which status."""

    seconds: float
    seen: Counter[int]

    @property
    def answered(self) -> int:
        """How many answers came."""
        return self.seen.total()

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answered / self.seconds


async def send_all(
    port: int, requests: Sequence[bytes], connections: int = 64, *, seconds: float = 15
) -> Load:
    """Send every request once, but begin none after so many seconds."""
    waiting = iter(requests)
    seen: Counter[int] = Counter()
    begun = time.perf_counter()

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in waiting:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            seen[int(head[9:12])] += 1
            if length := _length(head):
                await reader.readexactly(length)
            if time.perf_counter() - begun > seconds:
                break
        writer.close()

    await asyncio.gather(*(one() for _ in range(connections)))
    return Load(seconds=time.perf_counter() - begun, seen=seen)


def _length(head: bytes) -> int:
    at = head.lower().find(b"content-length:")
    return int(head[at + 15 : head.index(b"\r", at)]) if at >= 0 else 0
