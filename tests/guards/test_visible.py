"""Whoever reads rows that have a reach asks who is looking (architecture, section 2).

A query over such a table, in any file of a module, asked there or kept for later, has `visible(…)`
or `owned(…)` in it. Where a unit must see every row, the code says so and why: `# every reach: the
sweep ends listings of all kinds`.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.guards.tree import ROOT, functions, name, python_files

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


def _reads(part: ast.AST, tables: set[str]) -> bool:
    names = {getattr(n, "id", None) or getattr(n, "attr", None) for n in ast.walk(part)}
    calls = {_called(n) for n in ast.walk(part)}
    return bool(names & tables and calls & READS)


def _parts(code: str) -> Iterator[tuple[str, ast.stmt]]:
    """The functions of a file, and the statements it keeps, each with the name it has there."""
    tree = ast.parse(code)
    yield from ((function.name, function) for function in functions(tree))
    for kept in tree.body:
        if isinstance(kept, ast.Assign | ast.AnnAssign):
            target = kept.targets[0] if isinstance(kept, ast.Assign) else kept.target
            yield ast.unparse(target), kept


def blind(code: str, tables: set[str]) -> list[str]:
    """The parts of a file that read such a table and do not ask who looks."""
    lines = code.splitlines()
    found = []
    for called, part in _parts(code):
        first = part.lineno - 1
        while first and lines[first - 1].startswith("#"):
            first -= 1
        text = "\n".join(lines[first : part.end_lineno])
        asks = ASKS & {_called(n) or "" for n in ast.walk(part)}
        if _reads(part, tables) and not asks and not REASON.search(text):
            found.append(f"{part.lineno} {called}")
    return found


def looked_into() -> Iterator[tuple[Path, set[str]]]:
    """Every file that may read such tables, with the names of those it can reach."""
    for place in (ROOT / "node/kernel", ROOT / "federation", *(ROOT / "node/modules").iterdir()):
        tables = place / "tables.py"
        if tables.exists() and (named := tables_with_reach(tables.read_text())):
            files = (p for p in sorted(place.rglob("*.py")) if "migrations" not in p.parts)
            yield from ((file, named) for file in files)


def test_every_query_asks_who_is_looking() -> None:
    looked = dict(looked_into())

    assert not [
        f"{name(p)}:{f}" for p, named in looked.items() for f in blind(p.read_text(), named)
    ]
    files = {name(path).removeprefix("node/modules/") for path in looked}
    assert {"notes/queries.py", "notes/tallies.py", "decisions/publishing.py"} <= files


def test_such_tables_lie_in_tables_py_alone() -> None:
    """Elsewhere they would be looked for in vain."""
    files = {p for p in python_files("node", "federation") if "migrations" not in p.parts}

    found = [p for p in files if tables_with_reach(p.read_text()) and p.name != "tables.py"]
    assert not [name(p) for p in found]


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


@pytest.mark.parametrize(
    ("kept", "found"),
    [
        ("_ALL = select(listing)", ["1 _ALL"]),
        ("_ALL: Any = select(listing)", ["1 _ALL"]),
        ("# every reach: whoever asks has been shown it\n_ALL = select(listing)", []),
        ("_ALL = select(listing).where(visible(listing, None))", []),
        ("_ALL = select(tag)", []),
    ],
)
def test_a_blind_query_that_is_kept_is_found(kept: str, found: list[str]) -> None:
    assert blind(f"{kept}\n", {"listing"}) == found
