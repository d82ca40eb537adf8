"""Keeping the data safe: a copy before tables change, backups, restoring, and looking it over."""

import asyncio
import contextlib
import gzip
import json
import os
import secrets
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit, urlunsplit

from sqlalchemy import Connection, inspect

from node.kernel import log as sealed
from node.kernel import migrating
from node.kernel.database import tables_again
from node.kernel.errors import Refused, TryLater
from node.kernel.module import Registry, installed
from node.kernel.node import Node
from node.kernel.settings import Settings
from node.kernel.sqlite import Sqlite
from node.kernel.unit import Unit

KEPT = 3
"""Copies made before a migration that are kept."""


def is_there(settings: Settings) -> bool:
    """Whether a node may be here: a file with SQLite; with PostgreSQL only a look would tell."""
    url = settings.database_url
    return not url.startswith("sqlite:") or Path(url.removeprefix("sqlite:///")).is_file()


async def keep_before(settings: Settings) -> None:
    """Copy a SQLite database that a migration is about to change to DIR/before/."""
    path = settings.data / "folkmoot.db"
    if settings.database or not path.exists() or not await _behind(settings):
        return
    folder = settings.data / "before"
    folder.mkdir(mode=0o700, exist_ok=True)
    without = tables_again(Registry(installed(settings.disabled)).metadatas)
    copy_sqlite(path, folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S}.db", without)
    for old in sorted(folder.glob("*.db"))[:-KEPT]:
        old.unlink()


async def _behind(settings: Settings) -> bool:
    database = Sqlite(settings.database_url)
    try:
        registry = Registry(installed(settings.disabled))
        return bool(await database.read(migrating.waiting, registry))
    finally:
        await database.close()


def copy_sqlite(source: Path, target: Path, without: Sequence[str] = ()) -> None:
    """A consistent copy of a database that may be in use (copying the file would not be).

    Args:
        source: the database.
        target: a file that is not there yet.
        without: tables whose rows are left out of it.
    """
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with contextlib.closing(sqlite3.connect(source)) as db:
            db.execute("VACUUM INTO ?", (str(target),))
        if without:
            _leave_out(target, without)
    except sqlite3.OperationalError as error:
        target.unlink()
        raise _no_room(target, error) from error


def _leave_out(file: Path, tables: Sequence[str]) -> None:
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as db:
        there = {row[0] for row in db.execute("SELECT name FROM sqlite_master")}
        for name in tables:
            if name in there:
                db.execute(f'DELETE FROM "{name}"')  # noqa: S608 - the name of a table of ours
        db.execute("VACUUM")


async def backup(node: Node, file: Path) -> None:
    """Write the database, its keys and the settings into one compressed file.

    What can be had again from others, such as copies of their pictures, is left out.

    Raises:
        Refused: the file is there already.
        TryLater: PostgreSQL's own program failed; its words are in the message.
    """
    if await asyncio.to_thread(file.exists):
        raise Refused("E_EXISTS", str(file), safe=f"{file} is there already. Choose another name.")
    with tempfile.TemporaryDirectory(dir=node.settings.data) as folder:
        inside = Path(folder)
        without = tables_again(node.registry.metadatas)
        if node.database.sqlite:
            source = node.settings.data / "folkmoot.db"
            await asyncio.to_thread(copy_sqlite, source, inside / "folkmoot.db", without)
        else:
            url = node.settings.database_url
            await asyncio.to_thread(_dump, url, inside / "folkmoot.dump", without)
        toml = node.settings.data / "folkmoot.toml"
        if toml.exists():
            shutil.copy(toml, inside)
        about = {"made": node.now().isoformat(), "origin": node.origin, "format": 1}
        (inside / "about.json").write_text(json.dumps(about))
        await asyncio.to_thread(_pack, inside, file)


def _pack(folder: Path, file: Path) -> None:
    kept = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(kept, "wb") as out, tarfile.open(fileobj=out, mode="w:gz") as tar:
            for path in sorted(folder.iterdir()):
                tar.add(path, path.name)
            tar.close()
            os.fsync(out.fileno())
    except OSError as error:
        # half a backup would be taken for one
        file.unlink()
        raise _no_room(file, error) from error


def _no_room(file: Path, error: Exception) -> TryLater:
    safe = f"{file.parent} cannot be written: {error}. Make room there, or choose another place."
    return TryLater(str(error), code="E_NO_ROOM", safe=safe)


async def restore(settings: Settings, file: Path) -> None:
    """Fill an empty data folder (or database) from a backup and begin a new epoch.

    Settings that lie in the folder already stay; they may name another database.

    Raises:
        Refused: the folder or database holds a node already, or the file is no backup of
            that kind, or is damaged; nothing was changed then.
    """
    if (settings.data / "folkmoot.db").exists():
        safe = f"{settings.data} holds a node already. Restore into an empty folder."
        raise Refused("E_EXISTS", str(settings.data), safe=safe)
    await asyncio.to_thread(settings.data.mkdir, 0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.data) as folder:
        inside = Path(folder)
        names = await asyncio.to_thread(_unpack, file, inside)
        await asyncio.to_thread(_look_over, file, inside, names)
        await _put_in_place(settings, inside, names)
    node = Node(settings, installed(settings.disabled))
    try:
        if not node.database.sqlite:
            await migrating.let_read(node.database, node.registry)
        await node.start()
        await node.write(new_epoch)
    finally:
        await node.close()


async def _put_in_place(settings: Settings, inside: Path, names: set[str]) -> None:
    if ("folkmoot.db" in names) != settings.database_url.startswith("sqlite:"):
        held = "SQLite" if "folkmoot.db" in names else "PostgreSQL"
        safe = (
            f"This backup is of a node on {held}, and the setting `database` says otherwise: "
            "leave it empty for SQLite, or name an empty PostgreSQL database (FOLKMOOT_DATABASE)."
        )
        raise Refused("E_OTHER_DATABASE", settings.database_url, safe=safe)
    if "folkmoot.dump" in names:
        await _refuse_filled(settings)
        await asyncio.to_thread(_load, settings.database_url, inside / "folkmoot.dump")
    for name in ("folkmoot.db", "folkmoot.toml"):
        if name in names and not (settings.data / name).exists():
            (inside / name).replace(settings.data / name)


async def _refuse_filled(settings: Settings) -> None:
    from node.kernel.postgres import Postgres

    database = Postgres(settings.database_url)
    try:
        tables = await database.claim(lambda db: inspect(db).get_table_names())
    finally:
        await database.close()
    if tables:
        safe = "This database holds something already. Restore into an empty one."
        raise Refused("E_EXISTS", f"{len(tables)} tables", safe=safe)


def new_epoch(unit: Unit) -> None:
    """Mark that this node went back to an earlier state, so that peers reconcile from there."""
    unit.set("epoch", secrets.token_hex(8))


def _unpack(file: Path, folder: Path) -> set[str]:
    allowed = {"folkmoot.db", "folkmoot.dump", "folkmoot.toml", "about.json"}
    found: set[str] = set()
    try:
        with gzip.open(file) as packed, tarfile.open(fileobj=packed, mode="r:") as tar:
            for member in tar:
                content = tar.extractfile(member) if member.isfile() else None
                if content is not None and member.name in allowed - found:
                    _write(folder / member.name, content)
                    found.add(member.name)
            # its checksum stands at the very end
            while packed.read(2**20):
                pass
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise _damaged(file, str(error)) from error
    if len({"folkmoot.db", "folkmoot.dump"} & found) != 1:
        raise Refused("E_BACKUP", str(file), safe=f"{file} holds no database.")
    return found


def _look_over(file: Path, folder: Path, names: set[str]) -> None:
    """See that a database that was unpacked is whole before anything takes its place."""
    if "folkmoot.db" not in names:
        return
    try:
        with contextlib.closing(sqlite3.connect(folder / "folkmoot.db")) as db:
            said = db.execute("PRAGMA integrity_check(1)").fetchone()[0]
            db.execute("SELECT version_num FROM alembic_version_kernel")
    except sqlite3.DatabaseError as error:
        raise _damaged(file, str(error)) from error
    if said != "ok":
        raise _damaged(file, said)


def _damaged(file: Path, detail: str) -> Refused:
    return Refused("E_BACKUP", detail, safe=f"{file} is no backup of Folkmoot, or is damaged.")


def _write(path: Path, content: IO[bytes]) -> None:
    kept = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(kept, "wb") as out:
        shutil.copyfileobj(content, out)


def _plain(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(scheme="postgresql"))


def _dump(url: str, file: Path, without: Sequence[str]) -> None:
    bare = [f"--exclude-table-data={name}" for name in without]
    options = ("--format=custom", "--no-owner", "--no-acl", *bare)
    _program("pg_dump", *options, f"--file={file}", _plain(url))


def _load(url: str, file: Path) -> None:
    options = ("--no-owner", "--no-acl", "--single-transaction", "--exit-on-error")
    _program("pg_restore", *options, f"--dbname={_plain(url)}", str(file))


def _program(*words: str) -> None:
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603
    except FileNotFoundError as error:
        message = f"{words[0]} is not installed (apt install postgresql-client)"
        raise TryLater(message, safe=message) from error
    if done.returncode:
        raise TryLater(done.stderr, safe=f"{words[0]} says: {done.stderr.strip()}")


def problems(db: Connection, registry: Registry) -> list[str]:
    """What does not hold in this database, in sentences; nothing if all is well."""
    found = [
        f"The tables of {name} are not up to date." for name in migrating.waiting(db, registry)
    ]
    if db.dialect.name == "sqlite":
        whole = db.exec_driver_sql("PRAGMA quick_check(1)").scalar()
        found += [] if whole == "ok" else [f"The database file is damaged: {whole}"]
        broken = db.exec_driver_sql("PRAGMA foreign_key_check").all()
        found += [f"Row {row} of {table} points to no row of {to}." for table, row, to, _ in broken]
    try:
        sealed.verify(db)
    except sealed.Broken as broken:
        found.append(f"The log was changed: {broken.detail} does not hold.")
    return found
