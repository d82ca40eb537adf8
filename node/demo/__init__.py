"""`make demo`: three communities on loopback whose invented people need, offer and decide.

The story begins some days ago and is told through the same doors that members use; when
it has caught up with the present, the pages are there to walk in. Whoever started it can
let days pass, so that votes close, decisions cool off and reviews fall due.
"""

import asyncio
import contextlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from node import stage
from node.demo import story
from node.demo.people import PASSWORD, PLACES
from workers import running

DONE = "story-told"
"""The file that says the folder holds the whole story."""
AHEAD = "days-ahead"
"""The file that says by how many days the story is ahead of the real time."""
LONGEST = 400
"""So many days pass at once at most."""


async def run(folder: Path, *, first_port: int, say: Callable[[str], None]) -> None:
    """Tell the story if the folder does not hold it yet, then serve until cancelled."""
    names = tuple(PLACES)
    told, ahead = folder / DONE, folder / AHEAD
    if not await asyncio.to_thread(told.exists):
        await asyncio.to_thread(_clear, folder, names)
    new = not await asyncio.to_thread(told.exists)
    clock = stage.Behind(days=story.DAYS if new else -await asyncio.to_thread(_ahead, ahead))
    async with stage.opened(
        folder,
        names,
        first_port=first_port,
        clock=clock,
        match_delay_least_seconds=1.0,
        match_delay_most_seconds=3.0,
        log_level="WARNING",
    ) as opened:
        if new:
            say("Telling the story; this takes about a minute.")
            await story.tell(opened, say)
            await asyncio.to_thread(told.touch)
        for line in leaflet(opened):
            say(line)
        due: asyncio.Queue[int] = asyncio.Queue()
        with _listening(lambda line: _pass(line, due, ahead, say), say):
            await _let_pass(due, opened, say)


@contextlib.contextmanager
def _listening(hear: Callable[[str], None], say: Callable[[str], None]) -> Iterator[None]:
    """Hear each line that is typed, if anything can be typed at all."""
    loop = asyncio.get_running_loop()

    def come() -> None:
        # not by readline, which would keep the second of two lines back
        if not (said := os.read(sys.stdin.fileno(), 4096)):
            loop.remove_reader(sys.stdin)
        for line in said.decode(errors="replace").splitlines():
            hear(line)

    try:
        loop.add_reader(sys.stdin, come)
    except (OSError, ValueError):  # a file, or nothing: nobody types there
        yield
        return
    say("To let days pass, type how many and press Enter; each takes a second or two.")
    yield
    loop.remove_reader(sys.stdin)


def _pass(line: str, due: asyncio.Queue[int], ahead: Path, say: Callable[[str], None]) -> None:
    """Have as many days pass as a line says."""
    if (days := passing(line)) is None:
        say(f"Type a number of days, from 1 to {LONGEST}.")
        return
    ahead.write_text(str(_ahead(ahead) + days), "utf-8")
    due.put_nowait(days)


async def _let_pass(
    due: asyncio.Queue[int], opened: stage.Stage, say: Callable[[str], None]
) -> None:
    """Let days pass whenever it was asked for, until cancelled.

    One after the other: what all at once would skip is done on its day, and heard of by the
    other nodes before the next. Else what one of them decided in time came too late. What is
    done again and again waits for its next time before the next day comes: a worker sees to
    that once a minute only, in which a week may pass here.
    """
    while True:
        for days in steps(await due.get()):
            for node in opened.nodes.values():
                await running.repeat(node)
            opened.clock.hurry(days=days)
            for node in opened.nodes.values():
                node.wake()
            await asyncio.sleep(PAUSE)
        say(f"It is {opened.clock():%A, %d %B %Y} now. What is due is done within some seconds.")


PAUSE = 1.5
"""Seconds for what is due on a day."""
MOST_STEPS = 40


def steps(days: int) -> list[int]:
    """Days in steps, of one each where they are not many.

    >>> steps(3), len(steps(400)), sum(steps(401))
    ([1, 1, 1], 40, 401)
    """
    many = min(days, MOST_STEPS)
    return [days * (n + 1) // many - days * n // many for n in range(many)]


def passing(line: str) -> int | None:
    """How many days are to pass; None where the line does not say.

    >>> passing("7"), passing("a week"), passing("0")
    (7, None, None)
    """
    said = line.strip()
    days = int(said) if said.isascii() and said.isdecimal() and len(said) < 5 else 0
    return days if 0 < days <= LONGEST else None


def _ahead(file: Path) -> int:
    """By how many days the story is ahead since an earlier run."""
    return int(file.read_text("utf-8")) if file.exists() else 0


def leaflet(opened: stage.Stage) -> list[str]:
    """Where to go and whom to be, as lines for the terminal."""
    lines = [""]
    for name, node in opened.nodes.items():
        people = ", ".join(p.handle for p in PLACES[name].people)
        lines.append(f"{node.community.name}: {node.origin}/sign-in")
        lines.append(f"    sign in as {people} (the first keeps the node)")
    lines += ["", f'    everybody\'s password: "{PASSWORD}"', "", "Stop with Ctrl-C."]
    return lines


def _clear(folder: Path, names: tuple[str, ...]) -> None:
    """Remove a story that was not told to its end."""
    for name in names:
        shutil.rmtree(folder / name, ignore_errors=True)
    (folder / AHEAD).unlink(missing_ok=True)
