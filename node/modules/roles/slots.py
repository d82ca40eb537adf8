"""What roles put on other pages: my turn, what I am asked, what ends soon, the way to them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection

from node.kernel.access import Viewer
from node.modules.roles import queries, rules, selecting, showing
from node.modules.roles.objects import ON_WIRE
from node.modules.roles.rules import TITLES, Kind, Petition, Power, Stage, State
from node.modules.roles.showing import Contact
from node.modules.roles.tables import Asking, Holding, Role, Selection
from web.language import mark
from web.links import page_of
from web.slots import Card
from web.voice import Voice, speak

if TYPE_CHECKING:
    from node.kernel.node import Node

Waits = tuple[list[tuple[Selection, Role]], list[tuple[Holding, Role]], list[Asking]]


def _waits(db: Connection, me: str, node: "Node") -> Waits:
    """Selections in which it is a member's turn, what they hold or are asked, who asks them."""
    named = {one.slug: one for one in queries.roles(db)}
    turns = [
        (one, named[one.role])
        for one in queries.going(db)
        if me in selecting.waiting(db, one)
        or (one.stage is Stage.PROPOSE and (one.lead == me or node.now() >= one.ends))
    ]
    mine = [(one, named[one.role]) for one in queries.live(db) if one.member == me]
    held = {one.id for one, _role in mine}
    heard = (Petition.OPEN, Petition.HEARING)
    asked = [p for p in queries.pending(db) if p.holding in held and p.state in heard]
    return turns, mine, [p for p in asked if not p.answer]


async def waiting(node: "Node", viewer: Viewer) -> list[Card]:
    """What waits for a member in choosing, holding and being recalled."""
    if not viewer.is_member or viewer.id is None:
        return []
    spoken = speak(node, viewer)
    turns, mine, asked = await node.read(_waits, viewer.id, node)
    cards = [_turn(one, role, spoken) for one, role in turns]
    soon = node.now() + rules.REMIND
    for one, role in mine:
        if one.state is State.ASKED:
            cards.append(_asked(one, role, spoken))
        elif one.kind is Kind.SEAT and one.ends and one.ends <= soon:
            cards.append(_ending(one, role, spoken))
    return cards + [
        Card(
            title=spoken.say("Some of us ask to recall you. Your answer is wanted."),
            href=f"/recalls/{p.holding}",
            icon="raise",
            act=spoken.say("Answer"),
            by=p.ends,
            order=19,
        )
        for p in asked
    ]


def _turn(one: Selection, role: Role, spoken: Voice) -> Card:
    return Card(
        title=spoken.say("Your turn: who is to be “%(role)s”?", role=role.name),
        href=f"/selections/{one.slug}",
        text=spoken.say(TITLES[one.stage]),
        icon="meet",
        act=spoken.say("Look"),
        about=role.name,
        by=one.ends,
        order=21,
    )


def _asked(one: Holding, role: Role, spoken: Voice) -> Card:
    return Card(
        title=spoken.say("You were chosen: “%(role)s”. Do you take it on?", role=role.name),
        href=f"/roles/{role.slug}",
        text=spoken.say("Say so by %(when)s", when=spoken.short(one.ends)) if one.ends else "",
        icon="meet",
        act=spoken.say("Answer"),
        about=role.name,
        by=one.ends,
        order=18,
    )


def _ending(one: Holding, role: Role, spoken: Voice) -> Card:
    assert one.ends is not None, "asked before"
    when = spoken.short(one.ends)
    return Card(
        title=spoken.say("Your term as “%(role)s” ends %(when)s", role=role.name, when=when),
        href=f"/roles/{role.slug}",
        text=spoken.say("Write down what the next should know, and begin to choose them."),
        icon="clock",
        act=spoken.say("Look"),
        about=role.name,
        by=one.ends,
        order=35,
    )


async def decide(node: "Node", viewer: Viewer) -> list[Card]:
    """The way to all roles, from the page of what is decided."""
    _ = speak(node, viewer).say
    words = _("Who does what for us, until when; choosing somebody, and recalling one.")
    return [Card(title=_("Roles"), href="/roles", text=words, icon="meet")]


async def turn_to(node: "Node", viewer: Viewer, service: str) -> list[Card]:
    """Whom members may turn to at a trusted node, as those people allowed it."""
    if not viewer.is_member:
        return []
    spoken = speak(node, viewer)
    found = await node.read(showing.to_turn_to, viewer, service, node.now())
    return [_contact(one, spoken) for one in found]


THEY: Final[Mapping[Power, str]] = {
    Power.FACILITATE: mark("leads talks and rounds"),
    Power.TOPICS: mark("looks after the topics"),
    Power.CIRCLES: mark("suggests circles of giving"),
    Power.SPEAK: mark("speaks for them"),
}
"""What somebody elsewhere may do; of words that are not ours, nothing is said."""


def _contact(one: Contact, spoken: Voice) -> Card:
    when = spoken.short(one.ends.astimezone(spoken.zone).date())
    may = [spoken.say(THEY[power]) for power, word in ON_WIRE.items() if word in one.powers]
    what = " · ".join((one.label, *may))
    until = spoken.say("until %(when)s", when=when)
    return Card(title=one.who.label, href=page_of(one.who), text=f"{what} · {until}", icon="me")
