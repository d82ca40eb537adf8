"""A plugin of pytest that writes down what each test has ours ask of SQLite, for `make twins`.

It carries out only what has a twin, and writes it down under the twin's name. What a test asks
by itself is not noted; nor is the making of templates, which every process does. What is put
back instead of built (`tests/again.py`) is noted as if each had built it. Where to write stands
in the environment. (It is imported before all else, so that what it wraps is wrapped for all.)
"""

import json
import os
import re
import sys
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

import tests.again
from node.kernel.node import Node
from tests.asked import BELOW, OURS, who
from tests.templates import Templates
from tests.tools.twins import BY, FOLDER

_LIST = re.compile(r"\((\?, )*\?\)(, \((\?, )*\?\))*")
"""Values, in as many rows as there are."""
AT_ONCE = "at once "
"""So begins what a test with a race asks: its own name, which nobody else does."""
_ASKED: set[str] = set()
_FILE = Path(os.environ[FOLDER]) / f"{os.getpid()}.jsonl"
_TWIN: dict[str, str] = {}
"""What is carried out, and its twin."""


@event.listens_for(Engine, "before_cursor_execute")
def _heard(_db: Any, _cursor: Any, statement: str, *_: Any) -> None:
    found = who(sys._getframe(1))
    if found and not _by_a_test(sys._getframe(1)):
        _ASKED.update((_LIST.sub("(?)", statement), BY + found))


def _by_a_test(frame: FrameType | None) -> bool:
    """Whether a test has the kernel ask: it is nearer to the statement than any of ours."""
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if module.startswith((*OURS, "tests.")) and not module.startswith(BELOW):
            return module.startswith("tests.")
        frame = frame.f_back
    return False


def _wrap() -> None:
    """Have templates made in silence, and what is built noted for all that have it put back."""
    make, again = Templates._make, tests.again.again
    built: dict[str, set[str]] = defaultdict(set)

    async def made(self: Templates, *args: Any, **kw: Any) -> str:
        before = set(_ASKED)
        found = await make(self, *args, **kw)
        _ASKED.intersection_update(before)
        return found

    async def noted(name: str, build: Callable[[], Awaitable[Any]], *nodes: Node) -> Any:
        before = set(_ASKED)
        _ASKED.clear()
        found = await again(name, build, *nodes)
        built[name] |= _ASKED
        _ASKED.update(before, built[name])
        return found

    Templates._make = made  # type: ignore[method-assign]
    tests.again.again = noted


_wrap()


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Keep what one test asked, with its fixtures, and how many seconds it kept a processor."""
    _ASKED.clear()
    began = time.process_time()
    yield
    if "gather" in getattr(item, "function").__code__.co_names:  # noqa: B009 - not of every item
        _ASKED.add(AT_ONCE + item.nodeid.partition("[")[0])
    row = [_TWIN[item.nodeid], time.process_time() - began, sorted(_ASKED)]
    with _FILE.open("a") as file:
        file.write(json.dumps(row) + "\n")


@pytest.hookimpl(hookwrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Take away what has no twin by its marks, and the twins."""
    from tests import conftest

    conftest.TWINS = Path(os.devnull)
    yield
    twins = {one.nodeid for one in items if one.get_closest_marker("postgres")}
    for one in items:
        name, bracket, case = one.nodeid.partition("[")
        twin = name + bracket + case.replace("sqlite", "postgres", 1)
        if twin in twins and one.nodeid not in twins:
            _TWIN[one.nodeid] = twin
    items[:] = [one for one in items if one.nodeid in _TWIN]
