"""One Chromium for all walks, nodes on loopback, and people with browsers without scripts.

Pictures of what was seen lie in build/screens afterwards; the README's are renewed too if
FOLKMOOT_SCREENS names their folder (make screens).
"""

import contextlib
import itertools
import os
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Playwright, async_playwright

from node import stage
from node.kernel.keys import Keys
from node.kernel.node import Node
from tests.browser.walking import PHONE, Album, Judge, Walker
from tests.conftest import found, session
from tests.servers import BROWSER_FLAGS, ROOT, Backend
from tests.templates import Templates, shipped
from web import sessions

PICTURES = ROOT / "build" / "screens"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test here needs Chromium and runs on the loop of the one browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def playwright(chromium: str) -> AsyncIterator[Playwright]:
    async with async_playwright() as opened:
        yield opened


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(playwright: Playwright, chromium: str) -> AsyncIterator[Browser]:
    opened = await playwright.chromium.launch(executable_path=chromium, args=BROWSER_FLAGS)
    yield opened
    await opened.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def judge(browser: Browser) -> Judge:
    return await Judge.open(browser)


Raise = Callable[..., AbstractAsyncContextManager[stage.Stage]]
Open = Callable[..., Awaitable[stage.Stage]]


@pytest.fixture
def raising(tmp_path: Path, templates: Templates, key_pool: list[Keys]) -> Raise:
    """Raises a stage; tables and keys, which take seconds to make, were made before."""
    keys = itertools.cycle(key_pool)

    @contextlib.asynccontextmanager
    async def raised(*names: str, **given: Any) -> AsyncIterator[stage.Stage]:
        for folder in (tmp_path / name for name in names):
            if not folder.exists():
                folder.mkdir(mode=0o700)
                await templates.database(Backend(kind="sqlite"), folder, list(shipped().values()))
                without_secret(folder / "folkmoot.db")
        delays = {f"match_delay_{end}_seconds": 0.0 for end in ("least", "most")}
        given = {"make_keys": lambda: next(keys), **delays, **given}
        async with stage.opened(tmp_path, names, **given) as opened:
            yield opened

    return raised


def without_secret(database: Path) -> None:
    """Let a node make a secret of its own, as each does."""
    with contextlib.closing(sqlite3.connect(database)) as db, db:
        db.execute("DELETE FROM setting WHERE name = 'secret'")


@pytest_asyncio.fixture(loop_scope="session")
async def nodes(raising: Raise) -> AsyncIterator[Open]:
    """Open nodes on loopback; their story is some time ago, so that it can go on."""
    async with contextlib.AsyncExitStack() as held:

        async def at(*names: str, founded: bool = True) -> stage.Stage:
            opened = await held.enter_async_context(raising(*names, clock=stage.Behind(days=90)))
            for name in names if founded else ():
                await found(opened.nodes[name], name, opened.nodes[name].origin)
            return opened

        yield at


class Street:
    """Nodes on loopback, each of which can be switched off and on again; its data stay."""

    def __init__(self, raising: Raise) -> None:
        self.stage = stage.Stage(nodes={}, clock=stage.Behind(days=90))
        self._raising = raising
        self._ports: dict[str, int] = {}
        self._on: dict[str, contextlib.AsyncExitStack] = {}

    async def on(self, name: str) -> Node:
        """Switch a node on, at the address that it had before."""
        held = self._on[name] = contextlib.AsyncExitStack()
        port = self._ports.get(name, 0)
        opened = await held.enter_async_context(
            self._raising(name, first_port=port, clock=self.stage.clock)
        )
        node = self.stage.nodes[name] = opened.nodes[name]
        if name not in self._ports:
            self._ports[name] = node.settings.port
            await found(node, name, node.origin)
        return node

    async def off(self, name: str) -> None:
        """Switch a node off: nothing listens at its address."""
        await self._on.pop(name).aclose()

    async def close(self) -> None:
        for name in list(self._on):
            await self.off(name)


@pytest_asyncio.fixture(loop_scope="session")
async def street(raising: Raise) -> AsyncIterator[Street]:
    made = Street(raising)
    yield made
    await made.close()


class Seats:
    """Browsers without scripts for whoever walks; one that was left is taken again.

    Each has its own cookies, and loses them when it is left: nothing else stays in it. Each
    node has an address of its own, so it finds nothing of another node's in its cache.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._free: list[Page] = []

    async def take(self) -> Page:
        if self._free:
            return self._free.pop()
        context = await self._browser.new_context(viewport=PHONE, java_script_enabled=False)
        context.set_default_timeout(20_000)
        return await context.new_page()

    async def leave(self, page: Page) -> None:
        await page.context.clear_cookies()
        await page.emulate_media(media="null")
        self._free.append(page)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def seats(browser: Browser) -> Seats:
    return Seats(browser)


Walk = Callable[..., Awaitable[Walker]]


@pytest_asyncio.fixture(loop_scope="session")
async def walk(seats: Seats, judge: Judge) -> AsyncIterator[Walk]:
    """Somebody at a node, signed in if a handle is given.

    The page to sign in is walked where that is what is tested.
    """
    best = os.environ.get("FOLKMOOT_SCREENS")
    album = Album(PICTURES, best=ROOT / best if best else None)
    async with contextlib.AsyncExitStack() as held:

        async def at(node: Node, handle: str | None = None) -> Walker:
            page = await seats.take()
            held.push_async_callback(seats.leave, page)
            walker = Walker(page, judge, node.origin, album)
            held.push_async_callback(walker.leave)
            if handle:
                token = await node.write(session, handle)
                cookie = {"name": sessions.name(node.origin), "value": token, "url": node.origin}
                await page.context.add_cookies([cookie])
                await walker.go("/")
            return walker

        yield at
