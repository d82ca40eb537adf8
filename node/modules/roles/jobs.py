"""What the clock does to roles."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection

from federation import resolving
from node.kernel.errors import Problem
from node.kernel.node import Node
from node.modules.roles import holding, queries, recalling, rules, selecting, showing
from node.modules.roles.rules import Stage, State

Due = tuple[Callable[..., Any], tuple[str, ...]]


async def sweep(node: Node) -> None:
    """Carry out what decisions set up, end what is over, and go on with what waits."""
    await node.write(holding.apply)
    await due(node)
    await node.write(showing.drop_over)


async def due(node: Node) -> None:
    """Do what time has come for; pages call it before they show anything."""
    for does, what in await node.read(_due, node):
        try:
            await node.write(does, *what)
        except Problem:
            # somebody was quicker
            continue


def _due(db: Connection, node: Node) -> list[Due]:
    now, found = node.now(), list[Due]()
    held = queries.live(db)
    if any(one.state is State.HELD and one.ends and one.ends <= now for one in held):
        found.append((holding.over, ()))
    waits = (*rules.ROUNDS, Stage.ASK, Stage.PROPOSE)
    found += [(selecting.by_clock, (one.slug,)) for one in queries.going(db)
              if one.stage in waits and one.ends <= now]  # fmt: skip
    holds = {one.id for one in held if one.state is State.HELD}
    found += [(recalling.by_clock, (one.id,)) for one in queries.pending(db)
              if one.holding not in holds
              or (one.ends <= now and one.state is not rules.Petition.VOTE)]  # fmt: skip
    return found


async def meet(node: Node, *, account: str) -> None:
    """Fetch the page of somebody who holds a role elsewhere, to show their name.

    Raises:
        TryLater: their server does not answer now.
    """
    # without it nobody is shown
    await resolving.tried(node, account)
