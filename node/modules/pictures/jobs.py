"""What is done about pictures in the background."""

from sqlalchemy import Connection

from node.kernel.node import Node
from node.kernel.unit import Unit
from node.modules.pictures import queries, rules


async def sweep(node: Node) -> None:
    """Remove what stands nowhere, and copies that are old, unwanted or too many."""
    unwanted = await node.read(_unwanted, node)
    await node.write(_sweep, unwanted)


def _unwanted(db: Connection, node: Node) -> list[str]:
    places = queries.hosts(db)
    return [h for h in places if queries.left_out(db, node.registry, f"https://{h}/", "")]


def _sweep(unit: Unit, unwanted: list[str]) -> None:
    queries.remove(unit, queries.orphans(unit.db, unit.now - rules.WAITING))
    queries.forget_hosts(unit, unwanted)
    queries.forget_old(unit, unit.now - rules.AGE)
    room = queries.room(unit.db)
    most = (rules.ROOM if room is None else room) * 1_000_000
    queries.forget(unit, rules.too_many(queries.sizes(unit.db), most))
