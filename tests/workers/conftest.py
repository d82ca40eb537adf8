"""One node whose jobs do what a test says."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from node.kernel.errors import TryLater
from node.kernel.module import Module
from node.kernel.node import Node
from tests.conftest import MakeNode
from tests.kernel import pins


@dataclass
class Desk:
    """Jobs of the module "desk", and what they have done."""

    done: list[str] = field(default_factory=list)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    """Jobs called `wait` go on when this is set."""
    begun: int = 0
    most: int = 0
    """How many of those were under way at the same time."""

    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def did(self, word: str) -> None:
        self.done.append(word)
        self.changed.set()

    async def until(self, holds: Callable[[], bool], seconds: float = 30) -> None:
        """Wait for the jobs; each that is done or begins makes us look again."""
        async with asyncio.timeout(seconds):
            while not holds():
                self.changed.clear()
                await self.changed.wait()

    async def work(self, node: Node, *, word: str) -> None:
        self.did(word)

    async def fail(self, node: Node, *, word: str = "") -> None:
        self.did(word)
        message = f"cannot {word}"
        raise RuntimeError(message)

    async def later(self, node: Node, *, seconds: int | None = None) -> None:
        self.did("later")
        raise TryLater("not now", None if seconds is None else timedelta(seconds=seconds))

    async def wait(self, node: Node, *, word: str = "") -> None:
        self.begun += 1
        self.most = max(self.most, self.begun)
        self.changed.set()
        try:
            await self.open.wait()
        finally:
            self.begun -= 1
        self.did(word)

    def module(self, **more: Any) -> Module:
        jobs = {"work": self.work, "fail": self.fail, "later": self.later, "wait": self.wait}
        return Module(name="desk", jobs=jobs, **more)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
async def here(make_node: MakeNode, desk: Desk) -> Node:
    return await make_node("alder", modules=pins.around(desk.module()))


Give = Callable[..., Awaitable[None]]


@pytest.fixture
def give(here: Node) -> Give:
    """Have a job done: `await give("work", word="x")`; `of=3` gives it three times."""

    async def give(kind: str, *, of: int = 1, **given: Any) -> None:
        await here.write(lambda unit: [unit.later(f"desk.{kind}", **given) for _ in range(of)])

    return give
