"""Chooses anew which tests are carried out on SQLite alone: `make twins`.

Most tests of nodes exist twice, for SQLite and for PostgreSQL, and the second costs more than the
first. What a database can do otherwise lies in the statements that ours ask of it. So as many
twins stay as it takes for every statement to be asked by two, and by every function of ours, the
cheapest such; the names of the rest stand in `tests/twins.txt`, of a test or of one of its cases.
A new test has its twin until this is carried out again. (docs/decisions/0059)

At the end of a whole run `tests/asked.py` looks whether PostgreSQL was asked by every function
that asked SQLite.
"""

import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHOSEN = ROOT / "tests" / "twins.txt"
WHOLE = (
    "tests/boundaries/test_ballots.py",
    "tests/boundaries/test_odd_input.py",
    "tests/boundaries/test_reading.py::test_odd_requests",
    "tests/kernel/",
    "tests/workers/",
)
"""Where every twin stays: what is tested there is the database itself, what goes on at once, and
odd bytes, numbers and lengths as far as a query."""
FOLDER = "FOLKMOOT_TEST_TWINS"
"""Where `recording` writes."""
BY = "by "
"""So begins, among what a test asked, the name of a function that asks."""
TIMES = 2
"""Tests that ask PostgreSQL the same, if there are as many; of the same function one is enough."""

Asked = dict[str, set[str]]


def read(folder: Path) -> tuple[Asked, dict[str, float]]:
    """By the name of a twin: what is asked, and for how many seconds of a processor."""
    asked: Asked = {}
    took: dict[str, float] = {}
    for path in folder.glob("*.jsonl"):
        for line in path.read_text().splitlines():
            name, seconds, said = json.loads(line)
            asked[name], took[name] = set(said), seconds
    return asked, took


def needless(asked: Mapping[str, set[str]], took: Mapping[str, float]) -> list[str]:
    """The twins without which every statement is asked twice still, and by every function once.

    Chvátal's greedy cover (1979): the one that adds most for what it costs, again and again.
    Those whom later ones made needless are taken away again, the dearest first.
    """
    wanted = Counter(said for each in asked.values() for said in each)
    for said, count in wanted.items():
        wanted[said] = min(count, 1 if said.startswith(BY) else TIMES)
    whole = {name for name in asked if name.startswith(WHOLE)}
    done = Counter(said for name in whole for said in asked[name])
    kept = set[str]()
    left = {name: said for name, said in asked.items() if name not in whole}
    while True:
        new = {name: {s for s in said if done[s] < wanted[s]} for name, said in left.items()}
        left = {name: said for name, said in new.items() if said}
        if not left:
            break
        best = min(left, key=lambda name: (took[name] / len(left[name]), name))
        kept.add(best)
        done.update(asked[best])
        del left[best]
    for name in sorted(kept, key=lambda name: (-took[name], name)):
        if all(done[said] > wanted[said] for said in asked[name]):
            kept.remove(name)
            done.subtract(asked[name])
    return sorted(set(asked) - kept - whole)


def lines(names: Collection[str], asked: Collection[str]) -> list[str]:
    """These twins as `twins.txt` says them: the test alone if all its cases are among them."""
    all_, some = (Counter(n.partition("[")[0] for n in each) for each in (asked, names))
    tests = {test for test, count in some.items() if count == all_[test]}
    return sorted(tests | {name for name in names if name.partition("[")[0] not in tests})


def main() -> int:
    """Carry out every test that has a twin, on SQLite; write down which twins are needless."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ[FOLDER] = folder
        code = pytest.main(["-q", "-n", "3", "-p", "tests.tools.recording", "tests"])
        if code:
            return int(code)
        asked, took = read(Path(folder))
    names = needless(asked, took)
    CHOSEN.write_text("".join(f"{line}\n" for line in lines(names, asked)))
    print(f"{len(asked) - len(names)} of {len(asked)} twins are kept")
    return 0


if __name__ == "__main__":
    sys.exit(main())
