"""What the shelf puts on other pages: the way to it, and what waits for one of the two."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection

from node.kernel.access import Viewer
from node.modules.shelf import rules, views, wording
from node.modules.shelf.pages import moment
from node.modules.shelf.rules import Party, State
from node.modules.shelf.tables import Loan
from node.modules.shelf.views import Today
from web.language import mark
from web.slots import Card
from web.voice import Voice, speak

if TYPE_CHECKING:
    from node.kernel.node import Node

DAY: Final = timedelta(days=1)

Found = tuple[Sequence[Loan], Mapping[str, str]]


async def calendar(node: "Node", viewer: Viewer) -> list[Card]:
    """The way to a thing's days; the page it stands on adds the notice's name to the link."""
    _ = speak(node, viewer).say
    return [Card(title=_("See its free days"), href="/shelf/", icon="clock")]


async def ahead(node: "Node", viewer: Viewer) -> list[Card]:
    """What is agreed ahead about a member's own notices, by `about`, the notice's id."""
    if viewer.id is None:
        return []
    spoken = speak(node, viewer)
    counted = await node.read(views.ahead_of, viewer.id, moment(node))
    return [Card(title=_ahead(spoken, number), about=thing) for thing, number in counted.items()]


def _ahead(spoken: Voice, number: int) -> str:
    return spoken.many(
        "Somebody is to have it on days ahead. That ends too, and they are told.",
        "%(num)d loans are asked for or agreed ahead. They end too, and all are told.",
        number,
    )


async def board(node: "Node", viewer: Viewer) -> list[Card]:
    """The way to all things from the board."""
    if not viewer.is_member:
        return []
    return [Card(title=speak(node, viewer).say("Lending shelf"), href="/shelf", icon="thing")]


async def mine(node: "Node", viewer: Viewer) -> list[Card]:
    """The way to what a member lends and has borrowed."""
    _ = speak(node, viewer).say
    words = _("What you lend, what you have borrowed, and what there is")
    return [Card(title=_("Lending shelf"), href="/shelf", text=words, icon="thing", order=32)]


def _live(db: Connection, me: str, when: Today) -> Found:
    found = [one for one in views.live_of(db, me, when) if one.owner != one.borrower]
    return found, views.names(db, found)


async def waiting(node: "Node", viewer: Viewer) -> list[Card]:
    """What one of the two has to answer or to know."""
    if not viewer.is_member or viewer.id is None:
        return []
    spoken, when = speak(node, viewer), moment(node)
    found, names = await node.read(_live, viewer.id, when)
    cards = (_waits(spoken, one, viewer.id, names, when) for one in found)
    return [card for card in cards if card is not None]


ANSWERS: Final = {
    (State.ASKED, Party.OWNER): mark("%(who)s asks for %(what)s"),
    (State.GIVEN, Party.BORROWER): mark("Do you have it? %(what)s"),
    (State.TAKEN, Party.OWNER): mark("Does %(who)s have it? %(what)s"),
    (State.BROUGHT, Party.OWNER): mark("Is it back? %(what)s"),
}


def _waits(spoken: Voice, one: Loan, me: str, names: Mapping[str, str], when: Today) -> Card | None:
    party = one.party(me) or Party.OWNER
    title = ANSWERS.get((one.state, party)) or _reminds(one, party, when.day)
    if not title:
        return None
    who = names.get(one.other(me) or "") or spoken.say("Somebody who has left")
    words = spoken.say("%(first)s to %(last)s", **_days(spoken, one))
    return Card(
        title=spoken.say(title, who=who, what=one.title, day=spoken.short(one.last)),
        href=one.path,
        text=words if one.first != one.last else spoken.short(one.first),
        icon="thing",
        act=spoken.say("Look"),
        about=one.title,
        by=_evening(one.first if one.state in rules.BEFORE else one.last, when),
        order=20,
    )


def _reminds(one: Loan, party: Party, today: date) -> str:
    """A kind word about a day that comes or has passed; "" if there is none."""
    if party is Party.BORROWER and one.state in (State.OUT, State.GIVEN, State.TAKEN):
        if today > one.last:
            return mark("%(who)s would like it back: %(what)s")
        return mark("It goes back tomorrow: %(what)s") if one.last - today == DAY else ""
    if party is Party.OWNER and rules.is_late(one.state, one.stay, today):
        return mark("It was to be back on %(day)s: %(what)s")
    return ""


def _days(spoken: Voice, one: Loan) -> dict[str, str]:
    return {"first": spoken.short(one.first), "last": spoken.short(one.last)}


def _evening(day: date, when: Today) -> datetime:
    return datetime.combine(day, time(20), when.zone)


async def next_step(node: "Node", viewer: Viewer) -> list[Card]:
    """What is handed over, or goes back, today."""
    if not viewer.is_member or viewer.id is None:
        return []
    spoken, when = speak(node, viewer), moment(node)
    found, names = await node.read(_live, viewer.id, when)
    return [
        Card(
            title=spoken.say(title, who=names.get(one.other(viewer.id) or "", "")),
            href=one.path,
            kick=one.title,
            icon="thing",
            act=spoken.say("Look"),
            about=one.title,
            order=20,
        )
        for one in found
        if (title := _today(one, one.party(viewer.id), when.day))
    ]


def _today(one: Loan, party: Party | None, today: date) -> str:
    starts = one.state is State.AGREED and one.first <= today
    ends = one.state is State.OUT and one.last == today
    if party is Party.OWNER:
        return mark("Today %(who)s fetches it") if starts else ""
    if starts:
        return mark("Today you can fetch it from %(who)s")
    return mark("Today it goes back to %(who)s") if ends else ""


def _news(db: Connection, me: str, when: Today) -> Found:
    lately = when.now - rules.NEWS
    over = [one for one in views.news_of(db, me, when) if one.by != me]
    agreed = [
        one
        for one in views.live_of(db, me, when)
        if one.state is State.AGREED and one.by != me and one.changed > lately
    ]
    found = [one for one in (*agreed, *over) if one.owner != one.borrower]
    return found, views.names(db, found)


async def happened(node: "Node", viewer: Viewer) -> list[Card]:
    """What the other of the two has said since a week, or the calendar."""
    if not viewer.is_member or viewer.id is None:
        return []
    spoken = speak(node, viewer)
    found, names = await node.read(_news, viewer.id, moment(node))
    return [
        Card(
            title=one.title or spoken.say("Something that was lent"),
            href=one.path,
            kick=spoken.say(
                wording.STANDS[one.state, one.party(viewer.id) or Party.OWNER].now,
                who=names.get(one.other(viewer.id) or "") or spoken.say("Somebody who has left"),
            ),
            text=spoken.say("%(first)s to %(last)s", **_days(spoken, one)),
            icon="thing",
        )
        for one in found
    ]
