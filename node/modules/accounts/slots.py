"""What accounts puts on the first page: the next steps of a new community."""

from typing import TYPE_CHECKING

from node.kernel.access import Viewer
from node.modules.accounts import queries
from web.slots import Card
from web.voice import speak

if TYPE_CHECKING:
    from node.kernel.node import Node

FEW = 3
"""With fewer members than this a community is still beginning."""


async def next_step(node: "Node", viewer: Viewer) -> list[Card]:
    """For a keeper who is nearly alone: invite somebody."""
    if not viewer.is_admin or await node.read(queries.count) >= FEW:
        return []
    _ = speak(node, viewer).say
    return [
        Card(
            title=_("Invite the first neighbours"),
            href="/desk/invites",
            kick=_("A good first step"),
            text=_(
                "Make a link, send it to two or three people, and the board will not stay empty."
            ),
            icon="plus",
            act=_("Make an invite"),
            order=10,
        )
    ]


async def waiting(node: "Node", viewer: Viewer) -> list[Card]:
    """For keepers of a node at home: it has no public address yet."""
    if not viewer.is_admin or not node.community.at_home:
        return []
    _ = speak(node, viewer).say
    return [
        Card(
            title=_("Choose a public address"),
            href="/desk/address",
            text=_(
                "Until then this node is at home: it works whole for you and talks with no other."
            ),
            icon="nodes",
            act=_("Read how"),
            order=80,
        )
    ]
