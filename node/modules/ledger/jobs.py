"""What the ledger does later: hold what two nodes have against each other, day by day."""

import logging

from federation import resolving
from node.kernel.errors import Problem
from node.kernel.node import Node
from node.modules.ledger import between, credit, pairs, wiring
from node.modules.ledger.objects import CreditTransfer
from vocab.model import Malformed, OrderedCollection

log = logging.getLogger(__name__)


async def compare(node: Node) -> None:
    """Job, daily: ask every node with which time is exchanged what it settled last for us."""
    for pair in await node.read(between.all_pairs):
        if pair.frozen is None:
            await ask(node, pair.service)


async def late(node: Node) -> None:
    """Job, hourly: ask what became of transfers whose time is over, and send on what waits."""
    over = await node.read(between.late, node.now() - pairs.MARGIN)
    for service in sorted({one.service for one in over}):
        await ask(node, service)
    for service in await node.read(between.services_waiting):
        await node.write(credit.push, service)


async def ask(node: Node, service: str) -> None:
    """Ask one node how it stands; one that does not answer is asked another time."""
    try:
        found, _ = await resolving.document(node, wiring.ledger_id(wiring.origin(service)))
    except (Problem, Malformed) as problem:
        log.info("the ledger of %s: %s", service, problem)
        return
    if not isinstance(found, OrderedCollection):
        return
    legs = [one for one in found.ordered_items or () if isinstance(one, CreditTransfer)]
    await node.write(credit.compared, service, legs[0] if legs else None)
