"""What deliberations put on other pages: the way to them, and a stand that is to be looked at."""

from typing import TYPE_CHECKING

from sqlalchemy import Connection

from node.kernel.access import Viewer
from node.modules.deliberation import queries, rules
from node.modules.proposals import api as proposals
from web.slots import Card
from web.voice import speak

if TYPE_CHECKING:
    from node.kernel.node import Node


async def from_proposal(node: "Node", viewer: Viewer) -> list[Card]:
    """On the page of a proposal: the way to its facts, questions and objections."""
    _ = speak(node, viewer).say
    title = _("Facts, questions, objections, changes")
    return [Card(title=title, href="/deliberation/", icon="note", order=10)]


def _changed(db: Connection, viewer: Viewer) -> list[proposals.Proposal]:
    """The matters whose text was changed since this member said where they stand."""
    me, found = viewer.id or "", []
    for matter, version in queries.stood(db, me).items():
        one = proposals.by_slug(db, matter, viewer)
        open_ = one is not None and one.stage in rules.OPEN
        if one is not None and open_ and proposals.version_of(db, one.id) > version:
            found.append(one)
    return found


async def waiting(node: "Node", viewer: Viewer) -> list[Card]:
    """Stands that may not hold any more, because the text was changed."""
    if not viewer.is_member:
        return []
    _ = speak(node, viewer).say
    return [
        Card(
            title=_("Does it still hold? “%(title)s” was changed", title=one.name),
            href=f"/deliberation/{one.slug}#stand",
            text=_("You said where you stand before that."),
            icon="note",
            act=_("Look"),
            about=one.name,
            order=28,
        )
        for one in await node.read(_changed, viewer)
    ]
