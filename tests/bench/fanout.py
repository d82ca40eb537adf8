"""Letters that go out: one post to many followers, until the last server has it."""

import asyncio
import contextlib
import secrets
import time
from collections.abc import Iterator
from functools import partial

from sqlalchemy import Connection, delete, func, insert, select

from node.kernel.node import Node
from node.kernel.tables import account, job
from node.kernel.unit import Unit
from node.modules.follows.tables import follow
from node.modules.notes.writing import Draft, post
from tests.bench.figures import Figure
from tests.bench.load import send_all
from tests.bench.world import World, free_port, server
from workers import inline

HOSTS = 200
PEOPLE = 500
SECONDS = 30.0


def fanout(world: World) -> Iterator[Figure]:
    """500 followers on one host, with and without a shared inbox; one on each of 200 hosts."""
    port = free_port()
    with server(port, "-m", "tests.bench.sink", str(port), str(HOSTS)):
        one = [f"127.0.9.1:{port}"] * PEOPLE
        many = [f"127.0.9.{n + 1}:{port}" for n in range(HOSTS)]
        for name, hosts, shared in (
            ("500 on one host, shared inbox", one, True),
            ("500 on one host, each their own", one, False),
            ("200 hosts", many, True),
        ):
            yield world.inside(partial(_spread, name=name, hosts=hosts, shared=shared))


async def _spread(node: Node, *, name: str, hosts: list[str], shared: bool) -> Figure:
    await node.write(_followed, hosts, shared=shared)
    worker = asyncio.create_task(inline.forever(node))
    try:
        await _until_idle(node)
        begun, cpu = time.perf_counter(), time.process_time()
        await node.write(_say)
        inboxes = len(set(hosts)) if shared else len(hosts)
        left = await _until_idle(node)
        took, cpu = time.perf_counter() - begun, time.process_time() - cpu
    finally:
        worker.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await worker
    port = int(hosts[0].rpartition(":")[2])
    body = b"x" * 2000
    request = b"POST /inbox HTTP/1.1\r\nContent-Length: 2000\r\n\r\n" + body
    plain = await send_all(port, [request] * inboxes)
    return Figure(
        name=f"{name}: {inboxes}", ours=(inboxes - left) / took, baseline=plain.rate,
        unit="letters/s", cpu=cpu / inboxes * 1e6,
        note=f"the last after {took:.2f} s" + (f", {left} left" if left else ""),
    )  # fmt: skip


def _followed(unit: Unit, hosts: list[str], *, shared: bool) -> None:
    """Have people of these hosts follow the keeper, and nobody else."""
    keeper = f"{unit.origin}/u/keeper"
    unit.db.execute(delete(follow).where(follow.c.followed == keeper))
    run = secrets.token_hex(3)
    ids = [f"http://{host}/u/{run}-{n}" for n, host in enumerate(hosts)]
    unit.db.execute(
        insert(account),
        [
            {
                "id": id, "local": False, "type": "Person", "handle": f"f{n}", "domain": host,
                "inbox": f"{id}/inbox", "shared_inbox": f"http://{host}/inbox" if shared else None,
                "created": unit.now, "fetched": unit.now,
            }
            for n, (id, host) in enumerate(zip(ids, hosts, strict=True))
        ],
    )  # fmt: skip
    unit.db.execute(
        insert(follow),
        [
            {
                "follower": id, "followed": keeper, "activity": f"{id}/f", "state": "accepted",
                "at": unit.now,
            }
            for id in ids
        ],
    )  # fmt: skip


def _say(unit: Unit) -> None:
    keeper = unit.account(f"{unit.origin}/u/keeper")
    assert keeper is not None
    post(unit, keeper, Draft(text="Soup on Friday. " * 60, reach="public", people={}))


async def _until_idle(node: Node) -> int:
    """Wait until nothing is under way; how many inboxes are left after the longest time."""
    until = time.perf_counter() + SECONDS
    while (left := await node.read(_waiting)) and time.perf_counter() < until:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    return left


def _waiting(db: Connection) -> int:
    kinds = ("federation.fan_out", "federation.deliver", "federation.close")
    counted = select(func.count()).select_from(job).where(job.c.kind.in_(kinds))
    return int(db.scalar(counted) or 0)
