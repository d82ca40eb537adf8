"""Whoever reads rows that have a reach asks who is looking (architecture, section 2).

A query over such a table has `visible(…)` or `owned(…)` in it. Where a unit must see every
row, the function says so and why: `# every reach: the sweep ends listings of all kinds`.
"""

import ast
import re
from pathlib import Path

import pytest

from tests.guards.tree import ROOT, Function, functions, name

READS = {"select", "exists"}
ASKS = {"visible", "owned"}
REASON = re.compile(r"# every reach: \w.{9,}")


def _called(node: ast.AST) -> str | None:
    if not isinstance(node, ast.Call):
        return None
    return getattr(node.func, "id", None) or getattr(node.func, "attr", None)


def _has_reach(table: ast.AST) -> bool:
    return any(
        _called(node) == "Column"
        and isinstance(node, ast.Call)
        and node.args
        and getattr(node.args[0], "value", None) == "reach"
        for node in ast.walk(table)
    )


def tables_with_reach(tables: str) -> set[str]:
    """The names under which a tables.py keeps tables that have a column `reach`."""
    return {
        target.id
        for node in ast.walk(ast.parse(tables))
        if isinstance(node, ast.Assign) and _called(node.value) == "Table"
        for target in node.targets
        if isinstance(target, ast.Name) and _has_reach(node.value)
    }


def _reads(function: Function, tables: set[str]) -> bool:
    names = {getattr(n, "id", None) or getattr(n, "attr", None) for n in ast.walk(function)}
    calls = {_called(n) for n in ast.walk(function)}
    return bool(names & tables and calls & READS)


def blind(queries: str, tables: set[str]) -> list[str]:
    """The functions of a queries.py that read such a table and do not ask who looks."""
    lines = queries.splitlines()
    found = []
    for function in functions(ast.parse(queries)):
        text = "\n".join(lines[function.lineno - 1 : function.end_lineno])
        asks = ASKS & {_called(n) or "" for n in ast.walk(function)}
        if _reads(function, tables) and not asks and not REASON.search(text):
            found.append(f"{function.lineno} {function.name}")
    return found


def test_every_query_asks_who_is_looking() -> None:
    places = [ROOT / "node" / "kernel", ROOT / "federation", *(ROOT / "node/modules").iterdir()]
    found = []
    for place in places:
        if not (place / "queries.py").exists():
            continue
        tables = tables_with_reach(_text(place / "tables.py"))
        queries = place / "queries.py"
        found += [f"{name(queries)}:{f}" for f in blind(_text(queries), tables)]

    assert not found


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


TABLES = """
listing = Table("listing", metadata, Column("id", String), Column("reach", String))
tag = Table("tag", metadata, Column("word", String))
"""


def test_a_table_with_reach_is_known() -> None:
    assert tables_with_reach(TABLES) == {"listing"}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("select(listing).where(listing.c.id == id)", ["1 f"]),
        ("select(tables.listing.c.id)", ["1 f"]),
        ("select(listing).where(visible(listing, viewer))", []),
        ("select(listing).where(owned(listing, viewer))", []),
        ("select(listing)  # every reach: the sweep ends them all", []),
        ("select(listing)  # every reach:", ["1 f"]),
        ("select(tag)", []),
        ("update(listing).values(id=1)", []),
    ],
)
def test_a_blind_query_is_found(query: str, found: list[str]) -> None:
    assert blind(f"def f(db):\n    return {query}\n", {"listing"}) == found
