"""What proposals put on the first pages: ballots that wait, decisions whose reach is open."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from node.kernel.access import ANONYMOUS, Viewer
from node.modules.decisions import api as decisions
from node.modules.proposals import pointing, queries, rules
from node.modules.proposals.queries import Proposal
from node.modules.proposals.views import named
from web.slots import Card
from web.voice import Voice, speak

if TYPE_CHECKING:
    from node.kernel.node import Node

Waiting = list[tuple[Proposal, datetime]]


def votes_of(db: Connection, viewer: Viewer, now: datetime) -> Waiting:
    """The proposals that wait for a member's ballot, the one that closes first before the rest."""
    boxes: Mapping[str, datetime] = decisions.open_for(db, viewer.id or "", now)
    found = [(queries.by_slug(db, slug, viewer), closes) for slug, closes in boxes.items()]
    return sorted(((p, at) for p, at in found if p is not None), key=lambda pair: pair[1])


def unsettled(db: Connection, viewer: Viewer) -> list[Proposal]:
    """Decided proposals for whose decision this member may choose who sees it."""
    found = []
    for record in decisions.unsettled(db, viewer):
        one = queries.by_slug(db, record.box or "", viewer)
        made = queries.plan_of(db, one.id) if one else None
        mine = made is not None and made.author == viewer.id
        if one and rules.may_settle(author=mine, admin=viewer.is_admin):
            found.append(one)
    return found


async def still(node: "Node", viewer: Viewer) -> list[Card]:
    """The open votes of somebody who is suspended (slot `suspended.votes`), by their close."""
    inside = replace(viewer, role="member")
    spoken = speak(node, viewer)
    return [
        Card(
            title=one.name,
            href=f"/p/{one.slug}/vote",
            text=spoken.say("By %(when)s", when=spoken.short(closes)),
            act=spoken.say("Vote"),
            by=closes,
            language=one.lang,
        )
        for one, closes in await node.read(_still, inside, node.now())
    ]


def _still(db: Connection, inside: Viewer, now: datetime) -> Waiting:
    boxes = decisions.theirs(db, inside.id or "", now)
    found = [(queries.by_slug(db, slug, inside), closes) for slug, closes in boxes.items()]
    me = inside.id or ""
    return [(p, at) for p, at in found if p is not None and not decisions.recused(db, p.slug, me)]


async def next_step(node: "Node", viewer: Viewer) -> list[Card]:
    """The vote that closes first."""
    if not viewer.is_member:
        return []
    waiting = await node.read(votes_of, viewer, node.now())
    spoken = speak(node, viewer)
    return [
        Card(
            title=one.name,
            href=f"/p/{one.slug}/vote",
            kick=spoken.say("Your vote, by %(when)s", when=spoken.short(closes)),
            text=spoken.say(
                "Read it, then say where you stand. Until the close you can vote anew."
            ),
            icon="decide",
            act=spoken.say("Vote"),
            about=one.name,
            by=closes,
            order=30,
            language=one.lang,
        )
        for one, closes in waiting[:1]
    ]


async def waiting(node: "Node", viewer: Viewer) -> list[Card]:
    """Every vote that waits for the viewer, and every decision whose reach they may choose."""
    if not viewer.is_member:
        return []
    votes = await node.read(votes_of, viewer, node.now())
    open_ = await node.read(unsettled, viewer)
    late = await node.read(pointing.overtaken, viewer.id or "")
    spoken = speak(node, viewer)
    cards = [
        Card(
            title=spoken.say("Your vote on “%(title)s”", title=one.name),
            href=f"/p/{one.slug}/vote",
            text=spoken.say("By %(when)s", when=spoken.short(closes)),
            icon="decide",
            act=spoken.say("Vote"),
            about=one.name,
            by=closes,
            order=20,
        )
        for one, closes in votes
    ]
    cards += [_late(one, held, spoken) for one, held in late]
    return cards + [
        Card(
            title=spoken.say("Who may see the decision on “%(title)s”?", title=one.name),
            href=f"/p/{one.slug}/reach",
            icon="reach2",
            act=spoken.say("Choose"),
            about=one.name,
            order=40,
        )
        for one in open_
    ]


def _late(one: Proposal, held: decisions.Record, spoken: Voice) -> Card:
    return Card(
        title=spoken.say("Another decision came before “%(title)s”", title=one.name),
        href=f"/p/{one.slug}",
        text=named(held),
        icon="decide",
        act=spoken.say("Look"),
        about=one.name,
        order=30,
    )


async def public(node: "Node", viewer: Viewer) -> list[Card]:
    """Public proposals that are being talked through or voted on."""
    stages = ("researching", "formingPositions", "deliberating", "voting")
    found = await node.read(
        lambda db: queries.listed(db, ANONYMOUS, ours=True, stages=stages, most=5)
    )
    spoken = speak(node, viewer)
    return [
        Card(
            title=one.name,
            href=f"/p/{one.slug}",
            kick=spoken.say(rules.on_screen(one.stage)),
            icon="decide",
            tab="decide",
            order=40,
            language=one.lang,
        )
        for one in found
    ]
