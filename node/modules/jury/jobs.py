"""What the clock does to juries."""

from node.kernel.errors import Problem
from node.kernel.node import Node
from node.modules.jury import queries, sitting


async def due(node: Node) -> None:
    """Go on with the juries whose time has come; pages call it before they show one."""
    for matter in await node.read(queries.due, node.now()):
        try:
            await node.write(sitting.by_clock, matter)
        except Problem:
            # somebody was quicker
            continue


async def sweep(node: Node) -> None:
    """Job: do what is due."""
    await due(node)
