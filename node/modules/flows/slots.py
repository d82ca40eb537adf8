"""What flows put on other pages: the way to the board of flows, and what is suggested."""

from typing import TYPE_CHECKING

from node.kernel.access import Viewer
from node.modules.flows import pages, queries, rules
from node.modules.flows.rules import State
from web.slots import Card
from web.voice import speak

if TYPE_CHECKING:
    from node.kernel.node import Node


async def mine(node: "Node", viewer: Viewer) -> list[Card]:
    """The way to what flows here."""
    _ = speak(node, viewer).say
    words = _("What is needed and what is there, at a glance")
    return [Card(title=_("What flows here"), href="/flow", text=words, icon="swap", order=33)]


async def waiting(node: "Node", viewer: Viewer) -> list[Card]:
    """Suggestions that wait for a member's yes or no."""
    if not viewer.is_member or viewer.id is None:
        return []
    _ = speak(node, viewer).say
    found = await node.read(queries.made_to, viewer.id)
    return [
        Card(
            title=pages.heading(_, one),
            href=one.path,
            icon="swap",
            act=_("Look"),
            by=one.ends,
            order=25,
        )
        for one in found
        if one.answers[viewer.id] is None
        and rules.at(one.state, one.ends, node.now()) is State.WAITS
    ]


async def happened(node: "Node", viewer: Viewer) -> list[Card]:
    """Suggestions to which all have said yes."""
    if not viewer.is_member or viewer.id is None:
        return []
    _ = speak(node, viewer).say
    found = await node.read(queries.made_to, viewer.id)
    return [
        Card(title=_("All of you said yes"), href=one.path, text=pages.heading(_, one), icon="swap")
        for one in found
        if one.state is State.AGREED and one.ends > node.now()
    ]
