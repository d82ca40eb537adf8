"""What the clock does to what is carried out: on its day it is looked at again."""

from node.kernel.node import Node
from node.kernel.unit import Unit
from node.modules.deliveries import matters
from node.modules.proposals import api as proposals


async def look(node: Node) -> None:
    """Have the proposals follow whose decisions are to be looked at again."""
    await node.write(_look)


def _look(unit: Unit) -> None:
    for one in matters.due(unit.db, matters.INSIDE, unit.now):
        if one.stage in ("decided", "acting"):
            proposals.follow(unit, one.slug, "reviewing", by=proposals.Who.CLOCK)
