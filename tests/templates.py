"""Databases that hold all tables and nothing else, made once and copied for each test."""

import shutil
from collections.abc import Sequence
from functools import cache
from pathlib import Path

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

    async def database(self, backend: Backend, folder: Path, modules: Sequence[Module]) -> str:
        """The setting `database` of a new node; its tables are there if they are only ours."""
        if any(shipped().get(m.name) is not m for m in modules):
            return await backend.database(folder)
        key = (backend.kind, *sorted(m.name for m in modules))
        if key not in self._made:
            self._made[key] = await self._make(backend, key, modules)
        if backend.server is None:
            shutil.copy(self._made[key], folder / "folkmoot.db")
            return ""
        return await backend.database(folder, template=self._made[key])

    async def _make(self, backend: Backend, key: Sequence[str], modules: Sequence[Module]) -> str:
        folder = self._folder / "-".join(key)[:80] / str(len(self._made))
        folder.mkdir(parents=True)
        name = await backend.server.create() if backend.server else ""
        url = backend.server.at(name) if backend.server else ""
        node = Node(Settings(data=folder, database=url), modules)
        await node.start()
        await node.close()
        if backend.server:
            await backend.server.keep(name)
        return name or str(folder / "folkmoot.db")
