"""What the ledger puts on other pages: the way to one's time, what moved, what is asked."""

from datetime import timedelta
from typing import TYPE_CHECKING

from node.kernel.access import Viewer
from node.modules.ledger import pages, queries
from node.modules.ledger.pages import Names
from node.modules.ledger.tables import Entry
from web.slots import Card
from web.voice import speak

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from node.kernel.node import Node

NEW = timedelta(days=7)


async def mine(node: "Node", viewer: Viewer) -> list[Card]:
    """The way to a member's time."""
    if not (await node.read(queries.terms)).on:
        return []
    _ = speak(node, viewer).say
    words = _("What you gave and what you received")
    return [Card(title=_("Your %(word_time)s"), href="/time", text=words, icon="clock", order=32)]


def _news(db: "Connection", me: str, after: "datetime") -> tuple[list[Entry], Names]:
    held = queries.held(db, me)
    found = queries.since(db, held.id, after) if held else []
    return found, pages.names_in(db, held.id if held else "", found)


async def happened(node: "Node", viewer: Viewer) -> list[Card]:
    """What moved between a member and others since a week: both of the two read it."""
    if not viewer.is_member or viewer.id is None:
        return []
    spoken = speak(node, viewer)
    found, names = await node.read(_news, viewer.id, node.now() - NEW)
    return [
        Card(
            title=spoken.say("You gave %(who)s %(long)s", **said)
            if line.gave
            else spoken.say("You received %(long)s from %(who)s", **said),
            href="/time",
            text=line.title or line.words,
            icon="clock",
        )
        for line in pages.lines(spoken, found, names)
        for said in ({"who": line.who, "long": spoken.duration(line.minutes)},)
    ]


def _asked(db: "Connection", me: str) -> tuple[list[Entry], Names]:
    held = queries.held(db, me)
    found = queries.asked_of(db, held.id) if held else []
    return found, pages.names_in(db, held.id if held else "", found)


async def waiting(node: "Node", viewer: Viewer) -> list[Card]:
    """Who asks a member to take something back."""
    if not viewer.is_member or viewer.id is None:
        return []
    spoken = speak(node, viewer)
    found, names = await node.read(_asked, viewer.id)
    return [
        Card(
            title=spoken.say("%(who)s asks you to take %(long)s back", who=line.who,
                             long=spoken.duration(line.minutes)),
            href="/time",
            text=line.title or line.words,
            icon="clock",
            act=spoken.say("Look"),
            about=line.who,
            order=30,
        )
        for line in pages.lines(spoken, found, names)
    ]  # fmt: skip


async def acts(node: "Node", viewer: Viewer) -> list[Card]:
    """The way to thank somebody with time."""
    if not (await node.read(queries.terms)).on:
        return []
    _ = speak(node, viewer).say
    handle = viewer.account.handle if viewer.account else ""
    return [Card(title=_("Thank them with %(word_time)s"), href=f"/time/thank/{handle}")]
