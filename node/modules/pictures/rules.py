"""What is decided about pictures: values in, values out."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

MOST: Final = 4
"""Pictures of a post; Mastodon shows no more."""
DESCRIPTION: Final = 1500
"""Characters of a description, as many as Mastodon takes."""
WAITING: Final = timedelta(days=1)
"""How long a picture waits for the form it was brought with to be sent."""
ROOM: Final = 200
"""Megabytes of copies, where the keepers say nothing."""
AGE: Final = timedelta(days=30)
"""How long a copy stays that nobody looks at."""
PER_HOST: Final = 120
"""Pictures that one server is asked for in `SPAN`."""
SPAN: Final = timedelta(minutes=10)
_FIRST: Final = timedelta(minutes=10)
_LONGEST: Final = timedelta(days=30)


class Use(StrEnum):
    """What a picture of ours is for."""

    WAITING = "waiting"
    """Brought with a form that was not sent yet; its owner alone sees it."""
    SHOWN = "shown"
    """It stands in a post or a notice, and is seen by who may see that."""
    FACE = "face"
    HEADER = "header"
    EMOJI = "emoji"


FOCUS: Final = MappingProxyType(
    {
        "": (0.0, 0.0), "top": (0.0, 1.0), "bottom": (0.0, -1.0),
        "left": (-1.0, 0.0), "right": (1.0, 0.0),
    }
)  # fmt: skip
"""What must be seen of a picture where only a part is shown, to its focal point."""

OPEN: Final = frozenset({Use.FACE, Use.HEADER, Use.EMOJI})
"""What belongs to actors and is for everybody."""


def key_of(url: str) -> bytes:
    """Under which a copy of a picture elsewhere is kept."""
    return hashlib.sha256(url.encode()).digest()[:16]


def name_of(secret: bytes, url: str, whose: str) -> str:
    """The name of our copy: where the picture lies, who shows it, and a mark that we wrote both.

    Without the mark anybody could have us fetch anything (security.md V44).
    """
    said = f"{whose}\n{url}".encode()
    return f"{_mark(secret, said)}/{base64.urlsafe_b64encode(said).decode().rstrip('=')}"


def told_by(secret: bytes, name: str) -> tuple[str, str] | None:
    """Where a picture lies and the host of who shows it, by the name of a copy; None if not ours.

    >>> told_by(b"k", name_of(b"k", "https://a.test/x.png", "b.test"))
    ('https://a.test/x.png', 'b.test')
    >>> told_by(b"another", name_of(b"k", "https://a.test/x.png", "b.test")) is None
    True
    """
    mark, _, written = name.partition("/")
    try:
        said = base64.b64decode(written + "=" * (-len(written) % 4), b"-_", validate=True)
        text = said.decode()
    except ValueError:
        return None
    if not hmac.compare_digest(mark.encode(), _mark(secret, said).encode()):
        return None
    whose, _, url = text.partition("\n")
    return url, whose


def _mark(secret: bytes, said: bytes) -> str:
    return hmac.new(secret, b"picture\n" + said, hashlib.sha256).hexdigest()[:32]


def rest(tries: int, *, final: bool) -> timedelta:
    """How long a picture that could not be had is left alone.

    Args:
        tries: how often it was asked for, this time too.
        final: what came is no picture, or its server says that there is none.

    >>> rest(1, final=False), rest(3, final=False), rest(1, final=True)
    (datetime.timedelta(seconds=600), datetime.timedelta(seconds=2400), datetime.timedelta(days=1))
    >>> rest(90, final=True)
    datetime.timedelta(days=30)
    """
    first = timedelta(days=1) if final else _FIRST
    times: int = 2 ** min(tries - 1, 16)
    return min(_LONGEST, first * times)


def too_many(sizes: Sequence[tuple[bytes, int]], room: int) -> list[bytes]:
    """Which copies have to go so that the rest has room.

    Args:
        sizes: key and bytes of each copy, the one used last first.
        room: bytes for all of them.

    >>> too_many([(b"a", 4), (b"b", 4), (b"c", 4)], 8), too_many([(b"a", 9), (b"b", 1)], 8)
    ([b'c'], [b'a', b'b'])
    """
    kept, out = 0, []
    for key, size in sizes:
        kept += size
        if kept > room:
            out.append(key)
    return out
