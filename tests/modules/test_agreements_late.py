"""What is said in time and arrives late: the two copies of an agreement do not part for good."""

import pytest

from node.modules.agreements import doing, queries, rules, settling
from node.modules.agreements.rules import State
from node.modules.agreements.settling import Besides
from tests.conftest import Clock, Wire
from tests.modules.test_agreements import Two, two

__all__ = ["two"]


@pytest.fixture
def late(two: Two, wire: Wire) -> Two:
    """Ana's node and Ben's, and Ben's is away from when he has answered."""
    if two.home is two.away:
        pytest.skip("one node has one clock")
    return two


async def away(two: Two, wire: Wire, clock: Clock, days: int) -> None:
    """Ben's node is not there for so many days."""
    wire.away.add(two.away.origin)
    await two.settle()
    clock.advance(days=days)


async def again(two: Two, wire: Wire, clock: Clock) -> None:
    """It is there again, and both mind the time, and send what waits."""
    wire.away.clear()
    for node in (two.home, two.away):
        await node.write(settling.expire)
    for _ in range(4):
        await two.settle()
        clock.advance(hours=13)
    await two.settle()


async def answered(two: Two, clock: Clock, days: int) -> str:
    """Ben answers, and Ana's node has it for so many days already; the page at hers."""
    await two.answer()
    clock.advance(days=days)
    (held,) = await two.home.read(queries.with_member, two.ana.id)
    return held.slug


async def test_a_yes_that_comes_too_late_is_taken_back_on_both_sides(
    late: Two, wire: Wire, clock: Clock
) -> None:
    slug = await answered(late, clock, rules.LASTS.days - 1)
    wire.away.add(late.away.origin)
    await late.home.write(settling.accept, late.ana.id, slug)
    await away(late, wire, clock, 2)
    assert await late.states() == (State.AGREED, State.EXPIRED)

    await again(late, wire, clock)

    assert (await late.states())[1] is State.EXPIRED
    (held,) = await late.home.read(queries.with_member, late.ana.id)
    assert held.leaving is not None
    await late.home.write(settling.close, late.ana.id, slug, State.CANCELLED)
    await late.settle()
    assert await late.states() == (State.CANCELLED, State.EXPIRED)
    assert await late.lifecycle() == ("open", "open")


async def test_a_yes_in_time_is_one(late: Two, wire: Wire, clock: Clock) -> None:
    slug = await answered(late, clock, rules.LASTS.days - 3)
    wire.away.add(late.away.origin)
    await late.home.write(settling.accept, late.ana.id, slug)
    await away(late, wire, clock, 1)

    await again(late, wire, clock)

    assert await late.states() == (State.AGREED, State.AGREED)
    (held,) = await late.home.read(queries.with_member, late.ana.id)
    assert held.leaving is None


async def test_other_terms_that_come_too_late_get_a_no(late: Two, wire: Wire, clock: Clock) -> None:
    slug = await answered(late, clock, rules.LASTS.days - 1)
    wire.away.add(late.away.origin)
    await late.home.write(doing.counter, late.ana.id, slug, 60, "An hour?", Besides())
    await away(late, wire, clock, 2)

    await again(late, wire, clock)

    assert await late.states() == (State.REFUSED, State.EXPIRED)
    (held,) = await late.home.read(queries.with_member, late.ana.id)
    (*_, last) = await late.home.read(queries.steps, held.offer)
    assert (last.state, last.by) == (State.REFUSED, None)


async def test_where_nobody_said_anything_both_are_just_over(
    late: Two, wire: Wire, clock: Clock
) -> None:
    await answered(late, clock, rules.LASTS.days + 1)

    await again(late, wire, clock)

    assert await late.states() == (State.EXPIRED, State.EXPIRED)
    (held,) = await late.home.read(queries.with_member, late.ana.id)
    assert held.leaving is None
