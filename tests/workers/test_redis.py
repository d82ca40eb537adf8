"""Redis carries news and nothing else: emptied, killed and started again, no job is lost."""

import asyncio
import contextlib
import gc
import json
import subprocess
import warnings
from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlsplit

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from node.kernel.node import Node
from node.kernel.settings import Unusable
from tests.conftest import MakeNode
from tests.kernel import pins
from tests.servers import TOOLS, need
from tests.workers.conftest import Desk
from workers import inline, redis

pytestmark = [
    pytest.mark.redis,
    pytest.mark.parametrize("backend", ["postgres"], indirect=True),
]


@pytest.fixture(autouse=True)
def swept() -> Iterator[None]:
    """What redis-py leaves open when its server is killed is collected here, not in other tests."""
    gc.freeze()  # all that was there before is not looked at
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


class Server:
    """A Redis of this test's own, which it may kill."""

    def __init__(self) -> None:
        program = need("redis")
        said = subprocess.run([TOOLS / "redis-up"], capture_output=True, text=True, check=True)
        self.url = said.stdout.strip()
        self.port = str(urlsplit(self.url).port)
        self.program = program

    def tell(self, *words: str) -> None:
        subprocess.run(["redis-cli", "-p", self.port, *words], capture_output=True, check=False)

    def stop(self) -> None:
        self.tell("shutdown", "nosave")

    def start(self) -> None:
        words = ["--port", self.port, "--bind", "127.0.0.1", "--save", "", "--daemonize", "yes"]
        subprocess.run([self.program, *words], capture_output=True, check=True, cwd="/tmp")


@pytest.fixture
def server() -> Iterator[Server]:
    found = Server()
    yield found
    found.stop()


@pytest.fixture
async def site(make_node: MakeNode, desk: Desk, server: Server) -> Node:
    """The serving process: it announces work and does none."""
    return await make_node(
        "alder", modules=pins.around(desk.module()), redis=server.url, worker=False
    )


@pytest.fixture
async def crew(make_node: MakeNode, desk: Desk, site: Node) -> Node:
    """Another process of the same node, which does the work."""
    return await make_node(
        "alder",
        modules=pins.around(desk.module()),
        data=site.settings.data,
        redis=site.settings.redis,
    )


@contextlib.asynccontextmanager
async def working(node: Node) -> AsyncIterator[None]:
    task = asyncio.create_task(redis.forever(node))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@contextlib.asynccontextmanager
async def announcing(node: Node) -> AsyncIterator[None]:
    node.wake = tell = redis.announcer(node)
    try:
        yield
    finally:
        await tell.close()


async def give(node: Node, *words: str) -> None:
    for word in words:
        await node.write(lambda unit, word=word: unit.later("desk.work", word=word))


async def until(desk: Desk, *words: str) -> None:
    await desk.until(lambda: sorted(desk.done) == sorted(words))


async def test_a_worker_elsewhere_hears_of_work(
    site: Node, crew: Node, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # without news this worker would look again only after the test has given up
    monkeypatch.setattr(inline, "TICK", 600.0)
    async with announcing(site), working(crew):
        for word in "abc":
            await give(site, word)
            await until(desk, *"abc"[: "abc".index(word) + 1])


async def test_only_news_is_in_redis_and_it_is_json(
    site: Node, crew: Node, desk: Desk, server: Server
) -> None:
    async with announcing(site):
        for n in range(50):
            await give(site, f"private word {n}")

    async with Redis.from_url(server.url) as client:
        keys = [key async for key in client.scan_iter("*")]
        values = [await client.get(k) for k in keys if await client.type(k) == b"string"]
        waiting = await client.zcard(redis.queue(site))

    assert waiting <= 1
    assert len(keys) <= 2
    assert [json.loads(v)["f"] for v in values] == ["wake"] * len(values)
    assert b"private" not in b"".join([*keys, *values])
    async with working(crew):
        await until(desk, *(f"private word {n}" for n in range(50)))


async def test_what_stands_in_redis_is_never_unpickled(
    site: Node, crew: Node, desk: Desk, server: Server, tmp_path
) -> None:
    mark = tmp_path / "ran"
    evil = f"cos\nsystem\n(S'touch {mark}'\ntR.".encode()
    async with Redis.from_url(server.url) as client:
        await client.set("arq:job:evil", evil)
        await client.zadd(redis.queue(site), {"evil": 1})

    async with announcing(site), working(crew):
        async with asyncio.timeout(20), Redis.from_url(server.url) as client:
            while await client.zcard(redis.queue(site)):  # noqa: ASYNC110 - of another process
                await asyncio.sleep(0.01)
        await give(site, "a")
        await until(desk, "a")

    assert not mark.exists()


async def test_an_emptied_redis_loses_no_job(
    site: Node, crew: Node, desk: Desk, server: Server
) -> None:
    words = [f"{n}" for n in range(40)]
    async with announcing(site):
        await give(site, *words[:20])
        server.tell("flushall")
        async with working(crew):
            for word in words[20:]:
                await give(site, word)
                server.tell("flushall")
            await until(desk, *words)


async def test_a_killed_redis_loses_no_job_and_is_found_again(
    site: Node, crew: Node, desk: Desk, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis, "AGAIN", 0.05)
    async with announcing(site), working(crew):
        await give(site, "before")
        await until(desk, "before")

        server.stop()
        await give(site, "while it was away")
        await until(desk, "before", "while it was away")

        server.start()
        async with asyncio.timeout(20), Redis.from_url(server.url) as client:
            # the worker is back when it listens again
            while not await _listens(client):  # noqa: ASYNC110 - of another process
                await asyncio.sleep(0.02)
        monkeypatch.setattr(inline, "TICK", 600.0)
        crew.waiting.set()
        await give(site, "after")
        await until(desk, "before", "while it was away", "after")


async def _listens(client: Redis) -> bool:
    try:
        clients = await client.client_list()
    except (OSError, RedisError):
        return False
    return any(c["cmd"] == "zrangebyscore" for c in clients)


async def test_two_nodes_share_a_redis_without_waking_each_other(
    site: Node, make_node: MakeNode
) -> None:
    other = await make_node("birch", modules=pins.around(), redis=site.settings.redis)

    assert redis.queue(site) != redis.queue(other)
    assert redis.queue(site) == redis.queue(site)


async def test_an_address_that_is_none_stops_the_start(make_node: MakeNode) -> None:
    node = await make_node("alder", modules=pins.around(), redis="localhost:6379")

    with pytest.raises(Unusable, match="redis://localhost"):
        redis.announcer(node)
    with pytest.raises(Unusable, match="redis://localhost"):
        await redis.forever(node)
