"""What deliveries put on other pages: what waits for a member, the way from a decision to it."""

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection

from node.kernel.access import Viewer
from node.modules.decisions import api as decisions
from node.modules.deliveries import matters, queries, rules
from node.modules.deliveries.matters import Matter
from node.modules.deliveries.rules import Phase, State
from node.modules.deliveries.tables import Step
from node.modules.deliveries.views import waits_for
from node.modules.proposals import api as proposals
from vocab.html import short, to_text
from web.language import mark
from web.slots import Card
from web.voice import Voice, speak

if TYPE_CHECKING:
    from node.kernel.node import Node

SOON: Final = timedelta(days=7)
"""A step under way stands on the first page from so long before its day."""
REVIEWS: Final = 2
"""So many reviews at most wait on the first page at once."""
REPORTS: Final = 3

ASKS: Final = {
    State.ASKED: (mark("Would you do this? %(what)s"), mark("Answer")),
    State.TAKEN: (mark("Yours: %(what)s"), mark("Look")),
    State.SHOWN: (mark("Is this done? %(what)s"), mark("Look")),
}
"""The words of a card for a step that waits, and of its button."""


def _steps(db: Connection, me: str, now: datetime) -> list[Step]:
    """The steps that wait for a member, of decisions that are still in force."""
    mine = [one for one in queries.with_member(db, me) if waits_for(one, me)]
    near = [one for one in mine if one.state is not State.TAKEN or _by(one) <= now + SOON]
    gone = (Phase.BEFORE, Phase.OVER)
    over = {
        slug for slug in {one.matter for one in near}
        if matters.matter(db, slug, matters.INSIDE, now).phase in gone
    }  # fmt: skip
    return [one for one in near if one.matter not in over]


def _by(step: Step) -> datetime:
    return datetime.combine(step.due, time(20), UTC)


def _reviews(db: Connection, viewer: Viewer, now: datetime) -> list[Matter]:
    """The decisions to be looked at again in which there is something for a member to do."""
    me = viewer.id or ""
    found = matters.due(db, viewer, now)
    return [m for m in found if m.review is None or rules.may_second(m.review.by, me)][:REVIEWS]


def _unmeasured(db: Connection, viewer: Viewer) -> list[decisions.Record]:
    """Decisions that are to come into force and have no measure, for who brought them and keepers.

    They come into force when somebody chooses who may see them; then it is too late.
    """
    held = [one for one in decisions.unsettled(db, viewer)
            if one.box and one.outcome.startswith("approved")]  # fmt: skip
    known = queries.measured(db, [one.box or "" for one in held])
    return [
        one for one in held
        if one.box not in known
        and (viewer.is_admin or proposals.author_of(db, one.box or "") == viewer.id)
    ]  # fmt: skip


async def waiting(node: "Node", viewer: Viewer) -> list[Card]:
    """Steps, reviews and missing measures that wait for a member."""
    if not viewer.is_member or viewer.id is None:
        return []
    now, spoken = node.now(), speak(node, viewer)
    steps = await node.read(_steps, viewer.id, now)
    reviews = await node.read(_reviews, viewer, now)
    bare = await node.read(_unmeasured, viewer)
    return [
        *(_step(one, spoken) for one in steps),
        *(_review(one, spoken) for one in reviews),
        *(_measure(one, spoken) for one in bare),
    ]


def _step(one: Step, spoken: Voice) -> Card:
    words, act = ASKS[one.state]
    return Card(
        title=spoken.say(words, what=one.what),
        href=one.path,
        text=spoken.say("By %(when)s", when=spoken.short(one.due)),
        icon="tools",
        act=spoken.say(act),
        about=one.what,
        by=_by(one),
        order=24,
    )


def _review(one: Matter, spoken: Voice) -> Card:
    written = one.review is not None
    title = mark("Is the review of “%(title)s” so?") if written else mark("Did “%(title)s” work?")
    return Card(
        title=spoken.say(title, title=one.title),
        href=f"{one.path}#review" if written else f"{one.path}/review",
        text=spoken.say("It is time to look at it again."),
        icon="seal",
        act=spoken.say("Look"),
        about=one.title,
        by=one.day,
        order=35,
    )


def _measure(one: decisions.Record, spoken: Voice) -> Card:
    return Card(
        title=spoken.say("How will you see whether it works? %(title)s", title=one.name),
        href=f"/deliveries/{one.box}#measures",
        text=spoken.say("Before it comes into force; after that it cannot be changed."),
        icon="seal",
        act=spoken.say("Write"),
        about=one.name,
        order=39,
    )


async def elsewhere(node: "Node", viewer: Viewer) -> list[Card]:
    """What other communities report on decisions of theirs."""
    if not viewer.is_member:
        return []
    found = await node.read(queries.reports_of_others, viewer, REPORTS)
    _ = speak(node, viewer).say
    return [
        Card(
            title=_("What became of a decision: %(words)s", words=short(to_text(one.content))),
            href=one.path,
            kick=one.owner_name,
            icon="nodes",
            order=52,
            language=one.lang,
        )
        for one in found
    ]


async def mine(node: "Node", viewer: Viewer) -> list[Card]:
    """The way to what is in force and how far it is carried out."""
    _ = speak(node, viewer).say
    words = _("Steps of what is in force, and when it is looked at again")
    return [Card(title=_("What we carry out"), href="/deliveries", text=words, icon="tools",
                 order=34)]  # fmt: skip


async def from_decision(node: "Node", viewer: Viewer) -> list[Card]:
    """On the page of a decision: the way to its steps; the page puts its name behind it."""
    _ = speak(node, viewer).say
    return [Card(title=_("Steps and review"), href="/deliveries/", icon="tools")]


async def from_proposal(node: "Node", viewer: Viewer) -> list[Card]:
    """On the page of a proposal: the way to its measures; the page puts its name behind it."""
    _ = speak(node, viewer).say
    words = _("How we will see whether it works")
    return [Card(title=words, href="/deliveries/", icon="tools")]
