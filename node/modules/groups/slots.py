"""What groups put on other pages: what waits for a keeper, what somebody shows first."""

from typing import TYPE_CHECKING

from sqlalchemy import Connection

from node.kernel.access import ANONYMOUS, Viewer
from node.modules.groups import queries
from node.modules.notes import api as notes
from node.modules.notes.api import Post
from web.slots import Card
from web.voice import speak

if TYPE_CHECKING:
    from node.kernel.node import Node


async def waiting(node: "Node", viewer: Viewer) -> list[Card]:
    """Posts that wait to be shown to those who follow the community, for the keepers."""
    count = await node.read(queries.count_waiting) if viewer.is_admin else 0
    if not count:
        return []
    spoken = speak(node, viewer)
    title = spoken.many("A post waits to be shown by the community",
                        "%(num)d posts wait to be shown by the community", count)  # fmt: skip
    act = spoken.say("Look at it")
    return [Card(title=title, href="/desk/group", icon="talk", act=act, order=20)]


async def pinned(node: "Node", viewer: Viewer) -> list[Card]:
    """What somebody shows first; `viewer` is whom it is about."""
    if viewer.id is None:
        return []
    kick = speak(node, viewer).say("Pinned")
    return [_card(one, kick) for one in await node.read(shown_first, viewer.id)]


async def public(node: "Node", viewer: Viewer) -> list[Card]:
    """What the community shows first, for visitors."""
    kick = speak(node, viewer).say("Pinned")
    return [_card(one, kick) for one in await node.read(shown_first, node.community.id)]


def shown_first(db: Connection, owner: str) -> list[Post]:
    """The public posts that an actor pinned."""
    kept = (notes.seen(db, id, ANONYMOUS) for id in queries.pins(db, owner))
    return [one for one in kept if one is not None and one.deleted is None]


def _card(one: Post, kick: str) -> Card:
    title = notes.opening(one) or one.author.label
    return Card(title=title, href=one.path, kick=kick, icon="talk", order=10, language=one.lang)
