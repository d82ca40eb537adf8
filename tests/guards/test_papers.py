"""What the papers say is what the program does."""

import dataclasses
import json
import re
import subprocess
import tomllib
from typing import Any

import pytest

from node.cli import parser
from node.kernel.module import Registry, installed
from node.kernel.settings import Settings
from tests.guards.tree import ROOT, name
from tests.tools.docs import put, table

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCK = (ROOT / "requirements.lock").read_text()
PAPERS = sorted(
    p
    for pattern in ("*.md", "docs/**/*.md", "deploy/*", ".ci/run")
    for p in ROOT.glob(pattern)
    if p.is_file()
)


def rows(text: str) -> dict[str, list[str]]:
    """The rows of a page's tables whose first cell is one `word`, by that word."""
    found = [[c.strip() for c in line.split("|")[1:-1]] for line in text.splitlines()]
    return {c[0].strip("`"): c for c in found if c and re.fullmatch(r"`\w+`", c[0])}


def plain(field: dataclasses.Field[Any]) -> Any:
    """A setting's default as it is written in the file."""
    made = field.default_factory is not dataclasses.MISSING
    value = field.default_factory() if made else field.default
    return list(value) if isinstance(value, tuple | frozenset) else value


def test_every_setting_is_documented() -> None:
    said = rows((ROOT / "docs/admin/settings.md").read_text())
    fields = {f.name: f for f in dataclasses.fields(Settings)}

    assert set(said) == set(fields)
    for key, field in fields.items():
        if key == "data":
            continue
        _, variable, default, _, meaning = said[key]
        assert variable == f"`FOLKMOOT_{key.upper()}`"
        assert default == f"`{json.dumps(plain(field))}`", key
        assert meaning, key


def commands() -> set[str]:
    """The subcommands of folkmoot."""
    [choices] = [a.choices for a in parser()._actions if isinstance(a.choices, dict)]
    return set(choices)


def test_every_command_is_documented() -> None:
    page = (ROOT / "docs/admin/commands.md").read_text()
    shown = set(re.findall(r"^folkmoot (\w+)", page, re.MULTILINE))
    explained = {w for line in page.splitlines() for w in re.findall(r"^\| `(\w+)", line)}

    assert shown == commands()
    assert commands() <= explained | {"restore"}


@pytest.mark.parametrize("paper", PAPERS, ids=name)
def test_papers_name_only_commands_that_exist(paper) -> None:
    text = paper.read_text()
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    made = set(re.findall(r"(?:^|`|&& )make ([a-z]+)", text, re.MULTILINE))
    run = set(re.findall(r"(?:^|[`/])folkmoot ([a-z]+)\b", text, re.MULTILINE))

    assert made <= targets
    assert run <= commands()


def test_make_alone_lists_every_command() -> None:
    makefile = (ROOT / "Makefile").read_text()
    [phony] = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)

    said = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    listed = set(re.findall(r"^  make (\w+) ", said, re.MULTILINE))
    assert listed == set(phony.split()) == set(re.findall(r"^(\w+):.*##", makefile, re.MULTILINE))


@pytest.mark.parametrize("paper", [p for p in PAPERS if p.suffix == ".md"], ids=name)
def test_links_lead_somewhere(paper) -> None:
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", paper.read_text())

    assert [link for link in links if not (paper.parent / link).exists()] == []


def locked() -> dict[str, str]:
    """What the lock holds: name to all that is said of it."""
    entries = re.findall(r"^([a-z0-9._-]+)(\[.*\])?==(.*(?:\n    .*)*)", LOCK, re.MULTILINE)
    return {found: said for found, _, said in entries}


def test_the_lock_holds_everything_with_hashes_and_no_address() -> None:
    extras = [r for e in PROJECT["optional-dependencies"].values() for r in e]
    wanted = {re.split(r"[\[<>=~;]", r)[0].lower() for r in (*PROJECT["dependencies"], *extras)}

    assert wanted <= set(locked())
    assert {"setuptools", "wheel", "tzdata"} <= set(locked())
    assert [n for n, said in locked().items() if "--hash=sha256:" not in said] == []
    assert "://" not in LOCK


@pytest.mark.parametrize("folder", ["fedify", "judge"])
def test_npm_locks_hold_hashes_and_no_address(folder: str) -> None:
    text = (ROOT / "tests/interop" / folder / "package-lock.json").read_text()
    packages = {n: p for n, p in json.loads(text)["packages"].items() if n}

    assert packages
    assert [n for n, p in packages.items() if "resolved" in p or "integrity" not in p] == []


def test_federation_md_lists_what_is_handled() -> None:
    text = (ROOT / "FEDERATION.md").read_text()

    assert put(text, "handlers", table(Registry(installed()))) == text, "run `make docs`"


def test_every_decision_is_in_the_list() -> None:
    folder = ROOT / "docs/decisions"
    pages = {p.name for p in folder.glob("[0-9]*.md")}

    assert set(re.findall(r"\((\d{4}-[a-z-]+\.md)\)", (folder / "README.md").read_text())) == pages
