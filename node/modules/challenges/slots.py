"""What challenges put on other pages: the way to them, and one that waits to be backed."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection

from node.kernel.access import Viewer
from node.modules.challenges import queries
from node.modules.challenges.rules import WORDS
from node.modules.challenges.tables import Challenge
from node.modules.decisions import api as decisions
from node.modules.proposals import api as proposals
from web.slots import Card
from web.voice import speak

if TYPE_CHECKING:
    from node.kernel.node import Node


async def from_proposal(node: "Node", viewer: Viewer) -> list[Card]:
    """On the page of a proposal or decision: the way to its challenges."""
    _ = speak(node, viewer).say
    return [Card(title=_("If something went wrong with it"), href="/challenges/", icon="raise")]


Waiting = tuple[Challenge, proposals.Proposal, datetime]


FRESH: Final = timedelta(days=60)
"""How old a challenge may be to be looked at; no decision cools off for so long."""


def _open(db: Connection, viewer: Viewer, now: datetime) -> list[Waiting]:
    found = []
    for one in queries.still_open(db, now - FRESH):
        record = decisions.record_of_box(db, one.matter, viewer)
        about = proposals.by_slug(db, one.matter, viewer)
        until = decisions.cools_until(record) if record else None
        asked = viewer.id != one.author and viewer.id not in one.backers
        if asked and record and about and until and decisions.cooling(record, now):
            found.append((one, about, until))
    return found


async def waiting(node: "Node", viewer: Viewer) -> list[Card]:
    """Challenges that a member has not backed, while the decision cools off."""
    if not viewer.is_member:
        return []
    spoken = speak(node, viewer)
    found = await node.read(_open, viewer, node.now())
    return [
        Card(
            title=spoken.say("Somebody challenges “%(title)s”", title=about.name),
            href=f"/challenges/{one.matter}",
            text=spoken.say(WORDS[one.ground]),
            icon="raise",
            act=spoken.say("Look"),
            about=about.name,
            by=until,
            order=22,
        )
        for one, about, until in found
    ]
