"""Ending letters that all have answered, and letting go what nobody needs any more."""

from datetime import timedelta

from federation import budget, letters, losses, sparingly
from node.kernel.node import Node

FORGOTTEN = timedelta(hours=1)
"""The age of a letter that is looked at for having been left behind by a killed worker."""
KEPT_FOR = timedelta(days=30)
"""How long the body of a finished letter stays that was not for everybody."""


async def close(node: Node, *, activity: str) -> None:
    """End a letter once all its inboxes have answered."""
    # The job's own row goes first, so that an answer that comes meanwhile asks for a new look.
    await node.write(letters.looking, activity)
    if not await node.read(letters.left, activity):
        await node.write(letters.close, activity)


async def tidy(node: Node) -> None:
    """End letters that nobody works on any more, as a killed worker may leave them."""
    for activity in await node.read(letters.forgotten, node.now() - FORGOTTEN):
        await node.write(letters.close, activity)


async def empty(node: Node) -> None:
    """Take away the bodies of letters that were not for everybody, after a month."""
    await node.write(losses.forget)
    await node.write(sparingly.forget)
    await node.write(budget.forget)
    old = await node.read(letters.kept_too_long, node.now() - KEPT_FOR)
    await node.write(letters.empty, old)
