"""Where somebody's own server lets them follow or answer something of ours.

What their server says is an address that its people are sent to, so it counts only for itself:
https, at the host they named or the one that answered for it (security.md W03).

Source: OStatus subscribe; FEP-3b86.
"""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import quote

from federation import finger
from federation.budget import Budget
from federation.finger import Finger, Name
from federation.origins import domain
from node.kernel.addresses import clean
from node.kernel.errors import Missing, Refused
from node.kernel.node import Node

INTENT = "https://w3id.org/fep/3b86/"
SUBSCRIBE = "http://ostatus.org/schema/1.0/subscribe"
_PLACE = re.compile(r"\{([^{}]*)\}")


async def onward(node: Node, name: Name, kind: str, about: str, called: str) -> str:
    """The page at somebody's own server on which they can do this.

    Args:
        node: asks their host's WebFinger, once.
        name: theirs.
        kind: of activity, "Follow"; "Object" for whatever they may do with it.
        about: the id of what of ours it is about.
        called: how it is named in OStatus, `alder@alder.example`; its id if it has no name.

    Raises:
        Missing: their server says of no such page, or of one that is not its own.
        Refused, TryLater, Malformed: as `finger.ask`.
    """
    seen = await finger.ask(node, name, Budget(fetches=1))
    values = {"object": about, "uri": called}
    for template in _templates(seen, kind):
        url = _theirs(node, seen, filled(template, values))
        if url:
            return url
    raise Missing("E_INTENT", f"{'@'.join(name)}: {dict(seen.templates)}")


def _templates(seen: Finger, kind: str) -> Iterator[str]:
    for rel in (INTENT + kind, INTENT + "Object", SUBSCRIBE):
        if rel in seen.templates:
            yield seen.templates[rel]


def filled(template: str, values: Mapping[str, str]) -> str:
    """The address that a template makes of values; "" if it takes none of them.

    >>> filled("https://b.test/i?uri={uri}&then={on-success}", {"uri": "a@b.test/?"})
    'https://b.test/i?uri=a%40b.test%2F%3F&then='
    >>> filled("https://b.test/", {"uri": "a"})
    ''
    """
    if values.keys().isdisjoint(_PLACE.findall(template)):
        return ""
    return _PLACE.sub(lambda place: quote(values.get(place[1], ""), safe=""), template)


def _theirs(node: Node, seen: Finger, url: str) -> str:
    """The address in the spelling that is judged, if it is of their server; else ""."""
    try:
        plain = clean(url, allow_http=node.settings.allow_http)
    except Refused:
        return ""
    return plain if domain(plain) in (seen.asked[1], seen.at) else ""
