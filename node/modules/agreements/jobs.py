"""What agreements do later: end what nobody answered in time."""

from node.kernel.node import Node
from node.modules.agreements import settling


async def expire(node: Node) -> None:
    """Job, hourly: write down what the clock has ended."""
    await node.write(settling.expire)
