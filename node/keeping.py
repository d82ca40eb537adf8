"""Keeping the data safe: a copy before tables change, backups, restoring, and looking it over."""

import asyncio
import json
import os
import secrets
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit, urlunsplit

from sqlalchemy import Connection

from node.kernel import log as sealed
from node.kernel import migrating
from node.kernel.errors import Refused, TryLater
from node.kernel.module import Registry, installed
from node.kernel.node import Node
from node.kernel.settings import Settings
from node.kernel.sqlite import Sqlite
from node.kernel.unit import Unit

KEPT = 3
"""Copies made before a migration that are kept."""


async def keep_before(settings: Settings) -> None:
    """Copy a SQLite database that a migration is about to change to DIR/before/."""
    path = settings.data / "folkmoot.db"
    if settings.database or not path.exists() or not await _behind(settings):
        return
    folder = settings.data / "before"
    folder.mkdir(exist_ok=True)
    copy_sqlite(path, folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S}.db")
    for old in sorted(folder.glob("*.db"))[:-KEPT]:
        old.unlink()


async def _behind(settings: Settings) -> bool:
    database = Sqlite(settings.database_url)
    try:
        registry = Registry(installed(settings.disabled))
        return bool(await database.read(migrating.waiting, registry))
    finally:
        await database.close()


def copy_sqlite(source: Path, target: Path) -> None:
    """A consistent copy of a database that may be in use (copying the file would not be)."""
    with sqlite3.connect(source) as db:
        db.execute("VACUUM INTO ?", (str(target),))
    target.chmod(0o600)


async def backup(node: Node, file: Path) -> None:
    """Write the database, its keys and the settings into one compressed file.

    Raises:
        Refused: the file is there already.
        TryLater: PostgreSQL's own program failed; its words are in the message.
    """
    if await asyncio.to_thread(file.exists):
        raise Refused("E_EXISTS", str(file), safe=f"{file} is there already. Choose another name.")
    with tempfile.TemporaryDirectory(dir=node.settings.data) as folder:
        inside = Path(folder)
        if node.database.sqlite:
            await asyncio.to_thread(
                copy_sqlite, node.settings.data / "folkmoot.db", inside / "folkmoot.db"
            )
        else:
            await asyncio.to_thread(_dump, node.settings.database_url, inside / "folkmoot.dump")
        toml = node.settings.data / "folkmoot.toml"
        if toml.exists():
            shutil.copy(toml, inside)
        about = {"made": node.now().isoformat(), "origin": node.origin, "format": 1}
        (inside / "about.json").write_text(json.dumps(about))
        await asyncio.to_thread(_pack, inside, file)


def _pack(folder: Path, file: Path) -> None:
    kept = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(kept, "wb") as out, tarfile.open(fileobj=out, mode="w:gz") as tar:
        for path in sorted(folder.iterdir()):
            tar.add(path, path.name)


async def restore(settings: Settings, file: Path) -> None:
    """Fill an empty data folder (or database) from a backup and begin a new epoch.

    Raises:
        Refused: the folder holds a node already, or the file is no backup.
    """
    if (settings.data / "folkmoot.db").exists():
        safe = f"{settings.data} holds a node already. Restore into an empty folder."
        raise Refused("E_EXISTS", str(settings.data), safe=safe)
    settings.data.mkdir(parents=True, exist_ok=True)
    names = _unpack(file, settings.data)
    dump = settings.data / "folkmoot.dump"
    if dump.name in names:
        await asyncio.to_thread(_load, settings.database_url, dump)
        dump.unlink()
    node = Node(settings, installed(settings.disabled))
    try:
        await node.start()
        await node.write(new_epoch)
    finally:
        await node.close()


def new_epoch(unit: Unit) -> None:
    """Mark that this node went back to an earlier state, so that peers reconcile from there."""
    unit.set("epoch", secrets.token_hex(8))


def _unpack(file: Path, data: Path) -> set[str]:
    allowed = {"folkmoot.db", "folkmoot.dump", "folkmoot.toml", "about.json"}
    try:
        with tarfile.open(file, "r:gz") as tar:
            members = [m for m in tar.getmembers() if m.name in allowed and m.isfile()]
            found = {m.name: tar.extractfile(m) for m in members}
            for name, content in found.items():
                if content is not None and name != "about.json":
                    _write(data / name, content)
    except (tarfile.TarError, OSError, EOFError) as error:
        safe = f"{file} is no backup of Folkmoot, or is damaged."
        raise Refused("E_BACKUP", str(error), safe=safe) from error
    if not {"folkmoot.db", "folkmoot.dump"} & set(found):
        raise Refused("E_BACKUP", str(file), safe=f"{file} holds no database.")
    return set(found)


def _write(path: Path, content: IO[bytes]) -> None:
    kept = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(kept, "wb") as out:
        shutil.copyfileobj(content, out)


def _plain(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(scheme="postgresql"))


def _dump(url: str, file: Path) -> None:
    _program("pg_dump", "--format=custom", "--no-owner", f"--file={file}", _plain(url))


def _load(url: str, file: Path) -> None:
    _program("pg_restore", "--no-owner", "--exit-on-error", f"--dbname={_plain(url)}", str(file))


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
    try:
        sealed.verify(db)
    except sealed.Broken as broken:
        found.append(f"The log was changed: {broken.detail} does not hold.")
    return found
