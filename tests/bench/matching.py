"""How long it takes to find what fits one notice among very many, on SQLite.

The baseline is a question of the same database that looks into every title (LIKE). N=… says
how many notices there are, 100,000 unless it says otherwise; the aim is 5 ms up to there, and
10 ms up to a million.
"""

import os
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, or_, select

from node.kernel.access import visible
from node.kernel.node import Node
from node.kernel.tables import account
from node.kernel.unit import Unit
from node.modules.listings import api as listings
from node.modules.listings.api import Notice
from node.modules.listings.tables import listing, topic
from node.modules.matching import indexing, lexicon, suggesting
from node.modules.matching.scoring import Side
from node.modules.matching.tables import side, term
from tests.bench.figures import Figure
from tests.bench.world import World

Ask = Callable[[Connection, Notice, datetime, ZoneInfo], int]

NOTICES: Final = int(os.environ.get("N", "100000"))
QUESTIONS: Final = 300
SLOW: Final = 10
"""Questions of the baseline."""
AT_ONCE: Final = 5000
AIM: Final = 5.0 if NOTICES <= 100_000 else 10.0
KM: Final = 20
PEOPLE: Final = 997


@dataclass(frozen=True, kw_only=True)
class Took:
    """One question: how long it took, how long the processor worked on it, in µs, and its sum."""

    ms: float
    cpu: float
    found: int


def matching(world: World) -> Iterator[Figure]:
    """The slowest of twenty questions and of twenty new notices, beside reading every title."""
    yield from world.inside(_measured)


async def _measured(node: Node) -> list[Figure]:
    dice = random.Random("bench")
    await node.write(_people)
    for first in range(0, NOTICES, AT_ONCE):
        await node.write(_fill, dice, first, min(AT_ONCE, NOTICES - first))
    asked = [f"{node.origin}/o/m{n}" for n in dice.sample(range(NOTICES), QUESTIONS)]
    zone = ZoneInfo(node.community.timezone)
    ours = [await node.read(_timed, _ours, id, node.now(), zone) for id in asked]
    plain = [await node.read(_timed, _plain, id, node.now(), zone) for id in asked[:SLOW]]
    looks = []
    for id in asked:
        begun = time.perf_counter()
        await node.write(suggesting.look, id)
        looks.append((time.perf_counter() - begun) * 1000)
    found = sum(one.found for one in ours) / len(ours)
    reading = _p95([one.ms for one in plain])
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
            ours=_p95(looks),
            baseline=reading,
            unit="ms",
        ),
    ]


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
    ranked = [id for _, id in suggesting.best(pairs, zone, now)[: suggesting.KEPT]]
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


# The notices ---------------------------------------------------------------------------------


def _word(number: int) -> str:
    """A word of its own for a number."""
    return "".join("bdfgklmnprstvz"[number // 14**n % 14] + "aeiou"[number % 5] for n in range(4))


def _said(dice: random.Random) -> tuple[str, str]:
    """A title of a thing and a word, and a text; a few words are frequent, most are not."""
    things = sorted(lexicon.things())
    thing = things[int(dice.random() ** 2 * len(things))]
    rare = [_word(int(dice.random() ** 3 * 20_000)) for _ in range(9)]
    return f"{thing} {rare[0]}".capitalize(), " ".join(rare[1:])


def _people(unit: Unit) -> None:
    rows = [
        {"id": f"{unit.origin}/u/m{n}", "local": True, "type": "Person", "handle": f"m{n}",
         "domain": unit.origin.partition("://")[2], "inbox": "", "created": unit.now}
        for n in range(PEOPLE)
    ]  # fmt: skip
    unit.db.execute(insert(account), rows)


def _fill(unit: Unit, dice: random.Random, first: int, count: int) -> None:
    """Write notices and their words as the module would, many at a time."""
    rows, topics, sides, terms = [], [], [], []
    names = sorted(listings.TOPICS)
    for number in range(first, first + count):
        title, text = _said(dice)
        row = _row(unit, f"{unit.origin}/u/m{number % PEOPLE}", number, title, text, dice)
        name = names[int(dice.random() ** 1.5 * len(names))]
        rows.append(row)
        topics.append({"listing": row["id"], "concept": listings.concept(name)})
        one = Side(
            topics=frozenset({listings.concept(name)}), names=frozenset({name}), kind="lend",
            terms=("gift",), ends=row["ends"], place=row["domain"], lang="en",
            cell=listings.Cell(north=row["north"], east=row["east"]), since=row["arrived"],
            is_need=row["purpose"] == "request", **suggesting.words_of(title, text, "en"),
        )  # fmt: skip
        sides.append({"number": number + 1, "listing": row["id"], "owner": row["owner"],
                      "said": indexing.written(one)})  # fmt: skip
        terms += [
            {"term": word, "purpose": row["purpose"], "number": number + 1, "weight": weight}
            for word, weight in indexing.weights(one).items()
        ]
    for table, held in ((listing, rows), (topic, topics), (side, sides), (term, terms)):
        unit.db.execute(insert(table), held)


def _row(
    unit: Unit, owner: str, number: int, title: str, text: str, dice: random.Random
) -> dict[str, Any]:
    at = unit.now - timedelta(seconds=NOTICES - number)
    return {
        "id": f"{unit.origin}/o/m{number}", "slug": f"m{number}", "owner": owner, "local": True,
        "domain": unit.origin.partition("://")[2], "title": title, "text": text, "lang": "en",
        "purpose": "offer" if number % 2 else "request", "kind": "lend", "action": "use",
        "concept": None, "unit": "one", "amount": "1", "terms": ["gift"], "lifecycle": "open",
        "revision": 1, "reach": "community", "handling": "public", "match_scope": "localOnly",
        "north": 5252 + dice.randint(-KM, KM), "east": 1340 + 2 * dice.randint(-KM, KM),
        "published": at, "arrived": at, "ends": unit.now + timedelta(days=60),
    }  # fmt: skip
