"""Backup under load and restore elsewhere: whole, checked, a new epoch; or refused, untouched."""

import asyncio
import gzip
import io
import os
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, update

from node import keeping
from node.kernel import log
from node.kernel.errors import Refused
from node.kernel.node import Node
from node.kernel.settings import Settings
from node.kernel.tables import account, actor_key, log_entry, setting
from node.kernel.unit import Unit
from tests.conftest import MakeNode, person
from tests.servers import Backend, need


@pytest.fixture
async def here(make_node: MakeNode, backend: Backend, monkeypatch: pytest.MonkeyPatch) -> Node:
    if backend.kind == "postgres":
        monkeypatch.setenv("PATH", f"{need('postgres')}:{os.environ['PATH']}")
    return await make_node("alder")


async def empty(backend: Backend, folder: Path) -> Settings:
    """The settings of a node that is not there yet."""
    await asyncio.to_thread(folder.mkdir)
    return Settings(data=folder, database=await backend.database(folder))


def counter(db) -> tuple[int, int]:
    kept = db.scalar(select(setting.c.value).where(setting.c.name == "count"))
    entries = select(func.count()).select_from(log_entry).where(log_entry.c.action == "count")
    return int(kept or 0), int(db.scalar(entries) or 0)


async def test_a_backup_under_load_is_whole_and_restores_elsewhere(
    here: Node, make_node: MakeNode, backend: Backend, tmp_path: Path
) -> None:
    ana = await person(here, "ana")
    busy = True

    def count(unit: Unit) -> None:
        unit.set("count", (unit.setting("count") or 0) + 1)
        unit.log("count", ana.id)

    async def load() -> None:
        while busy:
            await here.write(count)

    working = asyncio.create_task(load())
    while (await here.read(counter))[0] < 20:  # noqa: ASYNC110 - the load is a task of its own
        await asyncio.sleep(0)
    file = tmp_path / "alder.backup"
    await keeping.backup(here, file)
    busy = False
    await working
    epoch = await here.write(lambda unit: unit.setting("epoch"))

    settings = await empty(backend, tmp_path / "again")
    await keeping.restore(settings, file)

    again = await make_node("alder", data=settings.data)
    assert again.community == here.community
    kept, entries = await again.read(counter)
    assert kept == entries
    assert 20 <= kept <= (await here.read(counter))[0]
    assert await again.account(ana.id) is not None
    keys = await again.write(lambda u: set(u.db.scalars(select(actor_key.c.account))))
    assert ana.id in keys
    assert await again.read(keeping.problems, again.registry) == []
    assert await again.write(lambda unit: unit.setting("epoch")) not in (None, epoch)
    await again.write(count)
    with pytest.raises(Exception):  # noqa: B017 - readers still see no keys
        await again.read(lambda db: db.execute(select(actor_key)).all())


async def test_a_backup_is_for_its_owner_alone_and_overwrites_nothing(
    here: Node, tmp_path: Path
) -> None:
    file = tmp_path / "alder.backup"

    await keeping.backup(here, file)

    assert file.stat().st_mode & 0o777 == 0o600
    before = file.read_bytes()
    with pytest.raises(Refused, match="E_EXISTS"):
        await keeping.backup(here, file)
    assert file.read_bytes() == before
    assert [p for p in here.settings.data.iterdir() if p.name.startswith("tmp")] == []


async def test_a_node_that_is_there_is_not_overwritten(here: Node, tmp_path: Path) -> None:
    file = tmp_path / "alder.backup"
    await keeping.backup(here, file)
    await person(here, "later")

    with pytest.raises(Refused, match="E_EXISTS"):
        await keeping.restore(here.settings, file)

    assert await here.account(f"{here.origin}/u/later") is not None


async def test_a_second_restore_begins_another_epoch(
    here: Node, make_node: MakeNode, backend: Backend, tmp_path: Path
) -> None:
    file = tmp_path / "alder.backup"
    await keeping.backup(here, file)
    epochs = set()
    for name in ("one", "two"):
        settings = await empty(backend, tmp_path / name)
        await keeping.restore(settings, file)
        node = await make_node("alder", data=settings.data)
        epochs.add(await node.write(lambda unit: unit.setting("epoch")))

    assert len(epochs) == 2


def flipped(whole: bytes, at: int) -> bytes:
    return whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :]


async def test_a_damaged_file_is_refused_and_leaves_nothing_behind(
    here: Node, backend: Backend, tmp_path: Path
) -> None:
    file = tmp_path / "alder.backup"
    await keeping.backup(here, file)
    whole = file.read_bytes()
    places = [len(whole) * n // 9 for n in range(1, 9)]
    damaged = [flipped(whole, at) for at in (0, *places, len(whole) - 6)]
    damaged += [whole[:-9], whole[: len(whole) // 2], b"", b"no backup at all", gzip.compress(b"")]
    settings = await empty(backend, tmp_path / "again")

    for content in damaged:
        file.write_bytes(content)
        with pytest.raises(Refused) as refusal:
            await keeping.restore(settings, file)
        assert refusal.value.code == "E_BACKUP"
        assert list(settings.data.iterdir()) == []

    file.write_bytes(whole)
    await keeping.restore(settings, file)


async def test_what_is_no_file_is_refused(backend: Backend, tmp_path: Path) -> None:
    settings = await empty(backend, tmp_path / "again")

    with pytest.raises(Refused, match="E_BACKUP"):
        await keeping.restore(settings, tmp_path / "nowhere")


def packed(file: Path, **members: bytes) -> None:
    with tarfile.open(file, "w:gz") as tar:
        for name, content in members.items():
            member = tarfile.TarInfo(name.replace("__", "/").replace("_dot_", "."))
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))


async def test_a_backup_writes_nowhere_but_where_it_may(tmp_path: Path) -> None:
    file, settings = tmp_path / "evil", Settings(data=tmp_path / "again")
    packed(file, _dot__dot___evil_dot_txt=b"x", __etc__evil=b"x", folkmoot_dot_db=b"x")

    with pytest.raises(Refused, match="E_BACKUP"):
        await keeping.restore(settings, file)

    assert sorted(os.listdir(tmp_path)) == ["again", "evil"]  # noqa: PTH208 - blocks no loop here
    assert list(settings.data.iterdir()) == []


async def test_a_backup_without_a_database_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "odd"
    packed(file, folkmoot_dot_toml=b"port = 1")

    with pytest.raises(Refused, match="E_BACKUP"):
        await keeping.restore(Settings(data=tmp_path / "again"), file)


async def test_settings_come_along_and_those_that_are_there_stay(
    here: Node, backend: Backend, tmp_path: Path
) -> None:
    (here.settings.data / "folkmoot.toml").write_text("port = 1")
    file = tmp_path / "alder.backup"
    await keeping.backup(here, file)
    fresh = await empty(backend, tmp_path / "fresh")
    given = await empty(backend, tmp_path / "given")
    (given.data / "folkmoot.toml").write_text("port = 2")

    await keeping.restore(fresh, file)
    await keeping.restore(given, file)

    assert (fresh.data / "folkmoot.toml").read_text() == "port = 1"
    assert (given.data / "folkmoot.toml").read_text() == "port = 2"


async def test_a_backup_of_one_database_is_not_restored_into_the_other(
    here: Node, backend: Backend, tmp_path: Path
) -> None:
    file = tmp_path / "alder.backup"
    await keeping.backup(here, file)
    other = "postgresql+asyncpg://nobody@localhost/none" if backend.kind == "sqlite" else ""
    settings = Settings(data=tmp_path / "again", database=other)

    with pytest.raises(Refused, match="E_OTHER_DATABASE") as refusal:
        await keeping.restore(settings, file)

    assert "FOLKMOOT_DATABASE" in refusal.value.safe
    assert list(settings.data.iterdir()) == []


async def test_what_does_not_hold_is_named(here: Node) -> None:
    await here.write(log.seal)
    assert await here.read(keeping.problems, here.registry) == []

    def change(unit: Unit) -> None:
        unit.db.execute(update(log_entry).where(log_entry.c.seq == 1).values(action="other"))

    await here.write(change)

    assert await here.read(keeping.problems, here.registry) == [
        "The log was changed: entry 1 does not hold."
    ]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_a_row_that_points_nowhere_is_named(here: Node) -> None:
    def tear(db) -> None:
        db.execute(delete(account).where(account.c.handle == "keeper"))

    with pytest.raises(RuntimeError, match="foreign keys"):
        await here.database.migrate(tear)
    with closing(sqlite3.connect(here.settings.data / "folkmoot.db", timeout=20)) as db:
        db.execute("DELETE FROM account WHERE handle = 'keeper'")
        db.commit()

    found = await here.read(keeping.problems, here.registry)

    assert any("actor_key" in say for say in found)
