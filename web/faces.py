"""A face for whoever has no picture: the initial on one of our plant colours.

Drawn by ourselves, as SVG and as PNG, from a letter grid of our own; no picture
library, nothing asked of anybody.
"""

import hashlib
import struct
import unicodedata
import zlib
from typing import Final

from markupsafe import escape

_COLOURS: Final = ("#2b4f7c", "#2a5c41", "#6d5100", "#952b29", "#4a4a78", "#1f5f66", "#7a3f5d")
_PAPER: Final = (0xFD, 0xFC, 0xF7)
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_WIDE: Final = 5
_HIGH: Final = 7
_SMALLEST: Final = 16
_LARGEST: Final = 512

# Seven rows of five dots; a bit is a dot, the highest one stands left.
_DOTS: Final = {
    "A": "0e11111f111111", "B": "1e11111e11111e", "C": "0e11101010110e", "D": "1e11111111111e",
    "E": "1f10101e10101f", "F": "1f10101e101010", "G": "0e11101713110f", "H": "1111111f111111",
    "I": "0e04040404040e", "J": "0702020202120c", "K": "11121418141211", "L": "1010101010101f",
    "M": "111b1515111111", "N": "11191513111111", "O": "0e11111111110e", "P": "1e11111e101010",
    "Q": "0e11111115120d", "R": "1e11111e141211", "S": "0f10100e01011e", "T": "1f040404040404",
    "U": "1111111111110e", "V": "11111111110a04", "W": "1111111515150a", "X": "11110a040a1111",
    "Y": "11110a04040404", "Z": "1f01020408101f", "0": "0e11131519110e", "1": "040c040404040e",
    "2": "0e11010204081f", "3": "1e01010e01011e", "4": "02060a121f0202", "5": "1f101e0101110e",
    "6": "0608101e11110e", "7": "1f010204080808", "8": "0e11110e11110e", "9": "0e11110f01020c",
    "": "040e1f1f0e0404",
}  # fmt: skip


def initial(name: str | None) -> str:
    """The first letter or digit of a name, large; a small circle where it has none."""
    for character in unicodedata.normalize("NFC", name or ""):
        if character.isalnum():
            return character.upper()[:1]
    return "◦"


def svg(name: str, seed: str) -> str:
    """The face as SVG, 96 units wide.

    Args:
        name: whose initial it shows.
        seed: what the colour comes from; the account's id, so that it stays.
    """
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" width="96" height="96">'
        f'<rect width="96" height="96" fill="{_colour(seed)}"/>'
        '<text x="48" y="66" font-family="Georgia, serif" font-size="52" fill="#fdfcf7"'
        f' text-anchor="middle">{escape(initial(name))}</text></svg>'
    )


def png(name: str, size: int = 128, seed: str | None = None) -> bytes:
    """The face as PNG (RFC 2083), square.

    Args:
        name: whose initial it shows; a letter that we have no grid for becomes a drop.
        size: pixels on a side, brought into 16 to 512.
        seed: what the colour comes from; the name if None.
    """
    side = max(_SMALLEST, min(_LARGEST, size))
    ground = bytes.fromhex(_colour(name if seed is None else seed)[1:])
    rows = _rows(_letter(name), side)
    head = struct.pack(">IIBBBBB", side, side, 1, 3, 0, 0, 0)
    return b"".join(
        (
            _SIGNATURE,
            _chunk(b"IHDR", head),
            _chunk(b"PLTE", ground + bytes(_PAPER)),
            _chunk(b"IDAT", zlib.compress(b"".join(rows), 9)),
            _chunk(b"IEND", b""),
        )
    )


def _colour(seed: str) -> str:
    return _COLOURS[hashlib.sha256(seed.encode()).digest()[0] % len(_COLOURS)]


def _letter(name: str) -> tuple[int, ...]:
    plain = unicodedata.normalize("NFKD", initial(name))[:1]
    return tuple(bytes.fromhex(_DOTS.get(plain, _DOTS[""])))


def _rows(letter: tuple[int, ...], side: int) -> list[bytes]:
    """The lines of the picture, one bit a pixel, each after its filter byte (0)."""
    dot = max(1, side // 11)
    left, top = (side - dot * _WIDE) // 2, (side - dot * _HIGH) // 2
    empty = bytes(1 + (side + 7) // 8)
    rows = [empty] * side
    for number, dots in enumerate(letter):
        line = _line(dots, left, dot, side)
        for y in range(top + number * dot, top + (number + 1) * dot):
            rows[y] = line
    return rows


def _line(dots: int, left: int, dot: int, side: int) -> bytes:
    bits = 0
    for x in range(side):
        column = (x - left) // dot
        on = 0 <= column < _WIDE and bool(dots >> (_WIDE - 1 - column) & 1)
        bits = bits << 1 | on
    width = (side + 7) // 8
    return b"\0" + (bits << (width * 8 - side)).to_bytes(width, "big")


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)
