"""Runs `folkmoot` again and again: one JSON line in, one JSON line out, a process for each.

What others made, and the vocabulary, is loaded once and for all of them. What is ours is
loaded by each process anew, in the order in which that command loads it; or, if the starter
was told `ready`, once and for all as well.
"""

import gc
import importlib
import json
import os
import runpy
import signal
import sys
import tempfile
from pathlib import Path
from typing import IO, Any

LOADED = (
    "aiohttp", "alembic.autogenerate", "alembic.command", "asyncio", "asyncpg", "greenlet",
    "httptools", "jinja2.ext", "jsonschema_rs", "nh3", "sqlalchemy.dialects.postgresql.asyncpg",
    "sqlalchemy.dialects.sqlite", "sqlalchemy.ext.asyncio", "sqlite3",
    "starlette.applications", "uvicorn", "uvloop", "vocab.types", "xml.etree.ElementTree",
)  # fmt: skip
SECONDS = 60
"""After which a command that does not end is ended."""


def main() -> None:
    gc.disable()
    for name in LOADED:
        importlib.import_module(name)
    if sys.argv[1:] == ["ready"]:
        _load_ours()
    gc.collect()
    gc.enable()
    gc.freeze()  # else each child copies what its collector looks at
    for line in sys.stdin:
        asked = json.loads(line)
        if pid := asked.get("ended"):
            _answer({"code": _code(pid)})
        elif "log" in asked:
            with Path(os.devnull).open() as nothing, Path(asked["log"]).open("a") as log:
                pid = os.fork()
                if pid == 0:
                    os.environ.update(asked["settings"])
                    _be(asked["words"], [nothing, log, log])
                    return
            _answer({"pid": pid})
        else:
            # the child needs them as long as it lives; ours are closed in _said
            files = [tempfile.TemporaryFile("w+") for _ in range(3)]  # noqa: SIM115
            files[0].write(asked["typed"])
            files[0].seek(0)
            pid = os.fork()
            if pid == 0:
                signal.alarm(SECONDS)
                _be(asked["words"], files)
                return
            _answer({"code": _code(pid), **_said(files)})


def _load_ours() -> None:
    """All but the command line itself, which runs as the program."""
    for name in ("node.commands", "node.main", "node.serving"):
        importlib.import_module(name)
    importlib.import_module("node.kernel.module").installed()


def _be(words: list[str], files: list[IO[str]]) -> None:
    """Become the command: its words, its three files, its way to end."""
    for number, file in enumerate(files):
        os.dup2(file.fileno(), number)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115
    sys.argv = ["folkmoot", *words]
    runpy.run_module("node.cli", run_name="__main__", alter_sys=True)


def _code(pid: int) -> int:
    """How it ended; waits for that."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _answer(said: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


def _said(files: list[IO[str]]) -> dict[str, str]:
    texts = []
    for file in files:
        file.seek(0)
        texts.append(file.read())
        file.close()
    return {"out": texts[1], "err": texts[2]}


if __name__ == "__main__":
    main()
