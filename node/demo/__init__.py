"""`make demo`: three communities on loopback whose invented people need, offer and decide.

The story begins some days ago and is told through the same doors that members use; when
it has caught up with the present, the pages are there to walk in.
"""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

from node import stage
from node.demo import story
from node.demo.people import PASSWORD, PLACES

DONE = "story-told"
"""The file that says the folder holds the whole story."""


async def run(folder: Path, *, first_port: int, say: Callable[[str], None]) -> None:
    """Tell the story if the folder does not hold it yet, then serve until cancelled."""
    names = tuple(PLACES)
    told = folder / DONE
    if not await asyncio.to_thread(told.exists):
        await asyncio.to_thread(_clear, folder, names)
    new = not await asyncio.to_thread(told.exists)
    clock = stage.Behind(days=story.DAYS if new else 0)
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
        await asyncio.Event().wait()


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
