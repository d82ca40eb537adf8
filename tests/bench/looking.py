"""What people see: the start of a node, its memory, and its pages."""

import asyncio
import time
from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import insert

from node.kernel.node import Node
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.listings.tables import listing
from node.modules.notes.writing import Draft, post
from tests.bench.figures import Figure
from tests.bench.load import send_all
from tests.bench.world import COUNT, World, free_port, server
from web import sessions

LISTINGS = 1000
POSTS = 30
SECONDS = 10.0
REST = 3.0
"""Seconds after which a node is taken to be idle."""


def start(world: World) -> Iterator[Figure]:
    """From the command to the first answer, and the memory of a node with nothing to do."""
    port = free_port()
    with (
        server(port, "-m", "tests.bench.bare", str(port)) as other,
        server(world.port, *world.serve) as ours,
    ):
        yield Figure(name="cold start", ours=ours.start, baseline=other.start, unit="s",
                     aim=1, cpu=ours.cpu * 1e6)  # fmt: skip
        time.sleep(REST)
        yield Figure(name="idle memory", ours=ours.memory, baseline=other.memory, unit="MiB",
                     aim=110)  # fmt: skip


def pages(world: World) -> Iterator[Figure]:
    """Pages a second, of visitors and of a member, with 1,000 listings on the board."""
    cookie = world.inside(_furnished)
    with server(world.port, *world.serve) as ours:
        for name, path, mine in (
            ("front page, visitor", "/", False),
            ("Today, member", "/", True),
            ("board of 1,000, member", "/give", True),
            ("front page, unchanged", "/", False),
        ):
            request = _get(world, path, cookie if mine else "")
            asyncio.run(send_all(world.port, [request] * 8))
            before = ours.cpu
            done = asyncio.run(send_all(world.port, [request] * COUNT, seconds=SECONDS))
            cpu = ours.cpu - before
            plain = asyncio.run(send_all(world.bare, [request] * COUNT))
            said = ", ".join(f"{n} × {status}" for status, n in sorted(done.seen.items()))
            yield Figure(name=name, ours=done.rate, baseline=plain.rate, unit="pages/s",
                         cpu=cpu / done.answered * 1e6, note=said)  # fmt: skip


def _get(world: World, path: str, cookie: str) -> bytes:
    sent = f"Cookie: {cookie}\r\n" if cookie else ""
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{world.port}\r\nAccept: text/html\r\n"
    return f"{head}{sent}\r\n".encode()


async def _furnished(node: Node) -> str:
    """Fill the board and the feed; the cookie of a signed-in member."""
    token = await node.write(_furnish)
    return f"{sessions.name(node.origin)}={token}"


def _furnish(unit: Unit) -> str:
    keeper = unit.account(f"{unit.origin}/u/keeper")
    assert keeper is not None
    unit.db.execute(insert(listing), [_row(unit, keeper.id, n) for n in range(LISTINGS)])
    for n in range(POSTS):
        post(unit, keeper, Draft(text=f"Post {n} of today", reach="public", people={}))
    return accounts.sign_in(unit, keeper.id)


def _row(unit: Unit, owner: str, n: int) -> dict[str, object]:
    at = unit.now - timedelta(minutes=n)
    return {
        "id": f"{unit.origin}/o/listing{n}", "slug": f"listing{n}", "owner": owner,
        "local": True, "domain": unit.origin.partition("://")[2],
        "purpose": "offer" if n % 2 else "request", "title": f"A ladder of {n} steps",
        "text": "Long enough for the roof. " * 8, "kind": "loan", "action": "use",
        "concept": None, "unit": "", "amount": "", "terms": ["gift"], "lifecycle": "open",
        "revision": 1, "reach": "community", "handling": "public", "match_scope": "community",
        "published": at, "arrived": at, "ends": unit.now + timedelta(days=60),
    }  # fmt: skip
