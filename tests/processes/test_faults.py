"""Disks that are full, read-only or failing: what was acknowledged stays, and the node stays up."""

import contextlib
import json
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.processes.conftest import Answer, House, Person, Town, wait_until
from tests.servers import hidden_fields, need

pytestmark = pytest.mark.processes

SIZE = 16 * 2**20
"""Bytes of the disk; the data of a new node take one of these sixteen."""
MOST = 400
"""Writes after which a disk that should be full is not."""

LOOK = """
import json, sqlite3, sys
with sqlite3.connect(sys.argv[1], timeout=20) as db:
    db.execute("PRAGMA query_only=ON")
    print(json.dumps(db.execute(sys.argv[2]).fetchall()))
"""

FORM = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}


class Disk:
    """A small disk of a house's own, which can be filled and shut."""

    def __init__(self, town: Town, folder: Path, size: int = SIZE) -> None:
        self.town = town
        self.folder = folder
        folder.mkdir()
        self.mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs")
        self.inside = town.inside(folder)
        """The same place, seen from outside of the town."""

    def mount(self, *options: str) -> None:
        self.town.enter("mount", *options, str(self.folder))

    @contextlib.contextmanager
    def full(self) -> Iterator[None]:
        filler = self.inside / "filler"
        with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
            for size in (2**20, 4096):
                with contextlib.suppress(OSError):
                    while file.write(bytes(size)) == size:
                        pass
        try:
            yield
        finally:
            filler.unlink()

    @contextlib.contextmanager
    def shut(self) -> Iterator[None]:
        self.mount("-o", "remount,ro")
        try:
            yield
        finally:
            self.mount("-o", "remount,rw")


class Small(House):
    """A node on a disk of its own."""

    disk: Disk

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """From inside: SQLite follows every link to its end, which lies elsewhere out here."""
        words = ["-c", LOOK, str(self.data / "folkmoot.db"), query]
        with self.town.begin(words, stdout=subprocess.PIPE) as child:
            out, _ = child.communicate(timeout=20)
        return [tuple(row) for row in json.loads(out)]

    @contextlib.contextmanager
    def failing(self, calls: str, error: str) -> Iterator[None]:
        """Have the system refuse what the node asks of the disk."""
        assert self.process
        words = [need("strace"), "-f", "-o", "/dev/null", "-p", str(self.process.pid)]
        words += ["-e", f"trace={calls}", "-e", f"inject={calls}:error={error}"]
        with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as tracer:
            assert tracer.stderr
            assert "attached" in tracer.stderr.readline()
            try:
                yield
            finally:
                tracer.send_signal(signal.SIGINT)
                tracer.communicate(timeout=20)


@pytest.fixture(scope="module")
def here(
    town: Town, founded: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Small]:
    """A node on a small disk, with a member who writes."""
    folder = tmp_path_factory.mktemp("small")
    made = Small(town, "alder", folder / "disk")
    made.log = folder / "log"
    made.disk = Disk(town, folder / "disk")
    shutil.copytree(founded("alder"), made.disk.inside / "data")
    made.serve()
    yield made
    if made.process and made.process.poll() is None:
        made.end(signal.SIGKILL)


@pytest.fixture(scope="module")
def token(here: Small) -> str:
    return here.member("ana")


@pytest.fixture(scope="module")
def ana(here: Small, token: str) -> Person:
    return Person(here, "ana")


def large(words: str, to: str = "https://www.w3.org/ns/activitystreams#Public") -> dict[str, Any]:
    note = {"type": "Note", "content": f"<p>{words}</p>" + "<p>x</p>" * 2000, "to": [to]}
    context = "https://www.w3.org/ns/activitystreams"
    return {"@context": context, "type": "Create", "object": note, "to": [to]}


def write(here: Small, token: str, words: str) -> Answer:
    """Say something, by a program."""
    return here.send("ana", token, large(words))


def send_form(here: Small, ana: Person, words: str) -> Answer:
    """Say something, in a browser."""
    path = "/notes"
    said = {**hidden_fields(ana.get(path), path), "text": words, "reach": "public", "lang": "en"}
    return here.town.ask(
        "POST", here.origin + path, urlencode(said), jar=ana.jar,
        **{"origin": here.origin, **FORM},
    )  # fmt: skip


def kept(here: Small) -> set[str]:
    return {id for (id,) in here.rows("SELECT activity FROM letter WHERE way = 'out'")}


@pytest.fixture(scope="module")
def acknowledged() -> set[str]:
    """The ids of everything that was answered with 201, whatever happened meanwhile."""
    return set()


def whole(here: Small, acknowledged: set[str]) -> None:
    """Nothing is lost, and the file is in order."""
    assert acknowledged <= kept(here)
    said = here.run("check").out.splitlines()
    # birch was switched off and stays off, maybe just before it was asked
    said = [line for line in said if line != "Catching up with birch.test: E_UNREACHABLE."]
    assert said == ["Everything holds."]
    assert here.rows("PRAGMA integrity_check") == [("ok",)]


FAULTS: dict[str, Callable[[Small], Any]] = {
    "full": lambda here: here.disk.full(),
    "no sync": lambda here: here.failing("fsync,fdatasync", "EIO"),
    "no write": lambda here: here.failing("pwrite64,ftruncate,fallocate", "EIO"),
    "read-only": lambda here: here.failing("pwrite64,ftruncate,fallocate", "EROFS"),
}


@pytest.mark.parametrize("fault", list(FAULTS))
def test_who_reads_is_served_and_who_writes_is_told(
    here: Small, token: str, ana: Person, acknowledged: set[str], fault: str
) -> None:
    def wrote(words: str) -> Answer:
        answer = write(here, token, words)
        if answer.status == 201:
            acknowledged.add(answer.headers["location"])
        return answer

    assert wrote("before").status == 201
    with FAULTS[fault](here):
        answers = (wrote(f"{fault} {n}") for n in range(MOST))
        refused = next(answer for answer in answers if answer.status != 201)
        forms = (send_form(here, ana, f"By hand {n}") for n in range(MOST))
        told = next(answer for answer in forms if answer.status != 303)
        ana.get("/")

    assert (refused.status, told.status) == (503, 503)
    assert json.loads(refused.body)["code"] == "E_DATABASE"
    assert "not known whether this was kept" in told.body
    assert "By hand" in told.body
    wait_until(lambda: wrote("after").status == 201, "writing again")
    assert acknowledged <= kept(here)


def test_a_letter_for_which_there_is_no_room_comes_later_and_once(
    here: Small, birch: House, token: str
) -> None:
    ben = birch.member("ben")
    birch.serve()
    came = "SELECT count(*) FROM letter WHERE way = 'in' AND actor LIKE '%/u/ben'"
    with here.disk.full():
        # fill what the database has set aside for itself
        assert any(write(here, token, f"last {n}").status == 503 for n in range(MOST))
        answer = birch.send("ben", ben, large("Good morning", to="https://alder.test/u/ana"))
        assert answer.status == 201
        wait_until(lambda: birch.rows("SELECT 1 FROM host WHERE failures > 0"), "a refusal")
        assert here.rows(came) == [(0,)]

    again = {"say": "again", "domain": "alder.test", "reason": "There is room again."}
    Person(birch, "keeper").send("/desk/queue", again, form="/desk/queue?at=alder.test")
    wait_until(lambda: here.rows(came) == [(1,)], "the letter")
    birch.end()


def test_killed_at_a_commit_that_failed_it_begins_again(
    here: Small, token: str, acknowledged: set[str]
) -> None:
    with here.failing("fsync,fdatasync", "EIO"):
        assert write(here, token, "perhaps").status == 503
        here.end(signal.SIGKILL)

    here.serve()

    whole(here, acknowledged)
    assert write(here, token, "once more").status == 201


@pytest.mark.parametrize("words", [("member", "add", "new"), ("backup", "{disk}/copy.tar.gz")])
def test_commands_say_that_there_is_no_room(here: Small, token: str, words: tuple[str]) -> None:
    spelt = [one.format(disk=here.disk.folder) for one in words]
    with here.disk.full():
        assert any(write(here, token, f"last {n}").status == 503 for n in range(MOST))
        said = here.run(*spelt)

        assert (said.code, said.out) == (1, "")
        assert "full" in said.err
        assert "Traceback" not in said.err
        assert not (here.disk.inside / "copy.tar.gz").exists()

    assert here.run(*spelt).code == 0


def test_in_a_folder_that_is_read_only_it_stops_with_a_sentence(
    here: Small, acknowledged: set[str]
) -> None:
    here.end(signal.SIGKILL)
    with here.disk.shut():
        for words in (("serve", "--port", "8443"), ("member", "add", "other")):
            said = here.run(*words)
            assert (said.code, said.out) == (1, "")
            assert "read-only" in said.err.lower(), said
            assert "Traceback" not in said.err

    here.serve()
    whole(here, acknowledged)
