"""Makes the PNG of a screen small: at most 256 colours, packed as tightly as zlib can."""

import struct
import zlib
from collections import Counter

MARK = b"\x89PNG\r\n\x1a\n"
COLOURS = 256
Colour = tuple[int, int, int]


def small(png: bytes) -> bytes:
    """The same picture in the colours that stand in it most often.

    Args:
        png: of 8 bits a channel, without interlace, as Chromium makes them.
    """
    parts = dict(_parts(png))
    width, height, _bits, kind = struct.unpack(">IIBB", parts[b"IHDR"][:10])
    rows = _rows(zlib.decompress(parts[b"IDAT"]), width, height, 4 if kind == 6 else 3)
    often = Counter(colour for row in rows for colour in row)
    kept = [colour for colour, _ in often.most_common(COLOURS)]
    place = {colour: kept.index(_nearest(colour, kept)) for colour in often}
    body = b"".join(b"\0" + bytes(place[colour] for colour in row) for row in rows)
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    palette = b"".join(bytes(colour) for colour in kept)
    return MARK + b"".join(
        _part(*each)
        for each in (
            (b"IHDR", head), (b"PLTE", palette), (b"IDAT", zlib.compress(body, 9)), (b"IEND", b""),
        )
    )  # fmt: skip


def _parts(png: bytes) -> list[tuple[bytes, bytes]]:
    """Its chunks by name, those of one name as one."""
    found: dict[bytes, bytes] = {}
    at = len(MARK)
    while at < len(png):
        (long,) = struct.unpack(">I", png[at : at + 4])
        name = png[at + 4 : at + 8]
        found[name] = found.get(name, b"") + png[at + 8 : at + 8 + long]
        at += 12 + long
    return list(found.items())


def _rows(data: bytes, width: int, height: int, each: int) -> list[list[Colour]]:
    """The colours of every row, with the filters undone (PNG, section 9)."""
    found, above, long = [], bytes(width * each), width * each
    for number in range(height):
        start = number * (long + 1)
        above = _plain(data[start], data[start + 1 : start + 1 + long], above, each)
        found.append([tuple(above[x : x + 3]) for x in range(0, long, each)])
    return found


def _plain(way: int, row: bytes, above: bytes, each: int) -> bytes:
    done = bytearray(row)
    for x, value in enumerate(row):
        left = done[x - each] if x >= each else 0
        up, corner = above[x], above[x - each] if x >= each else 0
        guess = (0, left, up, (left + up) // 2, _paeth(left, up, corner))[way]
        done[x] = (value + guess) & 255
    return bytes(done)


def _paeth(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    return min((left, up, corner), key=lambda one: abs(guess - one))


def _nearest(colour: Colour, kept: list[Colour]) -> Colour:
    return min(kept, key=lambda one: sum((a - b) ** 2 for a, b in zip(one, colour, strict=True)))


def _part(name: bytes, data: bytes) -> bytes:
    checked = name + data
    return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))
