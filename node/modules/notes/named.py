"""Whom a post names: met before, or looked up while its writer waits, and not for long.

All are asked for at once and have `SECONDS` together. Who cannot be had by then stays plain text,
and the writer is told so.
"""

import asyncio
from dataclasses import field
from typing import Final

from sqlalchemy import Connection

from federation.finding import known, lookup
from node.kernel.access import Reach
from node.kernel.errors import Problem
from node.kernel.module import Registry
from node.kernel.node import Node
from node.kernel.tables import Account
from node.modules.notes import queries, rules
from vocab.model import Malformed
from vocab.values import dataclass

SECONDS: Final = 5.0
"""For looking up all whom one post names."""

Name = tuple[str, str]
"""Handle and host, "" where it is ours."""


@dataclass(frozen=True, kw_only=True)
class Named:
    """Whom a text names, and who of another server could not be had."""

    people: dict[Name, Account] = field(default_factory=dict)
    missed: tuple[Name, ...] = ()


async def people(node: Node, text: str, reach: str, by: str) -> Named:
    """Whom a text names, as far as they may learn of it; unknown ones are asked for.

    What is for the community names nobody elsewhere, what is for trusted nodes only theirs.

    Args:
        node: asks.
        text: of the post.
        reach: who will see it.
        by: the member who writes it; nobody may have too much asked (`finding.spend`).
    """
    here = node.community.domain
    met = {name: await node.read(known, here, name) for name in rules.handles_in(text)}
    new = [name for name, one in met.items() if one is None and name[1] not in ("", here)]
    if new and reach in (Reach.PUBLIC, Reach.DIRECT):
        met |= await _looked_up(node, new, by)
        missed = tuple(name for name in new if met[name] is None)
    else:
        missed = ()
    found = {
        name: one
        for name, one in met.items()
        if one is not None and await node.read(_may_learn, node.registry, one, reach)
    }
    return Named(people=found, missed=missed)


async def _looked_up(node: Node, names: list[Name], by: str) -> dict[Name, Account | None]:
    asking = {name: asyncio.ensure_future(_person(node, name, by)) for name in names}
    await asyncio.wait(asking.values(), timeout=SECONDS)
    late = [task for task in asking.values() if not task.done()]
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
    return {name: None if task in late else task.result() for name, task in asking.items()}


async def _person(node: Node, name: Name, by: str) -> Account | None:
    try:
        return await lookup(node, "@{}@{}".format(*name), by=by)
    except (Problem, Malformed):
        return None


def _may_learn(db: Connection, registry: Registry, one: Account, reach: str) -> bool:
    if one.local or reach in (Reach.PUBLIC, Reach.DIRECT):
        return True
    return reach == Reach.TRUSTED and queries.is_trusted(db, registry, one)
