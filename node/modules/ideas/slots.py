"""What ideas put on other pages: the way to them, and one's own that can be brought."""

from typing import TYPE_CHECKING

from node.kernel.access import Viewer
from node.modules.ideas import choices, queries, rules
from node.modules.ideas.tables import Idea
from node.modules.proposals import api as proposals
from web.slots import Card
from web.voice import speak

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from node.kernel.node import Node


def _ready(db: "Connection", me: str, now: "datetime") -> list[Idea]:
    found = queries.gathering(db, me)
    if not found:
        return []
    active, held = proposals.how_many_active(db, now), choices.numbers(db)
    return [one for one in found if rules.on_agenda(one.people, one.points, active, held)]


async def decide(node: "Node", viewer: Viewer) -> list[Card]:
    """The way to all ideas, from the page of what is decided."""
    if not viewer.is_member or viewer.id is None:
        return []
    _ = speak(node, viewer).say
    ready = await node.read(_ready, viewer.id, node.now())
    return [
        Card(
            title=_("Ideas"),
            href="/ideas",
            text=_("Some have support enough to be decided.") if ready
            else _("What should we decide next? Put your points on it."),
            icon="raise",
        )
    ]  # fmt: skip


async def waiting(node: "Node", viewer: Viewer) -> list[Card]:
    """My own ideas that have support enough to be brought."""
    if not viewer.is_member or viewer.id is None:
        return []
    _ = speak(node, viewer).say
    return [
        Card(
            title=_("Your idea has support enough"),
            href=f"/ideas/{one.slug}",
            text=one.title,
            icon="raise",
            act=_("Look"),
            about=one.title,
            order=40,
        )
        for one in await node.read(_ready, viewer.id, node.now())
        if one.author == viewer.id
    ]
