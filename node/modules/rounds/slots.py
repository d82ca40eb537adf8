"""What rounds put on the first page: my turn, and for who leads it, a round that is over."""

from typing import TYPE_CHECKING

from sqlalchemy import Connection

from node.kernel.access import Viewer
from node.modules.proposals import api as proposals
from node.modules.rounds import going, rules
from node.modules.rounds.going import Stands
from node.modules.rounds.rules import WORDS, Round
from web.slots import Card
from web.voice import Voice, speak

if TYPE_CHECKING:
    from node.kernel.node import Node

Going = tuple[proposals.Proposal, Stands, bool]


def _going(db: Connection, viewer: Viewer) -> list[Going]:
    """The proposals in rounds, and whether the viewer leads them."""
    found = []
    for one in proposals.under_way(db, viewer):
        held = going.stands(db, one)
        made = proposals.plan_of(db, one.id)
        if held is not None and made is not None:
            found.append((one, held, (made.lead or made.author) == viewer.id))
    return found


async def waiting(node: "Node", viewer: Viewer) -> list[Card]:
    """Rounds in which it is the viewer's turn, or which they lead and which are over."""
    if not viewer.is_member or viewer.id is None:
        return []
    spoken, me = speak(node, viewer), viewer.id
    cards = []
    for one, held, leads in await node.read(_going, viewer):
        over = rules.over(ends=held.ends, now=node.now(), waiting=len(held.waiting))
        if held.round is Round.DONE:
            continue
        if leads and over:
            cards.append(_card(one, spoken.say("The round is over. What next?"), held, spoken))
        elif not over and me in held.waiting:
            cards.append(_card(one, spoken.say(WORDS[held.round]), held, spoken))
    return cards


def _card(one: proposals.Proposal, text: str, held: Stands, spoken: Voice) -> Card:
    return Card(
        title=spoken.say("Your turn: “%(title)s”", title=one.name),
        href=f"/rounds/{one.slug}",
        text=text,
        icon="meet",
        act=spoken.say("Look"),
        about=one.name,
        by=held.ends,
        order=21,
    )
