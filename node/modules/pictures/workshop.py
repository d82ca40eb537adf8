"""Has pictures opened and drawn anew by a process that has nothing to lose (`child.py`).

The node itself never opens a picture and never imports the library that does, so that an idle
node is as small as without. One process for one picture: nothing of one reaches the next.
"""

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from node.kernel.errors import Problem, TryLater
from vocab.values import dataclass
from web.language import mark

if TYPE_CHECKING:
    from node.kernel.node import Node

LARGEST: Final = 8 * 1024 * 1024
"""Bytes of a picture that we open at all."""
MOST_OUT: Final = 6 * 1024 * 1024
SECONDS: Final = 25
AT_ONCE: Final = 2
"""Pictures that a node opens at once."""
FOLDER: Final = Path(__file__).parent
_CHILD: Final = str(FOLDER / "child.py")
_KNOWN: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")

WORDS: Final = {
    "kind": mark("This is no picture that we can read. A JPEG, PNG, WebP or GIF will do."),
    "broken": mark("This picture is damaged. Save it anew, or choose another one."),
    "huge": mark("This picture has too many pixels. A smaller one will do."),
    "size": mark("This picture is larger than 8 MB. A smaller one will do."),
}


class Unfit(Problem):
    """A picture that cannot be used; `safe` says why and what would do."""

    status = 422

    def __init__(self, why: str) -> None:
        super().__init__("E_PICTURE", why, safe=WORDS[why])


@dataclass(frozen=True, kw_only=True)
class Body:
    """One size of a picture, as it is served."""

    media: str
    width: int
    height: int
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A picture as it was drawn anew, in every size that was wanted."""

    blurhash: str
    bodies: Sequence[Body]


@dataclass(frozen=True, kw_only=True)
class Size:
    """How a body is wanted: pixels of its longer side, format, "fit" or cut to a "square".

    `clear` is the format in place of JPEG where one sees through the picture.
    """

    side: int
    format: str = "WEBP"
    shape: str = "fit"
    clear: str = "PNG"


def looks_known(body: bytes) -> bool:
    """Whether bytes begin as a kind of picture that we read."""
    return body.startswith(_KNOWN) or (body[:4] == b"RIFF" and body[8:12] == b"WEBP")


async def draw(
    node: "Node", body: bytes, sizes: Sequence[Size], *, blurhash: bool = False
) -> Drawn:
    """Open a picture and draw it anew in some sizes.

    Raises:
        Unfit: it is too large, of no kind we read, damaged, or made to do harm.
        TryLater: no process could be started.
    """
    if len(body) > LARGEST:
        raise Unfit("size")
    if not looks_known(body):
        raise Unfit("kind")
    order = {"bodies": [one.__dict__ for one in sizes], "blurhash": blurhash}
    free: asyncio.Semaphore = node.memory.setdefault("pictures.free", asyncio.Semaphore(AT_ONCE))
    async with free:
        said = await _ask(json.dumps(order).encode() + b"\n" + body)
    return _read(said)


async def _ask(order: bytes) -> bytes:
    """What the child says to an order; nothing if it died of it.

    Raises:
        TryLater: it cannot be started.
    """
    try:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-I", _CHILD, env={}, limit=1 << 16,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
    except OSError as error:
        raise TryLater(str(error)) from error
    try:
        async with asyncio.timeout(SECONDS):
            said, _ = await child.communicate(order)
    except TimeoutError:
        return b""
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    return said


def _read(said: bytes) -> Drawn:
    head, _, rest = said.partition(b"\n")
    try:
        about: dict[str, Any] = json.loads(head)
    except ValueError as error:
        raise Unfit("broken") from error  # it was killed: out of time or memory
    if "fault" in about or len(rest) > MOST_OUT:
        raise Unfit(about.get("fault", "huge"))
    bodies, at = [], 0
    for one in about["bodies"]:
        size = one.pop("size")
        bodies.append(Body(**one, body=rest[at : at + size]))
        at += size
    return Drawn(blurhash=about.get("blurhash", ""), bodies=bodies)
