"""What decisions put on the first pages: what was decided here and elsewhere."""

from datetime import timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from node.kernel.access import ANONYMOUS, Viewer
from node.modules.decisions import queries, seen_pages, watch_pages
from node.modules.decisions.queries import Record, language_of
from web.language import mark
from web.slots import Card
from web.voice import Voice, speak

if TYPE_CHECKING:
    from node.kernel.node import Node

RECENT: Final = timedelta(days=14)
FEW: Final = 3
OUTCOMES: Final = {
    "approved": mark("Decided: yes"),
    "approvedWithAmendments": mark("Decided: yes, with changes"),
    "rejected": mark("Decided: no"),
    "blocked": mark("Stopped by an objection"),
    "noDecision": mark("No decision"),
    "deferred": mark("Put off"),
}
ANSWERS: Final = {
    "noted": mark("%(name)s took note"),
    "adopted": mark("%(name)s adopted this decision"),
    "adoptedWithChanges": mark("%(name)s adopted this decision with changes"),
    "ratified": mark("%(name)s ratified this decision"),
    "objected": mark("%(name)s objected"),
    "declined": mark("%(name)s declined"),
    "retracted": mark("%(name)s took its answer back"),
}


NEVER: Final = {
    "overtaken": mark("Never in force: another decision came first in its place"),
    "void": mark("Declared void by two hands"),
    "stopped": mark("Stopped by a challenge, never in force"),
}
"""Why a decision never came into force, by `forcing.never`."""


def outcome_words(one: Record) -> str:
    """The outcome of a record in words, as a marked sentence."""
    stays = one.outcome == "rejected" and isinstance(one.document.get("chosenOption"), str)
    return mark("It stays as it is") if stays else OUTCOMES.get(one.outcome, mark("Decided"))


def answer_words(response: str) -> str:
    """An answer in words, as a marked sentence that takes a `name`."""
    return ANSWERS.get(response, mark("%(name)s answered"))


async def happened(node: "Node", viewer: Viewer) -> list[Card]:
    """What the community decided lately."""
    if not viewer.is_member:
        return []
    since = node.now() - RECENT
    found = await node.read(
        lambda db: queries.records(db, viewer, ours=True, since=since, most=FEW)
    )
    spoken = speak(node, viewer)
    return [_card(one, spoken) for one in found]


async def watched(node: "Node", viewer: Viewer) -> list[Card]:
    """On the page of a proposal: who watches over its vote; the page puts its name behind it."""
    title = speak(node, viewer).say("Who watches over this vote")
    return [Card(title=title, href="/votes/", icon="decide")]


async def lists(node: "Node", viewer: Viewer, handle: str) -> list[Card]:
    """For keepers, about somebody they suspend: the open votes that are theirs all the same.

    It goes by the list as it is told to all, and says nothing of who has voted.
    """
    if not viewer.is_admin:
        return []
    found = await node.read(watch_pages.lists, handle, node.now())
    spoken = speak(node, viewer)
    return [
        Card(
            title=str(vote.subject.get("name", "")),
            href=f"/votes/{vote.id}?leave={quote(handle)}#asked",
            text=spoken.say("Closes %(when)s", when=spoken.short(vote.closes)),
            act=spoken.say("Ask a second hand"),
            by=vote.closes,
        )
        for vote in found
    ]


async def waiting(node: "Node", viewer: Viewer) -> list[Card]:
    """Requests for a second hand that this member is, and words of a lot that they promised."""
    if not viewer.is_member or viewer.id is None:
        return []
    asked, words = await node.read(watch_pages.waiting, viewer.id, node.now())
    _ = speak(node, viewer).say
    cards = await seen_pages.odd(node, viewer)
    cards += [
        Card(title=_("A second hand is asked for: %(title)s", title=name), href=f"/votes/{box}",
             icon="decide", act=_("Look"), about=name, order=25)
        for box, name in asked
    ]  # fmt: skip
    return cards + [
        Card(title=_("Tell your word: the count waits for it"), href=f"/votes/{box}",
             icon="decide", act=_("Tell it"), order=15)
        for box in words
    ]  # fmt: skip


async def elsewhere(node: "Node", viewer: Viewer) -> list[Card]:
    """What other communities decided, newest first; none whose seal fails."""
    if not viewer.is_member:
        return []
    found = await node.read(lambda db: queries.records(db, viewer, ours=False, most=10))
    spoken = speak(node, viewer)
    return [_abroad(one, spoken) for one in found if one.seal != "fails"][:FEW]


async def public(node: "Node", viewer: Viewer) -> list[Card]:
    """The last public decisions, for visitors."""
    found = await node.read(lambda db: queries.records(db, ANONYMOUS, ours=True, most=FEW))
    spoken = speak(node, viewer)
    return [_card(one, spoken) for one in found]


def _card(one: Record, spoken: Voice) -> Card:
    day = spoken.day((one.sent or one.at).astimezone(spoken.zone))
    return Card(
        title=one.name,
        href=f"/d/{one.slug}",
        kick=spoken.say(outcome_words(one)),
        text=day,
        icon="decide",
        tab="decide",
        order=60,
        language=language_of(one),
    )


def _abroad(one: Record, spoken: Voice) -> Card:
    return Card(
        title=one.name,
        href=f"/decisions/elsewhere/{one.slug}",
        kick=one.owner_name,
        text=spoken.say(outcome_words(one)),
        icon="nodes",
        order=50,
        language=language_of(one),
    )
