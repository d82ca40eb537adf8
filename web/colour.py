"""The one colour that a community chooses, and whether it can be read.

Contrast as in WCAG 2.2, section 1.4.3.
"""

import re
from typing import Final

WOAD: Final = "#2b4f7c"
GROUND: Final = "#efece1"
LEAST: Final = 4.5
_HEX: Final = re.compile(r"#[0-9a-f]{6}")
_STEPS: Final = 100


def accent_of(chosen: str | None) -> str:
    """The community's accent, or woad where it is none that we could write into a stylesheet."""
    text = (chosen or "").lower()
    return text if _HEX.fullmatch(text) else WOAD


def readable(accent: str) -> bool:
    """Whether text in this colour can be read on the ground of our pages."""
    return bool(_HEX.fullmatch(accent.lower())) and contrast(accent.lower(), GROUND) >= LEAST


def nearest(accent: str) -> str:
    """The same colour, made only so much darker that it can be read.

    Raises:
        ValueError: it is not written as ``#rrggbb``.
    """
    parts = _parts(accent.lower())
    for step in range(_STEPS + 1):
        red, green, blue = (round(part * (_STEPS - step) / _STEPS) for part in parts)
        darker = f"#{red:02x}{green:02x}{blue:02x}"
        if readable(darker):
            return darker
    return WOAD


def contrast(one: str, other: str) -> float:
    """How far two colours (``#rrggbb``) are apart in lightness: 1 to 21.

    Raises:
        ValueError: one is not written so.
    """
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _parts(colour: str) -> tuple[int, int, int]:
    if not _HEX.fullmatch(colour):
        raise ValueError(f"not a colour: {colour!r}")
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(part / 255) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
