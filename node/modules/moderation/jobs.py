"""What moderation does in the background."""

from node.kernel.node import Node
from node.modules.moderation import refusing


async def lapse(node: Node) -> None:
    """End what has an end that has come."""
    await node.write(refusing.lapse)
