"""What counts as an emoji: values in, values out."""

import re
import unicodedata
from enum import StrEnum
from typing import Final

MOST: Final = 10
"""Different emoji of one person under one thing."""
LONGEST: Final = 2500
"""Bytes of the ids of a reaction together: what an index of PostgreSQL takes."""
OFFERED: Final = ("👍", "❤️", "🎉", "😊", "😢", "🙏")
"""What our own members choose from."""

_SHORTCODE: Final = re.compile(r":([A-Za-z0-9_+-]{1,60})(?:@[A-Za-z0-9.-]{1,250})?:")
_KEYCAP: Final = re.compile("[0-9#*]\ufe0f?\u20e3")
_JOINER: Final = "\u200d"
_SYMBOLS: Final = {"So", "Sm", "Po"}
_ADDED: Final = {"Mn", "Me", "Cf"}


class Verb(StrEnum):
    """What somebody did."""

    LIKE = "Like"
    SHARE = "Announce"


def emoji_of(said: str | None) -> str:
    """The one emoji, or the `:shortcode:`, that a reaction says; empty if it says none.

    Source: FEP-c0e0; a grapheme as far as emoji go, by UTS #51 section 1.4.9.

    >>> emoji_of("👍"), emoji_of(":blob@a.test:"), emoji_of("👍👍"), emoji_of("+1")
    ('👍', ':blob:', '', '')
    """
    text = (said or "").strip()
    if code := _SHORTCODE.fullmatch(text):
        return f":{code[1]}:"
    return text if len(text) <= 16 and (_KEYCAP.fullmatch(text) or _is_one(text)) else ""


def _is_one(text: str) -> bool:
    """Whether this is one picture: one symbol or several that are joined, or one flag."""
    shown, flags, joined = 0, 0, False
    for char in text:
        if char == _JOINER:
            joined = True
            continue
        if _is_added(char):
            continue
        if not _is_symbol(char):
            return False
        flags += "\U0001f1e6" <= char <= "\U0001f1ff"
        shown += not joined
        joined = False
    return (shown == 1 and not flags) or (shown == flags == 2)


def _is_added(char: str) -> bool:
    return unicodedata.category(char) in _ADDED or "\U0001f3fb" <= char <= "\U0001f3ff"


def _is_symbol(char: str) -> bool:
    # an emoji newer than Python's own tables has no category yet
    newer = "\U0001f000" <= char <= "\U0001faff" and unicodedata.category(char) == "Cn"
    return newer or (char > "\u00a8" and unicodedata.category(char) in _SYMBOLS)
