"""What the clock does to ideas."""

from node.kernel.node import Node
from node.modules.ideas import supporting


async def lapse(node: Node) -> None:
    """End the ideas that gathered for three months and were not brought."""
    await node.write(supporting.lapse)
