"""What matching does later: ask, wait a while, answer, mind the time."""

from datetime import timedelta

from node.kernel.node import Node
from node.kernel.unit import Unit
from node.modules.matching import (
    answering,
    asking,
    cards,
    closing,
    queries,
    questions,
    rules,
    suggesting,
)


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


async def look(node: Node, *, notice: str) -> None:
    """Job: find anew what fits a notice."""
    await node.write(suggesting.look, notice)


async def catch_up(node: Node) -> None:
    """Job, daily: look at open notices that never were looked at."""
    for notice in await node.read(suggesting.overlooked, node.now()):
        await node.write(suggesting.look, notice)


async def clock(node: Node) -> None:
    """Job: let go what is over."""
    await node.write(_clock)


def _clock(unit: Unit) -> None:
    queries.expire(unit)
    questions.expire(unit)
    closing.expire(unit)
