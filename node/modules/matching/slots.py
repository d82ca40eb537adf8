"""What matching puts on the first pages: an answer somebody waits for, then what may fit."""

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from node.kernel.access import Viewer
from node.modules.matching import showing
from node.modules.matching.showing import Shown, Story
from web.language import mark
from web.slots import Card
from web.voice import Voice, speak

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from node.kernel.node import Node

NEW: Final = timedelta(days=7)
ASKS = mark("%(who)s asks to be introduced")


async def next_step(node: "Node", viewer: Viewer) -> list[Card]:
    """What fits a member's notice best."""
    if not viewer.is_member:
        return []
    found: list[Shown] = await node.read(showing.shown, viewer, node.now())
    return [_fits(speak(node, viewer), found)] if found else []


def _fits(spoken: Voice, found: list[Shown]) -> Card:
    _, best = spoken.say, found[0]
    return Card(
        title=_first(spoken, found),
        href="/match",
        kick=best.mine.title,
        text=_("Every reason is written down. Nobody is told before you say yes."),
        icon="meet",
        act=_("Look"),
        about=best.mine.title,
        tab="need" if best.mine.is_need else "offer",
        order=30,
    )


async def board(node: "Node", viewer: Viewer) -> list[Card]:
    """The way from the board to what fits one's own notices."""
    if not viewer.is_member:
        return []
    return [Card(title=speak(node, viewer).say("For you"), href="/match", icon="meet", order=40)]


async def fits(node: "Node", viewer: Viewer) -> list[Card]:
    """What fits a member's own notices, by `about`, the notice's id; without one, for all others.

    Whoever has just posted looks here first, and reads where matches will be.
    """
    if not viewer.is_member:
        return []
    spoken = speak(node, viewer)
    found: dict[str, list[Shown]] = {}
    for one in await node.read(showing.shown, viewer, node.now()):
        found.setdefault(one.mine.id, []).append(one)
    nothing = spoken.say("It is looked for by itself. What fits it stands under “For you”.")
    return [
        *(Card(title=_first(spoken, many), href="/match", about=id) for id, many in found.items()),
        Card(title=nothing, href="/match"),
    ]


def _first(spoken: Voice, found: list[Shown]) -> str:
    who = _who(spoken, found[0])
    return spoken.many("One may fit: %(who)s", "%(num)d may fit, first of all %(who)s",
                       len(found), who=who)  # fmt: skip


def _who(spoken: Voice, one: Shown) -> str:
    if one.person is not None:
        return one.person.label
    return spoken.say("Somebody at %(place)s", place=one.node)


def _new_cards(node: "Node", db: "Connection", viewer: Viewer) -> list[Story]:
    since = node.now() - NEW
    found = showing.agreed(db, viewer)
    return [one for one in found if one.card is not None and one.card.at > since]


async def happened(node: "Node", viewer: Viewer) -> list[Card]:
    """The contact cards that came since a week: both have said yes."""
    if not viewer.is_member:
        return []
    _ = speak(node, viewer).say
    found: list[Story] = await node.read(partial(_new_cards, node), viewer)
    return [
        Card(
            title=_("You and %(who)s are introduced", who=one.card.name),
            href="/introductions",
            text=one.need.title if one.need else one.introduction.title,
            icon="meet",
            order=40,
        )
        for one in found
        if one.card is not None
    ]


async def waiting(node: "Node", viewer: Viewer) -> list[Card]:
    """Introductions that are asked of a member."""
    if not viewer.is_member:
        return []
    spoken = speak(node, viewer)
    asked: list[Story] = await node.read(showing.asked_of, viewer, node.now())
    heard: list[Story] = await node.read(showing.heard, viewer, node.now())
    return [*(_asked(spoken, one) for one in asked), *(_heard(spoken, one) for one in heard)]


def _heard(spoken: Voice, one: Story) -> Card:
    _ = spoken.say
    who = _("Somebody at %(place)s", place=one.node)
    return Card(
        title=_("%(who)s waits for your words", who=who),
        href=f"/introductions/{one.introduction.slug}/words",
        text=one.need.title if one.need else one.introduction.title,
        icon="talk",
        act=_("Read"),
        about=who,
        tab="offer",
        by=one.introduction.ends,
        order=12,
    )


def _asked(spoken: Voice, one: Story) -> Card:
    _ = spoken.say
    who = one.person.label if one.person else _("Somebody at %(place)s", place=one.node)
    title = one.need.title if one.need else one.introduction.title
    what = mark("%(who)s would write with you, without names") if one.is_talk else ASKS
    return Card(
        title=_(what, who=who),
        href=f"/introductions/{one.introduction.slug}",
        text=title,
        icon="meet",
        act=_("Answer"),
        about=who,
        tab="offer",
        by=one.introduction.ends,
        order=10,
    )


async def mine(node: "Node", viewer: Viewer) -> list[Card]:
    """Places of a member's own."""
    if not viewer.is_member:
        return []
    _ = speak(node, viewer).say
    return [
        Card(title=_("For you"), href="/match", text=_("Who may fit your notices"), icon="swap"),
        Card(
            title=_("Introductions"),
            href="/introductions",
            text=_("Who asks for you, whom you asked, contact cards"),
            icon="meet",
        ),
        Card(
            title=_("How you can be reached"),
            href="/me/contact",
            text=_("Told to nobody but those you choose"),
            icon="talk",
        ),
    ]
