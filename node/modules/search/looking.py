"""From an address that somebody typed to its page here, asking other servers if need be."""

import re
from typing import TYPE_CHECKING, Final

from federation import finding, finger
from federation.origins import domain
from node.kernel.access import Viewer
from node.kernel.errors import Missing
from node.kernel.finds import Sought
from node.kernel.tables import Account
from web.finds import find
from web.links import local_path, page_of

if TYPE_CHECKING:
    from node.kernel.node import Node

_WEB: Final = re.compile(r"https?://\S+", re.IGNORECASE)


def host_of(typed: str) -> str:
    """The host that would have to be asked about what was typed; "" if it is no address.

    >>> host_of("@ben@birch.test"), host_of("https://birch.test/n/1"), host_of("a long ladder")
    ('birch.test', 'birch.test', '')
    """
    text = typed.strip()
    if _WEB.fullmatch(text):
        return domain(text)
    name = finger.name_of(text)
    return name[1] if name else ""


async def known(node: "Node", viewer: Viewer, typed: str) -> str | None:
    """The page here of what an address leads to, if it is here; nobody is asked.

    Raises:
        Refused: E_BLOCKED.
    """
    text = typed.strip()
    if (one := await finding.met(node, text)) is not None:
        return page_of(one)
    if (page := await _page(node, viewer, text)) is not None:
        return page
    ours = text.startswith(node.origin + "/")
    return local_path(text.removeprefix(node.origin)) if ours else None


async def look(node: "Node", viewer: Viewer, typed: str) -> str:
    """The page here of what an address leads to, asked for at its own server if it is not here.

    Raises:
        TooOften: the viewer had much asked just now.
        Missing, Refused, TryLater, Malformed: as `finding.look`; it is not for this viewer.
    """
    if (page := await known(node, viewer, typed)) is not None:
        return page
    found = await finding.look(node, typed, by=viewer.id)
    if isinstance(found, Account):
        return page_of(found)
    page = await _page(node, viewer, found)
    if page is None:
        raise Missing(detail=found)
    return page


async def _page(node: "Node", viewer: Viewer, id: str) -> str | None:
    found = await find(node, viewer, Sought(now=node.now(), id=id, most=1))
    return found.first.href if found.first else None
