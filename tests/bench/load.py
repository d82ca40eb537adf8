"""Sending prepared requests over kept connections, as fast as they are answered."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence


async def send_all(
    port: int, requests: Sequence[bytes], connections: int = 64
) -> tuple[float, Counter[int]]:
    """Send every request once.

    Returns:
        Seconds from the first to the last answer, and how many answers had which status.
    """
    waiting = iter(requests)
    seen: Counter[int] = Counter()

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in waiting:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            seen[int(head[9:12])] += 1
            if length := _length(head):
                await reader.readexactly(length)
        writer.close()

    begun = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(connections)))
    return time.perf_counter() - begun, seen


def _length(head: bytes) -> int:
    at = head.lower().find(b"content-length:")
    return int(head[at + 15 : head.index(b"\r", at)]) if at >= 0 else 0
