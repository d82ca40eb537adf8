"""An outside package: installed, at work, switched off, uninstalled; and packages that raise."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.servers import ROOT

SAMPLE = ROOT / "tests" / "samples" / "toolshed"

CHILD = """
import asyncio, json, os, shutil, sys, tempfile, threading, traceback
from pathlib import Path
import httpx
from sqlalchemy import inspect, text
from node.kernel.keys import make_keys
from node.kernel import migrating
from node.kernel.module import installed
from node.kernel.node import Node
from node.kernel.settings import load
from node.main import Application
from tests import conftest
from web import sessions
from workers import running

keys = make_keys()

async def main(data, disabled, name):
    settings = load(Path(data), {"FOLKMOOT_DISABLED": disabled})
    node = Node(settings, installed(settings.disabled), make_keys=lambda: keys)
    await node.start()
    if not node.ready:
        await conftest.found(node, "alder", "https://alder.test")
    said = {"modules": [m.name for m in node.registry.modules if m.routes]}
    keeper = await node.account(f"{node.origin}/u/keeper")
    if name:
        import toolshed
        await node.write(toolshed.add, keeper, name)
    browser = conftest.Browser(node, Application(node))
    browser.client._transport.raise_app_exceptions = False
    said["outside"] = (await browser.get("/tools")).status_code
    token = await node.write(conftest.session, "keeper")
    browser.client.cookies.set(sessions.name(node.origin), token)
    tools, today = await browser.get("/tools"), await browser.get("/")
    said["tools"] = [tools.status_code, tools.text if tools.status_code == 200 else ""]
    said["today"] = [today.status_code, "tools in the shed" in today.text]
    said["banner"] = "toolshed" in today.text.lower() or "Tool shed" in today.text
    said["menu"] = "Tool shed" in (await browser.get("/desk")).text
    await running.settle(node)
    def look(db):
        tables = set(inspect(db).get_table_names())
        rows = {}
        for table in ("toolshed_tool", "toolshed_tally"):
            if table in tables:
                rows[table] = db.execute(text(f"SELECT count(*) FROM {table}")).scalar()
        jobs = db.execute(text("SELECT tries, dead FROM job WHERE kind LIKE 'toolshed%'")).all()
        return rows, [list(j) for j in jobs]
    said["rows"], said["jobs"] = await node.read(look)
    said["waiting"] = await node.read(migrating.waiting, node.registry)
    await browser.client.aclose()
    await node.close()
    return said

def visit(site, out, err, data, *words):
    sys.path.insert(1, site)
    if not Path(data).exists():
        shutil.copytree(before, data)
    for number, name in ((1, out), (2, err)):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    print(json.dumps(asyncio.run(main(data, *words))), flush=True)
    os._exit(0)

if sys.argv[1:]:
    print(json.dumps(asyncio.run(main(*sys.argv[1:]))))
    raise SystemExit
with tempfile.TemporaryDirectory() as before:
    asyncio.run(main(before, "", ""))
    assert threading.active_count() == 1
    for line in sys.stdin:
        if (child := os.fork()) == 0:
            try:
                visit(*json.loads(line))
            except BaseException:
                traceback.print_exc()
                os._exit(1)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
"""A node is started, looked around and stopped, in a process of its own: once, with what it is
told as arguments, or once for each line, forked, when all of the program and of its pages is
loaded, which takes far longer than the rest. No outside package is loaded before; it comes to
a community that is there."""


Visit = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample as pip installs it."""
    folder = tmp_path_factory.mktemp("built")
    source, target = folder / "source", folder / "site"
    shutil.copytree(SAMPLE, source)
    words = ["install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index",
             "--disable-pip-version-check", "--target", str(target), str(source)]  # fmt: skip
    said = subprocess.run(
        [sys.executable, "-m", "pip", *words], capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stderr
    return target


@pytest.fixture
def site(built: Path, tmp_path: Path) -> Path:
    """A throw-away copy of what was installed."""
    return Path(shutil.copytree(built, tmp_path / "site"))


@pytest.fixture(scope="module")
def program() -> Iterator["subprocess.Popen[str]"]:
    """Starts a node for each line that it reads."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", CHILD], **how(), **pipes) as running:
        yield running
        running.stdin.close()


def how(*places: Path) -> dict[str, Any]:
    """How a process is started that looks for packages in these places, too."""
    path = os.pathsep.join(map(str, (ROOT, *places)))
    return {"env": {"PATH": os.environ["PATH"], "PYTHONPATH": path}, "cwd": ROOT, "text": True}


@pytest.fixture
def visit(site: Path, tmp_path: Path, program: "subprocess.Popen[str]") -> Visit:
    """Start the node in a process of its own, look around, and stop it."""
    files = tmp_path / "out", tmp_path / "err"

    def go(*, add: str = "", disabled: str = "") -> dict[str, Any]:
        words = [site, *files, tmp_path / "data", disabled, add]
        print(json.dumps(list(map(str, words))), file=program.stdin, flush=True)
        code, (out, err) = int(program.stdout.readline()), (file.read_text() for file in files)
        assert code == 0, err
        return json.loads(out) | {"said": err}

    return go


def change(site: Path, old: str, new: str) -> None:
    file = site / "toolshed" / "__init__.py"
    before = file.read_text()
    assert old in before
    file.write_text(before.replace(old, new))


def test_the_sample_is_short() -> None:
    lines = sum(
        len(file.read_text().splitlines())
        for file in SAMPLE.rglob("*")
        if file.suffix in {".py", ".toml"}
    )
    assert lines < 150


def test_it_is_there_where_it_is_installed(site: Path, tmp_path: Path) -> None:
    words = [sys.executable, "-c", CHILD, str(tmp_path / "data"), "", "Ladder"]

    with subprocess.Popen(words, stdout=subprocess.PIPE, **how(site)) as running:
        said = json.loads(running.communicate("")[0])

    assert "toolshed" in said["modules"]
    assert said["tools"] == [200, "Ladder"]


def test_it_works_is_switched_off_comes_back_and_is_uninstalled(visit: Visit, site: Path) -> None:
    there = visit(add="Ladder")
    assert "toolshed" in there["modules"]
    assert there["outside"] in (302, 303, 403, 200)
    assert there["tools"] == [200, "Ladder"]
    assert there["today"] == [200, True]
    assert there["menu"] is True
    assert there["rows"] == {"toolshed_tool": 1, "toolshed_tally": 1}
    assert there["jobs"] == []

    off = visit(disabled="toolshed")
    assert "toolshed" not in off["modules"]
    assert off["tools"][0] == 404
    assert off["today"] == [200, False]
    assert off["menu"] is False
    assert off["rows"] == {"toolshed_tool": 1, "toolshed_tally": 1}

    again = visit(add="Drill")
    assert again["tools"] == [200, "Drill\nLadder"]

    shutil.rmtree(site)
    gone = visit()
    assert "toolshed" not in gone["modules"]
    assert gone["tools"][0] == 404
    assert gone["rows"] == {"toolshed_tool": 2, "toolshed_tally": 1}
    for seen in (there, off, again, gone):
        assert seen["waiting"] == []


def test_one_that_cannot_be_imported_is_left_out(visit: Visit, site: Path) -> None:
    change(site, "metadata = new_metadata()", "raise RuntimeError('the shed is on fire')")

    seen = visit()

    assert "toolshed" not in seen["modules"]
    assert "the shed is on fire" in seen["said"]
    assert seen["today"][0] == 200
    assert seen["tools"][0] == 404


def test_one_whose_slot_raises_leaves_a_banner_and_the_page(visit: Visit, site: Path) -> None:
    change(site, "    held = len", "    raise RuntimeError('no news')\n    held = len")

    seen = visit(add="Ladder")

    assert seen["today"] == [200, False]
    assert seen["banner"] is True
    assert seen["tools"] == [200, "Ladder"]


def test_one_whose_page_raises_harms_nobody_else(visit: Visit, site: Path) -> None:
    change(site, "    return PlainTextResponse", "    raise RuntimeError('no page')\n    return P")

    seen = visit(add="Ladder")

    assert seen["tools"][0] == 500
    assert seen["today"] == [200, True]
    assert seen["rows"] == {"toolshed_tool": 1, "toolshed_tally": 1}


def test_one_whose_job_raises_is_tried_again(visit: Visit, site: Path) -> None:
    change(site, "    await node.write(change)", "    raise RuntimeError('no count')")

    seen = visit(add="Ladder")

    assert seen["jobs"] == [[1, 0]]
    assert seen["tools"] == [200, "Ladder"]
    assert seen["rows"]["toolshed_tally"] == 0


def test_one_whose_handler_raises_changes_nothing(visit: Visit, site: Path) -> None:
    change(site, '    unit.later("toolshed', '    raise ValueError("x")\n    unit.later("toolshed')

    with pytest.raises(AssertionError, match="ValueError: x"):
        visit(add="Ladder")

    assert visit()["rows"] == {"toolshed_tool": 0, "toolshed_tally": 0}
