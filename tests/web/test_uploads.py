"""Forms with files: read whole however they come in pieces, bounded, never more than a form."""

import contextlib
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.kernel.errors import Problem
from web import uploads

KIND = "multipart/form-data; boundary=xyz"
FORM = (
    b'--xyz\r\nContent-Disposition: form-data; name="text"\r\n\r\nW\xc3\xb6rds\r\n'
    b'--xyz\r\ncontent-disposition: form-data; name="a"; filename="../../etc/x.php"\r\n'
    b"Content-Type: text/html\r\n\r\n\x00--xy\r\n--x\r\n"
    b'--xyz\r\nContent-Disposition: form-data; name="b"; filename=""\r\n\r\n\r\n--xyz--\r\n'
)


async def pieces(body: bytes, size: int = 1 << 16) -> AsyncIterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


def part(name: str, body: bytes, more: str = "") -> bytes:
    head = f'--xyz\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'
    return head.encode() + body + b"\r\n"


def form(*parts: bytes) -> bytes:
    return b"".join(parts) + b"--xyz--\r\n"


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 4096])
async def test_it_is_the_same_in_whatever_pieces_it_comes(size: int) -> None:
    sent = await uploads.read(KIND, pieces(FORM, size))

    assert sent.fields == {"text": ["Wörds"]}
    assert {name: [one.body for one in held] for name, held in sent.files.items()} == {
        "a": [b"\x00--xy\r\n--x"]
    }


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("multipart/form-data", FORM, 400),
        ("multipart/form-data; boundary=" + "x" * 71, FORM, 400),
        (KIND, b"{}", 400),
        (KIND, FORM[:60], 400),
        (KIND, form(b"--xyz\r\nX: y\r\n\r\nno name\r\n"), 400),
        (KIND, form(part("t", b"\xff\xfe")), 400),
        (KIND, form(*[part("t", b"x")] * (uploads.PARTS + 1)), 413),
        (KIND, form(part("t", b"x" * (uploads.TEXT_BYTES + 1))), 413),
        (KIND, form(part("t" * 100_000, b"x")), 400),
        (KIND, FORM[:-6], 400),
        (KIND, form(*[part("f", b"x", '; filename="x"')] * (uploads.FILES + 1)), 413),
    ],
)
async def test_what_is_no_form_or_too_much_of_one_is_refused(
    kind: str, body: bytes, status: int
) -> None:
    with pytest.raises(Problem) as refused:
        await uploads.read(kind, pieces(body))

    assert refused.value.status == status


async def test_a_file_too_large_is_let_go_and_what_stands_beside_it_kept() -> None:
    large = part("f", b"x" * (uploads.FILE_BYTES + 1), '; filename="x"')

    sent = await uploads.read(KIND, pieces(form(large, part("text", b"Words"))))

    assert sent.fields == {"text": ["Words"]}
    assert [one.body for one in sent.files["f"]] == [None]


@given(st.binary(max_size=300))
async def test_any_bytes_are_a_form_or_refused(body: bytes) -> None:
    with contextlib.suppress(uploads.TooMuch, uploads.Unreadable):
        await uploads.read(KIND, pieces(b"--xyz\r\n" + body, 16))
