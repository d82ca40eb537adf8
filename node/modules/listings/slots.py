"""What offers and needs put on the first pages."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from node.kernel.access import ANONYMOUS, Viewer
from node.modules.listings import queries
from node.modules.listings.queries import Asked
from node.modules.listings.rules import SOON, last_day
from node.modules.listings.tables import Notice
from web.slots import Card
from web.voice import Voice, speak

if TYPE_CHECKING:
    from node.kernel.node import Node

NEW = timedelta(days=7)
FEW = 3


def _news(db: Connection, viewer: Viewer, node: "Node") -> tuple[list[Notice], Mapping[str, str]]:
    now = node.now()
    found = queries.open_listings(db, viewer, now, Asked(since=now - NEW), limit=8)
    return [one for one in found if one.owner != viewer.id][:5], queries.places(db, found)


async def happened(node: "Node", viewer: Viewer) -> list[Card]:
    """What others offer and need since a week."""
    if not viewer.is_member:
        return []
    spoken = speak(node, viewer)
    found, places = await node.read(_news, viewer, node)
    return [_card(one, spoken, place=places.get(one.domain, "")) for one in found]


def _card(one: Notice, spoken: Voice, *, place: str = "") -> Card:
    kick = spoken.say("Needed") if one.is_need else spoken.say("Offered")
    if place and not one.local:
        kick = spoken.say("%(kick)s · elsewhere, at %(place)s", kick=kick, place=place)
    return Card(
        title=one.title,
        href=one.path,
        kick=kick,
        text=one.text,
        icon="raise" if one.is_need else "swap",
        tab="need" if one.is_need else "offer",
        language=one.lang,
    )


def _ending(db: Connection, viewer: Viewer, node: "Node") -> list[Notice]:
    now = node.now()
    return queries.ending(db, viewer, now, now + SOON)


async def waiting(node: "Node", viewer: Viewer) -> list[Card]:
    """What is urgent here, and a member's own notices that leave the board within a week."""
    if not viewer.is_member:
        return []
    urgent = await node.read(queries.urgent, viewer, node.now(), limit=FEW)
    spoken = speak(node, viewer)
    calls = [_call(one, spoken) for one in urgent if one.owner != viewer.id]
    return calls + await _leaving(node, viewer, spoken)


def _call(one: Notice, spoken: Voice) -> Card:
    return Card(
        title=spoken.say("Urgent: %(title)s", title=one.title),
        href=one.path,
        text=spoken.say("Needed") if one.is_need else spoken.say("Offered"),
        icon="raise" if one.is_need else "swap",
        act=spoken.say("Look"),
        about=one.title,
        order=15,
    )


async def _leaving(node: "Node", viewer: Viewer, spoken: Voice) -> list[Card]:
    return [
        Card(
            title=one.title,
            href=one.path,
            text=spoken.say("Leaves the board after %(day)s", day=spoken.short(day)),
            icon="clock",
            act=spoken.say("Look"),
            about=one.title,
            by=one.ends,
            order=70,
            language=one.lang,
        )
        for one in await node.read(_ending, viewer, node)
        if (day := last_day(one.ends, ZoneInfo(node.community.timezone))) is not None
    ]


async def public(node: "Node", viewer: Viewer) -> list[Card]:
    """Up to three of the community's open public offers and needs, for visitors."""
    found = await node.read(
        queries.open_listings, ANONYMOUS, node.now(), Asked(local=True), limit=FEW
    )
    spoken = speak(node, viewer)
    return [_card(one, spoken) for one in found]


async def mine(node: "Node", viewer: Viewer) -> list[Card]:
    """The way to a member's own notices."""
    _ = speak(node, viewer).say
    words = _("What you asked for and offered, open and ended")
    return [Card(title=_("Your notices"), href="/l/mine", text=words, icon="swap", order=30)]
