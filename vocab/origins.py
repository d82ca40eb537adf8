"""Whose a thing is: origins of addresses, and ids without their fragment (FEP-fe34)."""

from typing import Any
from urllib.parse import urlsplit

_PORTS = {"https": 443, "http": 80}


def origin(url: Any) -> tuple[str, str, int] | None:
    """Scheme, host and port of an http address, in one spelling; None for anything else.

    >>> origin("HTTPS://A.test:443/x"), origin("did:key:z6M"), origin(None)
    (('https', 'a.test', 443), None, None)
    """
    if not isinstance(url, str):
        return None
    try:
        parts = urlsplit(url)
        scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
        port = parts.port or _PORTS.get(scheme)
    except ValueError:
        return None
    return (scheme, host, port) if host and port and scheme in _PORTS else None


def same_origin(one: Any, other: Any) -> bool:
    """Whether two addresses are of one origin; what has none is of no one's."""
    mine = origin(one)
    return mine is not None and mine == origin(other)


def base(url: str) -> str:
    """An id without its fragment."""
    return url.split("#", 1)[0]
