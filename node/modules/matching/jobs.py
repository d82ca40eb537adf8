"""What matching does later: ask, wait a while, answer, mind the time."""

import logging
from datetime import timedelta

from federation import resolving
from node.kernel.errors import Missing, Refused, TryLater
from node.kernel.node import Node
from node.kernel.unit import Unit
from node.modules.matching import (
    answering,
    asking,
    cards,
    closing,
    digests,
    queries,
    questions,
    rules,
    suggesting,
    swapping,
)
from node.modules.peers import api as peers
from vocab.model import Malformed

log = logging.getLogger(__name__)
SOON = timedelta(minutes=2)


async def ask(node: Node, *, need: str) -> None:
    """Job: put a hidden need to trusted nodes."""
    await node.write(asking.ask, need)


async def ask_again(node: Node) -> None:
    """Job, daily: put what is still needed to nodes that were not asked lately."""
    for need in await node.write(asking.hidden_needs):
        await node.write(asking.ask, need)


async def wait(node: Node, *, request: str) -> None:
    """Job: choose when a request is answered; the time must tell nothing about the answer."""
    held = node.settings
    least, most = sorted((held.match_delay_least_seconds, held.match_delay_most_seconds))
    await node.write(_later, request, timedelta(seconds=node.random.uniform(least, most)))


async def look_back(node: Node, *, request: str) -> None:
    """Job: have a standing request answered when the round is over; not as soon as it can be.

    Whoever is told at once that somebody fits learns when that somebody posted (security.md L05).
    """
    held = node.settings
    least, most = sorted((held.match_delay_least_seconds, held.match_delay_most_seconds))
    over = rules.next_round(node.now(), timedelta(seconds=rules.ROUNDS * most)) - node.now()
    delay = timedelta(seconds=node.random.uniform(least, most))
    await node.write(_later, request, over + delay)


def _later(unit: Unit, request: str, delay: timedelta) -> None:
    unit.later(
        "matching.answer",
        due=unit.now + delay,
        once=f"matching.answer {request}"[:255],
        request=request,
    )


async def answer(node: Node, *, request: str) -> None:
    """Job: answer a request."""
    await node.write(answering.answer, request)


async def card(node: Node, *, introduction: str) -> None:
    """Job: send our side's card."""
    await node.write(cards.send, introduction)


async def cross(node: Node, *, introduction: str) -> None:
    """Job: where both sides of a conversation asked for cards at once, both have said yes."""
    await node.write(swapping.crossed, introduction)


async def look(node: Node, *, notice: str) -> None:
    """Job: find anew what fits a notice."""
    await node.write(suggesting.look, notice)


async def catch_up(node: Node) -> None:
    """Job, daily: look at open notices that never were looked at."""
    for notice in await node.read(suggesting.overlooked, node.now()):
        await node.write(suggesting.look, notice)


async def count(node: Node) -> None:
    """Job: count once a day what trusted nodes are told of us."""
    await node.write(digests.count)


async def learn_all(node: Node) -> None:
    """Job, daily: have the digests of all trusted nodes fetched, each by a job of its own."""
    await node.write(_learn_all)


def _learn_all(unit: Unit) -> None:
    for service in peers.trusted_services(unit.db):
        _learn(unit, service.id)


def _learn(unit: Unit, service: str) -> None:
    unit.later("matching.learn", once=f"matching.learn {service}"[:255], service=service)


async def learn(node: Node, *, service: str) -> None:
    """Job: fetch the digest of a trusted node; what cannot be had now is tried tomorrow."""
    found = await node.read(digests.place, service)
    if found is None:
        return
    owner, id = found
    try:
        told, _ = await resolving.document(node, id)
        await node.write(digests.keep, service, owner, told)
    except (Missing, Refused, TryLater, Malformed) as problem:
        log.info("the digest of %s is not to be had: %s", service, problem)


def acquainted(unit: Unit, event: peers.Trusted) -> None:
    """A new trusted node: both count and learn, once both know that they trust each other."""
    unit.later("matching.count")
    soon, service = unit.now + SOON, event.service
    unit.later("matching.learn", due=soon, once=f"matching.learn {service}"[:255], service=service)


async def look_again(node: Node) -> None:
    """Job, hourly: look at what other nodes asked and what stands, without anybody's doing."""
    await node.write(answering.look_again)


async def look_at_all(node: Node) -> None:
    """Job: find anew what fits every open notice; how their words are read has changed."""
    for notice in await node.read(suggesting.all_open, node.now()):
        await node.write(suggesting.look, notice)


async def clock(node: Node) -> None:
    """Job: let go what is over."""
    await node.write(_clock)


def _clock(unit: Unit) -> None:
    queries.expire(unit)
    questions.expire(unit)
    digests.expire(unit)
    closing.expire(unit)
