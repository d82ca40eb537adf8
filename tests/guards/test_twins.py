"""Which tests PostgreSQL is spared, and that it is asked everything nevertheless."""

import ast
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from tests import asked
from tests.conftest import REPEATED, TWINS
from tests.guards.tree import ROOT, python_files
from tests.tools import twins

PLAIN = {name: said for name, said in os.environ.items() if name not in ("T", "ALL", "MAKEFLAGS")}
"""Without what the `make` around this run was given."""
MARK = "mark." + "thorough"
"""Spelled so that this file does not bear it."""
NAMES = TWINS.read_text().splitlines()


def test_each_name_is_a_test() -> None:
    """One that was renamed would be left out under its old name, and its twin come back."""
    there: dict[str, set[str]] = {}
    for file in {name.partition("::")[0] for name in NAMES}:
        tree = ast.parse((ROOT / file).read_text())
        there[file] = {n.name for n in ast.walk(tree) if isinstance(n, ast.AsyncFunctionDef)}

    tests = {name: name.partition("[")[0].split("::") for name in NAMES}
    gone = [name for name, (file, test) in tests.items() if test not in there[file]]
    assert not gone, f"no such tests; take their names out of {TWINS.name}"


def test_the_database_itself_is_tested_on_both() -> None:
    assert not [name for name in NAMES if name.startswith(twins.WHOLE)]


@pytest.mark.parametrize(
    ("given", "whole"),
    [
        ((), False),
        (("ALL=1",), True),
        (("T=tests/modules",), True),
        (("T=tests", "ALL=1"), True),
    ],
)
def test_only_a_run_without_names_leaves_thorough_tests_out(given, whole) -> None:
    planned = subprocess.run(
        ["make", "-n", "test", *given],
        cwd=ROOT, env=PLAIN, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip

    assert ("-m 'not thorough'" not in planned) == whole
    assert ("make test ALL=1" not in planned) == whole


def test_ci_carries_out_thorough_tests() -> None:
    lines = (ROOT / ".ci/run").read_text().splitlines()

    assert [line for line in lines if line.startswith("make test")] == [
        "make test ALL=1 || status=$?"
    ]


def test_only_walks_and_twins_are_thorough() -> None:
    """A refusal, a boundary and a rule are tested by each `make test`."""
    files = [p for p in python_files("tests") if MARK in p.read_text()]

    assert {p.parent.name for p in files if p.name != "conftest.py"} == {"browser"}
    assert [p.parent.name for p in files if p.name == "conftest.py"] == ["tests"]
    assert REPEATED == ("tests/modules/", "tests/boundaries/")


@pytest.mark.parametrize(
    ("file", "walk"),
    [
        ("beginning", "a_community_begins"),
        ("giving", "from_a_need_at_alder_to_thanks_at_birch_which_is_off_meanwhile"),
        ("deciding", "a_decision_of_birch_is_adopted_at_cedar"),
        ("writing", "every_error_says_what_to_do_next"),
        ("eyes", "the_judge_finds_what_is_wrong"),
    ],
)
def test_the_main_ways_are_walked_by_each_make_test(file, walk) -> None:
    tree = ast.parse((ROOT / f"tests/browser/test_{file}.py").read_text())
    [found] = [n for n in ast.walk(tree) if getattr(n, "name", None) == f"test_{walk}"]

    assert isinstance(found, ast.AsyncFunctionDef)
    assert f"pytest.{MARK}" not in map(ast.unparse, found.decorator_list)


@pytest.mark.parametrize(
    ("said", "needless"),
    [
        ({"a": "x", "b": "x", "c": "x"}, ["c"]),
        ({"a": "x", "b": "xy", "c": "yz"}, []),
        ({"a": "x", "b": "y", "c": "xy", "d": "xy"}, ["a", "b"]),
        ({"tests/kernel/t.py::a": "x", "b": "x", "c": "x"}, ["c"]),
        ({"tests/kernel/t.py::a": "x", "tests/kernel/t.py::b": "x", "c": "x"}, ["c"]),
        ({"a": ""}, ["a"]),
        ({"a": "x", "b": "x", "c": "xy"}, ["b"]),
    ],
)
def test_what_two_others_ask_need_not_be_asked_again(
    said: dict[str, str], needless: list[str]
) -> None:
    took = dict.fromkeys(said, 1.0)

    assert twins.needless({name: set(each) for name, each in said.items()}, took) == needless


def test_every_function_asks_once() -> None:
    said = {"a": {"x", "by node.a:one"}, "b": {"x", "by node.a:one"}, "c": {"x", "by node.b:two"}}

    assert twins.needless(said, {"a": 2.0, "b": 1.0, "c": 3.0}) == ["a"]


def test_one_that_later_ones_make_needless_goes() -> None:
    said = {"a": "2345", "b": "123", "c": "456"}
    asked = {name: {f"by node.a:{number}" for number in each} for name, each in said.items()}

    assert twins.needless(asked, dict.fromkeys(said, 1.0)) == ["a"]


def test_the_cheaper_one_is_kept() -> None:
    said = {"dear": {"x"}, "cheap": {"x"}, "cheaper": {"x"}}

    assert twins.needless(said, {"dear": 9.0, "cheap": 2.0, "cheaper": 1.0}) == ["dear"]


def test_what_was_written_down_is_read_back(tmp_path: Path) -> None:
    (tmp_path / "1.jsonl").write_text('["t.py::a[1]", 1.0, ["x", "y"]]\n')
    (tmp_path / "2.jsonl").write_text('["t.py::a[2]", 2.0, ["y"]]\n')

    asked = {"t.py::a[1]": {"x", "y"}, "t.py::a[2]": {"y"}}
    assert twins.read(tmp_path) == (asked, {"t.py::a[1]": 1.0, "t.py::a[2]": 2.0})


def test_a_test_whose_cases_are_all_needless_is_said_in_one_line() -> None:
    asked = ["t.py::a[1]", "t.py::a[2]", "t.py::b[1]", "t.py::b[2]", "t.py::c"]

    said = twins.lines(["t.py::a[1]", "t.py::a[2]", "t.py::b[2]", "t.py::c"], asked)

    assert said == ["t.py::a", "t.py::b[2]", "t.py::c"]


def test_who_asked_one_database_alone_is_seen() -> None:
    by = {"sqlite": {"node.a:one", "node.a:two"}, "postgresql": {"node.a:two", "node.b:three"}}

    assert asked.missing(by) == ["node.a:one"]


def test_whoever_asks_through_the_kernel_is_named() -> None:
    """Not the kernel's own helper, and not a test."""
    code = "def helper(look): return look()\ndef find(helper, look): return helper(look)"
    kernel: dict[str, object] = {"__name__": "node.kernel.database"}
    module: dict[str, object] = {"__name__": "node.modules.notes.queries"}
    for names in (kernel, module):
        exec(code, names)

    def look() -> str | None:
        return asked.who(sys._getframe(0))

    assert module["find"](kernel["helper"], look) == "node.modules.notes.queries:find"  # type: ignore[operator]
    assert kernel["helper"](look) is None  # type: ignore[operator]


def ended(*, missing: int, given: str = "tests", keyword: str = "") -> tuple[int, list[str]]:
    """How a green run ends of which so many functions never asked PostgreSQL; whom it names."""
    judge = asked.Asked.__new__(asked.Asked)
    names = {f"node.a:f{number}" for number in range(missing)}
    judge.by, judge._faults = {"sqlite": names, "postgresql": {"node.b:one"}}, []
    option = SimpleNamespace(keyword=keyword, markexpr="", deselect=None)
    session = SimpleNamespace(config=SimpleNamespace(args=[given], option=option), exitstatus=0)
    judge.pytest_sessionfinish(cast("pytest.Session", session), 0)
    return session.exitstatus, judge._faults


def test_a_whole_run_that_spares_postgresql_too_much_is_red() -> None:
    assert ended(missing=0) == (0, [])
    assert [len(ended(missing=n)[1]) for n in (asked.MOST, asked.MOST + 1)] == [10, 11]
    assert ended(missing=asked.MOST)[0] == 0
    assert ended(missing=asked.MOST + 1)[0] == pytest.ExitCode.TESTS_FAILED


def test_a_part_of_all_tests_is_not_judged() -> None:
    assert ended(missing=50, given="tests/web") == (0, [])
    assert ended(missing=50, keyword="sqlite") == (0, [])


def test_what_asks_sqlite_alone_says_why() -> None:
    assert all(reason for reason in asked.ALONE.values())
