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

Rows = Mapping[str, list[Any]] | str
"""Table to its rows; on PostgreSQL its own words for that."""


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
        nodes: those it acts on, all on one wire.
    """
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
    before = rows if isinstance(rows, str) else sorted(rows.items())
    said = repr((before, settings, sorted(wire.away), sorted(_notes(wire))))
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

_TABLE = "relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname NOT LIKE 'alembic%'"

_POSTGRES_LOOK = f"""
CREATE OR REPLACE FUNCTION pg_temp.look() RETURNS text LANGUAGE plpgsql AS $$
DECLARE one name; rows json; found json[]; BEGIN
  FOR one IN
    SELECT relname FROM pg_class WHERE {_TABLE} AND pg_relation_size(oid) > 0 ORDER BY relname
  LOOP
    EXECUTE format('SELECT json_agg(t ORDER BY t.ctid) FROM public.%I t', one) INTO rows;
    IF rows IS NOT NULL THEN found := found || json_build_array(one, rows); END IF;
  END LOOP;
  RETURN json_build_array(found, (
    SELECT coalesce(json_agg(json_build_array(seqrelid::regclass, last) ORDER BY seqrelid), '[]')
    FROM pg_sequence, pg_sequence_last_value(seqrelid) AS last WHERE last IS NOT NULL));
END $$
"""
"""Tables with their rows, and how far what counts rows has come; JSON word for word."""

_POSTGRES_PUT = f"""
CREATE OR REPLACE FUNCTION pg_temp.put(new text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE one name; part json; BEGIN
  SET LOCAL session_replication_role = replica;
  FOR one IN SELECT relname FROM pg_class WHERE {_TABLE} AND pg_relation_size(oid) > 0 LOOP
    EXECUTE format('DELETE FROM public.%I', one);
  END LOOP;
  FOR part IN SELECT json_array_elements(new::json -> 0) LOOP
    EXECUTE format('INSERT INTO public.%1$I OVERRIDING SYSTEM VALUE
      SELECT * FROM json_populate_recordset(NULL::public.%1$I, $1)', part ->> 0) USING part -> 1;
  END LOOP;
  FOR part IN SELECT json_array_elements(new::json -> 1) LOOP
    PERFORM setval((part ->> 0)::regclass, (part ->> 1)::bigint);
  END LOOP;
END $$
"""
"""The same rows in place of all that are there."""


def _look(db: Connection) -> Rows:
    """Every row but the versions."""
    if db.dialect.name == "postgresql":
        db.exec_driver_sql(_POSTGRES_LOOK)
        return str(db.exec_driver_sql("SELECT pg_temp.look()").scalar_one())
    driver: Any = db.connection.driver_connection
    names = [name for (name,) in driver.execute(_TABLES).fetchall()]
    found = {name: driver.execute(f'SELECT * FROM "{name}"').fetchall() for name in names}
    return {name: rows for name, rows in found.items() if rows}


def _put(db: Connection, old: Rows, new: Rows) -> None:
    """Have these rows in place of those of the `old` tables."""
    if isinstance(new, str):
        db.exec_driver_sql(_POSTGRES_PUT)
        db.exec_driver_sql("SELECT pg_temp.put($1)", (new,))
        return
    driver: Any = db.connection.driver_connection
    driver.execute("PRAGMA defer_foreign_keys=ON")
    for name in old:
        driver.execute(f'DELETE FROM "{name}"')
    for name, rows in new.items():
        if name == "sqlite_sequence":
            driver.execute("DELETE FROM sqlite_sequence")
        places = ", ".join("?" * len(rows[0]))
        driver.executemany(f'INSERT INTO "{name}" VALUES ({places})', rows)
