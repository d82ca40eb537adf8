"""The bodies of answers as they arrive, decompressed by no more than is wanted."""

import zlib
from collections.abc import AsyncIterator

from node.kernel.errors import Refused


class TooLarge(Refused):
    """The answer is longer than we are ready to read."""

    def __init__(self, detail: str = "") -> None:
        super().__init__("E_SIZE", detail)


async def whole(encoding: str, arriving: AsyncIterator[bytes], limit: int) -> tuple[bytes, bool]:
    """A body, decompressed; and whether it ended before it was longer than `limit`.

    Raises:
        ValueError, zlib.error: as `opened`.
    """
    body = bytearray()
    async for chunk in opened(encoding, arriving, limit):
        body += chunk
        if len(body) > limit:
            return bytes(body[:limit]), False
    return bytes(body), True


async def opened(encoding: str, arriving: AsyncIterator[bytes], limit: int) -> AsyncIterator[bytes]:
    """A body, decompressed by at most `limit` + 1 bytes a step.

    More than that in one step is already too much, so what is left inside is never asked for.

    Raises:
        ValueError: an encoding that we did not ask for, or a body that ends too soon.
        zlib.error: it is not compressed as it says.
    """
    kind = encoding.strip().lower()
    if kind in ("identity", ""):
        async for chunk in arriving:
            yield chunk
        return
    if kind not in ("gzip", "x-gzip", "deflate"):
        raise ValueError(f"unknown content encoding {kind[:40]!r}")
    engine = zlib.decompressobj(wbits=zlib.MAX_WBITS + 32)  # gzip or zlib, by its first bytes
    async for chunk in arriving:
        yield engine.decompress(chunk, limit + 1)
    yield engine.flush()
    if not engine.eof:
        raise ValueError("compressed body cut short")
