"""What agreements put on other pages: the way to answer a notice, and what waits or happened."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from node.kernel.access import Viewer
from node.kernel.node import find_accounts
from node.kernel.tables import Account
from node.modules.agreements import pages, queries, rules
from node.modules.agreements.rules import State
from node.modules.agreements.tables import Agreement, Thanks
from web.slots import Card
from web.voice import Voice, speak

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection

    from node.kernel.node import Node

NEW = timedelta(days=7)
NEWS = (State.AGREED, State.REFUSED, State.FULFILLED, State.CANCELLED, State.DISPUTED)
"""What whoever answered, or is not the one who said it, reads on the first page."""


async def answer(node: "Node", viewer: Viewer) -> list[Card]:
    """The way to answer a notice; the page it stands on adds the notice's name to the link."""
    _ = speak(node, viewer).say
    return [Card(title=_("Answer it"), href="/agreements/new?about=", icon="meet")]


def _with_people(
    db: "Connection", found: list[Agreement], me: str
) -> "tuple[list[Agreement], Mapping[str, Account]]":
    return found, find_accounts(db, [one.other(me) for one in found])


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
        *await _running(node, viewer),
        *_answers(_, found, people),
    ]


def _answers(
    _: "Callable[..., str]", found: list[Agreement], people: "Mapping[str, Account]"
) -> list[Card]:
    return [
        Card(
            title=_("%(who)s answers your notice", who=pages.who(people, one.interested))
            if one.owner == one.proposer
            else _("%(who)s proposes other terms", who=pages.who(people, one.interested)),
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


def _runs(db: "Connection", me: str) -> "tuple[list[Agreement], Mapping[str, Account]]":
    return _with_people(db, queries.running(db, me), me)


async def _running(node: "Node", viewer: Viewer) -> list[Card]:
    """What waits to be confirmed, what is due, what two see differently."""
    spoken, me = speak(node, viewer), viewer.id or ""
    found, people = await node.read(_runs, me)
    cards = [
        (one, _waits(spoken, one, me, pages.who(people, one.other(me)), node.now()))
        for one in found
    ]
    return [
        Card(title=title, href=one.path, text=one.title, icon="meet", act=spoken.say("Look"),
             about=one.title, by=by, order=15)
        for one, waits in cards
        if waits is not None
        for title, by in (waits,)
    ]  # fmt: skip


def _waits(
    spoken: Voice, one: Agreement, me: str, name: str, now: datetime
) -> tuple[str, datetime | None] | None:
    """What somebody has to know or do about an agreement that runs; None for nothing now."""
    if one.state is State.DELIVERED and one.receiver == me:
        by = one.confirms
        if by is not None and by - rules.REMIND <= now:
            return spoken.say("Tomorrow it confirms itself: %(who)s did it", who=name), by
        return spoken.say("%(who)s says it is done. Is that right?", who=name), by
    if one.state is State.DISPUTED:
        return spoken.say("You and %(who)s see it differently", who=name), None
    soon = one.due is not None and one.due - rules.REMIND <= now
    if one.state is State.AGREED and one.due is not None and soon:
        if one.due > now:
            return spoken.say("Soon, with %(who)s", who=name), one.due
        if one.giver == me:
            return spoken.say("Is it done? Tell %(who)s", who=name), None
    return None


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


def _shown(db: "Connection", whose: str) -> "tuple[list[Thanks], Mapping[str, Account]]":
    found = queries.shown_by(db, whose)
    return found, find_accounts(db, [one.by for one in found])


async def shown(node: "Node", viewer: Viewer) -> list[Card]:
    """The thanks that somebody shows on their profile, the newest first; nobody counts them."""
    spoken = speak(node, viewer)
    found, people = await node.read(_shown, viewer.id or "")
    return [
        Card(
            kick=spoken.say("Thanks"),
            title=one.title,
            text=one.words,
            about=spoken.say(
                "%(who)s, %(day)s", who=pages.who(people, one.by), day=spoken.short(one.at.date())
            ),
            order=40 + number,
        )
        for number, one in enumerate(found)
    ]
