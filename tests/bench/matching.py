"""How long it takes to find what fits one notice among very many, on SQLite.

The baseline is a question of the same database that looks into every title (LIKE). N=… says
how many notices there are, 100,000 unless it says otherwise; the aim is 5 ms up to there, and
10 ms up to a million. KEPT=… names a folder in which the filled database is kept, so that it
is filled once; each run then measures a copy of it.
"""

import os
import random
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, or_, select

from node.kernel.access import visible
from node.kernel.node import Node
from node.kernel.unit import Unit
from node.modules.listings import api as listings
from node.modules.listings.api import Notice
from node.modules.listings.tables import listing
from node.modules.matching import lexicon, suggesting
from tests.bench import filling
from tests.bench.figures import Figure
from tests.bench.world import World

Ask = Callable[[Connection, Notice, datetime, ZoneInfo], int]

NOTICES: Final = int(os.environ.get("N") or "100000")
KEPT: Final = os.environ.get("KEPT", "")
PORT: Final = "port"
"""The file beside a kept database that says where its node was served."""
QUESTIONS: Final = 300
SLOW: Final = 10
"""Questions of the baseline."""
AIM: Final = 5.0 if NOTICES <= 100_000 else 10.0


@dataclass(frozen=True, kw_only=True)
class Took:
    """One question: how long it took, how long the processor worked on it, in µs, and its sum."""

    ms: float
    cpu: float
    found: int


def matching(world: World) -> Iterator[Figure]:
    """The slowest of twenty questions and of twenty new notices, beside reading every title."""
    begun = time.perf_counter()
    filled = _filled(world)
    built = time.perf_counter() - begun
    yield from filled.inside(lambda node: _measured(node, built))


def _filled(world: World) -> World:
    """A world with the notices in it: this one, or a copy of the one that is kept."""
    if not KEPT:
        world.inside(_fill)
        return world
    kept = Path(KEPT) / f"{NOTICES}"
    if not (kept / PORT).exists():
        world.inside(_fill)
        shutil.copytree(world.folder, kept, dirs_exist_ok=True)
        (kept / PORT).write_text(f"{world.port}")
        return world
    shutil.rmtree(world.folder)
    shutil.copytree(kept, world.folder)
    return replace(world, port=int((kept / PORT).read_text()))


async def _fill(node: Node) -> None:
    await filling.fill(node, random.Random("fill"), NOTICES)


async def _measured(node: Node, built: float) -> list[Figure]:
    dice = random.Random("bench")
    asked = [f"{node.origin}/o/m{n}" for n in dice.sample(range(NOTICES), QUESTIONS)]
    zone = ZoneInfo(node.community.timezone)
    ours = [await node.read(_timed, _ours, id, node.now(), zone) for id in asked]
    plain = [await node.read(_timed, _plain, id, node.now(), zone) for id in asked[:SLOW]]
    looks = []
    for id in asked:
        begun = time.perf_counter()
        cpu = await node.write(_looked, id)
        looks.append(Took(ms=(time.perf_counter() - begun) * 1000, cpu=cpu, found=0))
    found = sum(one.found for one in ours) / len(ours)
    reading = _p95([one.ms for one in plain])
    bytes_ = await node.read(lambda db: list(filling.sizes(db)))
    return [
        Figure(
            name=f"a match among {NOTICES:,}, p95",
            ours=_p95([one.ms for one in ours]),
            baseline=reading,
            unit="ms",
            aim=AIM,
            cpu=_p95([one.cpu for one in ours]),
            note=f"{found:.1f} found each",
        ),
        Figure(
            name="a new notice, matches kept, p95",
            ours=_p95([one.ms for one in looks]),
            baseline=reading,
            unit="ms",
            cpu=_p95([one.cpu for one in looks]),
        ),
        Figure(
            name="the index of them",
            ours=sum(size for _, size in bytes_) / 2**20,
            baseline=0,
            unit="MiB",
            note=f"{sum(size for _, size in bytes_) / NOTICES:,.0f} bytes a notice; "
            f"filled, or copied, in {built:,.0f} s",
        ),
    ]


def _looked(unit: Unit, id: str) -> float:
    """Look at a notice as if it were new; µs of one core."""
    busy = time.thread_time()
    suggesting.look(unit, id)
    return (time.thread_time() - busy) * 1e6


def _p95(took: list[float]) -> float:
    return sorted(took)[int(len(took) * 0.95)]


def _timed(db: Connection, ask: Ask, id: str, now: datetime, zone: ZoneInfo) -> Took:
    notice = listings.listing(db, id, listings.HERE)
    assert notice is not None, "it was just written"
    begun, busy = time.perf_counter(), time.thread_time()
    count = ask(db, notice, now, zone)
    return Took(
        ms=(time.perf_counter() - begun) * 1000, cpu=(time.thread_time() - busy) * 1e6, found=count
    )


def _ours(db: Connection, notice: Notice, now: datetime, zone: ZoneInfo) -> int:
    pairs = suggesting.alike(db, notice, suggesting.side(notice))
    ranked = [id for _, id in islice(suggesting.best(pairs, zone, now), suggesting.KEPT)]
    return len(suggesting.still(db, notice, ranked, now))


def _plain(db: Connection, notice: Notice, now: datetime, zone: ZoneInfo) -> int:
    words = lexicon.words([notice.title]).values()
    other = "offer" if notice.is_need else "request"
    wanted = select(listing.c.id).where(
        visible(listing, listings.HERE),
        listing.c.purpose == other,
        listing.c.lifecycle == "open",
        listing.c.ends > now,
        or_(*(listing.c.title.contains(word) for word in words)),
    )
    return len(db.execute(wanted.order_by(listing.c.arrived.desc()).limit(40)).all())
