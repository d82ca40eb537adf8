"""What stands on a member's page: who vouches for them, and the way to do so."""

from typing import TYPE_CHECKING

from node.kernel.access import Viewer
from node.modules.accounts import api as accounts
from node.modules.vouches import pages, queries
from node.modules.vouches.tables import Vouch
from web.slots import Card
from web.voice import speak

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from node.kernel.node import Node


def _shown(
    db: "Connection", whose: str, now: "datetime"
) -> "tuple[list[Vouch], Mapping[str, str]]":
    found = queries.about(db, whose, now)
    return found, accounts.names_of(db, {one.by for one in found})


async def shown(node: "Node", viewer: Viewer) -> list[Card]:
    """Who vouches for somebody, one line each, the newest first; nobody counts them."""
    spoken = speak(node, viewer)
    found, names = await node.read(_shown, viewer.id or "", node.now())
    return [
        Card(
            kick=spoken.say("People who know them"),
            title=spoken.say(pages.WORDS[one.what], who=names.get(one.by, "")),
            about=spoken.short(one.at.date()),
            order=60 + number,
        )
        for number, one in enumerate(found)
    ]


async def acts(node: "Node", viewer: Viewer) -> list[Card]:
    """The way to say that one knows somebody."""
    _ = speak(node, viewer).say
    handle = viewer.account.handle if viewer.account else ""
    return [Card(title=_("Say that you know them"), href=f"/vouches/{handle}", icon="meet")]
