"""What a test process does until all tests are loaded.

Several processes compile them together where nothing is compiled yet, as in a fresh clone: each
begins with a part of its own, and finds what the others have compiled when it comes to theirs.
"""

import contextlib
import gc
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def pytest_configure() -> None:
    gc.disable()  # until all is loaded, which stays


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Load first what no other process begins with; what cannot be loaded is told of later."""
    given = getattr(session.config, "workerinput", None)
    if given is None:
        return
    number = int(given["workerid"].removeprefix("gw"))
    files = sorted(set(_files(session.config)), key=lambda file: (file.stat().st_size, file))
    for file in files[number :: given["workercount"]]:
        name = ".".join(file.relative_to(ROOT).with_suffix("").parts)
        with contextlib.suppress(Exception, pytest.skip.Exception):
            importlib.import_module(name)


def _files(config: pytest.Config) -> Iterator[Path]:
    for given in config.args:
        folder = (config.invocation_params.dir / given).resolve()
        if folder.is_dir() and folder.is_relative_to(ROOT):
            yield from folder.glob("test_*.py")
            yield from folder.glob("*/test_*.py")


def pytest_collection_finish() -> None:
    """What was loaded stays to the end: nobody need look again and again whether it is waste."""
    gc.freeze()
    gc.enable()
    gc.set_threshold(100_000, 50, 1000)
