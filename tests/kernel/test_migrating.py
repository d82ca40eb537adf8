"""Bringing a database up to date: whole or not begun, each module by itself, never backwards."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from unittest.mock import ANY

import pytest
from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.exc import DBAPIError

from node import keeping
from node.kernel import migrating
from node.kernel.database import secret_tables
from node.kernel.errors import Refused
from node.kernel.module import installed
from node.kernel.node import Node
from node.kernel.settings import Settings
from node.kernel.tables import job
from node.kernel.unit import Unit
from tests.conftest import MakeNode
from tests.servers import ROOT


@pytest.fixture
async def bare(make_node: MakeNode) -> Node:
    """A node with all its tables and no community yet."""
    return await make_node("alder", founded=False)


async def test_tables_are_what_their_migrations_make(bare: Node) -> None:
    assert await bare.database.claim(migrating.differences, bare.registry) == []
    assert await bare.database.claim(migrating.waiting, bare.registry) == []


async def test_every_table_of_every_module_has_a_migration(bare: Node) -> None:
    there = set(await bare.database.claim(lambda db: inspect(db).get_table_names()))

    wanted = {name for metadata in bare.registry.metadatas for name in metadata.tables}
    versions = {
        f"alembic_version_{m.name}" for m in bare.registry.modules if m.metadata is not None
    }
    assert wanted <= there
    assert there - wanted == versions | {"alembic_version_kernel"}


async def test_foreign_keys_lead_to_the_kernel_or_ones_own_module(bare: Node) -> None:
    kernel = set(migrating.metadata.tables)
    for module in bare.registry.modules:
        own = set(module.metadata.tables) if module.metadata is not None else set()
        for table in module.metadata.sorted_tables if module.metadata is not None else ():
            for key in table.foreign_keys:
                target = key.target_fullname.partition(".")[0]
                assert target in own | kernel, f"{module.name}: {table.name} → {target}"
                if target == "account":
                    assert key.onupdate == "CASCADE", f"{table.name}.{key.parent.name}"


async def test_each_module_has_a_version_of_its_own(bare: Node) -> None:
    def versions(db: Connection) -> dict[str, str | None]:
        names = [n for n in inspect(db).get_table_names() if n.startswith("alembic_version_")]
        return {n: db.scalar(text(f"SELECT version_num FROM {n}")) for n in names}

    found = await bare.database.claim(versions)

    assert "alembic_version" not in found
    assert found["alembic_version_accounts"]
    assert all(found.values())


async def test_offers_that_had_no_time_wait_no_longer_than_others(bare: Node) -> None:
    def before(db: Connection) -> None:
        rows = "INSERT INTO remark (id, matter, kind, text, state, at) VALUES "
        rest = "'m', 'objection', 'Loud.'"
        for state in ("offered", "open"):
            one = f"('{state}', {rest}, '{state}', '2026-01-01 00:00:00+00:00')"
            db.exec_driver_sql(rows + one)
        db.execute(text("UPDATE alembic_version_deliberation SET version_num = '0003'"))

    await bare.database.migrate(before)

    await migrating.upgrade(bare.database, bare.registry)

    names = "SELECT id, answered IS NULL FROM remark ORDER BY id"
    found = await bare.database.claim(lambda db: db.execute(text(names)).all())
    assert [(id_, bool(null)) for id_, null in found] == [("offered", False), ("open", True)]


async def test_jobs_keep_no_argument_that_their_functions_have_no_more(bare: Node) -> None:
    """What was left of a letter's measure stood there; a job that waits is done all the same."""
    plain = {"post": "p"}

    def waiting(unit: Unit) -> None:
        unit.later("notes.gather", **plain, left=3)
        unit.later("federation.resolve", letter=1, token="t", host="elm.test", left=9)
        unit.later("another.one", left=5)

    def before(db: Connection) -> None:
        db.execute(text("ALTER TABLE job DROP COLUMN cause"))
        db.execute(text("ALTER TABLE actor_key DROP COLUMN mldsa44"))
        db.execute(text("UPDATE alembic_version_kernel SET version_num = '0004'"))

    await bare.write(waiting)
    await bare.database.migrate(before)

    await migrating.upgrade(bare.database, bare.registry)

    rows = await bare.database.claim(
        lambda db: db.execute(select(job.c.kind, job.c.args, job.c.cause)).all()
    )
    assert sorted((kind, args, cause) for kind, args, cause in rows) == [
        ("another.one", {"left": 5}, None),
        ("federation.resolve", {"letter": 1, "token": "t"}, None),
        ("notes.gather", plain, None),
    ]


async def test_without_a_module_that_was_there_a_node_still_starts(
    make_node: MakeNode, bare: Node
) -> None:
    fewer = [m for m in installed() if m.name in {"federation", "accounts", "follows"}]

    node = await make_node("alder", modules=fewer, founded=False, data=bare.settings.data)

    assert await node.database.claim(migrating.waiting, node.registry) == []
    names = await node.database.claim(lambda db: inspect(db).get_table_names())
    assert "alembic_version_accounts" in names


async def test_a_database_of_a_newer_program_is_refused(make_node: MakeNode, bare: Node) -> None:
    def leap(db: Connection) -> None:
        db.execute(text("UPDATE alembic_version_accounts SET version_num = '9999'"))

    await bare.database.migrate(leap)

    with pytest.raises(Refused, match="E_NEWER") as refusal:
        await bare.start()

    assert "newer" in refusal.value.safe


async def test_readers_see_no_secret_table(bare: Node) -> None:
    secret = secret_tables(bare.registry.metadatas)
    assert "actor_key" in secret

    for name in secret:
        with pytest.raises(DBAPIError):
            await bare.read(lambda db, name=name: db.execute(text(f"SELECT 1 FROM {name}")).all())
        with pytest.raises(DBAPIError):
            await bare.read(lambda db, name=name: db.scalar(text(f"SELECT count(*) FROM {name}")))
        await bare.write(lambda u, name=name: u.db.scalar(text(f"SELECT count(*) FROM {name}")))


async def test_readers_see_every_other_table(bare: Node) -> None:
    secret = secret_tables(bare.registry.metadatas)
    for name in await bare.database.claim(lambda db: inspect(db).get_table_names()):
        if name not in secret:
            await bare.read(lambda db, name=name: db.scalar(text(f"SELECT count(*) FROM {name}")))


async def test_a_migration_that_breaks_a_foreign_key_is_undone(bare: Node) -> None:
    def tear(db: Connection) -> None:
        db.execute(
            text("INSERT INTO actor_key (account, rsa, ed25519) VALUES ('nobody', 'a', 'b')")
        )

    with pytest.raises((RuntimeError, DBAPIError)):
        await bare.database.migrate(tear)

    assert await bare.write(lambda u: u.db.scalar(text("SELECT count(*) FROM actor_key"))) == 0


SPELLED = {
    "plain": 'revision = "{one}"\ndown_revision = {before}\n',
    "typed": "revision: str = '{one}'\ndown_revision: str | None = {before}\n",
    "worked out": 'revision = "".join(["{one}"])\ndown_revision = {before}\n',
}


@pytest.mark.parametrize("spelling", SPELLED)
def test_versions_are_read_however_a_migration_says_them(tmp_path, spelling) -> None:
    for one, before in (("0001", None), ("0002", "0001")):
        said = SPELLED[spelling].format(one=one, before=repr(before))
        (tmp_path / f"{one}_step.py").write_text(f"{said}\n\ndef upgrade(): ...\n")

    assert migrating._behind("kites", tmp_path, None)
    assert migrating._behind("kites", tmp_path, "0001")
    assert not migrating._behind("kites", tmp_path, "0002")
    with pytest.raises(Refused):
        migrating._behind("kites", tmp_path, "0003")


# Killed on the way --------------------------------------------------------------------------

FIRST = """
import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("kite", sa.Column("id", sa.Integer, primary_key=True))
    op.execute("INSERT INTO kite VALUES (1)")
"""

SECOND = """
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("string", sa.Column("id", sa.Integer, primary_key=True))
    with op.batch_alter_table("kite") as batch:
        batch.add_column(sa.Column("word", sa.String(20)))
        batch.create_check_constraint("word", "word <> 'no'")
    op.execute("UPDATE kite SET word = 'new'")
    op.execute("INSERT INTO string SELECT id FROM kite")
"""

CHILD = """
import asyncio, os, sys
sys.path.insert(0, sys.argv[1])
from sqlalchemy import event
from sqlalchemy.engine import Engine
import kites
from node.kernel import migrating
from node.kernel.module import Registry
from node.kernel.sqlite import Sqlite

last, count = 0, 0

def traced(statement):
    global count
    count += 1
    if count == last:
        os._exit(9)

@event.listens_for(Engine, "connect")
def connected(connection, record):
    connection.set_trace_callback(traced)

async def main(path):
    database = Sqlite("sqlite:///" + path)
    await migrating.upgrade(database, Registry([kites.module]))
    await database.close()
    print(count, flush=True)

for line in sys.stdin:
    path, last = line.rsplit(" ", 1)[0], int(line.rsplit(" ", 1)[1])
    if (child := os.fork()) == 0:
        asyncio.run(main(path))
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
"""Each migration in a process of its own, which dies at the last-th statement; forked, as to
load all of the program takes a second each time."""

PACKAGE = """
from sqlalchemy import Column, Integer, Table
from node.kernel.database import new_metadata
from node.kernel.module import Module
metadata = new_metadata()
module = Module(name="kites", package="kites", metadata=metadata)
"""


@pytest.fixture
def kites(tmp_path: Path) -> Path:
    """The folder of an outside package with one migration."""
    folder = tmp_path / "site"
    (folder / "kites" / "migrations").mkdir(parents=True)
    (folder / "kites" / "__init__.py").write_text(PACKAGE)
    (folder / "kites" / "migrations" / "0001_first.py").write_text(FIRST)
    return folder


@pytest.fixture
def migrate(kites: Path) -> Iterator[Callable[..., list[int]]]:
    """Migrate a database, up to a statement: how many there were if it came so far, the status."""
    words = [sys.executable, "-c", CHILD, str(kites)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(words, cwd=ROOT, text=True, **pipes) as program:

        def run(database: Path, last: int = 0) -> list[int]:
            print(database, last, file=program.stdin, flush=True)
            said = [int(program.stdout.readline())]
            return said if last else [*said, int(program.stdout.readline())]

        yield run
        program.stdin.close()


def state(database: Path) -> tuple[str, set[str], list[tuple]]:
    with closing(sqlite3.connect(database)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        names = {n for (n,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        version = db.execute("SELECT version_num FROM alembic_version_kites").fetchone()[0]
        return version, names & {"kite", "string"}, db.execute("SELECT * FROM kite").fetchall()


def test_killed_at_any_statement_it_is_whole_or_not_begun(
    kites: Path, tmp_path: Path, migrate: Callable[..., list[int]]
) -> None:
    database = tmp_path / "x.db"
    assert migrate(database)[-1] == 0
    assert state(database) == ("0001", {"kite"}, [(1,)])
    (kites / "kites" / "migrations" / "0002_second.py").write_text(SECOND)
    whole = tmp_path / "whole.db"
    with closing(sqlite3.connect(database)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(database, whole)
    every, status = migrate(whole)
    assert status == 0
    assert state(whole) == ("0002", {"kite", "string"}, [(1, "new")])

    for last in range(1, every + 1):
        copy = tmp_path / f"{last}.db"
        shutil.copy(database, copy)
        assert migrate(copy, last) == [9]
        assert state(copy) in (
            ("0001", {"kite"}, [(1,)]),
            ("0002", {"kite", "string"}, [(1, "new")]),
        )

    copy = tmp_path / f"{every - 1}.db"
    assert migrate(copy) == [ANY, 0]
    assert state(copy) == ("0002", {"kite", "string"}, [(1, "new")])


# Copies before ------------------------------------------------------------------------------


async def test_a_copy_is_kept_before_tables_change_three_at_most(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    await keeping.keep_before(settings)
    assert not (tmp_path / "before").exists()

    node = Node(settings, installed())
    await node.start()
    await node.close()
    await keeping.keep_before(settings)
    assert not (tmp_path / "before").exists()

    (tmp_path / "before").mkdir()
    for year in (2001, 2002, 2003):
        (tmp_path / "before" / f"{year}0101T000000.db").write_bytes(b"old")
    with closing(sqlite3.connect(tmp_path / "folkmoot.db")) as db:
        db.execute("DELETE FROM alembic_version_accounts")
        db.commit()
    await keeping.keep_before(settings)

    names = sorted(p.name for p in (tmp_path / "before").iterdir())
    assert names[:2] == ["20020101T000000.db", "20030101T000000.db"]
    assert len(names) == 3
    kept = tmp_path / "before" / names[2]
    assert kept.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(kept)) as db:
        assert db.execute("SELECT count(*) FROM account").fetchone() == (0,)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
