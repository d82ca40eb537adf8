"""What moderation does in the background."""

from federation.finding import lookup
from node.kernel.errors import Missing, Refused
from node.kernel.node import Node
from node.modules.moderation import blocking, refusing
from node.modules.moderation.queries import WAITING
from vocab.model import Malformed


async def lapse(node: Node) -> None:
    """End what has an end that has come."""
    await node.write(refusing.lapse)


async def find(node: Node, *, member: str, address: str) -> None:
    """Look up somebody on a list that a member brought.

    Raises:
        TryLater: their server does not answer now.
    """
    try:
        found = await lookup(node, address.removeprefix(WAITING))
    except (Missing, Malformed):
        await node.write(blocking.lift, member, address)
    except Refused as refusal:
        if refusal.code != "E_BLOCKED":  # the community may let them in again
            await node.write(blocking.lift, member, address)
    else:
        await node.write(blocking.found, member, address, found.id)
