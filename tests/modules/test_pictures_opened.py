"""What is made of a picture that somebody brings, or another server sends (V45, H07)."""

import asyncio
import json
import subprocess
import sys
from typing import ClassVar

import pytest

from node.modules.pictures import child, workshop
from node.modules.pictures.workshop import Size, Unfit
from tests.guards.tree import CODE, name, python_files
from tests.modules.images import CANARY, SCRIPT, bomb, image, located, moving, opened, polyglot

ORDER = {"bodies": [{"side": 40, "format": "JPEG"}, {"side": 16, "format": "WEBP"}]}


def made(body: bytes, **order: object) -> tuple[dict, list[bytes]]:
    return child.work({**ORDER, **order}, body)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_what_people_have_is_drawn_anew_in_our_own_kinds(kind: str) -> None:
    about, bodies = made(image(kind), blurhash=True)

    assert [(b["media"], b["width"], b["height"]) for b in about["bodies"]] == [
        ("image/jpeg", 40, 30), ("image/webp", 16, 12)]  # fmt: skip
    assert [opened(body).format for body in bodies] == ["JPEG", "WEBP"]
    assert len(about["blurhash"]) == 28


def test_nothing_of_where_and_how_it_was_taken_survives_and_it_stands_upright() -> None:
    photo = located()
    assert CANARY in photo

    about, bodies = made(photo)

    assert [(b["width"], b["height"]) for b in about["bodies"]] == [(30, 40), (12, 16)]
    corner = opened(bodies[0]).getpixel((28, 2))
    assert min(corner) > 200, "the white corner is where it was when the photo was taken"
    for body in bodies:
        assert CANARY not in body
        assert not opened(body).getexif()
        assert not {"exif", "icc_profile", "comment", "xmp"} & opened(body).info.keys()


def test_one_sees_through_it_still() -> None:
    clear = image("PNG", colour=(10, 200, 10, 0))

    about, bodies = made(clear)

    assert about["bodies"][0]["media"] == "image/png"
    assert opened(bodies[0]).getpixel((38, 28))[3] == 0


def test_nothing_moves_and_nothing_hides_behind_it() -> None:
    for body in (moving(), polyglot()):
        _, bodies = made(body)
        for one in bodies:
            assert getattr(opened(one), "n_frames", 1) == 1
            assert SCRIPT not in one
            assert CANARY not in one
            assert b"PK\x03\x04" not in one


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'>" + SCRIPT + b"</svg>", "kind"),
        (b"%PDF-1.7", "kind"),
        (b"", "kind"),
        (bomb(), "huge"),
        (image(size=(16_001, 1)), "huge"),
    ],
)
def test_what_is_no_picture_or_too_much_of_one_is_refused(body: bytes, fault: str) -> None:
    with pytest.raises(child.Unfit, match=fault):
        made(body)


def test_a_cut_off_one_is_refused_wherever_it_ends() -> None:
    for kind in ("JPEG", "PNG", "WEBP", "GIF"):
        whole = image(kind)
        for part in (0.2, 0.5):
            with pytest.raises((child.Unfit, OSError, SyntaxError, ValueError)):
                made(whole[: int(len(whole) * part)])


class _Here:
    memory: ClassVar[dict] = {}


async def test_a_process_of_its_own_opens_it_and_says_why_it_cannot() -> None:
    sizes = [Size(side=40, format="JPEG"), Size(side=16, shape="square")]
    bodies = [image("WEBP"), bomb(), image()[:200], b"GIF89a" + b"\xff" * 50]

    found = await asyncio.gather(
        *(workshop.draw(_Here, body, sizes) for body in bodies), return_exceptions=True
    )

    assert [(b.media, b.width, b.height) for b in found[0].bodies] == [
        ("image/jpeg", 40, 30), ("image/webp", 16, 16)]  # fmt: skip
    assert [one.detail for one in found[1:]] == ["huge", "broken", "kind"]
    assert all(isinstance(one, Unfit) and one.safe for one in found[1:])


async def test_what_no_process_has_to_see_is_refused_before() -> None:
    for body, why in ((b"\xff\xd8\xff" + bytes(workshop.LARGEST), "size"), (b"<svg/>", "kind")):
        with pytest.raises(Unfit, match=why):
            await workshop.draw(_Here, body, [Size(side=40)])


def test_the_process_cannot_take_memory_write_or_start_others() -> None:
    code = (
        f"import sys, os, json; sys.path.insert(0, {str(workshop.FOLDER)!r}); import child\n"
        "child.bound(); said = []\n"
        'for what in (\'bytearray(900 << 20)\', \'open("x", "wb", 0).write(b"1")\'):\n'
        "    try: eval(what); said.append('done')\n"
        "    except (MemoryError, OSError) as e: said.append(type(e).__name__)\n"
        "print(json.dumps(said))"
    )

    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, check=True,
                          cwd="/tmp", preexec_fn=_ignore)  # fmt: skip

    assert json.loads(done.stdout) == ["MemoryError", "OSError"]


def _ignore() -> None:
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def test_the_library_that_opens_pictures_is_in_no_process_of_the_node() -> None:
    using = [name(path) for path in python_files(*CODE) if "PIL" in path.read_text()]

    assert using == ["node/modules/pictures/child.py"]
    others = [p for p in workshop.FOLDER.glob("*.py") if "pictures import child" in p.read_text()]
    assert others == []
