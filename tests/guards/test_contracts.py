"""Each import rule of pyproject.toml is seen to fail when it is broken.

A tiny tree of the project's shape stands in a folder of its own; one line is added to it
and import-linter, with the project's own rules, has to say no.
"""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.guards.tree import ROOT

RULES = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
BY_ID = {rule["id"]: rule for rule in RULES}
KERNEL = re.findall(r"[a-z]+", " ".join(BY_ID["kernel"]["layers"]))
FEATURE = ("__init__", "api", "handlers", "jobs", "methods", "pages", "queries", "rules", "tables")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The smallest project that all rules hold for."""
    places = ["node/__init__", "node/cli", "node/main", "node/modules/__init__"]
    places += [f"{p}/__init__" for p in ("federation", "vocab", "web", "workers", "node/kernel")]
    places += [f"node/kernel/{name}" for name in KERNEL]
    places += [f"node/modules/{m}/{f}" for m in ("bread", "salt") for f in FEATURE]
    for place in places:
        path = tmp_path / f"{place}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def add(tree: Path, module: str, line: str) -> None:
    """Write one more line into a module of the tree."""
    path = tree / module.replace(".", "/")
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    path.write_text(f"{path.read_text()}{line}\n")


def broken(tree: Path) -> set[str]:
    """The ids of the rules that do not hold in the tree."""
    program = Path(sys.executable).parent / "lint-imports"
    said = subprocess.run(
        [program, "--no-cache"], cwd=tree, capture_output=True, text=True, check=False
    )
    assert "Contracts: " in said.stdout, said.stdout + said.stderr
    found = {id for id, rule in BY_ID.items() if f"{rule['name']} BROKEN" in said.stdout}
    assert bool(found) == bool(said.returncode), said.stdout
    return found


ALLOWED = [
    ("node.cli", "import workers, web, federation, node.modules.bread, node.kernel.network"),
    ("node.modules.bread", "import web, federation, node.kernel.unit, vocab"),
    ("node.modules.bread.pages", "from node.modules.salt import api"),
    ("node.modules.bread.handlers", "from node.modules.salt.api import anything"),
    ("node.modules.bread.jobs", "import asyncio, node.kernel.network"),
    ("node.kernel.unit", "import node.kernel.act, node.kernel.tables"),
    ("node.kernel.network", "import aiohttp, socket, node.kernel.errors"),
]


def test_what_is_allowed_passes(tree: Path) -> None:
    for module, line in ALLOWED:
        add(tree, module, line)

    assert broken(tree) == set()


BROKEN = [
    ("down", "vocab", "import node.kernel.errors"),
    ("down", "node.kernel.node", "import web"),
    ("down", "federation", "import node.modules.bread"),
    ("down", "web", "import node.modules.bread.api"),
    ("down", "web", "import federation"),
    ("down", "federation", "import web"),
    ("down", "node.modules.bread", "import workers"),
    ("down", "workers", "import node.main"),
    ("kernel", "node.kernel.errors", "import node.kernel.unit"),
    ("kernel", "node.kernel.act", "import node.kernel.unit"),
    ("kernel", "node.kernel.tables", "import node.kernel.access"),
    ("modules", "node.modules.bread.pages", "import node.modules.salt.queries"),
    ("modules", "node.modules.bread.rules", "from node.modules.salt import rules"),
    ("pure", "node.modules.bread.rules", "import sqlalchemy"),
    ("pure", "node.modules.bread.methods", "import node.kernel.unit"),
    ("pure", "vocab", "import asyncio"),
    ("units", "node.modules.bread.handlers", "import node.kernel.network"),
    ("units", "node.modules.bread.queries", "from node.kernel import network"),
    ("door", "web", "import socket"),
    ("door", "node.modules.bread.jobs", "import aiohttp"),
    ("door", "node.kernel.unit", "import smtplib"),
    ("oracles", "node.modules.bread.rules", "import numpy"),
    ("oracles", "federation", "from scipy.optimize import linear_sum_assignment"),
    ("oracles", "vocab", "import pyrankvote"),
    ("oracles", "web", "import starvote"),
    ("oracles", "workers", "from votelib.evaluate import condorcet"),
]


@pytest.mark.parametrize(("rule", "module", "line"), BROKEN)
def test_a_broken_rule_is_seen(tree: Path, rule: str, module: str, line: str) -> None:
    add(tree, module, line)

    assert rule in broken(tree)


def test_every_rule_has_been_seen_to_fail() -> None:
    assert {rule for rule, _, _ in BROKEN} == set(BY_ID)
