"""Questions that wait for an offer: kept, answered once, erased; and what members see of them."""

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from node.kernel.node import Node
from node.kernel.tables import Account
from node.modules.listings import posting
from node.modules.matching import jobs, leaving, queries, questions, rules
from node.modules.matching.rules import Request
from node.modules.moderation import api as moderation
from node.modules.peers import api as peers
from tests.again import again
from tests.conftest import Browser, Clock, Wire, settle
from tests.modules.meeting import befriend, crowd, letters, matches, member, post
from tests.modules.test_topics import REPAIR
from tests.modules.test_topics import change as rename
from vocab import schemas

Browse = Callable[..., Awaitable[Browser]]
SLOW = {"match_delay_least_seconds": 30.0, "match_delay_most_seconds": 300.0}


@pytest.fixture
async def pair(alder: Node, birch: Node) -> tuple[Account, Account]:
    """Ana at alder, Ben at birch; both communities are large enough and trust each other."""

    async def meet() -> tuple[Account, Account]:
        ana, ben = await member(alder, "ana"), await member(birch, "ben")
        for node in (alder, birch):
            await crowd(node)
        await befriend(alder, birch)
        return ana, ben

    return await again("Ana and Ben who wait", meet, alder, birch)


async def states(*nodes: Node) -> list[str]:
    """Where the requests of some nodes stand."""
    return [row for node in nodes for row in await node.read(_states)]


def _states(db: Any) -> list[str]:
    from sqlalchemy import select

    from node.modules.matching.tables import request

    return list(db.scalars(select(request.c.state).order_by(request.c.id)))


def kinds(wire: Wire, node: Node) -> list[str]:
    return [json.loads(body)["type"] for body in letters(wire.seen, node.origin)]


async def test_nobody_now_is_kept_and_answered_once_when_somebody_posts(
    alder: Node, birch: Node, pair: tuple[Account, Account], wire: Wire
) -> None:
    ana, ben = pair
    wire.seen.clear()
    await post(alder, ana, "request")
    await settle(alder, birch)
    assert await states(alder, birch) == ["standing", "standing"]
    assert kinds(wire, alder) == ["TentativeAccept"]
    (kept,) = letters(wire.seen, alder.origin)
    schemas.outgoing(json.loads(kept))

    await post(birch, ben, "offer", title="Gardens dug", topic="gardening")
    await settle(alder, birch)
    assert kinds(wire, alder) == ["TentativeAccept"]

    await post(birch, ben, "offer")
    await settle(alder, birch)
    assert await states(alder, birch) == ["answered", "answered"]
    (found,) = await matches(alder, ana)
    assert found.handle is not None

    other = await member(birch, "cem")
    await post(birch, other, "offer")
    await settle(alder, birch)
    assert kinds(wire, alder).count("Accept") == 1
    assert len(await matches(alder, ana)) == 1


@pytest.mark.sqlite(but=2)
@pytest.mark.parametrize("why", ["nobody", "blocked", "few"])
async def test_not_now_is_the_same_whatever_the_reason(
    alder: Node, birch: Node, pair: tuple[Account, Account], wire: Wire, clock: Clock, why: str
) -> None:
    """Nobody has it, somebody wants nothing of that node, too few to be meant: one answer."""
    ana, ben = pair
    if why != "nobody":
        await post(birch, ben, "offer")
    if why == "blocked":
        await birch.write(moderation.block_for, ben, alder.community.service, is_host=False)
    if why == "few":
        clock.advance(days=31)
        await alder.write(_all_seen)
    wire.seen.clear()
    await post(alder, ana, "request")
    await settle(alder, birch)

    (said,) = [json.loads(one) for one in letters(wire.seen, alder.origin)]
    (asked,) = [json.loads(one) for one in letters(wire.seen, birch.origin)]
    random = {"id": said["id"], "object": asked["id"], "published": said["published"]}
    assert said == {
        "@context": said["@context"], **random, "type": "TentativeAccept",
        "actor": birch.community.service, "to": [alder.community.service],
        "handling": "recipientsOnly",
    }  # fmt: skip
    assert await states(alder, birch) == ["standing", "standing"]


def _all_seen(unit: Any) -> None:
    """Everybody was here today."""
    from sqlalchemy import update

    from node.modules.accounts.tables import member as members

    unit.db.execute(update(members).values(last_seen=unit.now.date()))


@pytest.mark.sqlite(but=1)
@pytest.mark.parametrize("why", ["blocked", "few"])
async def test_who_may_be_meant_by_now_is_found_by_the_next_look(
    alder: Node, birch: Node, pair: tuple[Account, Account], wire: Wire, clock: Clock, why: str
) -> None:
    """A block is lifted, the crowd is large enough: nobody posts anything for it."""
    ana, ben = pair
    them = alder.community.service or ""
    if why == "blocked":
        await birch.write(moderation.block_for, ben, them, is_host=False)
    else:
        clock.advance(days=31)
        await alder.write(_all_seen)
    await post(birch, ben, "offer")
    await post(alder, ana, "request")
    await settle(alder, birch)
    wire.seen.clear()
    await jobs.look_again(birch)
    await settle(alder, birch)
    assert (await states(alder, birch), kinds(wire, alder)) == (["standing", "standing"], [])

    if why == "blocked":
        await birch.write(moderation.unblock, ben, them)
    else:
        await birch.write(_all_seen)
    await settle(alder, birch)
    assert kinds(wire, alder) == []
    await jobs.look_again(birch)
    await settle(alder, birch)

    assert await states(alder, birch) == ["answered", "answered"]
    assert kinds(wire, alder) == ["Accept"]
    assert len(await matches(alder, ana)) == 1


async def test_a_later_answer_leaves_when_the_round_is_over(make_node: Any, clock: Clock) -> None:
    """Else the other node would learn when somebody posts, and by that perhaps who."""
    alder, birch = await make_node("alder"), await make_node("birch", **SLOW)
    ana, ben = await member(alder, "ana"), await member(birch, "ben")
    for node in (alder, birch):
        await crowd(node)
    await befriend(alder, birch)
    await post(alder, ana, "request")
    await settle(alder, birch)
    clock.advance(seconds=301)
    await settle(alder, birch)
    assert await states(alder) == ["standing"]
    over = rules.next_round(birch.now(), timedelta(hours=1))

    await post(birch, ben, "offer")
    await settle(alder, birch)
    clock.advance(seconds=int((over - birch.now()).total_seconds()) + 29)
    await settle(alder, birch)
    assert await matches(alder, ana) == []

    clock.advance(seconds=272)
    await settle(alder, birch)
    assert len(await matches(alder, ana)) == 1


async def test_what_was_taken_back_or_came_too_late_is_not_answered(
    alder: Node, birch: Node, pair: tuple[Account, Account], wire: Wire, clock: Clock
) -> None:
    ana, ben = pair
    need = await post(alder, ana, "request")
    await settle(alder, birch)
    await alder.write(posting.end, ana.id, need.id, met=True)
    await settle(alder, birch)
    assert await states(alder, birch) == ["withdrawn", "withdrawn"]
    (held,) = await birch.read(_intents)
    assert held is None

    await post(alder, ana, "request", title="Another wheel")
    await settle(alder, birch)
    clock.advance(hours=24, minutes=1)
    await settle(alder, birch)
    assert sorted(await states(alder)) == sorted(await states(birch)) == ["expired", "withdrawn"]
    assert await birch.read(_intents) == [None, None]
    wire.seen.clear()

    await post(birch, ben, "offer")
    await settle(alder, birch)
    assert letters(wire.seen, alder.origin) == []
    clock.advance(days=7)
    for node in (alder, birch):
        await jobs.clock(node)
    assert await states(alder, birch) == []


def _intents(db: Any) -> list[Any]:
    from sqlalchemy import select

    from node.modules.matching.tables import request

    return list(db.scalars(select(request.c.intent)))


async def test_the_end_of_trust_erases_what_stands_and_keeps_how_often(
    alder: Node, birch: Node, pair: tuple[Account, Account], wire: Wire
) -> None:
    ana, ben = pair
    await post(alder, ana, "request")
    await settle(alder, birch)
    await peers.end(alder, birch.origin)
    await settle(alder, birch)
    wire.seen.clear()

    await post(birch, ben, "offer")
    await settle(alder, birch)

    assert await states(alder, birch) == []
    assert letters(wire.seen, alder.origin) == []
    for node, way in ((alder, "out"), (birch, "in")):
        (line,) = await node.read(questions.lately, way)
        assert (line.topic, line.asked, line.named) == ("", 1, 0)


async def test_a_node_may_ask_sixty_times_a_day(
    alder: Node, birch: Node, pair: tuple[Account, Account], clock: Clock
) -> None:
    ana, _ben = pair
    service = alder.community.service or ""

    def used(unit: Any) -> None:
        many = {"asked": rules.REQUESTS_A_DAY}
        questions.note(unit, "in", service, unit.now.date(), "https://made.up/by/them", **many)

    await birch.write(used)
    await post(alder, ana, "request")
    await settle(alder, birch)
    assert await states(alder, birch) == ["declined", "declined"]
    (asked,) = await alder.read(lambda db: [queries.asked(db, one) for one in _ids(db)])
    assert asked.reason == "rateLimited"

    clock.advance(days=1)
    await post(alder, ana, "request", title="Another wheel")
    await settle(alder, birch)
    assert sorted(await states(alder)) == ["declined", "standing"]


def _ids(db: Any) -> list[str]:
    from sqlalchemy import select

    from node.modules.matching.tables import request

    return list(db.scalars(select(request.c.id)))


async def test_members_see_who_asked_for_what_and_nothing_about_people(
    alder: Node, birch: Node, pair: tuple[Account, Account], browse: Browse
) -> None:
    ana, ben = pair
    await post(alder, ana, "request")
    await settle(alder, birch)

    hers = await browse(alder, "ana")
    page = (await hers.get("/match/asked")).text
    assert "Build a wheel" in page
    assert "Nobody yet. They keep the question until" in page
    dora = await member(alder, "dora")
    other = await browse(alder, "dora")
    seen = (await other.get("/match/asked")).text
    assert "Build a wheel" not in seen
    assert "Nothing was asked for you" in seen
    (told,) = (await alder.read(leaving.export, ana.id))["asked_elsewhere"]
    assert (told["need"], told["of"], told["state"]) == ("Build a wheel", "Birch", "standing")
    assert (await alder.read(leaving.export, dora.id))["asked_elsewhere"] == []
    his = await browse(birch, "ben")
    theirs = (await his.get("/match/asked")).text
    assert "Asked once · nobody yet" in " ".join(theirs.split())
    assert "Repair" in theirs
    await rename(birch, REPAIR, labels={"en": "Mending"}, broader=None)
    assert "Mending" in (await his.get("/match/asked")).text
    assert "Build a wheel" not in theirs
    assert "ana" not in theirs.lower().replace("canary", "")

    await post(birch, ben, "offer")
    await settle(alder, birch)
    theirs = (await his.get("/match/asked")).text
    assert "Asked once · somebody may fit" in " ".join(theirs.split())
    assert "Somebody may fit; look under For you." in (await hers.get("/match/asked")).text
    assert (await (await browse(birch)).get("/match/asked")).status_code in (401, 403)
    assert Request.ANSWERED in await states(alder)
