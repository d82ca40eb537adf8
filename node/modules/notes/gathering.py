"""Asking other servers for posts: one that is quoted, and the rest of a conversation."""

from federation import resolving
from federation.resolving import Budget
from federation.trust import Wanted
from node.kernel.node import Node
from node.modules.notes import fetched, queries
from node.modules.notes.queries import Post
from vocab.model import Object


async def bring(node: Node, id: str, budget: Budget) -> Post | None:
    """A post that is for all, from here or from its own server; None if it cannot be had.

    Raises:
        Missing, Refused, TryLater, Malformed: as `resolving.fetch`.
    """
    known = await node.read(queries.stored, id)
    if known is not None:
        return known
    found, _ = await resolving.document(node, id, budget=budget)
    return await keep(node, found, budget)


async def keep(node: Node, found: Object, budget: Budget) -> Post | None:
    """Keep what was fetched, with its author.

    Raises:
        Missing, Refused, TryLater, Malformed: as `resolving.account`.
    """
    try:
        await node.write(fetched.keep, found)
    except Wanted as author:
        await resolving.account(node, author.id, budget=budget)
        await node.write(fetched.keep, found)
    return await node.read(queries.stored, found.id or "")
