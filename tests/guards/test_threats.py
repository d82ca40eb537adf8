"""What is said to be tried against the program is tried; and no pattern runs away."""

import importlib
import pkgutil
import re
import re._constants as codes  # the parser's own words; `re` offers no other look inside
import re._parser as parser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.guards.tree import CODE, ROOT

PAPER = ROOT / "docs" / "attacks.md"
_ROW = re.compile(r"^\| ([A-Z]-?[0-9]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
LOOKED_AT = {
    "vocab.html._ELEMENT": "each part of it begins with a sign that no other part holds",
    "vocab.origins._NAME": "a dot, which no part holds, stands between the parts",
}
"""Patterns with an endless part inside an endless part that can be read in one way only."""
_TEST = re.compile(r"`([\w/.]+\.py)(?:::(\w+))?`")
_THREAT = re.compile(r"^\| ([A-Z]-?[0-9]+) \| [12] \|", re.MULTILINE)


def rows() -> dict[str, str]:
    return {found[1]: found[3] for found in _ROW.finditer(PAPER.read_text())}


def test_what_is_said_to_be_tried_is_tried() -> None:
    for id, by in rows().items():
        named = _TEST.findall(by)
        assert named or by.startswith(("not here: ", "open")), f"{id} names no test"
        for file, test in named:
            code = (ROOT / "tests" / file).read_text()
            assert not test or f"def {test}(" in code, f"{id}: {file} has no {test}"


def test_no_threat_of_the_design_is_left_out(shared: Path) -> None:
    listed = _THREAT.findall((shared / "design" / "security.md").read_text())

    assert len(listed) > 90
    assert set(listed) <= set(rows())


# Patterns -----------------------------------------------------------------------------------


def _compiled() -> Iterable[tuple[str, re.Pattern[Any]]]:
    for package in CODE:
        path = importlib.import_module(package).__path__
        for found in pkgutil.walk_packages(path, f"{package}."):
            if ".migrations" in found.name or found.name.endswith("__main__"):
                continue
            module = importlib.import_module(found.name)
            for name, value in vars(module).items():
                if isinstance(value, re.Pattern):
                    yield f"{found.name}.{name}", value


def _runs_away(pattern: str | bytes, flags: int = 0) -> bool:
    """Whether something without an end is repeated without an end: `(a+)+`."""
    return _nested(parser.parse(pattern, flags), within=False)


def _nested(parsed: Any, *, within: bool) -> bool:
    for op, value in parsed:
        endless = op in (codes.MAX_REPEAT, codes.MIN_REPEAT) and value[1] is codes.MAXREPEAT
        if endless and within:
            return True
        if any(_nested(part, within=within or endless) for part in _parts(value)):
            return True
    return False


def _parts(value: Any) -> Iterable[Any]:
    if isinstance(value, parser.SubPattern):
        yield value
    elif isinstance(value, tuple | list):
        for each in value:
            yield from _parts(each)


@pytest.mark.parametrize("pattern", ["(a+)+", "(?:a|b*c)*x", "([a-z]+,?)+$", b"(.*?x)+"])
def test_a_pattern_that_runs_away_is_seen(pattern: str | bytes) -> None:
    assert _runs_away(pattern)


def test_no_pattern_runs_away() -> None:
    """J10"""
    found = dict(_compiled())

    assert len(found) > 30
    doubtful = {n for n, p in found.items() if _runs_away(p.pattern, p.flags & ~re.UNICODE)}
    assert doubtful == set(LOOKED_AT)
