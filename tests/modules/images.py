"""Pictures for tests: honest ones, and those that were made to do harm."""

import io
import struct
import zlib
from typing import Any

from PIL import Image

CANARY = b"GPS-CANARY-52.5200"
SCRIPT = b"<script>alert(1)</script>"


def image(
    kind: str = "JPEG", size: tuple[int, int] = (64, 48), colour: Any = (180, 40, 40), **how: Any
) -> bytes:
    """A picture of one colour, the upper left corner white."""
    mode = "RGBA" if isinstance(colour, tuple) and len(colour) == 4 else "RGB"
    made = Image.new(mode, size, colour)
    made.paste((255, 255, 255), (0, 0, size[0] // 2, size[1] // 2))
    out = io.BytesIO()
    made.save(out, kind, **how)
    return out.getvalue()


def located(orientation: int = 6) -> bytes:
    """A photo as a telephone makes it: turned on its side, with where it was taken."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = CANARY.decode()
    exif.get_ifd(0x8825)[1] = "N"
    return image(exif=exif.tobytes(), comment=CANARY, icc_profile=CANARY * 20)


def bomb(side: int = 15_000) -> bytes:
    """A PNG of a few kilobytes that says it has very many pixels, and has them."""
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    line = b"\0" * (1 + (side + 7) // 8)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (
            _chunk(b"IHDR", head),
            _chunk(b"IDAT", zlib.compress(line * side, 9)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def moving(frames: int = 3) -> bytes:
    """A GIF that moves."""
    made = [Image.new("RGB", (32, 32), (80 * n, 0, 0)) for n in range(frames)]
    out = io.BytesIO()
    made[0].save(out, "GIF", save_all=True, append_images=made[1:], duration=50, loop=0)
    return out.getvalue()


def polyglot() -> bytes:
    """A GIF that is a page with a script, too, and a zip archive behind it."""
    return moving() + SCRIPT + b"PK\x03\x04" + CANARY


def opened(body: bytes) -> Any:
    """A picture as the tests look at it."""
    return Image.open(io.BytesIO(body))
