"""Databases that hold all tables and nothing else, made once and copied for each test."""

import shutil
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from sqlalchemy import MetaData

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
        folder = self._folder / str(len(self._made))
        folder.mkdir(parents=True)
        name = await backend.server.create() if backend.server else ""
        url = backend.server.at(name) if backend.server else ""
        ours = [m for m in shipped().values() if m.name in key]
        node = Node(Settings(data=folder, database=url), [*ours, *map(_bare, theirs)])
        await node.start()
        for module in theirs:
            assert module.metadata is not None
            await node.database.migrate(module.metadata.create_all)
        if backend.server:
            await migrating.let_read(node.database, node.registry)
        await node.close()
        if backend.server:
            await backend.server.keep(name)
        return name or str(folder / "folkmoot.db")


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
