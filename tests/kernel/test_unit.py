"""One unit: what it asks for happens together, or not at all."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from node.kernel.errors import Refused, Unsendable
from node.kernel.node import Node
from node.kernel.tables import letter, log_entry, log_words
from node.kernel.unit import DEEPEST, Unit
from tests.conftest import Clock, MakeNode, person, settle
from tests.kernel import pins
from tests.kernel.pins import PUBLIC, Echoed, Pinned
from vocab.types import Create, Question

FAR = "https://birch.test/u/ben"


@pytest.fixture
async def here(make_node: MakeNode) -> Node:
    return await make_node("alder", modules=pins.around(pins.make()))


async def test_everything_a_unit_asks_for_happens(here: Node) -> None:
    ana = await person(here, "ana")
    await settle(here)

    def change(unit: Unit) -> None:
        pins.put(unit, "one")
        unit.send(pins.note(unit, ana.id, to=(FAR,)))
        unit.later("pins.work", word="two")
        unit.tell(Pinned(word="three"))
        unit.log("pin", ana.id)
        unit.set("pins.colour", "red")

    await here.write(change)

    assert await pins.seen(here, pins.words) == ["one"]
    assert len(await here.read(pins.letters)) == 1
    kinds = [kind for kind, _, _ in await here.read(pins.jobs)]
    assert kinds == ["federation.fan_out", "pins.work", "event:pins.hear"]
    assert (
        await pins.seen(
            here,
            lambda db: db.scalar(
                select(log_entry.c.action).order_by(log_entry.c.id.desc()).limit(1)
            ),
        )
        == "pin"
    )
    assert await here.write(lambda unit: unit.setting("pins.colour")) == "red"


async def test_a_unit_that_raises_does_nothing_at_all(here: Node) -> None:
    ana = await person(here, "ana")
    await settle(here)
    entries = await pins.seen(here, lambda db: len(db.execute(select(log_entry)).all()))

    def change(unit: Unit) -> None:
        pins.put(unit, "one")
        unit.send(pins.note(unit, ana.id, to=(FAR,)))
        unit.later("pins.work", word="two")
        unit.tell(Pinned(word="three"))
        unit.log("pin", ana.id, words="said")
        unit.set("pins.colour", "red")
        raise ValueError("not this time")

    with pytest.raises(ValueError, match="not this time"):
        await here.write(change)

    assert await pins.seen(here, pins.words) == []
    assert await here.read(pins.letters) == []
    assert await here.read(pins.jobs) == []
    assert await pins.seen(here, lambda db: len(db.execute(select(log_entry)).all())) == entries
    assert await pins.seen(here, lambda db: db.execute(select(log_words)).all()) == []
    assert await here.write(lambda unit: unit.setting("pins.colour")) is None


async def test_an_activity_is_carried_out_by_its_handler_and_sent(here: Node) -> None:
    ana = await person(here, "ana")

    def change(unit: Unit) -> bool:
        return unit.perform(pins.note(unit, ana.id, to=(PUBLIC,)), ana)

    assert await here.write(change) is True
    assert await pins.seen(here, pins.words) == ["<p>Hello</p>"]
    assert len(await here.read(pins.letters)) == 1


async def test_what_is_addressed_to_nobody_stays_and_leaves_no_letter(here: Node) -> None:
    ana = await person(here, "ana")
    await settle(here)

    assert await here.write(lambda unit: unit.perform(pins.note(unit, ana.id, to=()), ana)) is True

    assert await pins.seen(here, pins.words) == ["<p>Hello</p>"]
    assert await here.read(pins.letters) == []
    assert await here.read(pins.jobs) == []


async def test_what_no_module_handles_is_not_sent(here: Node) -> None:
    ana = await person(here, "ana")

    def change(unit: Unit) -> bool:
        asked = Question(id=unit.id("o"), attributed_to=ana.id, name="Who?")
        made = Create(id=unit.id("a"), actor=ana.id, object=asked, to=(FAR,))
        return unit.perform(made, ana)

    assert await here.write(change) is False
    assert await here.read(pins.letters) == []


async def test_what_the_producer_schema_refuses_undoes_its_unit(
    here: Node, caplog: pytest.LogCaptureFixture
) -> None:
    ana = await person(here, "ana")

    def change(unit: Unit) -> None:
        unit.perform(pins.note(unit, ana.id, name="A headline", to=(FAR,)), ana)

    with pytest.raises(Unsendable, match="E_SCHEMA") as refusal:
        await here.write(change)

    assert (refusal.value.status, refusal.value.where) == (422, "object")
    assert "may not leave" in caplog.text

    assert await pins.seen(here, pins.words) == []
    assert await here.read(pins.letters) == []


async def test_a_letter_of_a_node_at_home_goes_nowhere(here: Node, wire) -> None:
    ana = await person(here, "ana")

    def at_home(unit: Unit) -> None:
        unit.set("community", {**unit.community.row(), "at_home": True})

    await here.write(at_home)
    before = len(wire.seen)
    await here.write(lambda unit: unit.send(pins.note(unit, ana.id, to=(FAR,))))
    await settle(here)

    states = await here.read(lambda db: db.execute(select(letter.c.state, letter.c.code)).all())
    assert [tuple(s) for s in states] == [("ignored", "E_AT_HOME")]
    assert len(wire.seen) == before


async def test_a_job_with_a_name_waits_once(here: Node) -> None:
    def change(unit: Unit) -> None:
        unit.later("pins.work", once="pins.work:a", word="a")
        unit.later("pins.work", once="pins.work:a", word="b")
        unit.later("pins.work", once="pins.work:c", word="c")

    await here.write(change)
    assert len(await here.read(pins.jobs)) == 2

    await settle(here)
    assert await pins.seen(here, pins.words) == ["a", "c"]

    await here.write(lambda unit: unit.later("pins.work", once="pins.work:a", word="again"))
    await settle(here)
    assert await pins.seen(here, pins.words) == ["a", "c", "again"]


async def test_a_job_is_not_done_before_it_is_due(here: Node, clock: Clock) -> None:
    due = clock() + timedelta(hours=2)
    await here.write(lambda unit: unit.later("pins.work", due=due, word="late"))

    await settle(here)
    assert await pins.seen(here, pins.words) == []

    clock.advance(hours=2)
    await settle(here)
    assert await pins.seen(here, pins.words) == ["late"]


async def test_every_subscriber_hears_by_itself(make_node: MakeNode) -> None:
    more = ((Pinned, pins.hear), (Pinned, pins.hear_and_fail))
    node = await make_node("alder", modules=pins.around(pins.make(subscribers=more)))

    await node.write(lambda unit: unit.tell(Pinned(word="it")))
    await settle(node)

    assert await pins.seen(node, pins.words) == ["heard it"]
    left = await node.read(pins.jobs)
    assert left == [("event:pins.hear_and_fail", None, False)]


async def test_events_told_while_handling_events_end_somewhere(here: Node) -> None:
    await here.write(lambda unit: unit.tell(Echoed(times=0)))

    await settle(here)

    heard = await pins.seen(here, pins.words)
    assert heard == [f"echo {n}" for n in range(DEEPEST - 1)]
    assert [kind for kind, _, _ in await here.read(pins.jobs)] == ["event:pins.echo"]


async def test_a_unit_at_the_bottom_is_refused_another_event(here: Node) -> None:
    def change(unit: Unit) -> None:
        unit.depth = DEEPEST
        unit.tell(Pinned(word="x"))

    with pytest.raises(Refused, match="E_EVENT_DEPTH"):
        await here.write(change)


async def test_a_setting_is_kept_changed_and_removed(here: Node) -> None:
    for value in ({"a": [1, "ü"]}, "text", 0, None):
        await here.write(lambda unit, value=value: unit.set("pins.x", value))
        assert await here.write(lambda unit: unit.setting("pins.x")) == value


async def test_ids_of_ours_are_ours_and_no_others(here: Node) -> None:
    def ask(unit: Unit) -> list[bool]:
        ids = [unit.id("o"), unit.origin, f"{unit.origin}.evil.test/o/1", "https://birch.test/o/1"]
        return [unit.ours(id) for id in ids]

    assert await here.write(ask) == [True, True, False, False]


async def test_the_words_of_the_log_lie_beside_it(here: Node) -> None:
    await here.write(lambda unit: unit.log("pin.hide", "https://alder.test/u/x", words="was rude"))

    def look(db) -> tuple[str, bool]:
        entry = db.execute(select(log_entry).where(log_entry.c.action == "pin.hide")).one()
        said = db.execute(select(log_words).where(log_words.c.entry == entry.id)).one()
        return said.words, "rude" in str(entry)

    assert await pins.seen(here, look) == ("was rude", False)
