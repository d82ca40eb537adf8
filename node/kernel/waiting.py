"""What is handed to a thread, and handed back to whoever waits for it on a loop.

An executor of Python's does the same with locks and two futures for each question, which takes
longer than many a question.
"""

import asyncio
import contextlib
import math
import queue
import threading
import time
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


PATIENCE = 0.02
"""Seconds that a question waits behind another before one more thread is called."""
_NEVER = math.inf


class Readers:
    """Threads that call `look(question, args)`: one, and more while that one is held up.

    Most questions take less than what threads take from one another, each of which must have
    the interpreter's lock to itself: four of them need a third more of a processor for the same
    page than one. So the others, at most `most - 1`, help only while a question waits behind a
    long one.
    """

    def __init__(self, most: int, look: Callable[[Task, tuple[Any, ...]], Any]) -> None:
        self._most = most
        self._look = look
        self._queue: queue.SimpleQueue[Entry | None] = queue.SimpleQueue()
        self._calls: queue.SimpleQueue[bool] = queue.SimpleQueue()
        """One for each that is called to help; false to end."""
        self._threads: list[threading.Thread] = []
        self._since: list[float] = []
        """By thread: when it took up what it is at; `_NEVER` if it is at nothing."""
        self._watched = -_NEVER
        self._closed = False

    def ask(self, question: Task, args: tuple[Any, ...]) -> "asyncio.Future[Any]":
        """Have one of them answer a question.

        Raises:
            RuntimeError: they were closed.
        """
        if self._closed:
            message = "a database that is closed was asked"
            raise RuntimeError(message)
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        self._queue.put(Entry(question, args, future))
        if not self._threads:
            self._begin(self._run)
        if time.monotonic() - self._watched > 2 * PATIENCE:
            self._watch(loop)
        return future

    def close(self) -> None:
        """Let them answer what they were asked, and end."""
        self._closed = True
        if self._threads:
            self._queue.put(None)
        for _ in self._threads[1:]:
            self._calls.put(False)
        for thread in self._threads:
            thread.join()

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        self._watched = time.monotonic()
        loop.call_later(PATIENCE, self._see, loop)

    def _see(self, loop: asyncio.AbstractEventLoop) -> None:
        """While somebody waits: call one more if all that are at work are held up."""
        if self._closed or self._queue.empty():
            self._watched = -_NEVER
            return
        self._watch(loop)
        at_work = [since for since in self._since if since < _NEVER]
        held_up = self._is_held_up() and max(at_work, default=_NEVER) < time.monotonic() - PATIENCE
        if held_up and len(at_work) < self._most:
            if len(at_work) == len(self._threads):
                self._begin(self._help)
            self._calls.put(True)

    def _is_held_up(self) -> bool:
        """Whether the one that answers all is at something long."""
        return self._since[0] < time.monotonic() - PATIENCE

    def _begin(self, work: Callable[[int], None]) -> None:
        thread = threading.Thread(
            target=work, args=(len(self._threads),), name="reader", daemon=True
        )
        self._since.append(_NEVER)
        self._threads.append(thread)
        thread.start()

    def _run(self, number: int) -> None:
        # no name holds on to an answer while nothing is asked
        while self._answer(number, self._queue.get()):
            pass

    def _help(self, number: int) -> None:
        while self._calls.get():
            with contextlib.suppress(queue.Empty):
                while self._is_held_up() and self._answer(number, self._queue.get_nowait()):
                    pass

    def _answer(self, number: int, entry: Entry | None) -> bool:
        """Answer, unless whoever asked has given up; false when the queue was closed."""
        if entry is None:
            if number:
                self._queue.put(None)  # which is for the first
            return False
        if not entry.future.done():
            self._since[number] = time.monotonic()
            outcome = self._outcome(entry)
            self._since[number] = _NEVER
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
