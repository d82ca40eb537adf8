"""What the clock does to the charter."""

from node.kernel.node import Node
from node.modules.charter import doing


async def sweep(node: Node) -> None:
    """Carry out what decisions set that came into force by the clock."""
    await node.write(doing.apply)
