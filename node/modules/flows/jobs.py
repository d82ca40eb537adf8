"""What flows do later: end what was not answered in time."""

from node.kernel.node import Node
from node.modules.flows import suggesting


async def expire(node: Node) -> None:
    """Job, hourly: write down what the clock has ended."""
    await node.write(suggesting.expire)
