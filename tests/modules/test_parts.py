"""A notice of which several people can have some: each says how much, until nothing is left."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from node.kernel.errors import Conflict, Invalid
from node.kernel.node import Node
from node.modules.accounts import leaving
from node.modules.agreements import doing, queries, settling
from node.modules.agreements.rules import State
from node.modules.agreements.tables import Agreement
from node.modules.flows import assigning
from node.modules.flows import queries as flows
from node.modules.flows.circles import Edge
from node.modules.listings import api as listings
from node.modules.listings import posting
from node.modules.listings.api import Notice
from tests.conftest import Browser, person, settle
from tests.modules.meeting import befriend, member, post
from tests.modules.test_agreements import Two, two

Browse = Callable[..., Awaitable[Browser]]
__all__ = ["two"]


async def seats(two: Two, count: int = 5) -> Notice:
    """Ana offers some seats; both nodes know of it."""
    reach = "community" if two.home is two.away else "public"
    said = {"title": "Seats to the sea", "kind": "ride", "minutes": None, "terms": ["gift"]}
    two.notice = await post(
        two.home, two.ana, "offer", reach=reach, count=count, parts=True, **{**SAID, **said}
    )
    await two.settle()
    return two.notice


SAID: dict[str, Any] = {"hidden": False, "text": "On Sunday."}


async def left(two: Two) -> tuple[str | None, str, str | None, str]:
    """How much is left and where the notice stands, at both nodes."""
    here = await two.home.read(listings.listing, two.notice.id, listings.HERE)
    assert here is not None
    there = await two.seen()
    return here.pieces, here.lifecycle, there.pieces, there.lifecycle


async def asks(two: Two, name: str, much: int) -> str:
    """Somebody at the other node answers; the page at Ana's."""
    who = await person(two.away, name, display=name.title())
    made = await two.away.write(settling.answer, who.id, await two.seen(), much)
    await two.settle()
    return (await at(two.home, made.offer)).slug


async def at(node: Node, offer: str) -> Agreement:
    held = await node.read(queries.by_offer, offer)
    assert held is not None
    return held


async def theirs(two: Two, slug: str) -> Agreement:
    """The other's copy of what stands at this page of Ana's."""
    held = await two.home.read(queries.own, slug, two.ana.id)
    assert held is not None
    return await at(two.away, held.offer)


async def yes(two: Two, slug: str) -> None:
    await two.home.write(settling.accept, two.ana.id, slug)
    await two.settle()


async def test_it_stays_up_until_nothing_is_left(two: Two) -> None:
    await seats(two)
    assert await left(two) == ("5", "open", "5", "open")

    eves, leas = await asks(two, "eve", 2), await asks(two, "lea", 3)
    await yes(two, eves)
    assert await left(two) == ("3", "open", "3", "open")
    await yes(two, leas)

    assert await left(two) == ("0", "agreed", "0", "agreed")
    for slug, much in ((eves, "2"), (leas, "3")):
        held = await theirs(two, slug)
        assert (held.state, held.amount, held.returned) == (State.AGREED, much, None)


async def test_nobody_gets_more_than_is_left(two: Two) -> None:
    await seats(two)
    one, other = await asks(two, "eve", 4), await asks(two, "lea", 2)
    await yes(two, one)

    with pytest.raises(Conflict, match="E_QUANTITY"):
        await yes(two, other)
    for name, much in (("zoe", 0), ("kim", 2), ("tom", -1)):
        with pytest.raises(Invalid):
            await asks(two, name, much)

    assert await left(two) == ("1", "open", "1", "open")
    await yes(two, await asks(two, "ida", 1))
    assert await left(two) == ("0", "agreed", "0", "agreed")


async def test_what_is_called_off_can_be_had_again(two: Two) -> None:
    await seats(two)
    one, other = await asks(two, "eve", 2), await asks(two, "lea", 3)
    await yes(two, one)
    await yes(two, other)

    for slug in (one, other):
        await two.home.write(settling.close, two.ana.id, slug, State.CANCELLED)
        await two.settle()

    assert await left(two) == ("5", "open", "5", "open")


async def test_it_is_met_when_all_parts_are(two: Two) -> None:
    await seats(two)
    one, other = await asks(two, "eve", 2), await asks(two, "lea", 3)
    await yes(two, one)
    await yes(two, other)

    for slug, after in ((one, "agreed"), (other, "fulfilled")):
        held = await theirs(two, slug)
        await two.home.write(doing.deliver, two.ana.id, slug, None)
        await two.settle()
        await two.away.write(doing.confirm, held.interested, held.slug)
        await two.settle()
        assert (await left(two))[1] == after


async def test_who_leaves_gives_their_part_back_once(two: Two) -> None:
    await seats(two)
    slug = await asks(two, "eve", 2)
    await yes(two, slug)

    await two.away.write(leaving.leave, (await theirs(two, slug)).interested)
    await two.settle()

    assert await left(two) == ("5", "open", "5", "open")


async def test_what_was_taken_down_stays_down(two: Two) -> None:
    await seats(two)
    slug = await asks(two, "eve", 2)
    await yes(two, slug)
    await two.home.write(posting.end, two.ana.id, two.notice.id, met=False)
    await two.home.write(settling.close, two.ana.id, slug, State.CANCELLED)
    await two.settle()

    assert (await left(two))[1] == "withdrawn"


async def test_in_the_browser(alder: Node, browse: Browse) -> None:
    owner, _ben = await person(alder, "ana"), await person(alder, "ben")
    ana, ben = await browse(alder, "ana"), await browse(alder, "ben")
    form = "/l/new?purpose=offer"
    said = {"title": "Apples", "kind": "give", "until": "2026-12-24", "terms": "gift",
            "reach": "community", "count": "10", "unit": "kilogram", "parts": "yes"}  # fmt: skip
    wrong = await ana.post("/l/new", {**said, "count": ""}, form=form)
    assert wrong.status_code == 422
    assert "Say above how much of it there is" in wrong.text
    made = await ana.post("/l/new", said, form=form)
    assert "10 kilograms" in made.text
    assert "whoever answers says how much of it" in made.text
    opened = (await ana.get(f"{made.url.path}/edit")).text
    assert "checked" in opened.partition('name="parts"')[2].partition(">")[0]

    path = f"/agreements/new?about={made.url.path.rpartition('/')[2]}"
    page = (await ben.get(path)).text
    assert "Up to 10 kilograms" in page
    assert "How much of it?" in page
    for much in ("0", "11", "-3", "1.5", "NaN", "1e3", ""):
        assert (await ben.post(path, {"times": much, "words": ""}, form=path)).status_code == 422
    asked = await ben.post(path, {"times": "4", "words": ""}, form=path)
    assert "4 kilogram" in asked.text
    (held,) = await alder.read(queries.with_member, owner.id)
    await ana.post(held.path, {"say": "yes"})
    assert "6 kilograms" in (await ana.get(made.url.path)).text


async def test_one_offer_meets_as_many_needs_as_there_is_of_it(alder: Node) -> None:
    ana = await member(alder, "ana")
    made = await post(alder, ana, "offer", count=3, parts=True, **{**SAID, "minutes": None})
    whole = await post(alder, ana, "offer", count=3, **{**SAID, "minutes": None})
    open_ = await alder.read(flows.notices, alder.now())
    much = flows.capacity(open_)
    edges = [
        Edge(giver=ana.id, receiver=f"p{n}", need=f"n{n}", offer=offer, score=60 + n)
        for n in range(5)
        for offer in (made.id, whole.id)
    ]

    found = assigning.best(edges, much)

    assert (much.get(made.id), much.get(whole.id, 1)) == (3, 1)
    assert len(found) == 4


async def test_a_trusted_node_reads_how_much_is_left(alder: Node, make_node: Any) -> None:
    birch = await make_node("birch")
    ana = await member(alder, "ana")
    await befriend(alder, birch)
    await post(alder, ana, "request", reach="trusted", count=4, parts=True,
               **{**SAID, "minutes": None})  # fmt: skip
    await settle(alder, birch)

    (seen,) = await birch.read(listings.open_listings, listings.HERE, birch.now())
    assert (seen.pieces, seen.in_parts, seen.unit_based) == ("4", True, True)
