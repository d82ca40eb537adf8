"""What is done about listings in the background: ends, owners to meet, what was over long ago."""

from federation import resolving
from node.kernel.node import Node
from node.modules.listings import posting


async def expire(node: Node) -> None:
    """Write down what the clock has ended."""
    await node.write(posting.expire)


async def tidy(node: Node) -> None:
    """Let others' listings go that were over long ago."""
    await node.write(posting.tidy)


async def meet(node: Node, *, account: str) -> None:
    """Fetch the page of somebody whose notice came by their community, to show their name.

    Raises:
        TryLater: their server does not answer now.
    """
    # without it the notice stands there with the host it is from
    await resolving.tried(node, account)
