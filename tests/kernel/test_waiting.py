"""Who answers what is asked of a database in one file: one thread, and more behind a long one."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from node.kernel import waiting
from node.kernel.waiting import Readers, Task


def called(task: Task, args: tuple[Any, ...]) -> Any:
    return task(*args)


@pytest.fixture
def readers() -> Iterator[Readers]:
    made = Readers(3, called)
    yield made
    made.close()


async def test_one_thread_answers_all_that_is_short(
    readers: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "PATIENCE", 3600.0)

    for _ in range(3):
        asked = [readers.ask(threading.get_ident, ()) for _ in range(50)]
        assert len(set(await asyncio.gather(*asked))) == 1

    assert len(readers._threads) == 1


async def test_behind_a_long_one_others_are_answered(readers: Readers) -> None:
    for _ in range(3):
        over = [threading.Event() for _ in range(2)]
        long = [readers.ask(one.wait, ()) for one in over]

        asked = [readers.ask(threading.get_ident, ()) for _ in range(50)]
        await asyncio.gather(*asked)
        assert not any(one.done() for one in long)

        for one in over:
            one.set()
        assert await asyncio.gather(*long) == [True, True]

    assert len(readers._threads) == 3


async def test_behind_as_many_long_ones_as_there_may_be_others_wait(readers: Readers) -> None:
    over, begun = threading.Event(), threading.Semaphore(0)

    def long() -> bool:
        begun.release()
        return over.wait()

    held = [readers.ask(long, ()) for _ in range(3)]
    for _ in held:
        assert await asyncio.to_thread(begun.acquire, timeout=60)
    late = readers.ask(threading.get_ident, ())
    for _ in range(3):
        readers._see(asyncio.get_running_loop())
    assert not late.done()
    assert readers._calls.empty()

    over.set()
    assert await asyncio.gather(*held) == [True] * 3
    assert await late
    assert len(readers._threads) == 3


async def test_what_was_asked_is_answered_before_the_end() -> None:
    readers, over = Readers(3, called), threading.Event()
    held = [readers.ask(over.wait, ()) for _ in range(2)]
    asked = [readers.ask(threading.get_ident, ()) for _ in range(20)]
    await asyncio.gather(*asked)
    last = [readers.ask(threading.get_ident, ()) for _ in range(20)]

    over.set()
    await asyncio.to_thread(readers.close)

    await asyncio.gather(*held, *last)
    assert not any(one.is_alive() for one in readers._threads)
    with pytest.raises(RuntimeError, match="closed"):
        readers.ask(threading.get_ident, ())
