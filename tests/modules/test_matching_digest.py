"""What a node tells of what is offered and needed: coarse, by steps, and nothing of one person."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from federation import resolving
from node.kernel.errors import Missing, Refused
from node.kernel.node import Node
from node.kernel.tables import Account
from node.modules.listings import counting as listings
from node.modules.listings.api import TOPICS, Cell, concept
from node.modules.matching import asking, bands, choosing, digests, jobs
from node.modules.matching.bands import Band, Held
from node.modules.matching.choosing import Peer
from node.modules.matching.objects import CapabilityDigest, DigestBucket
from node.modules.peers import api as peers
from tests.again import again
from tests.conftest import Browser, Clock, Wire, settle
from tests.modules.meeting import CROWD, befriend, crowd, member, post
from vocab import schemas, wire

Browse = Callable[..., Awaitable[Browser]]
REPAIR, GARDEN = concept("repair"), concept("gardening")
MONDAY = date(2026, 11, 16)


# Rules --------------------------------------------------------------------------------------


@given(some.lists(some.integers(0, 40), min_size=1, max_size=60))
def test_a_step_moves_only_by_what_five_people_did(counts: list[int]) -> None:
    told = bands.digest(None, {REPAIR: counts[0]}, MONDAY)
    for number, people in enumerate(counts[1:], 1):
        before = told
        told = bands.digest(before, {REPAIR: people}, MONDAY + timedelta(days=number))
        if told[REPAIR].band is not before[REPAIR].band:
            assert abs(people - before[REPAIR].people) >= bands.MOVES
            assert told[REPAIR].band is Band.NONE or people >= bands.SMALLEST
            assert (MONDAY + timedelta(days=number)).weekday() == bands.weekday(REPAIR)


@given(some.integers(0, 40), some.lists(some.sampled_from([0, 1]), max_size=30))
def test_one_person_who_comes_and_goes_changes_nothing(others: int, there: list[int]) -> None:
    """Whoever knows all the others still does not learn of the one."""
    first = bands.digest(None, {REPAIR: others}, MONDAY)
    told = first
    for number, one in enumerate(there, 1):
        told = bands.digest(told, {REPAIR: others + one}, MONDAY + timedelta(days=number))
    assert told == first


def test_all_topics_have_their_day_and_not_the_same() -> None:
    days = {bands.weekday(concept(name)) for name in TOPICS}
    assert len(days) >= 3
    held = {REPAIR: Held(), GARDEN: Held()}
    week = [MONDAY + timedelta(days=n) for n in range(7)]
    moved = [day for day in week if bands.digest(held, {REPAIR: 30}, day)[REPAIR].band is Band.MANY]
    assert [day.weekday() for day in moved] == [bands.weekday(REPAIR)]


@pytest.mark.parametrize(
    ("said", "band"), [("many", Band.MANY), ("lots", Band.NONE), (None, Band.NONE), ("", Band.NONE)]
)
def test_a_step_of_others_is_one_of_four(said: str | None, band: Band) -> None:
    assert bands.read(said) is band


def test_who_has_it_and_who_is_near_is_asked_first() -> None:
    usual = [Peer(id=f"p{n}", km=60) for n in range(20)]
    best = [Peer(id="many", offers=Band.MANY, km=90), Peer(id="few", offers=Band.FEW, km=90)]
    near = [Peer(id="near", km=4)]
    unknown = [Peer(id="unknown")]

    for need in map(str, range(30)):
        chosen = choosing.choose([*usual, *unknown, *near, *best], need, 8)
        assert {"many", "few", "near"} <= set(chosen)
        assert len(chosen) == len(set(chosen)) == 8


@given(some.integers(1, 40), some.booleans())
def test_nobody_is_left_out_or_always_first(many: int, unequal: bool) -> None:
    """However many others have more to offer, each gets its turn."""
    bands_ = list(Band)
    nodes = [
        Peer(id=f"p{n}", offers=bands_[n % 4] if unequal else Band.NONE, km=n if unequal else None)
        for n in range(many)
    ]
    begin, first = datetime(2026, 11, 16, tzinfo=UTC), set()
    asked: dict[str, datetime] = {}
    for turn in range(many // choosing.TURNS + 2):
        now = [replace(one, asked=asked.get(one.id)) for one in nodes]
        chosen = choosing.choose(now, f"need {turn}", 8)
        assert len(chosen) == min(many, 8)
        assert chosen == choosing.choose(list(reversed(now)), f"need {turn}", 8)
        first.add(chosen[0])
        asked |= dict.fromkeys(chosen, begin + timedelta(hours=turn))
    assert len(asked) == many
    assert many < 5 or len(first) > 1


# Between nodes ------------------------------------------------------------------------------


@pytest.fixture
async def pair(alder: Node, birch: Node) -> Account:
    """At alder five people need a repair and one offers it; birch trusts alder."""

    async def meet() -> Account:
        ana = await member(alder, "ana")
        for node in (alder, birch):
            await crowd(node)
        await member(birch, "ben")
        people = [ana, *[await _one(alder, f"neighbour{n}") for n in range(CROWD)]]
        for who in people:
            await post(alder, who, "request", title=f"Canary of {who.handle}")
        await post(alder, ana, "offer", title="A canary wheel")
        await befriend(alder, birch)
        return ana

    return await again("five who need a repair", meet, alder, birch)


async def _one(node: Node, handle: str) -> Account:
    from node.modules.accounts import api as accounts

    found = await node.read(accounts.by_handle, handle)
    assert found is not None
    return found


def _place(node: Node) -> str:
    return f"{node.community.id}/digest"


async def learnt(node: Node, clock: Clock, *others: Node) -> list[tuple[str, digests.Told]]:
    """What a node has learnt others lack, after both have counted."""
    await settle(node, *others)
    clock.advance(minutes=3)
    await settle(node, *others)
    return await node.read(digests.lacking, node.now())


async def test_trusted_nodes_learn_what_is_lacking_and_nobody_else(
    alder: Node, birch: Node, cedar: Node, pair: Account, clock: Clock, wire: Wire, browse: Browse
) -> None:
    wire.seen.clear()
    ((place, told),) = await learnt(birch, clock, alder)
    assert (place, told.topic, told.needs, told.offers) == ("Alder", REPAIR, Band.FEW, Band.NONE)

    found, document = await resolving.document(birch, _place(alder))
    assert isinstance(found, CapabilityDigest)
    schemas.validate(document)
    schemas.outgoing(dict(document))
    assert "canary" not in json.dumps(document).lower()
    assert document["buckets"] == [
        {"type": "DigestBucket", "concept": REPAIR, "offerBand": "none", "needBand": "few"}
    ]
    with pytest.raises(Missing):
        await resolving.document(cedar, _place(alder))
    assert (await (await browse(alder)).get("/c/alder/digest")).status_code == 404

    page = " ".join((await (await browse(birch, "ben")).get("/flow")).text.split())
    assert "Alder lacks Repair" in page
    assert "a few people need it · hardly anybody offers it" in page
    assert "/l/new?purpose=offer&amp;topic=repair" in page
    mine = " ".join((await (await browse(alder, "ana")).get("/flow")).text.split())
    assert "hardly anybody offers it, a few people need it" in mine
    assert "lacks" not in mine


async def test_where_a_community_is_comes_of_its_notices_or_its_page(
    alder: Node, birch: Node, pair: Account
) -> None:
    here = Cell(north=5252, east=1340)
    for number in range(listings.ENOUGH):
        assert await alder.read(listings.middle, "alder.test", alder.now()) is None
        await post(alder, pair, "offer", title=f"{number}. place", cell=here, place="Here")
    assert await alder.read(listings.middle, "alder.test", alder.now()) == here

    service = birch.community.service or ""

    def way(unit: Any, place: Any) -> int | None:
        from node.modules.matching import asking

        known = unit.account(service)
        whole = replace(peers.community_of(unit.db, known), document={"location": place})
        return asking.km_to(unit, known, whole, here)

    for place, km in (
        ({"latitude": 52.52, "longitude": 13.4}, 0), ({"latitude": 53.52, "longitude": 13.4}, 111),
        ({"latitude": "52", "longitude": None}, None), ({"latitude": 900, "longitude": 1}, None),
        ("there", None), (None, None),
    ):  # fmt: skip
        assert await alder.write(way, place) == km


async def test_four_are_not_told(alder: Node, birch: Node, clock: Clock) -> None:
    await crowd(alder)
    for number in range(4):
        who = await _one(alder, f"neighbour{number}")
        for again_ in range(2):
            await post(alder, who, "request", title=f"{again_}. wheel of {number}")
    local = await member(alder, "ana")
    await post(alder, local, "request", hidden=False)
    await befriend(alder, birch)

    assert await learnt(birch, clock, alder) == []
    _, document = await resolving.document(birch, _place(alder))
    assert document["buckets"] == []


async def test_the_same_day_tells_the_same_and_one_more_changes_nothing(
    alder: Node, birch: Node, pair: Account, clock: Clock
) -> None:
    await learnt(birch, clock, alder)
    first = await alder.read(digests.ours)
    for name in ("dora", "emil", "fay"):
        await post(alder, await member(alder, name), "offer")
    await jobs.count(alder)
    assert await alder.read(digests.ours) == first

    for _ in range(8):
        clock.advance(days=1)
        await jobs.count(alder)
    assert await alder.read(digests.ours) == first
    for name in ("gus", "hal"):
        await post(alder, await member(alder, name), "offer")
    for _ in range(8):
        clock.advance(days=1)
        await jobs.count(alder)
    (told,) = await alder.read(digests.ours)
    assert (told.offers, told.needs) == (Band.FEW, Band.FEW)


async def test_a_digest_goes_with_the_trust_and_with_time(
    alder: Node, birch: Node, pair: Account, clock: Clock
) -> None:
    assert await learnt(birch, clock, alder) != []
    clock.advance(days=15)
    assert await birch.read(digests.lacking, birch.now()) == []
    await jobs.count(alder)
    await jobs.learn_all(birch)
    assert await learnt(birch, clock, alder) != []

    await peers.end(alder, birch.origin)
    await settle(alder, birch)
    assert await birch.read(digests.theirs, birch.now()) == {}
    with pytest.raises(Missing):
        await resolving.document(birch, _place(alder))


@pytest.mark.sqlite(but=2)
@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({}, None),
        ({"attributed_to": "https://birch.test/c/other"}, "E_OWNER"),
        ({"as_of": datetime(2099, 1, 1, tzinfo=UTC)}, "E_TIME_ORDER"),
        ({"as_of": None}, "E_OBJECT"),
    ],
)
async def test_only_its_own_digest_is_believed(
    alder: Node, birch: Node, pair: Account, said: dict[str, Any], code: str | None
) -> None:
    owner = birch.community.id
    unknown = [DigestBucket(concept=f"{owner}/t/{n}", need_band="many") for n in range(500)]
    buckets = (DigestBucket(concept=REPAIR, offer_band="lots", need_band="many"), *unknown)
    usual = {"id": f"{owner}/digest", "attributed_to": owner, "as_of": alder.now()}
    found = CapabilityDigest(**{**usual, **said}, suppressed_below=5, buckets=buckets)
    service = birch.community.service
    if code:
        with pytest.raises(Refused, match=code):
            await alder.write(digests.keep, service, owner, found)
        return
    await alder.write(digests.keep, service, owner, found)
    told = await alder.read(digests.theirs, alder.now())
    assert told == {service: [digests.Told(topic=REPAIR, offers=Band.NONE, needs=Band.MANY)]}
    assert wire.load(wire.dump(found), alder.registry.types) == found


async def test_a_node_that_says_it_is_asked_too_much_is_left_alone_for_a_day(
    alder: Node, birch: Node, pair: Account, clock: Clock
) -> None:
    from node.modules.matching import queries

    await settle(alder, birch)
    await alder.write(_too_much)
    before = len(await alder.read(queries.open_requests))
    need = await post(alder, pair, "request", title="One more")
    await settle(alder, birch)
    assert len(await alder.read(queries.open_requests)) == before == 0

    clock.advance(days=1, minutes=1)
    await alder.write(asking.ask, need.id)
    assert len(await alder.read(queries.open_requests)) == 1


def _too_much(unit: Any) -> None:
    from node.modules.matching import queries

    for asked in queries.open_requests(unit.db):
        queries.change_request(unit, asked.id, state="declined", reason="rateLimited")
