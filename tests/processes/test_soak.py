"""For as long as one wants (R-21): kills and failing disks by chance, and a look after each.

`make soak MINUTES=120`; FOLKMOOT_TEST_SEED chooses another course of events.
"""

import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.processes.conftest import House, Town, wait_until
from tests.processes.test_faults import FAULTS, Disk, Small, kept
from tests.processes.test_killed import note

MINUTES = float(os.environ.get("FOLKMOOT_TEST_MINUTES", "0"))
SEED = int(os.environ.get("FOLKMOOT_TEST_SEED", "1"))
SIZE = 128 * 2**20
GROWTH = 40 * 2**20
"""Bytes by which a process that lives on may grow."""

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(not MINUTES, reason="takes as long as one wants: make soak MINUTES=…"),
]


class Course:
    """Two nodes, one of them on a disk of its own, and what happens to them."""

    def __init__(self, here: Small, there: House, token: str) -> None:
        self.here, self.there, self.token = here, there, token
        self.chance = random.Random(SEED)
        self.acknowledged: set[str] = set()
        self.events: dict[str, Callable[[], None]] = {
            "sender killed": lambda: self.kill(here),
            "receiver killed": lambda: self.kill(there),
        }
        for name in FAULTS:
            self.events[name] = self._failing(name)

    def write(self, times: int) -> bool:
        """Say something; whether the last of it was acknowledged."""
        status = 0
        for _ in range(times):
            answer = self.here.send("ana", self.token, note(f"at {time.time_ns()}"))
            status = answer.status
            assert status in (0, 201, 503), answer
            if status == 201:
                self.acknowledged.add(answer.headers["location"])
        return status == 201

    def kill(self, house: House) -> None:
        self.write(self.chance.randint(0, 5))
        house.end(signal.SIGKILL)
        house.serve()

    def _failing(self, name: str) -> Callable[[], None]:
        def fail() -> None:
            with FAULTS[name](self.here):
                self.write(self.chance.randint(1, 40))
                killed = self.chance.random() < 0.3
                if killed:
                    self.here.end(signal.SIGKILL)
            if killed:
                self.here.serve()

        return fail

    def look(self) -> None:
        """Nothing that was acknowledged is lost, here or there, and nothing came twice."""
        wait_until(lambda: self.write(1), "writing again")
        assert self.acknowledged <= kept(self.here)
        assert self.here.rows("PRAGMA integrity_check") == [("ok",)]
        wait_until(self._all_there, "the arrival of all that was said", seconds=300)
        known = "SELECT count(*), count(DISTINCT activity) FROM letter WHERE way = 'in'"
        ((stored, different),) = self.there.rows(known)
        assert stored == different
        for house in (self.here, self.there):
            said = house.run("check")
            assert said.out.endswith("Everything holds.\n"), said

    def _all_there(self) -> bool:
        came = {id for (id,) in self.there.rows("SELECT activity FROM letter WHERE way = 'in'")}
        return self.acknowledged <= came


@pytest.fixture
def course(
    town: Town,
    birch: House,
    founded: Callable[[str], Path],
    tmp_path: Path,
) -> Iterator[Course]:
    here = Small(town, "alder", tmp_path / "disk")
    here.log = tmp_path / "log"
    here.disk = Disk(town, tmp_path / "disk", SIZE)
    shutil.copytree(founded("alder"), here.disk.inside / "data")
    ana, ben = here.member("ana"), birch.member("ben")
    here.serve()
    birch.serve()
    follow = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "type": "Follow", "object": "https://alder.test/u/ana", "to": ["https://alder.test/u/ana"],
    }  # fmt: skip
    assert birch.send("ben", ben, follow).status == 201
    accepted = "SELECT 1 FROM follow WHERE state = 'accepted'"
    wait_until(lambda: birch.rows(accepted) and here.rows(accepted), "the follow")
    yield Course(here, birch, ana)
    for house in (here, birch):
        if house.process and house.process.poll() is None:
            house.end(signal.SIGKILL)


def memory(house: House) -> tuple[int, int]:
    """Of which process, and the bytes that it holds."""
    assert house.process
    pages = Path(f"/proc/{house.process.pid}/statm").read_text().split()[1]
    return house.process.pid, int(pages) * os.sysconf("SC_PAGE_SIZE")


def test_whatever_happens_for_long(course: Course) -> None:
    until = time.monotonic() + 60 * MINUTES
    happened: list[str] = []
    held: dict[int, int] = {}
    while time.monotonic() < until or not happened:
        happened.append(course.chance.choice(list(course.events)))
        try:
            course.events[happened[-1]]()
            course.look()
        except BaseException:
            print(f"seed {SEED}: {', '.join(happened)}")
            raise
        for house in (course.here, course.there):
            process, size = memory(house)
            assert size - held.setdefault(process, size) < GROWTH, happened
    print(f"seed {SEED}: {len(happened)} events, {len(course.acknowledged)} letters")
