"""What somebody unknown says is deleted: remembered, though nothing proves it.

Nobody is asked for it, so a storm of such letters costs no fetch. If the thing itself comes
afterwards, its own server is asked whether it is still there before it is kept. What is
remembered is let go after a month (`sparingly`), and so much is noted in a while and no more:
whoever fills that up gains nothing but that a late letter is taken as it came.
"""

import hashlib

from sqlalchemy import Connection

from federation.limits import Bucket
from federation.origins import LONGEST, domain, same_origin
from federation.tables import asked
from node.kernel.database import insert_new, is_kept
from node.kernel.node import Node
from node.kernel.unit import Unit


async def hear(node: Node, thing: str, actor: str, key: str) -> None:
    """Remember that an actor nobody here met says that a thing of its own is gone.

    Args:
        node: ours.
        thing: the id of what is gone.
        actor: whose it is.
        key: the id of the key that is said to have signed it.
    """
    if len(thing) > LONGEST or not same_origin(thing, actor) or not same_origin(key, actor):
        return
    each, everybody = node.memory.setdefault("federation.rumours", _buckets())
    if each.take(domain(actor)) and everybody.take(""):
        await node.write(_note, thing)


def is_said_gone(db: Connection, thing: str) -> bool:
    """Whether somebody said that this is gone, which nobody here could judge."""
    return is_kept(db, asked.c.hash, _mark(thing))


def _buckets() -> tuple[Bucket, Bucket]:
    """For each server and for all: about 130,000 of 24 bytes in a month at the very most."""
    return Bucket(burst=500, each_second=1 / 60), Bucket(burst=5000, each_second=1 / 20)


def _note(unit: Unit, thing: str) -> None:
    insert_new(unit.db, asked, {"hash": _mark(thing), "at": unit.now})


def _mark(thing: str) -> bytes:
    return hashlib.sha256(f"said gone {thing}".encode()).digest()[:16]
