"""What joint decisions put on the first page: invitations that wait for an answer."""

from typing import TYPE_CHECKING

from node.kernel.access import Viewer
from node.modules.joint import queries, rules
from web.slots import Card
from web.voice import speak

if TYPE_CHECKING:
    from node.kernel.node import Node


async def waiting(node: "Node", viewer: Viewer) -> list[Card]:
    """The invitations that our community has not answered."""
    if not viewer.is_member:
        return []
    spoken, here = speak(node, viewer), node.community.id
    cards = []
    for one in await node.read(lambda db: queries.listed(db, viewer, live=True)):
        said = await node.read(queries.answers, one.id)
        open_ = rules.may_answer(state=one.state, now=node.now(), answer_by=one.answer_by)
        if one.ours or here in said or not open_ or one.answer_by is None:
            continue
        cards.append(
            Card(
                title=spoken.say("%(name)s asks: do we decide on this together?",
                                 name=one.owner_name),
                href=f"/j/{one.slug}",
                text=one.name,
                icon="nodes",
                act=spoken.say("Look"),
                about=one.name,
                by=one.answer_by,
                order=30,
            )
        )  # fmt: skip
    return cards
