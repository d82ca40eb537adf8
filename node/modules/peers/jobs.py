"""Getting to know the communities behind other nodes, and minding the time."""

from federation import resolving
from node.kernel.node import Node
from node.modules.peers import handlers, queries


async def meet(node: Node, *, service: str) -> None:
    """Job: look who a node is and which community it is of; follow it if there is trust."""
    other = await resolving.account(node, service, fresh=True)
    for community in queries.communities(other)[:1]:
        await resolving.account(node, community)
    await node.write(handlers.acquainted, service)


async def clock(node: Node) -> None:
    """Job: end what is over."""
    await node.write(handlers.clock)
