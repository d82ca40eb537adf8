"""Databases that hold all tables and nothing else, made once and copied for each test."""

import contextlib
import shutil
import sqlite3
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, MetaData, inspect

from node.kernel import migrating
from node.kernel.module import Module, installed
from node.kernel.node import Node
from node.kernel.settings import Settings
from tests.servers import Backend


@cache
def shipped() -> dict[str, Module]:
    """Our modules by name; loaded once, since a module is a value."""
    return {m.name: m for m in installed()}


class Templates:
    """The migrated databases of one test process, by the names of their modules."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[tuple[str, ...], str] = {}
        self._whose: dict[str, MetaData] = {}

    async def database(self, backend: Backend, folder: Path, modules: Sequence[Module]) -> str:
        """The setting `database` of a new node; the tables of our modules are there.

        So are those of a test's own modules that have no migrations, which they would make
        themselves. Those that have some migrate at the node's start, as everywhere.
        """
        ours = _ours(modules)
        theirs = [m for m in modules if m.metadata is not None and not m.folder("migrations")]
        key = (backend.kind, *ours, *(self._name(m) for m in theirs))
        if key not in self._made:
            self._made[key] = await self._make(backend, key, theirs)
        if backend.server is None:
            shutil.copy(self._made[key], folder / "folkmoot.db")
            return ""
        return await backend.database(folder, template=self._made[key])

    def _name(self, module: Module) -> str:
        """Two tests may call a module the same and mean other tables."""
        assert module.metadata is not None
        for name, metadata in self._whose.items():
            if metadata is module.metadata:
                return name
        name = f"{module.name}.{len(self._whose)}"
        self._whose[name] = module.metadata
        return name

    async def _make(self, backend: Backend, key: Sequence[str], theirs: Sequence[Module]) -> str:
        folder = Path(tempfile.mkdtemp(dir=self._folder))
        ours = [m for m in shipped().values() if m.name in key]
        others = [m for m in shipped().values() if m.name not in key]
        name = await self._begun(backend, folder, whole=not others)
        url = backend.server.at(name) if backend.server else ""
        node = Node(Settings(data=folder, database=url), [*ours, *map(_bare, theirs)])
        await node.database.migrate(_without, others)
        await node.start()
        for module in theirs:
            assert module.metadata is not None
            await node.database.migrate(module.metadata.create_all)
        if backend.server:
            await migrating.let_read(node.database, node.registry)
        await node.close()
        if backend.server:
            await backend.server.keep(name)
            return name
        path = folder / "folkmoot.db"
        with contextlib.closing(sqlite3.connect(path)) as db:
            # copied for each node: nearly all its pages are empty, so they are small, and of what
            # was taken away again nothing is left
            for word in ("journal_mode=DELETE", "page_size=1024"):
                db.execute(f"PRAGMA {word}")
            db.execute("VACUUM")
            db.execute("PRAGMA journal_mode=WAL")
        return str(path)

    async def _begun(self, backend: Backend, folder: Path, *, whole: bool) -> str:
        """What a template begins with: nothing, or all our tables, of which some are to go.

        Tests bring dozens of sets of modules, and each would be migrated for seconds.
        """
        if whole:
            return await backend.server.create() if backend.server else ""
        key = (backend.kind, *_ours(list(shipped().values())))
        if key not in self._made:
            self._made[key] = await self._make(backend, key, [])
        if backend.server:
            return await backend.server.create(self._made[key])
        shutil.copy(self._made[key], folder / "folkmoot.db")
        return ""


def _without(db: Connection, others: Sequence[Module]) -> None:
    """Take away the tables of modules that are not there; nobody else's point to them."""
    there = set(inspect(db).get_table_names())
    for module in others:
        own = [t.name for t in reversed(module.metadata.sorted_tables)] if module.metadata else []
        for name in (*own, f"alembic_version_{module.name}"):
            if name in there:
                db.exec_driver_sql(f'DROP TABLE "{name}"')


def _ours(modules: Sequence[Module]) -> list[str]:
    """The names of our modules among these, and of those they need; sorted."""
    found: set[str] = set()
    wanted = [m.name for m in modules if m.name in shipped()]
    while wanted:
        name = wanted.pop()
        found.add(name)
        wanted += set(shipped()[name].requires) - found
    return sorted(found)


def _bare(module: Module) -> Module:
    """A module's tables without what it does."""
    return Module(name=module.name, metadata=module.metadata)
