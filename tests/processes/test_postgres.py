"""The commands on PostgreSQL: serving, working apart, killed, and a server that goes away."""

import asyncio
import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.processes.conftest import PASSWORD, House, Left, Town, wait_until
from tests.processes.test_killed import note, notes
from tests.servers import Postgres, need, running_postgres, swift

pytestmark = [pytest.mark.processes, pytest.mark.postgres]


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """A server of these tests' own, which they may stop; what it has said it has kept."""
    with running_postgres(swift()) as found:
        asyncio.run(found.run("ALTER DATABASE app SET synchronous_commit = on"))
        yield found


class Settled(House):
    """A node on PostgreSQL, reached through a socket: the network of the town is its own."""

    server: Postgres
    worker: Left | None = None

    def settle(self, data: Path, **settings: str) -> None:
        """Write the settings of a data folder."""
        data.mkdir(exist_ok=True)
        given = {"database": self.address("app"), **settings}
        lines = [f"{name} = {json.dumps(value)}" for name, value in given.items()]
        (data / "folkmoot.toml").write_text("\n".join(lines))

    def address(self, name: str) -> str:
        return self.server.at(name)

    def rows(self, query: str, name: str = "app") -> list[tuple[Any, ...]]:
        async def look() -> list[tuple[Any, ...]]:
            db = await asyncpg.connect(self.server.at(name).replace("+asyncpg", ""))
            try:
                return [tuple(row) for row in await db.fetch(query)]
            finally:
                await db.close()

        return asyncio.run(look())

    def work(self, **settings: str) -> None:
        """Begin to work beside the process that serves, in the place of who does."""
        if self.worker and self.worker.poll() is None:
            assert self.stop_work() == 0
        words = ("work", "--data", str(self.data))
        worked = self._beginnings()
        self.worker = self.town.leave(*words, log=self.log, settings=settings)
        # one that begins while its server is away says so and ends
        wait_until(lambda: self._beginnings() > worked, "the worker's beginning")

    def _beginnings(self) -> int:
        """How often a worker has begun."""
        return self.log.read_text().count("Working.") if self.log.exists() else 0

    def stop_work(self, signum: int = signal.SIGTERM) -> int:
        assert self.worker
        self.worker.send_signal(signum)
        return self.worker.wait(timeout=25)


@pytest.fixture(scope="module")
def here(
    town: Town, server: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settled]:
    """Alder on PostgreSQL, founded by command; it serves, and does no work by itself."""
    made = Settled(town, "alder", tmp_path_factory.mktemp("settled"))
    made.server = server
    made.settle(made.data)
    said = made.run(
        "init", "--origin", made.origin, "--community", "Alder", "--handle", "alder",
        "--admin", "keeper", "--admin-password-stdin", typed=PASSWORD,
    )  # fmt: skip
    assert (said.code, said.out) == (0, "Alder is founded at https://alder.test.\n"), said.err
    made.serve(FOLKMOOT_WORKER="0")
    yield made
    for child in (made.process, made.worker):
        if child and child.poll() is None:
            child.send_signal(signal.SIGKILL)
            child.wait(timeout=25)


@pytest.fixture(scope="module")
def ana(here: Settled, birch: House) -> str:
    """A member whom Ben of birch follows; her token."""
    here.work()
    token, ben = here.member("ana"), birch.member("ben")
    birch.serve()
    follow = {"@context": "https://www.w3.org/ns/activitystreams", "type": "Follow",
              "object": "https://alder.test/u/ana", "to": ["https://alder.test/u/ana"]}  # fmt: skip
    assert birch.send("ben", ben, follow).status == 201
    wait_until(lambda: birch.rows("SELECT 1 FROM follow WHERE state = 'accepted'"), "the follow")
    return token


def arrived(birch: House, words: str) -> int:
    return notes(birch).count(f"<p>{words}</p>")


def test_members_and_tokens_by_command(here: Settled, town: Town) -> None:
    said = here.run("member", "add", "mia", "--display", "Mia")
    assert said.code == 0, said.err
    assert "mia\tmember\tMia" in here.run("member", "list").out.splitlines()
    assert here.run("member", "link", "mia").out.startswith("https://alder.test/sign-in/link")
    bearer = {"authorization": f"Bearer {here.run('token', 'mia').out.strip()}"}

    assert town.ask("GET", "https://alder.test/u/mia/inbox", None, **bearer).status == 200
    again = here.run("member", "add", "mia")
    assert (again.code, again.out) == (1, "")
    assert "Traceback" not in again.err


def test_a_migration_beside_it_is_refused(here: Settled) -> None:
    said = here.run("migrate")

    assert said.code == 1
    assert "is running already" in said.err


def test_a_worker_killed_in_the_middle_is_followed_by_another(
    here: Settled, birch: House, ana: str
) -> None:
    for number in range(6):
        assert here.send("ana", ana, note(f"first {number}")).status == 201
    here.stop_work(signal.SIGKILL)
    for number in range(6, 9):
        assert here.send("ana", ana, note(f"first {number}")).status == 201

    # what the killed one held comes back with its lease, a minute later; nobody waits here
    here.rows("UPDATE job SET leased_until = now() WHERE token IS NOT NULL")
    here.work()

    wait_until(lambda: all(arrived(birch, f"first {n}") for n in range(9)), "all of them")
    assert {arrived(birch, f"first {n}") for n in range(9)} == {1}
    assert here.stop_work() == 0
    assert here.rows("SELECT id FROM job WHERE token IS NOT NULL") == []


def test_news_come_by_redis_and_work_goes_on_without(
    here: Settled, birch: House, town: Town, ana: str
) -> None:
    port = "6390"
    words = [str(need("redis")), "--port", port, "--bind", "127.0.0.1", "--save", ""]
    redis = town.launch(*words, "--appendonly", "no", "--dir", "/tmp")
    address = {"FOLKMOOT_REDIS": f"redis://127.0.0.1:{port}/0"}
    here.end()
    here.work(**address)
    here.serve(FOLKMOOT_WORKER="0", **address)

    assert here.send("ana", ana, note("by news")).status == 201
    wait_until(lambda: arrived(birch, "by news"), "the one that was told of")
    redis.kill()
    redis.wait()
    assert here.send("ana", ana, note("without news")).status == 201
    wait_until(lambda: arrived(birch, "without news"), "the one that was found")

    assert here.worker
    assert (here.worker.poll(), arrived(birch, "by news")) == (None, 1)
    assert here.stop_work() == 0


def test_a_server_restarted_in_the_middle_loses_nothing_and_does_nothing_twice(
    here: Settled, birch: House, town: Town, server: Postgres, ana: str
) -> None:
    here.work()
    acknowledged, answers, pages = set(), set(), set()

    def write(words: str) -> int:
        status = here.send("ana", ana, note(words)).status
        answers.add(status)
        if status == 201:
            acknowledged.add(f"<p>{words}</p>")
        return status

    for number in range(5):
        write(f"before {number}")
    with server.restarting() as restart:
        number = 0
        while restart.poll() is None:
            write(f"during {number}")
            pages.add(town.ask("GET", f"{here.origin}/public").status)
            number += 1
    wait_until(lambda: write("after") == 201, "writing again")

    assert (answers | {201, 503}, pages | {200, 503}) == ({201, 503}, {200, 503})
    wait_until(lambda: acknowledged <= set(notes(birch)), "all that was acknowledged")
    kept = [content for (content,) in here.rows("SELECT content FROM note")]
    assert len(notes(birch)) == len(set(notes(birch)))
    assert set(notes(birch)) <= set(kept)
    assert here.process
    assert here.worker
    assert (here.process.poll(), here.worker.poll()) == (None, None)
    assert here.run("check").out == "Everything holds.\n"


def test_trust_by_command(here: Settled, birch: House, ana: str) -> None:
    said = here.run("peer", "add", "https://birch.test")

    assert said.code == 0, said.err
    wait_until(lambda: birch.rows("SELECT state FROM peering") == [("proposed",)], "the proposal")
    assert here.run("peer", "list").out == "birch.test\tproposed\n"
    assert here.run("peer", "remove", "https://birch.test").code == 0


def test_a_backup_fills_an_empty_database_and_no_other(here: Settled, tmp_path: Path) -> None:
    file = tmp_path / "alder.backup"
    said = here.run("backup", str(file))
    assert said.code == 0, said.err
    asyncio.run(here.server.run("CREATE DATABASE other"))
    there = tmp_path / "there"
    here.settle(there, database=here.address("other"))

    restored = here.town.run("restore", str(file), "--data", str(there))
    again = here.town.run("restore", str(file), "--data", str(there))

    assert restored.code == 0, restored.err
    assert here.town.run("check", "--data", str(there)).out == "Everything holds.\n"
    assert here.rows("SELECT id FROM account", "other") == here.rows("SELECT id FROM account")
    assert (again.code, again.out) == (1, "")
    assert "Traceback" not in again.err


def test_without_its_server_a_command_stops_with_a_sentence(here: Settled, tmp_path: Path) -> None:
    here.settle(tmp_path / "x", database="postgresql+asyncpg://app@127.0.0.1:1/app")

    for words in (("serve", "--port", "8443"), ("member", "list")):
        said = here.town.run(*words, "--data", str(tmp_path / "x"))
        assert (said.code, said.out) == (1, "")
        assert "database cannot be" in said.err
        assert "Traceback" not in said.err
