"""What profiles put on the first pages."""

from typing import TYPE_CHECKING

from node.kernel.access import Viewer
from node.modules.profiles import queries
from node.modules.profiles.rules import Kind
from web.slots import Card
from web.voice import speak

if TYPE_CHECKING:
    from node.kernel.node import Node


async def next_step(node: "Node", viewer: Viewer) -> list[Card]:
    """For a member without a gift: to say it."""
    if not viewer.is_member:
        return []
    mine = await node.read(queries.facets, viewer.id or "", viewer)
    if any(one.kind == Kind.GIFT for one in mine):
        return []
    _ = speak(node, viewer).say
    return [
        Card(
            title=_("Say in one sentence what you like to give"),
            href="/me/profile/guide",
            kick=_("Five minutes, once"),
            text=_("Three small questions lead there. You choose who sees it."),
            icon="heart",
            act=_("Begin"),
            order=60,
        )
    ]


async def mine(node: "Node", viewer: Viewer) -> list[Card]:
    """The ways to one's own profile and to everybody else's."""
    _ = speak(node, viewer).say
    return [
        Card(
            title=_("Your profile"),
            href="/me/profile",
            text=_("Your gift, what you can do and have, and who sees it"),
            icon="me",
            order=10,
        ),
        Card(
            title=_("The people here"),
            href="/people",
            text=_("Everybody of this community, by name"),
            icon="meet",
            order=20,
        ),
    ]
