"""What juries put on other pages: my turn, the way to one, and what it recommends."""

from typing import TYPE_CHECKING

from sqlalchemy import Connection

from node.kernel.access import Viewer
from node.modules.jury import queries
from node.modules.jury.rules import TITLES, Part, Stage
from node.modules.jury.tables import Jury
from node.modules.proposals import api as proposals
from web.language import mark
from web.slots import Card
from web.voice import speak

if TYPE_CHECKING:
    from node.kernel.node import Node

Waits = list[tuple[Jury, proposals.Proposal, str, str]]
DRAWN = mark("You were drawn for a jury. Do you take part?")
WORK = mark("The jury waits for you")
TELL = mark("Tell your word for the lot of a jury")


def _waits(db: Connection, viewer: Viewer) -> Waits:
    """The juries in which a member has something to do: what, and the words of the button."""
    found: Waits = []
    for one in queries.going(db):
        mine = next((p for p in one.people if p.member == viewer.id), None)
        about = proposals.by_slug(db, one.matter, viewer)
        untold = any(w.member == viewer.id and w.word is None for w in one.words)
        if about is None:
            continue
        if one.stage is Stage.TELL and untold:
            found.append((one, about, TELL, mark("Tell it")))
        elif one.stage is Stage.SITS and mine and mine.part is Part.ASKED:
            found.append((one, about, DRAWN, mark("Answer")))
        elif one.stage is Stage.SITS and mine and mine.part is Part.SITS:
            said = mine.stands or mine.otherwise
            if not said:
                found.append((one, about, WORK, mark("Look")))
    return found


async def waiting(node: "Node", viewer: Viewer) -> list[Card]:
    """What waits for a member in juries."""
    if not viewer.is_member:
        return []
    spoken = speak(node, viewer)
    return [
        Card(
            title=spoken.say(what),
            href=f"/juries/{one.matter}",
            text=about.name,
            icon="decide",
            act=spoken.say(act),
            about=about.name,
            by=one.ends,
            order=19,
        )
        for one, about, what, act in await node.read(_waits, viewer)
    ]


async def from_proposal(node: "Node", viewer: Viewer) -> list[Card]:
    """On the page of a proposal: the way to its jury, or to ask for one."""
    _ = speak(node, viewer).say
    return [Card(title=_("A jury drawn by lot"), href="/juries/", icon="meet")]


async def on_proposal(node: "Node", viewer: Viewer, slug: str) -> list[Card]:
    """On the page of a proposal: what its jury recommends, or that it is at work."""
    found = await node.read(queries.on, slug)
    if not viewer.is_member or found is None or found.stage is Stage.LAPSED:
        return []
    _ = speak(node, viewer).say
    said = found.stage is Stage.SAID
    hidden = found.hidden is not None and not viewer.is_admin
    return [
        Card(
            title=_("What the jury recommends") if said else _(TITLES[found.stage]),
            kick=_("A jury drawn by lot"),
            text=found.text if said and not hidden else "",
            href=f"/juries/{slug}",
            act=_("How it was drawn, and who sees it differently") if said else _("Look"),
        )
    ]
