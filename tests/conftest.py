"""Whole nodes in one process: real rows, real signatures, a clock that is set, one wire."""

import asyncio
import itertools
import os
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import hypothesis
import pytest
import uvloop
from _pytest.unraisableexception import gc_collect_iterations_key

from node.kernel.keys import Keys, make_keys
from node.kernel.module import Module
from node.kernel.network import Answer, Unreachable
from node.kernel.node import Node
from node.kernel.settings import Settings
from node.kernel.tables import Account
from node.kernel.unit import Unit
from tests import engines, loading, servers
from tests.again import again
from tests.asked import Asked
from tests.servers import (
    backend,
    chromium,
    connections,
    judge_program,
    peer_program,
    postgres,
    pubby_program,
    redis_server,
    shared,
)
from tests.templates import Templates, shipped
from tests.tools import twins
from web import sessions, slots
from workers import running

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
TWINS = Path(__file__).with_name("twins.txt")
REPEATED = ("tests/modules/", "tests/boundaries/")
"""Where PostgreSQL is asked by thorough tests: each was carried out on SQLite."""
PASSWORD = "a long enough password"


def pytest_configure(config: pytest.Config) -> None:
    """Keep what tests write where nobody waits for a disk, unless somebody said where."""
    # five times over is for other Pythons: with a reference count, one look finds what is left
    config.stash[gc_collect_iterations_key] = 1
    engines.share()
    servers.keep_to_a_core(os.environ.get("PYTEST_XDIST_WORKER"))
    config.pluginmanager.register(loading, "loading")
    config.pluginmanager.register(Asked(), "asked")
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(servers.swift()))
    slots.SECONDS = 60.0
    hypothesis.settings.register_profile("any machine", deadline=None)
    hypothesis.settings.load_profile("any machine")


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The loop that a node has when it is served."""
    return {"uvloop": uvloop.new_event_loop}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Take on PostgreSQL what no other test asks of it (`twins.txt`), and of what is marked
    `sqlite` no more cases than the mark says. Twins of modules are thorough tests.
    """
    cases: Counter[str] = Counter()

    def is_left_out(item: pytest.Item) -> bool:
        if item.get_closest_marker("postgres") is None:
            return False
        mark, name = item.get_closest_marker("sqlite"), item.nodeid.partition("[")[0]
        cases[name] += 1
        if mark is not None and cases[name] > mark.kwargs.get("but", 0):
            return True
        return name in needless or item.nodeid in needless

    needless = set(TWINS.read_text().splitlines())
    items[:] = [one for one in items if not is_left_out(one)]
    for item in items:
        repeats = item.nodeid.startswith(REPEATED) and not item.nodeid.startswith(twins.WHOLE)
        if repeats and item.get_closest_marker("postgres"):
            item.add_marker(pytest.mark.thorough)


class Clock:
    """A clock that moves only when told."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


class Wire:
    """A network that knows only the nodes of this test, by origin."""

    def __init__(self) -> None:
        self.apps: dict[str, Any] = {}
        self.away: set[str] = set()
        self.seen: list[tuple[str, str, bytes]] = []
        """What crossed: method, address, body."""

    async def exchange(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        limit: int,
        deadline: float,
    ) -> Answer:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        self.seen.append((method, url, body))
        if origin in self.away or origin not in self.apps:
            raise Unreachable(f"{url}: nobody is there")
        request = httpx.Request(method, url, headers=dict(headers), content=body)
        answer = await Door(self.apps[origin]).handle_async_request(request)
        found = {k.lower(): v for k, v in answer.headers.items()}
        return Answer(status=answer.status_code, headers=found, body=await answer.aread(), url=url)

    async def close(self) -> None:
        return None


class Door(httpx.AsyncBaseTransport):
    """An application as what is asked: httpx's own looks for another loop at every request."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        over, bodies = asyncio.Event(), [await request.aread()]
        begun: dict[str, Any] = {}
        parts: list[bytes] = []

        async def receive() -> dict[str, Any]:
            if bodies:
                return {"type": "http.request", "body": bodies.pop(), "more_body": False}
            await over.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                begun.update(message)
                return
            parts.append(message.get("body", b"") if request.method != "HEAD" else b"")
            if not message.get("more_body", False):
                over.set()

        await self._app(_scope(request), receive, send)
        assert over.is_set(), "an answer has an end"
        headers = begun.get("headers", [])
        return httpx.Response(begun["status"], headers=headers, content=b"".join(parts))


def _scope(request: httpx.Request) -> dict[str, Any]:
    url = request.url
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "scheme": url.scheme,
        "path": url.path,
        "raw_path": url.raw_path.partition(b"?")[0],
        "query_string": url.query,
        "server": (url.host, url.port),
        "client": ("127.0.0.1", 123),
        "root_path": "",
    }


class Browser:
    """A person's browser without scripts: cookies, redirects, forms with their hidden fields."""

    def __init__(self, node: Node, app: Any) -> None:
        self.node = node
        self.client = httpx.AsyncClient(
            transport=Door(app), base_url=node.origin, follow_redirects=True
        )

    async def get(self, path: str, **kw: Any) -> httpx.Response:
        return await self.client.get(path, **kw)

    async def post(
        self, path: str, data: Mapping[str, Any], *, form: str | None = None, files: Any = None
    ) -> httpx.Response:
        """Open the page with the form, fill it in, send it: the hidden fields come along.

        With `files` (field to bytes) it is sent as a browser sends a form that has such fields.
        """
        page = await self.get(form or path)
        hidden = servers.hidden_fields(page.text, path)
        headers = {"origin": self.node.origin, "sec-fetch-site": "same-origin"}
        sent = {name: ("c:/x.jpg", body, "text/html") for name, body in (files or {}).items()}
        return await self.client.post(
            path, data={**hidden, **data}, headers=headers, files=sent or None
        )

    async def sign_in(self, handle: str, password: str = PASSWORD) -> None:
        answer = await self.post("/sign-in", {"name": handle, "password": password})
        assert answer.status_code == 200, answer.text


@pytest.fixture(scope="session")
def key_pool() -> list[Keys]:
    """A few pairs of keys, made once: making them is slow, and tests do not need secrets."""
    return [make_keys() for _ in range(6)]


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    """Databases with tables, to be copied."""
    return Templates(tmp_path_factory.mktemp("templates"))


@cache
def password_hash() -> str:
    """The hash of PASSWORD, by the node's own parameters; making one is slow on purpose."""
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1).hash(PASSWORD)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def wire() -> Wire:
    return Wire()


MakeNode = Callable[..., Awaitable[Node]]


@pytest.fixture
async def make_node(
    backend: servers.Backend,
    tmp_path: Path,
    clock: Clock,
    wire: Wire,
    key_pool: list[Keys],
    templates: Templates,
) -> AsyncIterator[MakeNode]:
    """Start nodes: `await make_node("alder")` is the community Alder at https://alder.test.

    Those of another `run` are others of the same name, for when the first have left the wire.
    """
    nodes: list[Node] = []
    keys = itertools.cycle(key_pool)

    async def make(
        name: str = "alder",
        *,
        modules: list[Module] | None = None,
        founded: bool = True,
        origin: str | None = None,
        data: Path | None = None,
        run: str = "",
        **settings: Any,
    ) -> Node:
        folder = data or tmp_path / run / name
        folder.mkdir(parents=True, exist_ok=True)
        at = origin or f"https://{name}.test"
        given = {"match_delay_least_seconds": 0.0, "match_delay_most_seconds": 0.0, **settings}
        chosen = modules or list(shipped().values())
        if data is None:
            database = await templates.database(backend, folder, chosen)
        else:
            database = await backend.database(folder, fresh=False)
        node = Node(
            Settings(data=folder, database=database, **given),
            chosen,
            transport=wire,
            clock=clock,
            make_keys=lambda: next(keys),
            seed=7,
        )
        await node.start()
        nodes.append(node)
        if founded and not node.ready:
            await again(f"found {name} at {at}", partial(found, node, name, at), node)
        from node.main import Application

        wire.apps[node.origin] = Application(node)
        return node

    yield make
    for node in nodes:
        await node.close()


async def found(node: Node, name: str, origin: str) -> Account:
    """Found the community of a new node, with the admin "keeper"."""
    from node.modules.accounts import api as accounts

    founding = accounts.Founding(
        origin=origin,
        at_home=False,
        name=name.title(),
        handle=name,
        purpose=f"Neighbours of {name.title()}.",
        language="en",
        timezone="Europe/Berlin",
        admin="keeper",
        password_hash=password_hash(),
    )
    return await node.write(accounts.found, founding, [node.make_keys() for _ in range(3)])


@pytest.fixture
async def alder(make_node: MakeNode) -> Node:
    return await make_node("alder")


@pytest.fixture
async def birch(make_node: MakeNode) -> Node:
    return await make_node("birch")


@pytest.fixture
async def cedar(make_node: MakeNode) -> Node:
    return await make_node("cedar")


async def person(node: Node, name: str, *, display: str = "") -> Account:
    """A new member of a node, whose password is PASSWORD."""
    from node.modules.accounts import api as accounts

    hashed = password_hash()
    return await node.write(
        accounts.add_member, name, node.make_keys(), display=display, password_hash=hashed
    )


@pytest.fixture
async def browse(wire: Wire) -> AsyncIterator[Callable[..., Awaitable[Browser]]]:
    """A browser at a node, signed in if a handle is given."""
    opened: list[Browser] = []

    async def at(node: Node, handle: str | None = None) -> Browser:
        browser = Browser(node, wire.apps[node.origin])
        opened.append(browser)
        if handle:
            token = await node.write(session, handle)
            browser.client.cookies.set(sessions.name(node.origin), token)
        return browser

    yield at
    for browser in opened:
        await browser.client.aclose()


def session(unit: Unit, handle: str) -> str:
    """Open a session for a member, as somebody has who signed in."""
    from node.modules.accounts import api as accounts

    found = accounts.by_handle(unit.db, handle)
    assert found is not None, f"nobody here is called {handle}"
    return accounts.sign_in(unit, found.id, "")


async def settle(*nodes: Node) -> None:
    """Do all background work that is due, on all these nodes, until nothing is left."""
    await running.settle(*nodes)


__all__ = [
    "backend",
    "chromium",
    "connections",
    "judge_program",
    "peer_program",
    "postgres",
    "pubby_program",
    "redis_server",
    "shared",
]
