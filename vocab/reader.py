"""JSON from strangers: one strict reading, or none.

orjson parses; what it lets pass and two readers could understand differently, or a
database could not keep, is refused afterwards in one pass over the values.
"""

import re
from typing import Any

import orjson

from vocab.model import Malformed

DEPTH = 64
SIZE = 1 << 20
GREATEST = 1 << 53

_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"')


def read(body: bytes, *, depth: int = DEPTH, size: int = SIZE) -> Any:
    """Read a JSON text in UTF-8.

    Args:
        body: the raw bytes.
        depth: how many arrays and objects may lie inside each other.
        size: bytes.

    Raises:
        Malformed: E_JSON; too long, too deep, not JSON, a name given twice, a number beyond
            2^53 or none at all, half a character, NUL, a byte order mark, another encoding.
    """
    if len(body) > size:
        raise Malformed("E_JSON", f"{len(body)} bytes")
    try:
        value = orjson.loads(body)
    except ValueError as error:
        raise Malformed("E_JSON", str(error)) from None
    names = _checked(value, depth, nul=b"\\u0000" in body)
    # Outside of strings every colon belongs to one name; the parser keeps one of two equal ones.
    if _STRING.sub(b"", body).count(b":") != names:
        raise Malformed("E_JSON", "a name comes twice")
    return value


def read_object(body: bytes) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        Malformed: E_JSON; as `read`, or it is not an object.
    """
    value = read(body)
    if not isinstance(value, dict):
        raise Malformed("E_JSON", "not an object")
    return value


def _checked(value: Any, depth: int, *, nul: bool) -> int:
    """Count the names in a value, level by level, and refuse what may not be in it."""
    names = 0
    level = [value]
    for left in range(depth, -1, -1):
        if not left and any(isinstance(one, dict | list) for one in level):
            break
        more, level = _opened(level, nul=nul)
        names += more
        if not level:
            return names
    raise Malformed("E_JSON", "too deep")


def _opened(level: list[Any], *, nul: bool) -> tuple[int, list[Any]]:
    """How many names a level has, and the values that lie inside of it."""
    names = 0
    inner: list[Any] = []
    for one in level:
        kind = type(one)
        if kind is str:
            if nul and "\0" in one:
                raise Malformed("E_JSON", "NUL")
        elif kind is dict:
            names += len(one)
            inner += one.values()
            if nul:
                inner += one
        elif kind is list:
            inner += one
        elif (kind is int or kind is float) and not -GREATEST <= one <= GREATEST:
            raise Malformed("E_JSON", "a number beyond 2^53")
    return names, inner
