"""What is done about listings in the background: ends, owners to meet, what was over long ago."""

from federation import resolving
from node.kernel.errors import Problem, TryLater
from node.kernel.node import Node
from node.modules.listings import posting
from vocab.model import Malformed


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
    try:
        await resolving.account(node, account)
    except TryLater:
        raise
    except (Problem, Malformed):
        # the notice stands without a name, with the host it is from
        return
