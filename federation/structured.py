"""Structured field values, as far as signatures use them; RFC 8941 §4.2, read strictly.

What the grammar does not allow is an error, and so is a name given twice, where the RFC
lets the last one win: two readers of the same header must never see two different things.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as BadBase64
from dataclasses import field

from vocab.values import dataclass

Bare = str | int | bytes | bool

_KEY = re.compile(r"[a-z*][a-z0-9_\-.*]*")
_STRING = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\])*)"')
_INTEGER = re.compile(r"(-?[0-9]{1,15})(?![0-9.])")
_BYTES = re.compile(r":([A-Za-z0-9+/=]*):")
_BOOLEAN = re.compile(r"\?([01])")
_TOKEN = re.compile(r"([A-Za-z*][!#$%&'*+\-.^_`|~0-9A-Za-z:/]*)")
_SPACES = re.compile(r" *")
_COMMA = re.compile(r"[ \t]*,[ \t]*")


class NotStructured(ValueError):
    """Not a structured field value."""


class Token(str):
    """A word without quotes."""

    __slots__ = ()


@dataclass(frozen=True, kw_only=True)
class Item:
    """A value and its parameters."""

    value: Bare
    parameters: dict[str, Bare] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class InnerList:
    """Items in parentheses, and the parameters of the whole."""

    items: tuple[Item, ...]
    parameters: dict[str, Bare] = field(default_factory=dict)


def dictionary(text: str) -> dict[str, Item | InnerList]:
    """Read a dictionary, `a=1, b=("x" "y");p=:AAAA:`.

    Raises:
        NotStructured: it is not one, it is empty, or a name comes twice.
    """
    return _Reader(text).dictionary()


def written(value: Item | InnerList) -> str:
    """The one canonical spelling of a value; RFC 8941 §4.1."""
    if isinstance(value, InnerList):
        inside = " ".join(map(written, value.items))
        return f"({inside}){_parameters(value.parameters)}"
    return f"{_bare(value.value)}{_parameters(value.parameters)}"


def _parameters(parameters: dict[str, Bare]) -> str:
    return "".join(
        f";{name}" if value is True else f";{name}={_bare(value)}"
        for name, value in parameters.items()
    )


def _bare(value: Bare) -> str:
    # bool before int, Token before str: each is also the other.
    if isinstance(value, bool):
        return "?1" if value else "?0"
    if isinstance(value, int | Token):
        return str(value)
    if isinstance(value, bytes):
        return f":{b64encode(value).decode()}:"
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


class _Reader:
    """A place in a text, moved on by what is found there."""

    def __init__(self, text: str) -> None:
        self._text = text.strip(" ")
        self._at = 0

    def dictionary(self) -> dict[str, Item | InnerList]:
        found: dict[str, Item | InnerList] = {}
        while True:
            name = self._need(_KEY)
            if name in found:
                raise NotStructured(f"{name} comes twice")
            found[name] = self._member()
            if self._at == len(self._text):
                return found
            self._need(_COMMA)

    def _member(self) -> Item | InnerList:
        if not self._skip("="):
            return Item(value=True, parameters=self._parameters())
        return self._inner() if self._skip("(") else self._item()

    def _inner(self) -> InnerList:
        items: list[Item] = []
        while True:
            self._need(_SPACES)
            if self._skip(")"):
                return InnerList(items=tuple(items), parameters=self._parameters())
            items.append(self._item())
            if self._text[self._at : self._at + 1] not in (" ", ")"):
                raise NotStructured("no space between items")

    def _item(self) -> Item:
        return Item(value=self._bare(), parameters=self._parameters())

    def _parameters(self) -> dict[str, Bare]:
        found: dict[str, Bare] = {}
        while self._skip(";"):
            self._need(_SPACES)
            name = self._need(_KEY)
            if name in found:
                raise NotStructured(f"{name} comes twice")
            found[name] = self._bare() if self._skip("=") else True
        return found

    def _bare(self) -> Bare:
        first = self._text[self._at : self._at + 1]
        if first == '"':
            return re.sub(r'\\(["\\])', r"\1", self._need(_STRING))
        if first == ":":
            return self._bytes()
        if first == "?":
            return self._need(_BOOLEAN) == "1"
        if first.isascii() and (first.isalpha() or first == "*"):
            return Token(self._need(_TOKEN))
        return int(self._need(_INTEGER))

    def _bytes(self) -> bytes:
        try:
            return b64decode(self._need(_BYTES), validate=True)
        except BadBase64:
            raise NotStructured("base64") from None

    def _skip(self, sign: str) -> bool:
        if not self._text.startswith(sign, self._at):
            return False
        self._at += len(sign)
        return True

    def _need(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        if match is None:
            raise NotStructured(f"at {self._at}")
        self._at = match.end()
        return match[1] if pattern.groups else match[0]
