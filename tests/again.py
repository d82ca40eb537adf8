"""What many tests begin with is built once; for the others its rows are put back.

Two nodes that trust each other take a hundred letters to become so, and dozens of tests
begin with such a pair. What is put back is every row, what crossed the wire, and where
chance stood; it is put back only onto rows that are the very ones it was built on.
"""

import hashlib
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection

from node.kernel.node import Node

T = TypeVar("T")

Rows = Mapping[str, list[Any]]
"""Table to its rows."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What had been built; `rows` and `chance` in the order of the nodes."""

    value: Any
    rows: list[Rows]
    chance: list[Any]
    crossed: dict[str, list[Any]]
    """What the wire has noted, by the name of its list."""
    modules: list[Any]
    """Kept so that no others get their identity."""


_KEPT: dict[tuple[Any, ...], Kept] = {}
MOST = 100
"""How many buildings are kept, those used last."""


async def again(name: str, build: Callable[[], Awaitable[T]], *nodes: Node) -> T:
    """Do what `build` does to these nodes, or put back what it has done to their like.

    Args:
        name: what is built; the same name means the same deeds.
        build: acts on the rows of these nodes and over their wire, and on nothing else. What it
            gives back is given to others too, so it is a value that nobody changes.
        nodes: those it acts on, all on one wire. On PostgreSQL it is built each time.
    """
    if not nodes[0].database.sqlite:
        return await build()
    before = [await node.database.write(_look) for node in nodes]
    key = (name, *[_likeness(*one) for one in zip(nodes, before, strict=True)])
    if key in _KEPT:
        kept = _KEPT[key] = _KEPT.pop(key)
        await _repeat(kept, before, nodes)
        return kept.value  # type: ignore[no-any-return]
    wire, now = _wire(nodes[0]), nodes[0].now()
    start = {what: len(said) for what, said in _notes(wire).items()}
    value = await build()
    crossed = {what: said[start[what] :] for what, said in _notes(wire).items()}
    ours = tuple(f"{node.origin}/" for node in nodes)
    if nodes[0].now() == now and all(url.startswith(ours) for _, url, _ in crossed["seen"]):
        _KEPT[key] = Kept(
            value=value,
            rows=[await node.database.write(_look) for node in nodes],
            chance=[node.random.getstate() for node in nodes],
            crossed=crossed,
            modules=[node.registry.modules for node in nodes],
        )
    if len(_KEPT) > MOST:
        del _KEPT[next(iter(_KEPT))]
    return value


async def _repeat(kept: Kept, before: Collection[Rows], nodes: Collection[Node]) -> None:
    for node, old, new, chance in zip(nodes, before, kept.rows, kept.chance, strict=True):
        await node.database.write(_put, old, new)
        node.random.setstate(chance)
        await node.refresh()
    for what, said in kept.crossed.items():
        _notes(_wire(node))[what].extend(said)


def _wire(node: Node) -> Any:
    return node.network._transport


def _notes(wire: Any) -> dict[str, list[Any]]:
    """The lists in which a wire notes what crosses it."""
    return {name: held for name, held in vars(wire).items() if isinstance(held, list)}


def _likeness(node: Node, rows: Rows) -> tuple[Any, ...]:
    """What must be alike for the same deeds to have the same effect."""
    settings = replace(node.settings, data=Path(), database="")
    wire = _wire(node)
    said = repr((sorted(rows.items()), settings, sorted(wire.away), sorted(_notes(wire))))
    modules = tuple(map(id, node.registry.modules))
    return (node.origin, node.now(), modules, node.random.getstate(),
            hashlib.sha256(said.encode()).digest())  # fmt: skip


# Rows ---------------------------------------------------------------------------------------


_TABLES = """
SELECT name FROM sqlite_master
WHERE type = 'table' AND name NOT LIKE 'alembic_version%'
ORDER BY name = 'sqlite_sequence'
"""
"""The last is what counts rows, and counts those that are put back."""


def _look(db: Connection) -> Rows:
    """Every row but the versions."""
    driver: Any = db.connection.driver_connection
    names = [name for (name,) in driver.execute(_TABLES).fetchall()]
    found = {name: driver.execute(f'SELECT * FROM "{name}"').fetchall() for name in names}
    return {name: rows for name, rows in found.items() if rows}


def _put(db: Connection, old: Collection[str], new: Rows) -> None:
    """Have these rows in place of those of the `old` tables."""
    driver: Any = db.connection.driver_connection
    driver.execute("PRAGMA defer_foreign_keys=ON")
    for name in old:
        driver.execute(f'DELETE FROM "{name}"')
    for name, rows in new.items():
        if name == "sqlite_sequence":
            driver.execute("DELETE FROM sqlite_sequence")
        places = ", ".join("?" * len(rows[0]))
        driver.executemany(f'INSERT INTO "{name}" VALUES ({places})', rows)
