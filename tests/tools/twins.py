"""Chooses anew which tests are carried out on SQLite alone: `make twins`.

Most tests of nodes exist twice, for SQLite and for PostgreSQL, and the second costs more than the
first. What a database can do otherwise lies in the statements that it is asked. So as many twins
stay as it takes for every statement to be asked by two, the cheapest such; the names of the rest
stand in `tests/twins.txt`. A new test has its twin until this is carried out again.

At the end of a whole run `tests/asked.py` looks whether PostgreSQL was asked by every function
that asked SQLite.
"""

import json
import re
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

ROOT = Path(__file__).parents[2]
CHOSEN = ROOT / "tests" / "twins.txt"
WHOLE = ("tests/boundaries/", "tests/kernel/", "tests/workers/")
"""Where every twin stays: what is tested there is the database itself, and what goes on at once."""
TIMES = 2
"""Tests that ask PostgreSQL the same, if there are as many."""
_LIST = re.compile(r"\((\?, )+\?\)")

Asked = dict[str, set[str]]


class Recorder:
    """Writes down what each test asks, beside its name and how long it took."""

    def __init__(self, folder: Path) -> None:
        self._asked: set[str] = set()
        self._file = folder / f"{time.time_ns()}.jsonl"
        event.listen(Engine, "before_cursor_execute", self._heard)

    def _heard(self, _db: Any, _cursor: Any, statement: str, *_: Any) -> None:
        self._asked.add(_LIST.sub("(?)", statement))

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self._asked.clear()
        began = time.perf_counter()
        yield
        row = [item.nodeid, time.perf_counter() - began, sorted(self._asked)]
        with self._file.open("a") as file:
            file.write(json.dumps(row) + "\n")


def read(folder: Path) -> tuple[Asked, dict[str, float]]:
    """By the name of a test without its cases: what they asked, and how long they took."""
    asked: Asked = defaultdict(set)
    took: dict[str, float] = defaultdict(float)
    for path in folder.glob("*.jsonl"):
        for line in path.read_text().splitlines():
            name, seconds, statements = json.loads(line)
            asked[name.partition("[")[0]] |= set(statements)
            took[name.partition("[")[0]] += seconds
    return asked, took


def needless(asked: Mapping[str, set[str]], took: Mapping[str, float]) -> list[str]:
    """The tests without which every statement is asked twice still, if as many ask it.

    Chvátal's greedy cover (1979): the one that adds most for what it costs, again and again.
    """
    wanted = Counter(said for each in asked.values() for said in each)
    done: Counter[str] = Counter()
    kept = {name for name in asked if name.startswith(WHOLE)}
    for name in kept:
        done.update(asked[name])
    left = {name: said for name, said in asked.items() if name not in kept}
    while True:
        new = {n: {s for s in said if done[s] < min(TIMES, wanted[s])} for n, said in left.items()}
        left = {name: said for name, said in new.items() if said}
        if not left:
            return sorted(set(asked) - kept)
        best = min(left, key=lambda name: (took[name] / len(left[name]), name))
        kept.add(best)
        done.update(asked[best])
        del left[best]


def main() -> int:
    """Carry out every test that has a twin, on SQLite; write down which twins are needless."""
    with tempfile.TemporaryDirectory() as folder:
        code = pytest.main(
            ["-q", "-p", "no:xdist", "tests"], plugins=[Recorder(Path(folder)), Twinned()]
        )
        if code:
            return int(code)
        names = needless(*read(Path(folder)))
    CHOSEN.write_text("".join(f"{name}\n" for name in names))
    print(f"{len(names)} tests need no twin")
    return 0


class Twinned:
    """Leaves the tests that have a twin, on SQLite."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Take away what runs on one database anyway, and PostgreSQL."""
        twins = {
            one.nodeid.partition("[")[0] for one in items if one.get_closest_marker("postgres")
        }
        items[:] = [
            one
            for one in items
            if one.nodeid.partition("[")[0] in twins and not one.get_closest_marker("postgres")
        ]


if __name__ == "__main__":
    sys.exit(main())
