"""Forms with files in them (multipart/form-data, RFC 7578): read bounded, piece by piece.

A file that is too large is not kept but its form is: what was typed beside it must not be lost.
Names of files are never looked at, and what a sender says they are counts for nothing.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import field
from typing import Final

from node.kernel.errors import Problem
from vocab.values import dataclass

FORM_TYPE: Final = "multipart/form-data"
FILE_BYTES: Final = 8 * 1024 * 1024
"""Bytes of one file that are kept."""
FILES: Final = 8
PARTS: Final = 200
TEXT_BYTES: Final = 256 * 1024
"""Bytes of all fields that are no files."""
WHOLE_BYTES: Final = 48 * 1024 * 1024


class TooMuch(Problem):
    """More was sent than a form takes."""

    status = 413


class Unreadable(Problem):
    """A form whose bytes are none."""

    status = 400


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file of a form; `body` is None if it is larger than we keep."""

    body: bytes | None


@dataclass(kw_only=True)
class Sent:
    """What came: fields and files by name, in order; a file field left empty is none."""

    fields: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, list[Upload]] = field(default_factory=dict)


@dataclass(kw_only=True)
class _Part:
    head: bytearray = field(default_factory=bytearray)
    name: str = ""
    is_file: bool = False
    body: bytearray = field(default_factory=bytearray)
    spilled: bool = False


class _Reader:
    """Takes the events of the parser; every limit is kept here."""

    def __init__(self) -> None:
        self.sent = Sent()
        self.part = _Part()
        self.header, self.said = bytearray(), bytearray()
        self.parts = self.files = self.text = 0
        self.is_whole = False

    def begin(self) -> None:
        self.part = _Part()
        self.parts += 1
        if self.parts > PARTS:
            raise TooMuch("E_TOO_MANY_FIELDS")

    def head(self, data: bytes, start: int, end: int) -> None:
        self.header += data[start:end]  # the parser itself says how long one may be

    def value(self, data: bytes, start: int, end: int) -> None:
        self.said += data[start:end]

    def head_end(self) -> None:
        if bytes(self.header).strip().lower() == b"content-disposition":
            self.part.head = self.said
        self.header, self.said = bytearray(), bytearray()

    def headed(self) -> None:
        from python_multipart.multipart import parse_options_header

        kind, options = parse_options_header(bytes(self.part.head))
        name = options.get(b"name")
        if kind != b"form-data" or name is None:
            raise Unreadable("E_FORM_PART")
        self.part.name = _text(name)
        self.part.is_file = b"filename" in options
        self.files += self.part.is_file
        if self.files > FILES:
            raise TooMuch("E_TOO_MANY_FILES")

    def data(self, data: bytes, start: int, end: int) -> None:
        part, size = self.part, end - start
        if part.is_file:
            part.spilled = part.spilled or len(part.body) + size > FILE_BYTES
            if part.spilled:
                part.body.clear()
                return
        else:
            self.text += size
            if self.text > TEXT_BYTES:
                raise TooMuch("E_FORM_SIZE")
        part.body += data[start:end]

    def end(self) -> None:
        part = self.part
        if not part.is_file:
            self.sent.fields.setdefault(part.name, []).append(_text(bytes(part.body)))
        elif part.body or part.spilled:
            body = None if part.spilled else bytes(part.body)
            self.sent.files.setdefault(part.name, []).append(Upload(body=body))
        part.body = bytearray()

    def whole(self) -> None:
        self.is_whole = True


def _text(raw: bytes) -> str:
    try:
        return raw.decode().replace("\0", "")
    except UnicodeDecodeError as error:
        raise Unreadable("E_FORM_TEXT") from error


async def read(kind: str, pieces: AsyncIterator[bytes]) -> Sent:
    """A form with files.

    Args:
        kind: the Content-Type, with its boundary.
        pieces: the body as it comes.

    Raises:
        TooMuch: too many fields or files, or too large altogether.
        Unreadable: it is none.
    """
    from python_multipart.exceptions import FormParserError
    from python_multipart.multipart import MultipartParser, parse_options_header

    reader = _Reader()
    boundary = parse_options_header(kind)[1].get(b"boundary", b"")
    if not 0 < len(boundary) <= 70:
        raise Unreadable("E_FORM_BOUNDARY")
    calls = {
        "on_part_begin": reader.begin,
        "on_header_field": reader.head,
        "on_header_value": reader.value,
        "on_header_end": reader.head_end,
        "on_headers_finished": reader.headed,
        "on_part_data": reader.data,
        "on_part_end": reader.end,
        "on_end": reader.whole,
    }
    seen = 0
    try:
        parser = MultipartParser(boundary, calls)  # type: ignore[arg-type]
        async for piece in pieces:
            seen += len(piece)
            if seen > WHOLE_BYTES:
                raise TooMuch("E_FORM_SIZE")
            parser.write(piece)
    except FormParserError as error:
        raise Unreadable("E_FORM_CUT", str(error)) from error
    if not reader.is_whole:
        raise Unreadable("E_FORM_CUT")
    return reader.sent


def files_of(files: Mapping[str, Sequence[Upload]] | None, name: str) -> Sequence[Upload]:
    """The files under a name, none where a form came without files."""
    return (files or {}).get(name, ())
