"""The index of the matcher: what it finds on a large board, and rows that are older than it."""

from sqlalchemy import Connection, insert, select, text

from node.kernel import migrating
from node.kernel.node import Node
from node.kernel.unit import Unit
from node.modules.matching import indexing, lexicon
from node.modules.matching.scoring import Side
from node.modules.matching.tables import side, term
from tests.modules import gold
from tests.modules.test_matching_rules import suggested

NEED = Side(
    names=frozenset({"repair"}),
    title=lexicon.words(["A bicycle for winter"], "en"),
    text=lexicon.words(["The saddle wobbles"], "en"),
    is_need=True,
)
PUMP = Side(names=frozenset({"repair"}), title=lexicon.words(["Bicycle pump"], "en"))
OTHER = Side(names=frozenset({"events"}), title=lexicon.words(["Bicycle tour"], "en"))
THING = Side(names=frozenset({"repair"}), title=lexicon.words(["Toaster"], "en"))


def keep(unit: Unit, id: str, one: Side, owner: str = "ben") -> None:
    """A row for a notice, as if it had been posted."""
    row = {"listing": id, "owner": owner, "said": indexing.written(one)}
    (number,) = unit.db.execute(insert(side).values(row)).inserted_primary_key or (None,)
    indexing.put_terms(unit, number, "offer", one)


def crowded(unit: Unit, *, first: Side) -> None:
    """One notice, and after it more than are looked at with its word, and with its topic."""
    keep(unit, "first", first)
    for number in range(indexing.NEWEST + 5):
        keep(unit, f"tour {number}", OTHER)
        keep(unit, f"thing {number}", THING)


async def test_what_has_topic_and_word_is_found_however_old_it_is(alder: Node) -> None:
    await alder.write(lambda unit: crowded(unit, first=PUMP))

    found = await alder.read(indexing.like, NEED, "offer")

    assert next(iter(found)) == "first"
    assert len(found) == indexing.MOST


async def test_what_has_the_word_alone_gives_way_to_what_is_newer(alder: Node) -> None:
    await alder.write(lambda unit: crowded(unit, first=OTHER))

    assert "first" not in await alder.read(indexing.like, NEED, "offer")


async def test_the_words_below_a_title_lead_to_titles_and_titles_to_them(alder: Node) -> None:
    saddle = Side(names=frozenset({"events"}), title=lexicon.words(["Saddle"], "en"))
    below = Side(title=lexicon.words(["Tour"]), text=lexicon.words(["By bicycle"]))
    await alder.write(lambda unit: [keep(unit, "saddle", saddle), keep(unit, "below", below)])

    found = await alder.read(indexing.like, NEED, "offer")

    assert set(found) == {"saddle", "below"}
    assert await alder.read(indexing.like, NEED, "request") == {}


async def test_ones_own_is_not_found(alder: Node) -> None:
    await alder.write(lambda unit: [keep(unit, "own", PUMP, "ana"), keep(unit, "other", PUMP)])

    found = await alder.read(lambda db: indexing.like(db, NEED, "offer", but="ana"))

    assert set(found) == {"other"}


def test_however_much_somebody_says_it_takes_only_so_many_rows() -> None:
    wordy = Side(
        names=frozenset(f"topic{n}" for n in range(40)),
        title=lexicon.words(["".join(map(chr, range(97 + n, 103 + n))) for n in range(20)]),
    )

    assert len(indexing.terms(wordy).both) == indexing.BOTH
    assert len(indexing.sought(wordy)) == indexing.SOUGHT
    assert indexing.sought(Side(title=None)) == []


async def test_rows_that_are_older_than_topics_with_words_are_as_if_they_were_new(
    alder: Node,
) -> None:
    helped = Side(
        names=frozenset({"repair", "events"}),
        title=lexicon.words(["Repair of a bicycle"], "en"),
        text=lexicon.words(["There is a lamp"], "en"),
    )
    await alder.write(lambda unit: keep(unit, "one", helped))
    now = await alder.read(_rows)

    await alder.database.migrate(_before)
    await migrating.upgrade(alder.database, alder.registry)

    assert await alder.read(_rows) == now
    assert {"t:repair+bicycl", "=bicycl", "t:events", "lamp", "repair"} <= {row.term for row in now}


def _rows(db: Connection) -> list[tuple[str, str, int]]:
    return list(db.execute(select(term).order_by(term.c.term, term.c.number)).all())


def _before(db: Connection) -> None:
    """The rows as they were with a weight each, and without topics with words."""
    db.execute(text("ALTER TABLE match_term ADD COLUMN weight INTEGER NOT NULL DEFAULT 1"))
    db.execute(text("DELETE FROM match_term WHERE term LIKE '%+%'"))
    weight = "CASE WHEN term LIKE 't:%' THEN 3 WHEN term LIKE '=%' THEN 4 ELSE 1 END"
    db.execute(text(f"UPDATE match_term SET weight = {weight}"))
    db.execute(text("UPDATE match_term SET term = substr(term, 2) WHERE term LIKE '=%'"))
    db.execute(text("UPDATE alembic_version_matching SET version_num = '0005'"))


async def test_all_that_is_suggested_of_the_gold_set_is_found_by_the_index(alder: Node) -> None:
    notices = gold.notices()
    offers = {id: one for id, one in notices.items() if id[0] == "o"}
    await alder.write(lambda unit: [keep(unit, id, one) for id, one in offers.items()])

    for id in notices.keys() - offers.keys():
        found = await alder.read(indexing.like, notices[id], "offer")
        assert set(suggested(notices, id)) <= found.keys(), id
        near = {id: notices[id], **{other: notices[other] for other in found}}
        assert suggested(near, id) == suggested(notices, id)
