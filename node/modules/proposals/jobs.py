"""What the clock does to proposals: open the vote, close it."""

from node.kernel.errors import Conflict, Missing
from node.kernel.node import Node
from node.modules.proposals import bringing, queries


async def open_voting(node: Node, *, slug: str) -> None:
    """Open a proposal to the vote."""
    await _by_the_clock(node, "open", slug)


async def close(node: Node, *, slug: str) -> None:
    """Count a proposal."""
    await _by_the_clock(node, "close", slug)


async def sweep(node: Node) -> None:
    """Do what is due and was not done, whatever became of its job."""
    await due(node)


async def due(node: Node) -> None:
    """Open and close every proposal whose time has come; pages call it before they show one."""
    for step, slug in await node.read(queries.due, node.now()):
        await _by_the_clock(node, step, slug)


async def _by_the_clock(node: Node, step: str, slug: str) -> None:
    try:
        await node.write(bringing.open_voting if step == "open" else bringing.close, slug)
    except (Conflict, Missing):
        # somebody was quicker, or it was withdrawn
        return
