"""What agreements do later: end what nobody answered, confirm what nobody spoke against."""

from node.kernel.node import Node
from node.modules.agreements import doing, settling


async def expire(node: Node) -> None:
    """Job, hourly: write down what the clock has ended."""
    await node.write(settling.expire)
    await node.write(doing.quiet)
