"""Chooses anew which tests are carried out on SQLite alone: `make twins`.

Most tests of nodes exist twice, for SQLite and for PostgreSQL, and the second costs more than the
first. What a database can do otherwise lies in the statements that it is asked. So as many twins
stay as it takes for every statement to be asked by two, and by every function of ours, the
cheapest such; the names of the rest stand in `tests/twins.txt`. A new test has its twin until
this is carried out again.

At the end of a whole run `tests/asked.py` looks whether PostgreSQL was asked by every function
that asked SQLite.
"""

import json
import os
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHOSEN = ROOT / "tests" / "twins.txt"
WHOLE = ("tests/boundaries/", "tests/kernel/", "tests/workers/")
"""Where every twin stays: what is tested there is the database itself, and what goes on at once."""
FOLDER = "FOLKMOOT_TEST_TWINS"
"""Where `recording` writes."""
BY = "by "
"""So begins, among what a test asked, the name of a function that asks."""
TIMES = 2
"""Tests that ask PostgreSQL the same, if there are as many; of the same function one is enough."""

Asked = dict[str, set[str]]


def read(folder: Path) -> tuple[Asked, dict[str, float]]:
    """By the name of a test without its cases: what they asked, and how long they took."""
    asked: Asked = defaultdict(set)
    took: dict[str, float] = defaultdict(float)
    for path in folder.glob("*.jsonl"):
        for line in path.read_text().splitlines():
            name, seconds, said = json.loads(line)
            asked[name.partition("[")[0]] |= set(said)
            took[name.partition("[")[0]] += seconds
    return asked, took


def needless(asked: Mapping[str, set[str]], took: Mapping[str, float]) -> list[str]:
    """The tests without which every statement is asked twice still, and by every function once.

    Chvátal's greedy cover (1979): the one that adds most for what it costs, again and again.
    """
    wanted = Counter(said for each in asked.values() for said in each)
    for said, count in wanted.items():
        wanted[said] = min(count, 1 if said.startswith(BY) else TIMES)
    done: Counter[str] = Counter()
    kept = {name for name in asked if name.startswith(WHOLE)}
    for name in kept:
        done.update(asked[name])
    left = {name: said for name, said in asked.items() if name not in kept}
    while True:
        new = {name: {s for s in said if done[s] < wanted[s]} for name, said in left.items()}
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
        os.environ[FOLDER] = folder
        code = pytest.main(["-q", "-n", "3", "-p", "tests.tools.recording", "tests"])
        if code:
            return int(code)
        names = needless(*read(Path(folder)))
    CHOSEN.write_text("".join(f"{name}\n" for name in names))
    print(f"{len(names)} tests need no twin")
    return 0


if __name__ == "__main__":
    sys.exit(main())
