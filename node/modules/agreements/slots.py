"""What agreements put on other pages: the way to answer a notice, and what waits or happened."""

from datetime import timedelta
from typing import TYPE_CHECKING

from node.kernel.access import Viewer
from node.kernel.tables import Account
from node.modules.agreements import pages, queries
from node.modules.agreements.rules import State
from node.modules.agreements.tables import Agreement
from web.slots import Card
from web.voice import speak

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from node.kernel.node import Node

NEW = timedelta(days=7)
NEWS = (State.AGREED, State.REFUSED, State.FULFILLED, State.CANCELLED, State.DISPUTED)


async def answer(node: "Node", viewer: Viewer) -> list[Card]:
    """The way to answer a notice; the page it stands on adds the notice's name to the link."""
    _ = speak(node, viewer).say
    return [Card(title=_("Answer it"), href="/agreements/new?about=", icon="meet")]


def _with_people(
    db: "Connection", found: list[Agreement], me: str
) -> "tuple[list[Agreement], Mapping[str, Account]]":
    return found, queries.people(db, [one.other(me) for one in found])


def _waiting(
    db: "Connection", me: str, node: "Node"
) -> "tuple[list[Agreement], Mapping[str, Account]]":
    return _with_people(db, queries.waiting_for(db, me, node.now()), me)


async def waiting(node: "Node", viewer: Viewer) -> list[Card]:
    """Answers to a member's notices that wait for a yes or a no."""
    if not viewer.is_member or viewer.id is None:
        return []
    _ = speak(node, viewer).say
    found, people = await node.read(_waiting, viewer.id, node)
    return [
        Card(
            title=_("%(who)s answers your notice", who=pages.who(people, one.interested)),
            href=one.path,
            text=one.title,
            icon="meet",
            act=_("Answer"),
            about=one.title,
            by=one.ends,
            order=20,
        )
        for one in found
    ]


def _news(
    db: "Connection", me: str, node: "Node"
) -> "tuple[list[Agreement], Mapping[str, Account]]":
    since = node.now() - NEW
    found = [
        one
        for one in queries.with_member(db, me, 20)
        if one.state in NEWS and one.changed > since and one.interested == me
    ]
    return _with_people(db, found, me)


async def happened(node: "Node", viewer: Viewer) -> list[Card]:
    """What became of a member's answers since a week."""
    if not viewer.is_member or viewer.id is None:
        return []
    spoken = speak(node, viewer)
    found, people = await node.read(_news, viewer.id, node)
    return [
        Card(
            title=spoken.say(pages.HEADINGS[one.state], who=pages.who(people, one.proposer)),
            href=one.path,
            text=one.title,
            icon="meet",
        )
        for one in found
    ]


async def mine(node: "Node", viewer: Viewer) -> list[Card]:
    """The way to a member's agreements."""
    _ = speak(node, viewer).say
    words = _("What you answered, what was answered to you, and what came of it")
    return [Card(title=_("Agreements"), href="/agreements", text=words, icon="meet", order=31)]
