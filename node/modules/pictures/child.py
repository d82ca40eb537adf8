"""The program that opens pictures of strangers: a process of its own, without anything to lose.

It is started by its path for one picture, imports nothing of ours, limits itself before it looks
at a byte, and ends. What it gives back was drawn anew from pixels: no metadata, no colour
profile, no second file behind the first, no frame but the first (security.md V45).

In: one line of JSON (`Order`), then the picture. Out: one line of JSON, then the bodies in order:
`{"blurhash", "bodies": [{"media", "width", "height", "size"}]}`, or
`{"fault": "kind" | "broken" | "huge"}`.
"""

import io
import json
import math
import resource
import sys
from typing import Any, Final

MEMORY: Final = 768 * 1024 * 1024
SECONDS: Final = 15
SIDE: Final = 16_000
"""Pixels of the longer side of what is opened at all."""
PIXELS: Final = {"JPEG": 64_000_000, "PNG": 25_000_000, "WEBP": 25_000_000, "GIF": 16_000_000}
"""Pixels that a format may have: a JPEG is made small while it is read, the others are not."""
_DIGITS: Final = (
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"
)


class Unfit(Exception):
    """The picture cannot be used; says why in one word."""


def bound() -> None:
    """Take from this process what opening a picture does not need."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(what, (most, most))


def opened(body: bytes, side: int) -> Any:
    """The first frame of a picture, upright, no larger than is needed for `side`.

    Raises:
        Unfit: it is of no kind that we read, broken, or larger than we are ready to open.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = None  # we judge by kind, and refuse where Pillow only warns
    try:
        found = Image.open(io.BytesIO(body), formats=tuple(PIXELS))
    except UnidentifiedImageError as error:
        raise Unfit("kind") from error
    width, height = found.size
    # an MPO is a JPEG with further pictures behind it
    kind = "JPEG" if found.format == "MPO" else found.format or ""
    if max(width, height) > SIDE or width * height > PIXELS.get(kind, 0):
        raise Unfit("huge")
    part = min(1, side / max(width, height))
    found.draft("RGB", (int(width * part), int(height * part)))
    found.seek(0)
    found.load()
    return ImageOps.exif_transpose(plain(found))


def plain(found: Any) -> Any:
    """The same picture in red, green, blue, and clearness if it has that."""
    clear = found.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in found.info
    mode = "RGBA" if clear else "RGB"
    made = found if found.mode == mode else found.convert(mode)
    if mode == "RGBA" and made.getchannel("A").getextrema() == (255, 255):
        return made.convert("RGB")
    return made


def drawn(found: Any, order: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """One body: the picture at a size and in a format, with what it became."""
    from PIL import Image, ImageOps

    side, shape = order["side"], order.get("shape", "fit")
    if shape == "square":
        edge = min(side, *found.size)
        made = ImageOps.fit(found, (edge, edge), Image.Resampling.LANCZOS)
    else:
        made = found.copy()
        made.thumbnail((side, side), Image.Resampling.LANCZOS)
    clear = made.mode == "RGBA"
    kind = order["format"] if not clear or order["format"] != "JPEG" else order.get("clear", "PNG")
    # a new picture, so that nothing of what came along is written out again
    bare = Image.new(made.mode, made.size)
    bare.paste(made)
    out = io.BytesIO()
    bare.save(out, kind, **SAVED[kind])
    head = {"media": f"image/{kind.lower()}", "width": bare.width, "height": bare.height}
    return {**head, "size": out.tell()}, out.getvalue()


SAVED: Final[dict[str, dict[str, Any]]] = {
    "JPEG": {"quality": 84, "optimize": True, "progressive": True},
    "WEBP": {"quality": 82, "method": 4, "exact": False},
    "PNG": {"optimize": True},
}


def blurhash(found: Any, across: int = 4, down: int = 3) -> str:
    """A few letters from which others draw a blur before the picture is there.

    Source: BlurHash, "Algorithm" (github.com/woltapp/blurhash), read and written anew.
    """
    from PIL import Image

    tiny = found.convert("RGB").resize((32, 32), Image.Resampling.BOX)
    raw = tiny.tobytes()
    pixels = [tuple(_linear(raw[at + c]) for c in range(3)) for at in range(0, len(raw), 3)]
    parts = [_part(pixels, i, j) for j in range(down) for i in range(across)]
    most = max(abs(value) for part in parts[1:] for value in part)
    step = max(0, min(82, math.floor(most * 166 - 0.5)))
    scale = (step + 1) / 166
    said = _in83((across - 1) + (down - 1) * 9, 1) + _in83(step, 1)
    r, g, b = (_gamma(value) for value in parts[0])
    said += _in83((r << 16) + (g << 8) + b, 4)
    for part in parts[1:]:
        q = [max(0, min(18, math.floor(_root(value / scale) * 9 + 9.5))) for value in part]
        said += _in83(q[0] * 361 + q[1] * 19 + q[2], 2)
    return said


def _part(pixels: list[tuple[float, ...]], i: int, j: int) -> tuple[float, ...]:
    weight = (1 if i == j == 0 else 2) / len(pixels)
    along = [math.cos(math.pi * i * x / 32) for x in range(32)]
    beneath = [math.cos(math.pi * j * y / 32) for y in range(32)]
    total = [0.0, 0.0, 0.0]
    for at, pixel in enumerate(pixels):
        basis = along[at % 32] * beneath[at // 32]
        for c in range(3):
            total[c] += basis * pixel[c]
    return tuple(weight * value for value in total)


def _linear(value: int) -> float:
    v = value / 255
    return v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4


def _gamma(value: float) -> int:
    v = max(0.0, min(1.0, value))
    return round((v * 12.92 if v <= 0.0031308 else 1.055 * v ** (1 / 2.4) - 0.055) * 255)


def _root(value: float) -> float:
    return math.copysign(abs(value) ** 0.5, value)


def _in83(value: int, length: int) -> str:
    return "".join(_DIGITS[value // 83 ** (length - n) % 83] for n in range(1, length + 1))


def work(order: dict[str, Any], body: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """All bodies of an order.

    Raises:
        Unfit: the picture cannot be used.
    """
    found = opened(body, max(one["side"] for one in order["bodies"]))
    made = [drawn(found, one) for one in order["bodies"]]
    about: dict[str, Any] = {"bodies": [head for head, _ in made]}
    if order.get("blurhash"):
        about["blurhash"] = blurhash(found)
    return about, [each for _, each in made]


def main() -> None:
    """Do one order and end; whatever goes wrong is said in one word."""
    bound()
    head, _, body = sys.stdin.buffer.read().partition(b"\n")
    bodies: list[bytes] = []
    try:
        about, bodies = work(json.loads(head), body)
    except Unfit as unfit:
        about = {"fault": str(unfit)}
    except MemoryError:
        about = {"fault": "huge"}
    except Exception:  # noqa: BLE001 - a decoder fails in any way it likes, and we end anyhow
        about = {"fault": "broken"}
    sys.stdout.buffer.write(json.dumps(about).encode() + b"\n" + b"".join(bodies))


if __name__ == "__main__":
    main()
