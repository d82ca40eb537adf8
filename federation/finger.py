"""WebFinger, asked: what a host says of a name in its care. Nothing is believed here.

Source: RFC 7033; FEP-3b86; FEP-2c59.
"""

import re
from collections.abc import Mapping
from dataclasses import field
from typing import Any
from urllib.parse import quote

from federation import policy
from federation.budget import Budget
from federation.origins import LONGEST, domain
from federation.resolving import is_activity
from node.kernel.errors import Missing, TryLater
from node.kernel.node import Node
from vocab import reader
from vocab.values import dataclass

Name = tuple[str, str]
"""A handle and its host, both in small letters, the host in punycode."""

LIMIT = 65_536
"""Bytes of an answer."""
HEADERS = {"Accept": "application/jrd+json, application/json"}
_HANDLE = re.compile(r"[\w.~%+-]{1,200}")
_PLACE = re.compile(r"[/?#\\@\s]")


@dataclass(frozen=True, kw_only=True)
class Finger:
    """What a host says of a name."""

    asked: Name
    at: str
    """The host that answered in the end."""
    subject: Name | None = None
    """What it calls the name itself."""
    actor: str | None = None
    templates: Mapping[str, str] = field(default_factory=dict)
    """Relation to the template of an address (OStatus, FEP-3b86)."""


def name_of(typed: str) -> Name | None:
    """The name that was meant; host "" where none was said, None if it cannot be a name.

    >>> name_of(" acct:Ben@Birch.test "), name_of("@anna@bücher.test"), name_of("ben")
    (('ben', 'birch.test'), ('anna', 'xn--bcher-kva.test'), ('ben', ''))
    >>> name_of("@a@b@c"), name_of("@x@[::1")
    (None, None)
    """
    text = typed.strip()
    text = text[5:] if text[:5].lower() == "acct:" else text
    handle, at, host = text.removeprefix("@").partition("@")
    if not _HANDLE.fullmatch(handle) or len(text) > LONGEST:
        return None
    plain = punycode(host) if at else ""
    return None if plain is None else (handle.lower(), plain)


def punycode(host: str) -> str | None:
    """Host, and port if there is one, as they are asked and kept; None if it is no host."""
    plain = domain(f"https://{host}")
    return plain if plain and not _PLACE.search(host) else None


async def ask(node: Node, name: Name, budget: Budget) -> Finger:
    """Ask a host about one of its names.

    Raises:
        Missing: it knows no such name.
        Refused: E_BLOCKED, E_BUDGET, E_SPENT, Forbidden.
        TryLater: it does not answer, or asks for patience.
        Malformed: E_JSON.
    """
    handle, host = name
    scheme = "http" if node.origin.startswith("http:") and node.settings.allow_http else "https"
    place = f"{scheme}://{host}"
    await policy.check(node, place)
    resource = quote(f"acct:{handle}@{host}", safe="")
    url = f"{place}/.well-known/webfinger?resource={resource}"
    answer = await budget.get(
        node, url, headers=HEADERS, limit=LIMIT, may=lambda url: policy.check(node, url)
    )
    if answer.status == 429 or answer.status >= 500:
        raise TryLater(f"{host}: {answer.status}")
    if answer.status != 200:
        raise Missing(detail=f"{handle}@{host}")
    return _read(reader.read_object(answer.body), name, domain(answer.url))


def _read(found: Mapping[str, Any], asked: Name, at: str) -> Finger:
    subject, links = found.get("subject"), found.get("links")
    rows = [one for one in links if isinstance(one, dict)] if isinstance(links, list) else []
    templates = {
        one["rel"]: one["template"]
        for one in reversed(rows)
        if isinstance(one.get("rel"), str) and isinstance(one.get("template"), str)
    }
    acct = isinstance(subject, str) and subject[:5].lower() == "acct:"
    return Finger(
        asked=asked,
        at=at,
        subject=name_of(str(subject)) if acct else None,
        actor=next(filter(None, map(_actor, rows)), None),
        templates=templates,
    )


def _actor(link: Mapping[str, Any]) -> str | None:
    """The id of the actor that a link leads to (`rel` self, an ActivityPub media type)."""
    href, media = link.get("href"), link.get("type")
    if link.get("rel") != "self" or not isinstance(href, str) or not isinstance(media, str):
        return None
    return href if is_activity(media) and domain(href) else None
