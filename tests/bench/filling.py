"""Very many notices at once, as the module would have written them, in a fraction of the time.

The words of a title and a text are read once each and put together from then on; the words of
all notices are gathered without an index and sorted at the end, since an index that grows by
random keys is read and written again and again. A million takes minutes instead of an hour.
"""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, Final

from sqlalchemy import insert, text

from node.kernel.node import Node
from node.kernel.tables import account
from node.kernel.unit import Unit
from node.modules.listings import api as listings
from node.modules.listings.tables import listing, topic
from node.modules.matching import indexing, lexicon
from node.modules.matching.scoring import Side
from node.modules.matching.tables import side

AT_ONCE: Final = 25_000
KM: Final = 20
PEOPLE: Final = 997
RARE: Final = 20_000
"""Words that mean nothing to the lexicon; a few are frequent, most are not."""
HEAP: Final = "bench_term"
INDEXED: Final = (listing, topic)
"""Tables whose indexes are made anew at the end."""


def word(number: int) -> str:
    """A word of its own for a number."""
    return "".join("bdfgklmnprstvz"[number // 14**n % 14] + "aeiou"[number % 5] for n in range(4))


class Words:
    """What the lexicon makes of each word, asked once."""

    def __init__(self) -> None:
        self.things = sorted(lexicon.things())
        self.names = sorted(listings.TOPICS)
        self.known = {one: lexicon.words([one], "en") for one in self.things}
        self.guessed: dict[str, frozenset[str]] = {}
        self.rare = [word(number) for number in range(RARE)]
        for one in self.rare:
            self.known.setdefault(one, lexicon.words([one], "en"))

    def of(self, words: list[str]) -> dict[str, str]:
        """The stems of some words."""
        found: dict[str, str] = {}
        for one in words:
            for stem, said in self.known[one].items():
                found.setdefault(stem, said)
        return found

    def guess(self, thing: str) -> frozenset[str]:
        """What a title is about by its words: the rare one says nothing."""
        if thing not in self.guessed:
            named = map(listings.name_of, listings.guess([], [], thing))
            self.guessed[thing] = frozenset(name for name in named if name)
        return self.guessed[thing]


async def fill(node: Node, dice: random.Random, count: int) -> None:
    """Write so many notices, half of them offers, a second apart, of so many people."""
    words = Words()
    await node.write(_begin)
    for first in range(0, count, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, count))
        await node.write(_some, words, dice, numbers, count)
    await node.write(_end)


def _begin(unit: Unit) -> None:
    host = unit.origin.partition("://")[2]
    rows = [
        {"id": f"{unit.origin}/u/m{n}", "local": True, "type": "Person", "handle": f"m{n}",
         "domain": host, "inbox": "", "created": unit.now}
        for n in range(PEOPLE)
    ]  # fmt: skip
    unit.db.execute(insert(account), rows)
    unit.db.execute(text(f"CREATE TABLE {HEAP} (term, purpose, number)"))
    for table in INDEXED:
        for index in table.indexes:
            index.drop(unit.db)


def _end(unit: Unit) -> None:
    # sorting within the few pages a connection keeps otherwise takes half an hour
    unit.db.execute(text("PRAGMA cache_size=-1000000"))
    sorted_ = f"SELECT * FROM {HEAP} ORDER BY term, purpose, number"
    unit.db.execute(text(f"INSERT INTO match_term (term, purpose, number) {sorted_}"))
    unit.db.execute(text(f"DROP TABLE {HEAP}"))
    for table in INDEXED:
        for index in table.indexes:
            index.create(unit.db)


def _some(unit: Unit, words: Words, dice: random.Random, numbers: range, count: int) -> None:
    rows, topics, sides, terms = [], [], [], []
    for number in numbers:
        at = unit.now - timedelta(seconds=count - number)
        row, one = _notice(unit, words, dice, number, at)
        rows.append(row)
        topics += [{"listing": row["id"], "concept": iri} for iri in one.topics]
        sides.append(
            {"number": number + 1, "listing": row["id"], "owner": row["owner"],
             "said": indexing.written(one)}
        )  # fmt: skip
        every = dict.fromkeys(chain.from_iterable(indexing.terms(one)))
        terms += [(term, row["purpose"], number + 1) for term in every]
    for table, some in ((listing, rows), (topic, topics), (side, sides)):
        unit.db.execute(insert(table), some)
    driver: Any = unit.db.connection.dbapi_connection
    driver.executemany(f"INSERT INTO {HEAP} VALUES (?, ?, ?)", terms)


def _notice(
    unit: Unit, words: Words, dice: random.Random, number: int, at: datetime
) -> tuple[dict[str, Any], Side]:
    """A thing and a word in the title, eight words below it; a topic, a place, a person."""
    thing = words.things[int(dice.random() ** 2 * len(words.things))]
    rare = [words.rare[int(dice.random() ** 3 * RARE)] for _ in range(9)]
    name = words.names[int(dice.random() ** 1.5 * len(words.names))]
    host, owner = unit.origin.partition("://")[2], f"{unit.origin}/u/m{number % PEOPLE}"
    ends, cell = unit.now + timedelta(days=60), listings.Cell(
        north=5252 + dice.randint(-KM, KM), east=1340 + 2 * dice.randint(-KM, KM)
    )  # fmt: skip
    row = {
        "id": f"{unit.origin}/o/m{number}", "slug": f"m{number}", "owner": owner, "local": True,
        "domain": host, "title": f"{thing} {rare[0]}".capitalize(), "text": " ".join(rare[1:]),
        "purpose": "offer" if number % 2 else "request", "kind": "lend", "action": "use",
        "lang": "en", "concept": None, "unit": "one", "amount": "1", "terms": ["gift"],
        "lifecycle": "open", "revision": 1, "reach": "community", "handling": "public",
        "match_scope": "localOnly", "north": cell.north, "east": cell.east, "published": at,
        "arrived": at, "ends": ends,
    }  # fmt: skip
    one = Side(
        topics=frozenset({listings.concept(name)}), names=frozenset({name}), kind="lend",
        terms=("gift",), ends=ends, place=host, lang="en", cell=cell, since=at,
        is_need=row["purpose"] == "request", title=words.of([thing, rare[0]]),
        text=words.of(rare[1:]), guessed=words.guess(thing),
    )  # fmt: skip
    return row, one


def sizes(db: Any) -> Iterator[tuple[str, int]]:
    """How many bytes the tables of the index take, by name."""
    named = "name LIKE '%match_side%' OR name LIKE '%match_term%'"
    yield from db.execute(text(f"SELECT name, sum(pgsize) FROM dbstat WHERE {named} GROUP BY 1"))
