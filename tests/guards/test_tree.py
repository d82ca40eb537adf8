"""Size, origin and wording of the files themselves."""

import ast
import importlib
from pathlib import Path

import pytest

from tests.guards.tree import CODE, PACKAGES, ROOT, Function, functions, name, python_files, tracked

FILE_LINES = 400
FUNCTION_LINES = 40

# In pieces, so that this file does not name them either.
REGISTRIES = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("deb", "debian", "org"),
    )
)


@pytest.mark.parametrize("package", PACKAGES)
def test_each_package_is_ours(package: str) -> None:
    """Others on the registries install packages of these names too."""
    module = importlib.import_module(package)

    # an editable install adds a mark of its own to the path of a folder without __init__.py
    places = {Path(p).resolve() for p in module.__path__ if Path(p).exists()}
    assert places == {(ROOT / package).resolve()}


def test_no_file_is_longer_than_a_sitting() -> None:
    long = {
        name(path): lines
        for path in python_files(*CODE)
        if (lines := len(path.read_text().splitlines())) > FILE_LINES
    }

    assert not long


def body_lines(function: Function) -> int:
    """How many lines a function has, without its docstring."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function, clean=False) is not None:
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def test_no_function_does_more_than_one_thing() -> None:
    long = {
        f"{name(path)}:{f.lineno} {f.name}": lines
        for path in python_files(*CODE)
        if "migrations" not in path.parts  # a list of tables, not a decision
        for f in functions(ast.parse(path.read_text()))
        if (lines := body_lines(f)) > FUNCTION_LINES
    }

    assert not long


def test_a_docstring_does_not_count_as_work() -> None:
    [short] = functions(ast.parse('def f():\n    """One.\n\n    Two.\n    """\n    return 1\n'))

    assert body_lines(short) == 2


def test_no_file_names_a_registry() -> None:
    named = [
        f"{name(path)}: {host}"
        for path in tracked()
        for host in REGISTRIES
        if host.encode() in path.read_bytes()
    ]

    assert not named


def formatted_sql(module: ast.AST) -> list[int]:
    """The lines where text(…) is given anything but a plain string."""
    return [
        node.lineno
        for node in ast.walk(module)
        if isinstance(node, ast.Call)
        and (getattr(node.func, "id", None) or getattr(node.func, "attr", None)) == "text"
        and node.args
        and isinstance(node.args[0], ast.JoinedStr | ast.BinOp)
    ]


def test_no_value_is_written_into_sql() -> None:
    found = [
        f"{name(path)}:{line}"
        for path in python_files(*CODE)
        for line in formatted_sql(ast.parse(path.read_text()))
    ]

    assert not found


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("text(f'SELECT {x}')", [1]),
        ("sa.text('SELECT ' + x)", [1]),
        ("text('SELECT %s' % x)", [1]),
        ("text('SELECT :x')", []),
    ],
)
def test_formatted_sql_is_seen(code: str, lines: list[int]) -> None:
    assert formatted_sql(ast.parse(code)) == lines
