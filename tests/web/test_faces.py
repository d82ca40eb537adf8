"""Faces: pictures that any program can read, drawn from an initial."""

import struct
import xml.etree.ElementTree as ET
import zlib

import pytest

from web.faces import initial, png, svg


def decoded(picture: bytes):
    """Width, palette and the rows of a PNG of one bit a pixel, every checksum looked at."""
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    at, chunks = 8, {}
    while at < len(picture):
        (length,) = struct.unpack_from(">I", picture, at)
        kind, data = picture[at + 4 : at + 8], picture[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", picture, at + 8 + length) == (zlib.crc32(kind + data),)
        chunks[kind] = data
        at += 12 + length
    width, height, depth, kind, *rest = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert (depth, kind, rest, width) == (1, 3, [0, 0, 0], height)
    raw = zlib.decompress(chunks[b"IDAT"])
    step = 1 + (width + 7) // 8
    assert len(raw) == step * height
    lines = [raw[i : i + step] for i in range(0, len(raw), step)]
    assert {line[0] for line in lines} == {0}
    rows = ["".join(f"{byte:08b}" for byte in line[1:])[:width] for line in lines]
    return width, chunks[b"PLTE"], rows


@pytest.mark.parametrize("size", [16, 55, 128, 256])
def test_a_face_is_a_png(size):
    width, palette, rows = decoded(png("Ana", size))

    assert width == size
    assert len(palette) == 6
    assert any("1" in row for row in rows)
    assert "1" not in rows[0]
    assert all(row.replace("0", "") == "" for row in (rows[0], rows[-1]))


def test_the_letter_can_be_read():
    _, _, rows = decoded(png("L", 16))
    drawn = [row[5:10] for row in rows[4:11]]

    assert drawn == ["10000"] * 6 + ["11111"]


def test_the_size_stays_in_bounds():
    assert decoded(png("Ana", 1))[0] == 16
    assert decoded(png("Ana", 100_000))[0] == 512


def test_different_letters_look_different_and_the_same_the_same():
    assert png("Ana") != png("Ben", seed="Ana")
    assert png("Ana", seed="x") == png("Ana", seed="x")
    assert decoded(png("Émile", seed="x"))[2] == decoded(png("Emil", seed="x"))[2]


@pytest.mark.parametrize("name", ["", "日本", "🙂", "Ω", "…", "9 lives"])
def test_every_name_has_a_face(name):
    decoded(png(name))
    ET.fromstring(svg(name, name))


def test_a_name_cannot_draw():
    face = svg("<script>alert(1)</script>", "x")
    odd = svg("&", "x")

    assert "<script" not in face
    assert ET.fromstring(odd).tag.endswith("svg")


@pytest.mark.parametrize(
    ("name", "letter"),
    [("ana", "A"), ("  ben", "B"), ("_x", "X"), ("", "◦"), (None, "◦"), ("ß", "S")],
)
def test_the_initial_is_the_first_letter(name, letter):
    assert initial(name) == letter
