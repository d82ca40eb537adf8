"""A plugin of pytest that writes down what each test asks of SQLite, for `make twins`.

It leaves out what has no twin, and the twins. Where to write stands in the environment.
"""

import json
import os
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from tests.asked import who
from tests.tools.twins import BY, FOLDER

_LIST = re.compile(r"\((\?, )+\?\)")
_ASKED: set[str] = set()
_FILE = Path(os.environ[FOLDER]) / f"{os.getpid()}.jsonl"


@event.listens_for(Engine, "before_cursor_execute")
def _heard(_db: Any, _cursor: Any, statement: str, *_: Any) -> None:
    _ASKED.add(_LIST.sub("(?)", statement))
    if found := who(sys._getframe(1)):
        _ASKED.add(BY + found)


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Keep what one test asked, with its fixtures, and how long it took."""
    _ASKED.clear()
    began = time.perf_counter()
    yield
    row = [item.nodeid, time.perf_counter() - began, sorted(_ASKED)]
    with _FILE.open("a") as file:
        file.write(json.dumps(row) + "\n")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Take away what runs on one database anyway, and PostgreSQL."""
    twins = {one.nodeid.partition("[")[0] for one in items if one.get_closest_marker("postgres")}
    items[:] = [
        one
        for one in items
        if one.nodeid.partition("[")[0] in twins and not one.get_closest_marker("postgres")
    ]
