"""Two doors: what one commit groups, what a reader may not see, what survives kill -9."""

import asyncio
import contextlib
import fcntl
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import (
    Column,
    Connection,
    Integer,
    String,
    Table,
    bindparam,
    exists,
    insert,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError, IntegrityError

from node.kernel import sqlite as sqlite_door
from node.kernel.database import (
    SECRET,
    Database,
    Moment,
    among,
    holds,
    insert_new,
    new_metadata,
    one_of,
    plain,
    plain_rows,
    spread,
    upsert,
)
from node.kernel.errors import Unwritten
from node.kernel.migrating import READER
from node.kernel.postgres import Postgres
from node.kernel.sqlite import LONGEST, Sqlite
from tests.servers import Backend

metadata = new_metadata()
thing = Table(
    "thing", metadata, Column("id", Integer, primary_key=True), Column("word", String(50)),
    Column("at", Moment),
)  # fmt: skip
secret = Table("secret", metadata, Column("id", Integer, primary_key=True), info=SECRET)


@pytest.fixture
async def database(backend: Backend, tmp_path: Path) -> AsyncIterator[Database]:
    url = await backend.database(tmp_path)
    found: Database
    if url:
        found = Postgres(url, reader=READER)
    else:
        found = Sqlite(f"sqlite:///{tmp_path / 'x.db'}", secret=frozenset({"secret"}))
    await found.migrate(_make)
    yield found
    await found.close()


def _make(db: Connection) -> None:
    metadata.create_all(db)
    if db.dialect.name == "postgresql":
        db.exec_driver_sql(
            f"DO $$ BEGIN CREATE ROLE {READER} NOLOGIN; EXCEPTION WHEN others THEN NULL; END $$"
        )
        db.exec_driver_sql(f"GRANT SELECT ON thing TO {READER}")


def add(db: Connection, number: int, word: str = "") -> int:
    db.execute(insert(thing).values(id=number, word=word))
    return number


def numbers(db: Connection) -> list[int]:
    return list(db.scalars(select(thing.c.id).order_by(thing.c.id)))


async def test_a_change_that_raises_undoes_itself_and_no_other(database: Database) -> None:
    def fail(db: Connection) -> None:
        add(db, 2)
        raise ValueError("no")

    done = await asyncio.gather(
        database.write(add, 1), database.write(fail), database.write(add, 3), return_exceptions=True
    )

    assert done[0] == 1
    assert isinstance(done[1], ValueError)
    assert done[2] == 3
    assert await database.read(numbers) == [1, 3]


async def test_changes_that_wait_together_all_hold(database: Database) -> None:
    await asyncio.gather(*(database.write(add, n) for n in range(300)))

    assert await database.read(numbers) == list(range(300))


async def test_a_group_ends_when_its_time_is_over(tmp_path: Path) -> None:
    """Whoever waits is not kept for all who came after them."""
    database = Sqlite(f"sqlite:///{tmp_path / 'x.db'}")
    await database.migrate(_make)
    committed: list[int] = []

    def slowly(db: Connection, number: int) -> None:
        with contextlib.closing(sqlite3.connect(tmp_path / "x.db")) as other:
            committed.append(other.execute("SELECT count(*) FROM thing").fetchone()[0])
        add(db, number)
        until = time.monotonic() + LONGEST
        while time.monotonic() < until:
            pass

    await asyncio.gather(*(database.write(slowly, n) for n in range(4)))
    await database.close()

    assert committed[0] == 0
    assert committed[3] > 0


async def test_whoever_writes_holds_the_lock_of_the_folder(tmp_path: Path) -> None:
    database = Sqlite(f"sqlite:///{tmp_path / 'x.db'}")
    await database.migrate(_make)

    with (tmp_path / "write.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        writing = asyncio.ensure_future(database.write(add, 1))
        assert await database.read(numbers) == []
        done, _ = await asyncio.wait([writing], timeout=0.05)
        assert not done

    assert await writing == 1
    await database.close()


async def test_several_changes_run_in_order_and_each_by_itself(database: Database) -> None:
    changes = [partial(add, number=n, word=str(n)) for n in (1, 1, 2)]

    done = await database.write_each(changes)

    assert (done[0], done[2]) == (1, 2)
    assert isinstance(done[1], IntegrityError)
    assert await database.read(numbers) == [1, 2]


async def test_the_reading_door_changes_nothing(database: Database) -> None:
    with pytest.raises(DBAPIError):
        await database.read(add, 1)

    assert await database.read(numbers) == []


async def test_more_who_ask_than_there_are_readers_are_all_answered(database: Database) -> None:
    await database.write(add, 1)
    given_up = asyncio.ensure_future(database.read(numbers))
    asked = [asyncio.ensure_future(database.read(numbers)) for _ in range(50)]
    await asyncio.sleep(0)
    given_up.cancel()

    assert await asyncio.gather(*asked) == [[1]] * 50


async def test_as_many_are_answered_at_once_as_there_are_readers(tmp_path: Path) -> None:
    database = Sqlite(f"sqlite:///{tmp_path / 'x.db'}")
    await database.migrate(_make)
    all_there = threading.Barrier(sqlite_door.READERS, timeout=60)

    def together(db: Connection) -> list[int]:
        all_there.wait()
        return numbers(db)

    for _ in range(3):
        asked = (database.read(together) for _ in range(sqlite_door.READERS))
        assert await asyncio.gather(*asked) == [[]] * sqlite_door.READERS

    await database.close()
    with pytest.raises(RuntimeError, match="closed"):
        await database.read(numbers)


async def test_an_end_that_no_future_carries_reaches_who_asked(database: Database) -> None:
    def ended(_db: Connection) -> None:
        raise StopIteration

    for door in (database.read, database.write):
        with pytest.raises(RuntimeError):
            await door(ended)


async def test_only_a_unit_reads_a_secret_table(database: Database) -> None:
    def look(db: Connection) -> int:
        return len(db.execute(select(secret)).all())

    with pytest.raises(DBAPIError):
        await database.read(look)
    with pytest.raises(DBAPIError):
        await database.read(lambda db: db.exec_driver_sql("SELECT count(*) FROM secret").scalar())

    assert await database.write(look) == 0


async def test_a_second_like_it_is_not_inserted(database: Database) -> None:
    assert await database.write(insert_new, thing, {"id": 1, "word": "a"}) is True
    assert await database.write(insert_new, thing, {"id": 1, "word": "b"}) is False
    await database.write(lambda db: upsert(db, thing, {"id": 1, "word": "c"}, key=["id"]))

    assert await database.read(lambda db: db.scalar(select(thing.c.word))) == "c"


async def test_a_broken_rule_of_the_tables_reaches_who_asked(database: Database) -> None:
    await database.write(add, 1)

    with pytest.raises(IntegrityError):
        await database.write(add, 1)


async def test_two_that_read_before_they_write_do_not_lose_a_count(database: Database) -> None:
    await database.write(add, 1, "0")

    def count(db: Connection) -> None:
        now = int(db.scalar(select(thing.c.word)) or 0)
        db.execute(update(thing).values(word=str(now + 1)))

    await asyncio.gather(*(database.write(count) for _ in range(6)))

    assert await database.read(lambda db: db.scalar(select(thing.c.word))) == "6"


WRITER = """
import asyncio, sys
from sqlalchemy import text
from node.kernel.sqlite import Sqlite
async def main():
    db = Sqlite("sqlite:///" + sys.argv[1])
    async def one(n):
        def change(c):
            c.execute(text("INSERT INTO a VALUES (:n)"), {"n": n})
            c.execute(text("INSERT INTO b VALUES (:n)"), {"n": n})
        await db.write(change)
        print(n, flush=True)
    n = 0
    while True:
        await asyncio.gather(*(one(n + i) for i in range(20)))
        n += 20
asyncio.run(main())
"""


def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with sqlite3.connect(path) as db:
        db.executescript("CREATE TABLE a (n INTEGER PRIMARY KEY); CREATE TABLE b (n INTEGER)")
    for start in range(3):
        with sqlite3.connect(path) as db:
            db.executescript("DELETE FROM a; DELETE FROM b")
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
        ) as child:
            assert child.stdout
            said = [int(child.stdout.readline()) for _ in range(200 + 137 * start)]
            os.kill(child.pid, signal.SIGKILL)
            said += [int(line) for line in child.stdout if line.endswith("\n")]
        with sqlite3.connect(path) as db:
            a = {n for (n,) in db.execute("SELECT n FROM a")}
            b = {n for (n,) in db.execute("SELECT n FROM b")}
            whole = db.execute("PRAGMA integrity_check").fetchone()
        assert set(said) <= a
        assert a == b
        assert whole == ("ok",)


async def test_a_full_disk_acknowledges_nothing_and_the_node_recovers(tmp_path: Path) -> None:
    database = Sqlite(f"sqlite:///{tmp_path / 'x.db'}")
    await database.migrate(_make)

    def fill(db: Connection) -> None:
        db.exec_driver_sql("PRAGMA max_page_count=8")
        for n in range(1000):
            add(db, n, "w" * 50)

    begin = threading.Event()

    def first(db: Connection) -> None:
        begin.wait()
        add(db, 5000)

    both = asyncio.create_task(database.write_each([first, fill, lambda db: add(db, 5001)]))
    await asyncio.sleep(0)
    begin.set()
    said = await asyncio.wait_for(both, 20)

    # those that share the commit are told, and nobody waits for ever
    assert [type(one) for one in said[:2]] == [Unwritten, Unwritten]
    assert set(await database.read(numbers)) <= {5001}

    assert await database.write(add, 1) == 1
    await database.close()


@pytest.mark.parametrize("wanted", [[], ["b"], ["a", "c", "nobody"], list("abcdefghi")])
async def test_a_kept_question_finds_what_is_among_many(database, wanted) -> None:
    for number, word in enumerate("abcd"):
        await database.write(add, number, word)
    given = spread("words", wanted)
    question = select(thing.c.word).where(among(thing.c.word, "words", len(given)))

    found = await database.read(lambda db: set(db.scalars(question, given)))

    assert found == set(wanted) & set("abcd")


async def test_what_is_asked_plainly_is_answered_like_everything_else(database: Database) -> None:
    rows = [{"id": 1, "word": "ä"}, {"id": 2, "word": "b"}, {"id": 3, "word": None}]
    await database.write(lambda db: db.execute(insert(thing), rows))
    after = select(thing.c.word).where(thing.c.id > bindparam("least")).order_by(thing.c.id)
    there = select(exists().where(thing.c.word == bindparam("word"), thing.c.id < 3))

    assert await database.read(plain, after, {"least": 0}) == ["ä", "b", None]
    assert await database.read(plain, after, {"least": 3}) == []
    assert await database.read(holds, there, {"word": "b"}) is True
    assert await database.read(holds, there, {"word": "c"}) is False


async def test_a_moment_is_asked_for_plainly_too(database: Database) -> None:
    noon = datetime(2026, 11, 29, 12, tzinfo=UTC)
    rows = [{"id": n, "word": None, "at": noon + timedelta(seconds=n)} for n in range(3)]
    await database.write(lambda db: db.execute(insert(thing), rows))
    later = select(thing.c.id, thing.c.word, thing.c.at > bindparam("now", type_=Moment))
    known = later.where(one_of(thing.c.id, (1, 2, 9))).order_by(thing.c.id)

    elsewhere = (noon + timedelta(seconds=1)).astimezone(timezone(timedelta(hours=3)))
    found = await database.read(plain_rows, known, {"now": elsewhere})

    assert found == [(1, None, False), (2, None, True)]


async def test_no_plain_question_reads_a_secret_table(database: Database) -> None:
    hidden = select(secret.c.id).where(secret.c.id > bindparam("least"))

    assert await database.write(plain, hidden, {"least": 0}) == []
    with pytest.raises(DBAPIError):
        await database.read(plain, hidden, {"least": 0})
