"""Which server an id is of, and which names a policy about that server may be under; pure."""

from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import urlsplit

from vocab.origins import base, origin, same_origin, spelled

__all__ = ["LONGEST", "base", "domain", "origin", "parents", "same_origin", "spelled"]

LONGEST = 2048
"""Characters of an id; also the width of the columns that hold one."""

_PORTS = {"https": 443, "http": 80}


@lru_cache(maxsize=16384)
def domain(url: str) -> str:
    """Host, and port if it is not the usual one, as in a handle; empty if it is no address.

    >>> domain("https://A.test/u/ana"), domain("https://a.test:8443/"), domain("acct:a@b")
    ('a.test', 'a.test:8443', '')
    >>> domain("https://[2a00::1]:8443/"), domain("https://bücher.example/")
    ('[2a00::1]:8443', 'xn--bcher-kva.example')
    """
    found = origin(url)
    if found is None or len(url) > LONGEST or "@" in urlsplit(url).netloc:
        return ""
    scheme, host, port = found
    if ":" in host:
        host = f"[{host}]"
    return host if port == _PORTS[scheme] else f"{host}:{port}"


def parents(name: str) -> Iterator[str]:
    """A host and the domains above it, without a port and without the last label.

    >>> list(parents("a.b.example:8443"))
    ['a.b.example:8443', 'a.b.example', 'b.example']
    """
    host, colon, _ = name.rpartition(":")
    if colon and not name.endswith("]"):
        yield name
        name = host
    yield name
    labels = name.split(".")
    for start in range(1, len(labels) - 1):
        yield ".".join(labels[start:])
