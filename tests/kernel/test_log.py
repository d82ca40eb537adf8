"""The log: chained once, and whoever changes it afterwards is seen."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, insert, select, update

from node.kernel import log
from node.kernel.log import Broken
from node.kernel.node import Node
from node.kernel.tables import log_entry, log_words, setting
from node.kernel.unit import Unit
from tests.conftest import MakeNode
from tests.kernel import pins
from workers import running

ANA = "https://alder.test/u/ana"


@pytest.fixture
async def here(make_node: MakeNode) -> Node:
    node = await make_node("alder", modules=pins.around())

    def write(unit: Unit) -> None:
        unit.db.execute(delete(log_entry))
        for n in range(5):
            unit.log(f"act.{n}", ANA, subject=f"https://alder.test/o/{n}", words=f"word {n}")
        unit.log("act.5", ANA)

    await node.write(write)
    return node


def number(seq: int):
    return log_entry.c.seq == seq


async def test_entries_are_numbered_and_chained_in_order(here: Node) -> None:
    assert await here.read(log.verify) == 0

    assert await here.write(log.seal) == 6

    rows = await here.read(
        lambda db: db.execute(select(log_entry.c.seq, log_entry.c.action).order_by("seq")).all()
    )
    assert [tuple(r) for r in rows] == [(n + 1, f"act.{n}") for n in range(6)]
    assert await here.read(log.verify) == 6
    assert await here.read(log.size) == 6


async def test_sealing_goes_on_where_it_ended(here: Node) -> None:
    assert await here.write(log.seal, 4) == 4
    assert await here.read(log.verify) == 4
    assert await here.write(log.seal) == 2
    assert await here.write(log.seal) == 0

    await here.write(lambda unit: unit.log("later", ANA))
    assert await here.read(log.verify) == 6
    assert await here.write(log.seal) == 1
    assert await here.read(log.verify) == 7


async def test_the_worker_chains_the_log(here: Node) -> None:
    await running.repeat(here)

    assert await here.read(log.verify) == 6


def flip(unit: Unit) -> None:
    unit.db.execute(update(log_entry).where(number(3)).values(action="act.X"))


def flip_actor(unit: Unit) -> None:
    unit.db.execute(update(log_entry).where(number(3)).values(actor="https://alder.test/u/ben"))


def flip_authority(unit: Unit) -> None:
    unit.db.execute(update(log_entry).where(number(3)).values(authority="by decision"))


def flip_time(unit: Unit) -> None:
    unit.db.execute(update(log_entry).where(number(3)).values(at=unit.now + timedelta(seconds=1)))


def flip_subject(unit: Unit) -> None:
    unit.db.execute(update(log_entry).where(number(3)).values(subject=None))


def flip_commitment(unit: Unit) -> None:
    unit.db.execute(update(log_entry).where(number(3)).values(commitment=None))


def flip_words(unit: Unit) -> None:
    entry = unit.db.scalar(select(log_entry.c.id).where(number(3)))
    unit.db.execute(update(log_words).where(log_words.c.entry == entry).values(words="other"))


def add_words(unit: Unit) -> None:
    entry = unit.db.scalar(select(log_entry.c.id).where(number(6)))
    unit.db.execute(insert(log_words).values(entry=entry, salt="aa", words="never said"))


def flip_and_seal_that_one_again(unit: Unit) -> None:
    """Its own hash fits again; that of the next no longer does."""
    flip(unit)
    rows = {row.seq: row for row in unit.db.execute(select(log_entry).where(number(3) | number(2)))}
    hash = log._link(rows[2].hash, 3, rows[3])
    unit.db.execute(update(log_entry).where(number(3)).values(hash=hash))


def remove(unit: Unit) -> None:
    unit.db.execute(delete(log_entry).where(number(3)))


def remove_and_close_up(unit: Unit) -> None:
    remove(unit)
    for seq in (4, 5, 6):
        unit.db.execute(update(log_entry).where(number(seq)).values(seq=seq - 1))


def cut_off(unit: Unit) -> None:
    unit.db.execute(delete(log_entry).where(log_entry.c.seq > 4))


def cut_all(unit: Unit) -> None:
    unit.db.execute(delete(log_entry))


def swap(unit: Unit) -> None:
    for old, new in ((3, 99), (4, 3), (99, 4)):
        unit.db.execute(update(log_entry).where(number(old)).values(seq=new))


def put_between(unit: Unit) -> None:
    for seq in (6, 5, 4):
        unit.db.execute(update(log_entry).where(number(seq)).values(seq=seq + 1))
    row = unit.db.execute(select(log_entry).where(number(3))).one()
    values = {**row._mapping, "id": None, "seq": 4, "action": "act.X", "commitment": None}
    del values["id"]
    unit.db.execute(insert(log_entry).values(values))


def append(unit: Unit) -> None:
    row = unit.db.execute(select(log_entry).where(number(6))).one()
    values = {k: v for k, v in row._mapping.items() if k != "id"} | {"seq": 7}
    unit.db.execute(insert(log_entry).values(values))


CHANGES: dict[Callable[[Unit], None], int] = {
    flip: 3,
    flip_actor: 3,
    flip_authority: 3,
    flip_time: 3,
    flip_subject: 3,
    flip_commitment: 3,
    flip_words: 3,
    flip_and_seal_that_one_again: 4,
    add_words: 6,
    remove: 3,
    remove_and_close_up: 3,
    cut_off: 5,
    cut_all: 1,
    swap: 3,
    put_between: 4,
    append: 7,
}
"""What is done to a sealed log of six, and the entry where that is seen."""


async def test_a_change_is_seen_where_it_was_made(here: Node) -> None:
    await here.write(log.seal)

    def broken_by(change: Callable[[Unit], None]) -> Callable[[Unit], None]:
        def attempt(unit: Unit) -> None:
            change(unit)
            log.verify(unit.db)

        return attempt

    for change, where in CHANGES.items():
        # what raises is undone, so each begins with the log as it was
        with pytest.raises(Broken, match=f"entry {where}$"):
            await here.write(broken_by(change))
        assert await here.read(log.verify) == 6


async def test_a_log_without_its_head_does_not_hold(here: Node) -> None:
    await here.write(log.seal)
    await here.write(
        lambda u: u.db.execute(delete(setting).where(setting.c.name == log.HEAD)) and None
    )

    with pytest.raises(Broken):
        await here.read(log.verify)


async def test_words_can_be_erased_and_the_chain_still_holds(here: Node) -> None:
    await here.write(log.seal)

    await here.write(lambda unit: unit.db.execute(delete(log_words)) and None)

    assert await here.read(log.verify) == 6
    assert await here.read(lambda db: db.scalar(select(func.count()).select_from(log_words))) == 0


async def test_two_equal_words_cannot_be_told_by_their_commitments(here: Node) -> None:
    def same(unit: Unit) -> None:
        unit.log("twice", ANA, words="the same")
        unit.log("twice", ANA, words="the same")

    await here.write(same)

    found = await here.read(
        lambda db: list(
            db.scalars(select(log_entry.c.commitment).where(log_entry.c.action == "twice"))
        )
    )
    assert len(set(found)) == 2
