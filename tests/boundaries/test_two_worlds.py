"""Two days that differ in nothing but secrets look the same from outside, byte for byte.

The search for words (`test_canary`) finds what is said, and is made here of the first day; this
finds what can be inferred: a number, a length, an order, a header, one letter more.

Two things are the same in both worlds. What is decided here (`bound`) stands in the chain of
decisions, whose digests go out; records have ids that nobody can guess. And a record commits to
the ballots with a salt that stays here: of that commitment the salt alone is left, as if nobody
could find out the rest, which is what a commitment is for.
"""

import hashlib
import itertools
import secrets
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, func, select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from node.kernel.keys import Keys
from node.kernel.module import Module, installed
from node.modules.decisions import rules
from node.modules.ideas.tables import support
from node.modules.proposals.tables import comment
from tests import again
from tests.boundaries import world
from tests.boundaries.tap import Tap
from tests.boundaries.test_canary import crawl, day, judge
from tests.boundaries.visitors import Visitors
from tests.boundaries.world import World
from tests.conftest import START, Clock, MakeNode
from vocab import proofs
from workers import running

# what leaves does not depend on where rows lie
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)

Through = Callable[[World, Visitors], Awaitable[None]]
Live = Callable[..., Awaitable[list[tuple[str, bytes]]]]


class Chance:
    """Random bytes that come in the same order in every world."""

    def __init__(self) -> None:
        self.drawn = 0

    def bytes(self, count: int | None = None) -> bytes:
        self.drawn += 1
        return hashlib.shake_256(str(self.drawn).encode()).digest(count or 32)

    def urlsafe(self, count: int | None = None) -> str:
        # no sign that a path would be read by: these stand in addresses
        return self.bytes(count).hex()[: len(_URLSAFE(count))]

    def hex(self, count: int | None = None) -> str:
        return self.bytes(count).hex()

    def uuid(self) -> uuid.UUID:
        return uuid.UUID(bytes=self.bytes(16), version=4)


_URLSAFE, _TAKE, _SETTLE = secrets.token_urlsafe, running.take, running.settle


@pytest.fixture
def live(
    make_node: MakeNode,
    clock: Clock,
    wire: Tap,
    key_pool: list[Keys],
    monkeypatch: pytest.MonkeyPatch,
) -> Live:
    """Live a day with these secrets; what outsiders saw of it, in order, but for what is `then`."""

    runs = itertools.count(1)

    async def lived(
        number: int, through: Through, *, then: Through | None = None, **more: Any
    ) -> list[tuple[str, bytes]]:
        # tables are made once for all, and draw, too
        await make_node("alder", run=f"{next(runs)}", founded=False, **more)
        chance = Chance()
        monkeypatch.setattr(secrets, "token_bytes", chance.bytes)
        monkeypatch.setattr(secrets, "token_hex", chance.hex)
        monkeypatch.setattr(secrets, "token_urlsafe", chance.urlsafe)
        monkeypatch.setattr(uuid, "uuid4", chance.uuid)
        monkeypatch.setattr(rules, "commitment", hidden)
        # who draws first among jobs that run side by side is no matter of secrets
        monkeypatch.setattr(running, "take", partial(_TAKE, most=1))
        monkeypatch.setattr(running, "settle", partial(_SETTLE, most=10_000))
        # what was built for others was drawn by another chance
        monkeypatch.setattr(again, "_KEPT", {})
        clock.now = START
        wire.apps.clear()
        wire.crossed.clear()
        wire.seen.clear()
        alder, birch = [
            await make_node(name, run=f"{next(runs)}", **more) for name in ("alder", "birch")
        ]
        full = await world.build(alder, birch, clock, secrets=number)
        visitors = Visitors(full, wire)
        await through(full, visitors)
        seen = [*wire.crossed, *visitors.seen]
        if then:
            await then(full, visitors)
        while alder.make_keys() is not key_pool[-1]:
            pass  # the next world begins with the same keys
        return seen

    return lived


def hidden(salt: str, _roster: str, _ballots: Sequence[tuple[str, ...]]) -> str:
    """A commitment that keeps its secret for certain."""
    assert len(salt) == 32  # 128 bits, of a table that no reading connection may look at
    return proofs.digest({"salt": salt})


def apart(one: Iterable[tuple[str, bytes]], other: Iterable[tuple[str, bytes]]) -> list[str]:
    """What was seen in one of two worlds only, as lines for people."""
    first, second = Counter(one), Counter(other)
    return [
        f"{sign} {where}\n  {raw[:3000]!r}"
        for sign, only in (("-", first - second), ("+", second - first))
        for where, raw in only
    ]


def _digest(db: Connection) -> str:
    said = sorted(db.scalars(select(comment.c.text)))
    return hashlib.sha256("".join(said).encode()).hexdigest()


LEAKS: Mapping[str, Callable[[Connection], str]] = {
    "length": lambda db: str(db.scalar(select(func.sum(func.length(comment.c.text))))),
    "digest": _digest,
    "points": lambda db: str(db.scalar(select(func.sum(support.c.points)))),
}
"""What can be inferred of a secret without a word of it."""


async def leaky(request: Request) -> Response:
    told = LEAKS.get(request.path_params["how"])
    return Response(await request.app.state.node.read(told) if told else b"")


async def test_what_leaves_holds_no_secret_and_depends_on_none(live: Live) -> None:
    """Nothing differs but what a module tells that leaks: so it would be seen."""
    modules = [
        *installed(),
        Module(name="leak", routes=(Route("/leaky/{how}", leaky, methods=["GET"]),)),
    ]

    async def whole(full: World, visitors: Visitors) -> None:
        await day(full)
        await crawl(full, visitors, ("nobody", "peer"))
        for how in LEAKS:
            await visitors.ask("nobody", f"/leaky/{how}")

    async def judged(full: World, visitors: Visitors) -> None:
        await crawl(full, visitors, ("stranger", "bo"))
        judge(full, visitors)

    one = await live(1, whole, then=judged, modules=modules)
    other = await live(2, whole, modules=modules)

    different = apart(one, other)

    expected = [f"{sign} nobody GET /leaky/{how}" for how in LEAKS for sign in "-+"]
    found = [line.partition("\n")[0] for line in different]
    assert sorted(found) == sorted(expected), "\n".join(different[:8])
    assert len(one) > 500
