"""Sees at the end of a whole run whether PostgreSQL was asked by all that asked SQLite.

Most tests run on SQLite alone (`tests/twins.txt`), and this is what says so when too few are left.
"""

import json
import sys
from functools import cache
from types import FrameType
from typing import Any

import pytest

from tests import engines

OURS = ("node.", "federation.", "web.", "workers.")
BELOW = (
    "node.kernel.database", "node.kernel.sqlite", "node.kernel.postgres", "node.kernel.waiting",
    "node.demo.",
)  # fmt: skip
"""What asks on behalf of others; and the demo, which is on SQLite."""
ALONE = {
    "federation.copies:stand": "its test puts a backup beside its node, and both are files",
    "node.keeping:problems": "looks at the file that SQLite keeps",
}
"""What asks SQLite alone, by `module:function`, and why."""
MOST = 10
"""Of so many it is only told: which paths are taken differs a little from run to run."""
DATABASES = ("sqlite", "postgresql")


def who(frame: FrameType | None) -> str | None:
    """The function of ours that asks, as `module:function`; None if a test itself does."""
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        if _asks(module):
            return f"{module}:{frame.f_code.co_qualname}"
        frame = frame.f_back
    return None


@cache
def _asks(module: str) -> bool:
    """Whether the functions of a module ask for themselves."""
    return module.startswith(OURS) and not module.startswith(BELOW)


class Asked:
    """What asked which database in one process, and in all of them."""

    def __init__(self) -> None:
        self.by: dict[str, set[str]] = {name: set() for name in DATABASES}
        self._faults: list[str] = []
        engines.hear(self._heard)

    def _heard(self, database: str) -> None:
        if found := who(sys._getframe(2)):
            self.by[database].add(found)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over what a worker's nodes asked."""
        for name, heard in json.loads(getattr(node, "workeroutput", {}).get("asked", "{}")).items():
            self.by[name] |= set(heard)

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """In a worker, hand it on; at the end of a whole run that was green, judge it."""
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output["asked"] = json.dumps({name: sorted(heard) for name, heard in self.by.items()})
        elif exitstatus == 0 and _is_whole(session.config) and self.by["postgresql"]:
            self._faults = missing(self.by)
            if len(self._faults) > MOST:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say what was not asked."""
        if self._faults:
            terminalreporter.section("PostgreSQL was never asked by")
            for name in self._faults:
                terminalreporter.write_line(name)
            terminalreporter.write_line("`make twins` chooses the tests for it anew.")


def missing(by: dict[str, set[str]]) -> list[str]:
    """Who asked SQLite and never PostgreSQL."""
    return sorted(by["sqlite"] - by["postgresql"] - set(ALONE))


def _is_whole(config: pytest.Config) -> bool:
    option = config.option
    return config.args == ["tests"] and not (option.keyword or option.markexpr or option.deselect)
