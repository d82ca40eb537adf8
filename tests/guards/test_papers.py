"""What the papers say is what the program does."""

import argparse
import ast
import dataclasses
import json
import re
import shlex
import subprocess
import tomllib
from typing import Any

import pytest

from node.cli import parser
from node.kernel.module import Registry, installed
from node.kernel.settings import Settings
from tests.guards.tree import CODE, ROOT, name, python_files
from tests.tools.docs import put, table

SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())
PROJECT, GROUPS, TOOLS = (SETTINGS[key] for key in ("project", "dependency-groups", "tool"))
LOCK = (ROOT / "requirements.lock").read_text()
ORACLES = (ROOT / "requirements-oracles.lock").read_text()
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


def leaves(found: argparse.ArgumentParser, name: str = "") -> dict[str, argparse.ArgumentParser]:
    """Every command by all of its words."""
    inner = [a.choices for a in found._actions if isinstance(a.choices, dict)]
    if not inner:
        return {name: found}
    return {
        k: v
        for word, one in inner[0].items()
        for k, v in leaves(one, f"{name} {word}".strip()).items()
    }


def sections() -> dict[str, str]:
    """The page of commands, by heading."""
    page = (ROOT / "docs/admin/commands.md").read_text()
    return {part.partition("\n")[0]: part for part in page.split("\n## ")[1:]}


def test_every_command_has_a_section_and_nothing_else_has() -> None:
    assert sorted(sections()) == sorted(leaves(parser()))


@pytest.mark.parametrize("command", leaves(parser()))
def test_every_option_of_a_command_is_documented(command: str) -> None:
    actions = [a for a in leaves(parser())[command]._actions if a.dest not in ("help", "data")]
    named = re.findall(r"^\| `(--[a-z-]+|[a-z]+)", sections()[command], re.MULTILINE)

    assert named == [(a.option_strings or [a.dest])[0] for a in actions]


@pytest.mark.parametrize("command", leaves(parser()))
def test_the_examples_of_a_command_can_be_typed(command: str) -> None:
    lines = re.findall(r"^(?:.*\| )?folkmoot (.*)$", sections()[command], re.MULTILINE)

    assert lines
    for line in lines:
        assert line.startswith(command)
        parser().parse_args(shlex.split(line))


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


def locked(lock: str) -> list[tuple[str, str]]:
    """What a lock holds: names, each with all that is said of it; some stand there twice."""
    entries = re.findall(r"^([a-z0-9._-]+)(\[.*\])?==(.*(?:\n    .*)*)", lock, re.MULTILINE)
    return [(found, said) for found, _, said in entries]


def asked(*lists: list[str]) -> set[str]:
    """The names of what pyproject.toml asks for."""
    return {re.split(r"[\[<>=~;]", one)[0].lower() for each in lists for one in each}


def test_the_lock_holds_everything() -> None:
    held = {found for found, _ in locked(LOCK)}

    assert asked(PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()) <= held
    assert {"setuptools", "wheel", "tzdata"} <= held


def test_the_lock_of_the_oracles_holds_them_and_setup_installs_none() -> None:
    held = {found for found, _ in locked(ORACLES)}

    assert asked(GROUPS["oracles"]) <= held
    assert not held & {found for found, _ in locked(LOCK)}


@pytest.mark.parametrize("lock", [LOCK, ORACLES], ids=["setup", "oracles"])
def test_a_lock_holds_hashes_of_wheels_and_no_address(lock: str) -> None:
    assert [found for found, said in locked(lock) if "--hash=sha256:" not in said] == []
    assert "--only-binary :all:" in lock
    assert "://" not in lock


def test_each_oracle_has_its_licence_on_paper_and_is_kept_out_of_a_node() -> None:
    [paper] = (ROOT / "docs/decisions").glob("*-other-programs-count-beside-ours.md")
    rules = {rule["id"]: rule for rule in TOOLS["importlinter"]["contracts"]}
    imported = {"py-vote-core": "py3votecore", "python-graph": "pygraph"}

    held = {found for found, _ in locked(ORACLES)}
    noted = set(re.findall(r"^\| ([a-z0-9-]+) \| [A-Z]", paper.read_text(), re.MULTILINE))
    assert noted == held
    assert {imported.get(one, one.replace("-", "_")) for one in held} | {"votelib"} == set(
        rules["oracles"]["forbidden_modules"]
    )


@pytest.mark.parametrize("folder", ["fedify", "judge"])
def test_npm_locks_hold_hashes_and_no_address(folder: str) -> None:
    text = (ROOT / "tests/interop" / folder / "package-lock.json").read_text()
    packages = {n: p for n, p in json.loads(text)["packages"].items() if n}

    assert packages
    assert [n for n, p in packages.items() if "resolved" in p or "integrity" not in p] == []


def test_federation_md_lists_what_is_handled() -> None:
    text = (ROOT / "FEDERATION.md").read_text()

    assert put(text, "handlers", table(Registry(installed()))) == text, "run `make docs`"


def built(module: ast.Module) -> set[str]:
    """The activities that a file builds under a new id of ours."""
    calls = (node for node in ast.walk(module) if isinstance(node, ast.Call))
    new = {"unit.id('a')"}
    return {
        call.func.id
        for call in calls
        if isinstance(call.func, ast.Name)
        and call.func.id[0].isupper()
        and new & {ast.unparse(k.value) for k in call.keywords if k.arg == "id"}
    }


def test_federation_md_lists_what_is_sent() -> None:
    paper = (ROOT / "FEDERATION.md").read_text()
    table_ = paper.split("## Activities we send", 1)[1].split("\n## ", 1)[0]
    named = {
        w
        for row in re.findall(r"^\| (`.*?) \|", table_, re.MULTILINE)
        for w in re.findall(r"`(\w+)`", row)
    }
    sent = {w for path in python_files(*CODE) for w in built(ast.parse(path.read_text()))}

    assert named == sent


def test_every_decision_is_in_the_list() -> None:
    folder = ROOT / "docs/decisions"
    pages = {p.name for p in folder.glob("[0-9]*.md")}

    assert set(re.findall(r"\((\d{4}-[a-z-]+\.md)\)", (folder / "README.md").read_text())) == pages
