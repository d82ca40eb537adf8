"""What the clock does to loans."""

from node.kernel.node import Node
from node.modules.shelf import lending


async def clock(node: Node) -> None:
    """Job, hourly: end what nobody answered or fetched; what was brought back is back."""
    await node.write(lending.clock)
