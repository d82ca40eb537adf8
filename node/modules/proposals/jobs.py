"""What the clock does to proposals: open the vote, close it."""

from node.kernel.errors import Conflict, Missing
from node.kernel.node import Node
from node.modules.proposals import bringing, queries, stepping


async def open_voting(node: Node, *, slug: str) -> None:
    """Open a proposal to the vote."""
    await _by_the_clock(node, "open", slug)


async def step(node: Node, *, slug: str) -> None:
    """Take a proposal to the next step of its course."""
    await _by_the_clock(node, "step", slug)


async def close(node: Node, *, slug: str) -> None:
    """Count a proposal."""
    await _by_the_clock(node, "close", slug)


async def sweep(node: Node) -> None:
    """Do what is due and was not done, whatever became of its job."""
    await due(node)


async def due(node: Node) -> None:
    """Take on every proposal whose time has come; pages call it before they show one."""
    for step, slug in await node.read(queries.due, node.now()):
        await _by_the_clock(node, step, slug)


async def _by_the_clock(node: Node, step: str, slug: str) -> None:
    try:
        await node.write(DOES[step], slug)
    except (Conflict, Missing):
        # somebody was quicker, or it was withdrawn
        return


DOES = {"step": stepping.by_clock, "open": bringing.open_voting, "close": bringing.close}
