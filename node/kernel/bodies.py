"""The bodies of answers as they arrive, decompressed by no more than is wanted."""

import zlib
from collections.abc import AsyncIterator


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
