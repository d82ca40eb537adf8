"""Whose a thing is: origins of addresses, and ids without their fragment (FEP-fe34)."""

import re
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import idna

_PORTS = {"https": 443, "http": 80}
_NAME = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|[0-9a-f:.]*:[0-9a-f:.]*", re.ASCII)
"""A host in the one spelling that is compared: a name in punycode, or an address."""


def origin(url: Any) -> tuple[str, str, int] | None:
    """Scheme, host and port of an http address, in one spelling; None for anything else.

    A host is in lower case and punycode; one that no server may be called by is none.

    >>> origin("HTTPS://A.test:443/x"), origin("did:key:z6M"), origin(None)
    (('https', 'a.test', 443), None, None)
    >>> origin("https://münchen.example/"), origin("https://a.test./")
    (('https', 'xn--mnchen-3ya.example', 443), None)
    """
    return _origin(url) if isinstance(url, str) else None


@lru_cache(maxsize=16384)
def _origin(url: str) -> tuple[str, str, int] | None:
    try:
        parts = urlsplit(url)
        scheme, host = parts.scheme.lower(), spelled(parts.hostname or "")
        port = parts.port or _PORTS.get(scheme)
    except ValueError:
        return None
    return (scheme, host, port) if host and port and scheme in _PORTS else None


@lru_cache(maxsize=4096)
def spelled(host: str) -> str:
    """A host in the one spelling that is compared; empty if it is none.

    >>> spelled("Bücher.example"), spelled("a.test."), spelled("a..test"), spelled("ana@a.test")
    ('xn--bcher-kva.example', '', '', '')
    """
    name = host.lower()
    if not name.isascii():
        try:
            name = idna.encode(name, strict=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            return ""
    return name if _NAME.fullmatch(name) else ""


def same_origin(one: Any, other: Any) -> bool:
    """Whether two addresses are of one origin; what has none is of no one's."""
    mine = origin(one)
    return mine is not None and mine == origin(other)


def base(url: str) -> str:
    """An id without its fragment."""
    return url.split("#", 1)[0]
