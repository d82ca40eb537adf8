"""Runs `folkmoot` again and again: one JSON line in, one JSON line out, a process for each.

What others made, and the vocabulary, is loaded once and for all of them; what is ours is
loaded by each process anew, in the order in which that command loads it.
"""

import importlib
import json
import os
import runpy
import signal
import sys
import tempfile
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
    for name in LOADED:
        importlib.import_module(name)
    for line in sys.stdin:
        asked = json.loads(line)
        # the child needs them as long as it lives; ours are closed in _said
        files = [tempfile.TemporaryFile("w+") for _ in range(3)]  # noqa: SIM115
        files[0].write(asked["typed"])
        files[0].seek(0)
        child = os.fork()
        if child == 0:
            _be(asked["words"], files)
            return
        _, status = os.waitpid(child, 0)
        sys.stdout.write(json.dumps(_said(status, files)) + "\n")
        sys.stdout.flush()


def _be(words: list[str], files: list[IO[str]]) -> None:
    """Become the command: its words, its three files, its way to end."""
    for number, file in enumerate(files):
        os.dup2(file.fileno(), number)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115
    signal.alarm(SECONDS)
    sys.argv = ["folkmoot", *words]
    runpy.run_module("node.cli", run_name="__main__", alter_sys=True)


def _said(status: int, files: list[IO[str]]) -> dict[str, Any]:
    texts = []
    for file in files:
        file.seek(0)
        texts.append(file.read())
        file.close()
    return {"code": os.waitstatus_to_exitcode(status), "out": texts[1], "err": texts[2]}


if __name__ == "__main__":
    main()
