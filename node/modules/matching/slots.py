"""What matching puts on the first pages: an answer somebody waits for, then what may fit."""

from typing import TYPE_CHECKING

from node.kernel.access import Viewer
from node.modules.matching import showing
from node.modules.matching.showing import Shown, Story
from web.language import mark
from web.slots import Card
from web.voice import Voice, speak

if TYPE_CHECKING:
    from node.kernel.node import Node

ASKS = mark("%(who)s asks to be introduced")


async def next_step(node: "Node", viewer: Viewer) -> list[Card]:
    """What fits a member's notice best."""
    if not viewer.is_member:
        return []
    found: list[Shown] = await node.read(showing.shown, viewer, node.now())
    return [_fits(speak(node, viewer), found)] if found else []


def _fits(spoken: Voice, found: list[Shown]) -> Card:
    _, best = spoken.say, found[0]
    who = best.person.label if best.person else _("Somebody at %(place)s", place=best.node)
    return Card(
        title=spoken.many("One may fit: %(who)s", "%(num)d may fit, first of all %(who)s",
                          len(found), who=who),
        href="/match",
        kick=best.mine.title,
        text=_("Every reason is written down. Nobody is told before you say yes."),
        icon="meet",
        act=_("Look"),
        about=best.mine.title,
        tab="need" if best.mine.is_need else "offer",
        order=30,
    )  # fmt: skip


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
