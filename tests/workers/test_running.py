"""The queue: leases and their tokens, trying again, giving up, and hosts that hold up no other."""

import asyncio
import threading
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from node.kernel.errors import Unwritten
from node.kernel.node import Node
from node.kernel.tables import job
from node.kernel.unit import Unit
from tests.conftest import Clock, MakeNode
from tests.kernel import pins
from tests.kernel.pins import Pinned
from tests.workers.conftest import Desk, Give
from workers import inline, running
from workers.running import FIRST, LEASE, LONGEST, PER_LANE, TRIES


async def rows(node: Node) -> list:
    """The jobs that tests gave; not those that a node repeats by itself."""
    mine = select(job).where(job.c.kind.like("desk.%")).order_by(job.c.id)
    return await node.read(lambda db: list(db.execute(mine)))


async def test_a_job_that_is_done_is_gone(here: Node, desk: Desk, give: Give) -> None:
    await give("work", word="a")

    await running.settle(here)

    assert desk.done == ["a"]
    assert await rows(here) == []


async def test_a_claimed_job_is_taken_by_nobody_else_until_its_lease_ends(
    here: Node, give: Give, clock: Clock
) -> None:
    await give("work", word="a")

    first = await running.take(here)
    assert len(first) == 1
    assert await running.take(here) == []

    clock.advance(seconds=LEASE.total_seconds() + 1)
    again = await running.take(here)
    assert [w.id for w in again] == [first[0].id]
    assert again[0].token != first[0].token


async def test_several_who_claim_at_once_share_the_jobs(here: Node, give: Give) -> None:
    await give("work", of=240, word="a")

    taken = await asyncio.gather(*(running.take(here, 10) for _ in range(20)))

    ids = [w.id for works in taken for w in works]
    assert len(ids) == len(set(ids))
    rest = await running.take(here, 300)
    assert len(ids) + len(rest) == 240


async def test_who_slept_through_a_lease_ends_nothing(
    here: Node, desk: Desk, give: Give, clock: Clock
) -> None:
    await give("work", word="a")
    (asleep,) = await running.take(here)
    clock.advance(seconds=LEASE.total_seconds() + 1)
    (awake,) = await running.take(here)

    await running.run(here, asleep)

    (row,) = await rows(here)
    assert (row.token, row.tries) == (awake.token, 0)
    await running.run(here, awake)
    assert await rows(here) == []


async def test_who_slept_through_a_lease_puts_nothing_off_and_kills_nothing(
    here: Node, give: Give, clock: Clock
) -> None:
    await give("fail", word="a")
    await here.write(lambda u: u.db.execute(update(job).values(tries=TRIES - 1)) and None)
    (asleep,) = await running.take(here)
    clock.advance(seconds=LEASE.total_seconds() + 1)
    (awake,) = await running.take(here)

    await running.run(here, asleep)

    (row,) = await rows(here)
    assert (row.token, row.tries, row.dead) == (awake.token, TRIES - 1, False)


async def test_who_slept_through_a_lease_handles_no_event(
    make_node: MakeNode, clock: Clock
) -> None:
    node = await make_node("alder", modules=pins.around(pins.make()))
    await node.write(lambda unit: unit.tell(Pinned(word="it")))
    (asleep,) = await running.take(node)
    clock.advance(seconds=LEASE.total_seconds() + 1)
    (awake,) = await running.take(node)

    await running.run(node, awake)
    await running.run(node, asleep)

    assert await pins.seen(node, pins.words) == ["heard it"]


async def test_what_fails_is_tried_again_later_and_later(
    here: Node, desk: Desk, give: Give, clock: Clock
) -> None:
    await give("fail", word="a")

    waits = []
    for _ in range(5):
        await running.settle(here)
        (row,) = await rows(here)
        waits.append(row.due - clock())
        clock.now = row.due

    assert waits == [FIRST * 2**n for n in range(5)]
    assert desk.done == ["a"] * 5
    assert "cannot a" in row.error


async def test_what_fails_for_good_is_set_aside_and_others_go_on(
    here: Node, desk: Desk, give: Give, clock: Clock
) -> None:
    await give("fail", word="poison", once="poison")
    for n in range(TRIES + 3):
        await give("work", word=f"{n}")
        await running.settle(here)
        clock.advance(seconds=LONGEST.total_seconds() + 1)
        await here.write(lambda u: u.db.execute(update(job).values(due=u.now)) and None)

    assert desk.done.count("poison") == TRIES
    assert [w for w in desk.done if w != "poison"] == [f"{n}" for n in range(TRIES + 3)]
    (row,) = await rows(here)
    assert (row.dead, row.tries) == (True, TRIES)


async def test_a_dead_job_keeps_no_new_one_of_its_name_out(
    here: Node, desk: Desk, give: Give
) -> None:
    await give("fail", word="a", once="name")
    await here.write(lambda u: u.db.execute(update(job).values(tries=TRIES - 1)) and None)
    await running.settle(here)

    await give("work", word="b", once="name")
    await running.settle(here)

    assert desk.done == ["a", "b"]
    assert [r.dead for r in await rows(here)] == [True]


async def test_a_job_says_itself_when_to_try_again_and_never_dies_of_it(
    here: Node, desk: Desk, give: Give, clock: Clock
) -> None:
    await give("later", seconds=7)
    for _ in range(TRIES + 5):
        await running.settle(here)
        (row,) = await rows(here)
        assert row.due - clock() == timedelta(seconds=7)
        assert row.dead is False
        clock.advance(seconds=7)

    assert desk.done == ["later"] * (TRIES + 5)


async def test_a_job_that_does_not_say_when_waits_as_one_that_failed(
    here: Node, give: Give, clock: Clock
) -> None:
    await give("later")
    await running.settle(here)

    (row,) = await rows(here)
    assert row.due - clock() == FIRST
    assert row.error == "E_LATER: not now"


async def test_a_job_of_a_module_that_is_off_waits_for_it(
    make_node: MakeNode, here: Node, desk: Desk, give: Give, clock: Clock
) -> None:
    await give("work", word="a")
    off = await make_node("alder", modules=pins.around(), data=here.settings.data)

    for _ in range(TRIES + 1):
        await running.settle(off)
        clock.advance(days=1)
    assert [r.dead for r in await rows(off)] == [False]

    await running.settle(here)
    assert desk.done == ["a"]


async def test_a_slow_host_takes_its_few_places_and_no_more(
    here: Node, desk: Desk, give: Give
) -> None:
    await give("wait", of=200, lane="slow.test")
    await give("work", of=20, word="other", lane="quick.test")
    await give("work", of=20, word="none")
    worker = asyncio.create_task(inline.forever(here))

    await desk.until(lambda: desk.done.count("other") == desk.done.count("none") == 20)
    assert desk.done.count("") == 0
    assert desk.begun <= 2 * PER_LANE

    desk.open.set()
    await desk.until(lambda: desk.done.count("") == 200, seconds=60)
    worker.cancel()
    await asyncio.gather(worker, return_exceptions=True)
    assert desk.most <= 2 * PER_LANE
    assert await rows(here) == []


async def test_one_claim_takes_a_bounded_number_however_long_the_queue(
    here: Node, give: Give
) -> None:
    def fill(unit: Unit) -> None:
        rows = [
            {"kind": "desk.work", "args": {"word": "a"}, "at": unit.now, "due": unit.now,
             "lane": f"host{n % 100}.test"}
            for n in range(10_000)
        ]  # fmt: skip
        unit.db.execute(insert(job), rows)

    await here.write(fill)

    works = await running.take(here)

    assert len(works) == running.CLAIM
    lanes = await here.read(
        lambda db: list(db.scalars(select(job.c.lane).where(job.c.token.is_not(None))))
    )
    assert max(lanes.count(lane) for lane in lanes) <= PER_LANE


async def test_a_worker_told_to_stop_ends_what_it_began(here: Node, desk: Desk, give: Give) -> None:
    await give("wait", of=3, word="a")
    worker = asyncio.create_task(inline.forever(here))
    await desk.until(lambda: desk.begun == 3)

    worker.cancel()
    desk.open.set()
    await asyncio.gather(worker, return_exceptions=True)

    assert desk.done == ["a"] * 3
    assert await rows(here) == []


async def test_a_worker_told_to_stop_at_the_moment_of_news_stops(here: Node) -> None:
    worker = asyncio.create_task(inline._wait(here))
    await asyncio.sleep(0)

    here.waiting.set()
    worker.cancel()

    with pytest.raises(asyncio.CancelledError):
        await worker


async def test_a_worker_gives_back_what_takes_too_long(
    here: Node, desk: Desk, give: Give, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inline, "DRAIN", 0.05)
    await give("wait", of=3, word="a")
    worker = asyncio.create_task(inline.forever(here))
    await desk.until(lambda: desk.begun == 3)

    worker.cancel()
    await asyncio.gather(worker, return_exceptions=True)

    assert desk.done == []
    desk.open.set()
    await running.settle(here)
    assert desk.done == ["a"] * 3


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_a_worker_told_to_stop_while_it_takes_gives_all_back(
    here: Node, desk: Desk, give: Give
) -> None:
    await give("work", of=3, word="a")
    begin = threading.Event()
    before = asyncio.ensure_future(here.database.write(lambda _db: begin.wait()))
    await asyncio.sleep(0)
    worker = asyncio.create_task(inline.Worker(here)._take(5))
    await asyncio.sleep(0)

    worker.cancel()
    await asyncio.sleep(0)
    begin.set()
    await asyncio.gather(before, worker, return_exceptions=True)

    assert worker.cancelled()
    assert [row.token for row in await rows(here)] == [None] * 3


async def test_what_could_not_be_written_down_is_written_when_it_can(
    here: Node, desk: Desk, give: Give, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "WAITS", (0, 0, 0))
    await give("work", word="a")
    (work,) = await running.take(here)
    times = iter([True, True, False])

    def away(unit: Unit, held: running.Claimed) -> None:
        if next(times):
            raise Unwritten("the disk is full")
        running._finish(unit, held)

    await running._note(here, away, work)

    assert await rows(here) == []


async def test_what_a_killed_process_held_is_free_at_the_next_start(
    here: Node, desk: Desk, give: Give
) -> None:
    await give("work", of=3, word="a")
    held = await running.take(here)
    assert len(held) == 3

    await here.write(running.release_all)
    await running.settle(here)

    assert desk.done == ["a"] * 3


async def test_a_job_to_be_repeated_waits_once_for_its_next_time(
    make_node: MakeNode, desk: Desk, clock: Clock
) -> None:
    async def daily(node: Node) -> None:
        desk.done.append("daily")

    module = pins.make(name="clock", jobs={"daily": daily}, every={"daily": timedelta(days=1)},
                       subscribers=(), metadata=None, handlers=pins.Handlers())  # fmt: skip
    node = await make_node("alder", modules=[*pins.around(), module])

    for _ in range(3):
        await running.repeat(node)
        await running.settle(node)
    assert desk.done == []

    for _ in range(2):
        clock.advance(days=1)
        await running.settle(node)
        await running.repeat(node)
    assert desk.done == ["daily", "daily"]
