"""What is handed to a thread, and handed back to whoever waits for it on a loop.

An executor of Python's does the same with locks and two futures for each question, which takes
longer than many a question.
"""

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable
from typing import Any, NamedTuple

Task = Callable[..., Any]


class Entry(NamedTuple):
    """Something to be done for somebody."""

    task: Task
    args: tuple[Any, ...]
    future: "asyncio.Future[Any]"


class Outcome(NamedTuple):
    """What came of it."""

    future: "asyncio.Future[Any]"
    result: Any
    problem: BaseException | None


class Readers:
    """Threads that call `look(question, args)`, at most so many, begun when they are needed."""

    def __init__(self, most: int, look: Callable[[Task, tuple[Any, ...]], Any]) -> None:
        self._most = most
        self._look = look
        self._queue: queue.SimpleQueue[Entry | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._idle: list[None] = []
        """One for each thread that waits for a question, or is about to."""
        self._closed = False

    def ask(self, question: Task, args: tuple[Any, ...]) -> "asyncio.Future[Any]":
        """Have one of them answer a question.

        Raises:
            RuntimeError: they were closed.
        """
        if self._closed:
            message = "a database that is closed was asked"
            raise RuntimeError(message)
        future = asyncio.get_running_loop().create_future()
        self._queue.put(Entry(question, args, future))
        try:
            self._idle.pop()
        except IndexError:
            if len(self._threads) < self._most:
                self._begin()
        return future

    def close(self) -> None:
        """Let them answer what they were asked, and end."""
        self._closed = True
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join()

    def _begin(self) -> None:
        thread = threading.Thread(target=self._run, name="reader", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _run(self) -> None:
        # no name holds on to an answer while nothing is asked
        while self._answer(self._queue.get()):
            pass

    def _answer(self, entry: Entry | None) -> bool:
        """Answer, unless whoever asked has given up; false when the queue was closed."""
        if entry is None:
            return False
        outcome = None if entry.future.done() else self._outcome(entry)
        self._idle.append(None)
        if outcome is not None:
            tell([outcome])
        return True

    def _outcome(self, entry: Entry) -> Outcome:
        try:
            return Outcome(entry.future, self._look(entry.task, entry.args), None)
        except BaseException as error:  # noqa: BLE001 - handed to whoever asked
            return Outcome(entry.future, None, error)


def tell(outcomes: list[Outcome]) -> None:
    """Wake those who wait, those of one loop at once: each waking is a system call."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Outcome]] = {}
    for one in outcomes:
        by_loop.setdefault(one.future.get_loop(), []).append(one)
    for loop, theirs in by_loop.items():
        with contextlib.suppress(RuntimeError):  # nobody waits on a loop that was closed
            loop.call_soon_threadsafe(_settle, theirs)


def _settle(outcomes: list[Outcome]) -> None:
    for future, result, problem in outcomes:
        if future.done():
            continue
        if problem is None:
            future.set_result(result)
        elif isinstance(problem, StopIteration):
            # a future refuses to carry this one, and whoever asked would wait for ever
            future.set_exception(RuntimeError(repr(problem)))
        else:
            future.set_exception(problem)
