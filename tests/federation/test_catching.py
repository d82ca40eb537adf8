"""Two nodes of ours find together again, whatever was lost between them (R-14, R-20, R25)."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from federation import catching, counting, pairs
from federation.tables import lost, pair, passed
from node import keeping
from node.kernel.network import Answer, Unreachable
from node.kernel.node import Node
from node.kernel.tables import Account, job, known, letter
from node.modules.decisions import queries as decided
from node.modules.follows import api as follows
from node.modules.listings import api as listings
from node.modules.listings import posting
from node.modules.notes import writing
from node.modules.notes.tables import note as written
from node.modules.peers import api as peers
from node.modules.peers import queries as trust
from node.modules.peers.rules import State
from tests.conftest import START, Clock, MakeNode, Wire, person, settle
from tests.federation.outside import Far, ask, signed
from tests.federation.outside import known as meet
from tests.modules import moot
from tests.modules.meeting import befriend, post
from tests.modules.test_notes import follow, member, say
from workers import running

SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


async def rows(node: Node, table: Any) -> list[Any]:
    return await node.read(lambda db: list(db.execute(select(table))))


async def edit(node: Node, who: Account, id: str, text: str) -> None:
    slug = id.rpartition("/")[2]
    await node.write(writing.edit, member(who), slug, text, "en")


async def remove(node: Node, who: Account, id: str) -> None:
    await node.write(writing.remove, member(who), id.rpartition("/")[2])


async def shown(node: Node) -> dict[str, str]:
    """The posts that are here, by id."""
    there = select(written.c.id, written.c.content).where(written.c.deleted.is_(None))
    return {row.id: row.content for row in await node.read(lambda db: list(db.execute(there)))}


async def board(node: Node) -> set[str]:
    """The titles of the notices that members of a node see."""
    found = await node.read(listings.open_listings, listings.HERE, node.now())
    return {one.title for one in found}


async def look(here: Node, there: Node) -> None:
    """Have one node ask the other what it missed, and do all that follows."""
    await here.write(pairs.ask, there.community.domain)
    await settle(here, there)


class Two:
    """Alder, where ana writes; and birch, where ben reads. Their communities trust each other."""

    def __init__(self, alder: Node, birch: Node, ana: Account, ben: Account) -> None:
        self.alder, self.birch, self.ana, self.ben = alder, birch, ana, ben

    async def pass_days(self, clock: Clock, days: int, *nodes: Node) -> None:
        for _ in range(days // 3):
            clock.advance(days=3)
            await settle(*nodes)


@pytest.fixture
async def two(alder: Node, birch: Node) -> Two:
    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    await befriend(alder, birch)
    await follow(birch, ben, alder, ana)
    for node in (alder, birch):
        await node.write(catching.at_work)
    await settle(alder, birch)
    return Two(alder, birch, ana, ben)


# Being away ---------------------------------------------------------------------------------


async def test_a_node_that_was_off_for_45_days_learns_all_that_still_holds(
    two: Two, wire: Wire, clock: Clock
) -> None:
    alder, birch, ana = two.alder, two.birch, two.ana
    ends = clock.now + timedelta(days=80)
    old = await say(alder, ana, "Before.")
    gone = await say(alder, ana, "Taken back later.")
    await post(alder, ana, "offer", reach="public", title="A ladder", ends=ends)
    withdrawn = await post(alder, ana, "offer", reach="public", title="A saw", ends=ends)
    await settle(alder, birch)
    assert set(await shown(birch)) >= {old, gone}
    assert await board(birch) >= {"A ladder", "A saw"}

    wire.away.add(birch.origin)
    clock.advance(minutes=1)
    await edit(alder, ana, old, "Changed.")
    await remove(alder, ana, gone)
    new = await say(alder, ana, "New.")
    short = await say(alder, ana, "Soon gone.")
    direct = await say(alder, ana, "For you, @ben@birch.test.", "direct")
    await post(alder, ana, "request", reach="trusted", title="A hand", ends=ends)
    await alder.write(posting.delete, ana.id, withdrawn.id)
    record = await moot.decided(alder, clock, ["consent"] * 2, to="public")
    await remove(alder, ana, short)
    await two.pass_days(clock, 45, alder)
    assert {one.code for one in await rows(alder, lost)} == {"E_OVERDUE"}
    assert [one for one in await rows(alder, job) if one.kind == "federation.deliver"] == []

    wire.away.clear()
    before = len(wire.seen)
    await birch.write(catching.at_work)
    await settle(birch, alder)

    now = await shown(birch)
    assert "Changed." in now[old]
    assert {new, direct} <= set(now)
    assert not {gone, short} & set(now)
    assert await board(birch) == {"A ladder", "A hand"}
    found = await birch.read(decided.any_record, record.id)
    assert found is not None
    assert found.document == record.document
    assert b"Soon gone" not in b"".join(body for _, _, body in wire.seen[before:])
    kept = await birch.read(pairs.one, "alder.test")
    assert (kept.code, kept.missed, kept.fetched > 5) == (None, 0, True)
    await look(birch, alder)
    assert await rows(alder, lost) == []
    assert (await birch.read(pairs.one, "alder.test")).fetched == kept.fetched


@SQLITE
async def test_trust_that_ended_meanwhile_has_ended_on_both_sides_and_shows_no_more(
    two: Two, wire: Wire, clock: Clock
) -> None:
    alder, birch, ana = two.alder, two.birch, two.ana
    ends = clock.now + timedelta(days=80)
    wire.away.add(birch.origin)
    await post(alder, ana, "request", reach="trusted", title="For friends", ends=ends)
    await settle(alder)
    await peers.end(alder, birch.origin)
    await two.pass_days(clock, 45, alder)

    wire.away.clear()
    await birch.write(catching.at_work)
    await settle(birch, alder)

    bond = await birch.read(trust.bond, alder.community.service)
    assert bond.state is State.REVOKED
    assert await alder.read(follows.followers, alder.community.id) == []
    assert "For friends" not in await board(birch)


@SQLITE
async def test_whoever_was_away_writes_first_and_is_asked_too(
    two: Two, wire: Wire, clock: Clock
) -> None:
    """Letters that waited at the node that was off are older than 30 days when it is back."""
    alder, birch, ben = two.alder, two.birch, two.ben
    await follow(alder, two.ana, birch, ben)
    wire.away.add(birch.origin)
    wire.away.add(alder.origin)
    late = await say(birch, ben, "Just before we went off.")
    await two.pass_days(clock, 45, alder)
    wire.away.clear()

    await birch.write(catching.at_work)
    await settle(birch, alder)

    assert late in await shown(alder)


@SQLITE
async def test_each_is_asked_once_a_day_and_answers_with_nothing_new(
    two: Two, wire: Wire, clock: Clock
) -> None:
    alder, birch = two.alder, two.birch
    await look(birch, alder)
    await look(alder, birch)
    clock.advance(hours=2)
    before = len(wire.seen)

    await look(birch, alder)

    asked = [url for method, url, _ in wire.seen[before:] if "/service/letters" in url]
    assert len([url for url in asked if url.startswith(alder.origin)]) == 1
    assert len(asked) <= 2


# What breaks off ----------------------------------------------------------------------------


@SQLITE
async def test_a_pull_that_breaks_off_anywhere_goes_on_there(
    two: Two, wire: Wire, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A partition at every message boundary; each page comes twice, its letters in disorder."""
    from federation import missed

    alder, birch = two.alder, two.birch
    monkeypatch.setattr(missed, "ITEMS", 2)
    wire.away.add(birch.origin)
    ids = [await say(alder, two.ana, f"Post {n}.") for n in range(5)]
    await settle(alder)
    await alder.write(lambda unit: unit.db.execute(delete(job).where(job.c.lane == "birch.test")))
    wire.away.clear()
    exchange, cut = wire.exchange, 0

    async def broken(method: str, url: str, *about: Any, **more: Any) -> Answer:
        nonlocal cut
        answer = await exchange(method, url, *about, **more)
        if not url.startswith(alder.origin):
            return answer
        cut -= 1
        if cut < 0:
            raise Unreachable("the line is cut after the question")
        if b"orderedItems" in answer.body:
            said = json.loads(answer.body)
            items = said["orderedItems"]
            said["orderedItems"] = [*reversed(items), *items]
            answer = Answer(status=answer.status, headers=answer.headers, url=answer.url,
                            body=json.dumps(said).encode())  # fmt: skip
        return answer

    monkeypatch.setattr(wire, "exchange", broken)
    seen = 0
    for allowed in range(1, 30):
        cut = allowed % 3
        await look(birch, alder)
        clock.advance(hours=25)
        assert len(await shown(birch)) >= seen
        seen = len(await shown(birch))

    assert set(ids) <= set(await shown(birch))
    came = [one for one in await rows(birch, letter) if one.way == "in"]
    assert len({one.activity for one in came}) == len(came)


# Going back ---------------------------------------------------------------------------------


@SQLITE
async def test_after_a_restored_backup_nothing_is_lost_done_twice_or_undeleted(
    two: Two, make_node: MakeNode, wire: Wire, clock: Clock, tmp_path: Any
) -> None:
    alder, birch, ana, ben = two.alder, two.birch, two.ana, two.ben
    await follow(alder, ana, birch, ben)
    doomed = await say(birch, ben, "Deleted after the backup.")
    mine = await say(alder, ana, "Written before.")
    await settle(alder, birch)
    await keeping.backup(alder, tmp_path / "alder.tar.gz")
    await remove(birch, ben, doomed)
    later = await say(birch, ben, "After the backup.")
    lost_here = await say(alder, ana, "Only others have this.")
    await settle(alder, birch)
    settings = alder.settings
    await alder.close()
    folder = tmp_path / "restored"
    await keeping.restore(replace(settings, data=folder), tmp_path / "alder.tar.gz")

    back = await make_node("alder", data=folder)
    clock.advance(hours=7)
    await back.write(catching.at_work)
    await settle(back, birch)

    now = await shown(back)
    assert later in now
    assert doomed not in now
    assert {mine, lost_here} <= set(await shown(birch))
    assert await back.read(pairs.epoch) != "0"
    fresh = await say(back, ana, "In the new epoch.")
    wire.away.add(birch.origin)
    await settle(back)
    wire.away.clear()
    await look(birch, back)
    assert fresh in await shown(birch)
    assert (await birch.read(pairs.one, "alder.test")).back is None
    counted = select(func.count()).select_from(known)
    marks = await birch.read(lambda db: db.scalar(counted))
    await look(birch, back)
    assert await birch.read(lambda db: db.scalar(counted)) == marks


@SQLITE
async def test_a_copy_that_went_back_without_saying_so_is_noticed_on_both_sides(
    two: Two, clock: Clock
) -> None:
    alder, birch = two.alder, two.birch
    await say(alder, two.ana, "One.")
    await settle(alder, birch)
    await look(birch, alder)
    number = (await birch.read(pairs.one, "alder.test")).number
    assert number > 0

    def go_back(unit: Any) -> None:
        unit.db.execute(delete(passed).where(passed.c.number >= number - 1))

    await alder.write(go_back)
    fresh = await say(alder, two.ana, "Two.")
    await alder.write(lambda unit: unit.db.execute(delete(job).where(job.c.lane == "birch.test")))
    await settle(alder)
    clock.advance(hours=2)
    await look(birch, alder)

    assert (await birch.read(pairs.one, "alder.test")).back == clock.now
    strange = await alder.read(pairs.strange)
    assert strange[0] == "birch.test"
    assert fresh in await shown(birch)


@SQLITE
async def test_what_is_older_than_we_keep_is_said_so(two: Two, wire: Wire, clock: Clock) -> None:
    alder, birch = two.alder, two.birch
    await look(birch, alder)
    number = (await birch.read(pairs.one, "alder.test")).number
    wire.away.add(birch.origin)
    for n in range(3):
        await say(alder, two.ana, f"Old {n}.")
    await settle(alder)
    await alder.write(pairs.seal, "birch.test")
    await alder.write(lambda unit: unit.db.execute(delete(job).where(job.c.lane == "birch.test")))
    clock.advance(days=91)
    new = await say(alder, two.ana, "New.")
    await settle(alder)
    await alder.write(pairs.seal, "birch.test")
    await alder.write(pairs.forget)
    wire.away.clear()
    await look(birch, alder)

    kept = await birch.read(pairs.one, "alder.test")
    assert kept.missed >= 3
    assert kept.number > number
    assert new in await shown(birch)


# Who may ask --------------------------------------------------------------------------------


@SQLITE
async def test_nobody_else_reads_what_is_for_a_peer(two: Two, wire: Wire, key_pool: Any) -> None:
    alder = two.alder
    far = Far(origin="https://far.test", keys=key_pool[0])
    wire.apps[far.origin] = far
    [mia] = await meet(alder, far, "mia")
    link = {"type": "Link", "href": pairs.CAPABILITY}
    [other] = await meet(alder, far, "service", kind="NodeService", implements=link)

    for who in (None, mia, other):
        for path in ("/service/letters", "/service/letters/0?after=0"):
            url = f"{alder.origin}{path}"
            headers = signed(alder, far, who, url) if who else {}
            assert (await ask(wire, alder, path, **headers)).status_code == 404

    await alder.write(lambda unit: pairs.meet(unit, unit.account(other)))
    for path, status in (
        ("/service/letters", 200), ("/service/letters/0?after=0", 200),
        ("/service/letters/0?after=x", 404), ("/service/letters/ff?after=0", 404),
        ("/service/letters/0?after=99999999999999999999", 404),
        ("/service/letters/0?after=7-0123456789abcdef", 200),
    ):  # fmt: skip
        url = f"{alder.origin}{path}"
        answer = await ask(wire, alder, path, **signed(alder, far, other, url))
        assert answer.status_code == status, path
        if status == 200:
            assert not answer.json().get("orderedItems")
            assert answer.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize("odd", [
    {"next": "https://evil.test/service/letters/0?after=9"}, {"next": None}, {"next": "x"},
    {"startIndex": "1"}, {"startIndex": -1}, {"totalItems": None}, {"orderedItems": "no"},
    {"orderedItems": [1, None, "x", [], {"id": 1}]},
    {"orderedItems": [{"id": "https://evil.test/a/1", "type": "Create",
                       "actor": "https://evil.test/u/x", "object": {"type": "Note"}}]},
    {"orderedItems": [{"id": "https://far.test/a/1", "type": "Create",
                       "actor": "https://evil.test/u/x", "object": {"type": "Note"}}]},
    {"type": "Note"}, {"id": "https://far.test/else"},
])  # fmt: skip
@SQLITE
async def test_an_odd_page_changes_nothing_and_is_said_so(
    alder: Node, wire: Wire, key_pool: Any, odd: dict[str, Any]
) -> None:
    far = Far(origin="https://far.test", keys=key_pool[0])
    wire.apps[far.origin] = far
    service = far.actor("service", type="Application", kind="NodeService")
    place = f"{service}/letters"
    context = "https://www.w3.org/ns/activitystreams"
    first = f"{place}/0?after=0"
    far.pages["/users/service/letters"] = {
        "@context": context, "id": place, "type": "OrderedCollection", "first": first,
    }  # fmt: skip
    far.pages["/users/service/letters/0"] = {
        "@context": context, "id": first, "type": "OrderedCollectionPage", "partOf": place,
        "attributedTo": service, "startIndex": 1, "totalItems": 1, "orderedItems": [],
        "next": f"{place}/0?after=1-{'a' * 16}", **odd,
    }  # fmt: skip
    await alder.write(
        lambda unit: unit.db.execute(pair.insert().values(domain="far.test", service=service))
    )

    await alder.write(pairs.ask, "far.test")
    for work in await running.take(alder):
        await running.run(alder, work)

    assert [one for one in await rows(alder, letter) if one.way == "in"] == []
    assert len(await rows(alder, known)) == 0


# What the keeper sees -----------------------------------------------------------------------


async def test_the_keeper_sees_who_was_away_what_was_fetched_and_what_is_stuck(
    two: Two, wire: Wire, clock: Clock, browse: Any
) -> None:
    alder, birch = two.alder, two.birch
    assert await alder.read(counting.stuck) == []
    wire.away.add(birch.origin)
    await say(alder, two.ana, "Lost and found.")
    await two.pass_days(clock, 33, alder)
    stuck = "\n".join(await alder.read(counting.stuck))
    assert "1 letters for birch.test were given up." in stuck
    assert (await alder.read(counting.metrics))["deliveries_lost"] == 1
    page = (await (await browse(alder, "keeper")).get("/desk/queue?at=birch.test")).text
    assert "Something new" in page

    wire.away.clear()
    await birch.write(catching.at_work)
    await settle(birch, alder)

    page = (await (await browse(birch, "keeper")).get("/desk/queue")).text
    assert "This node was not at work from" in page
    assert re.search(r"(one letter|[1-9]\d* letters) fetched", page)
    await alder.write(
        lambda unit: unit.set(pairs.STRANGE, {"peer": "<b>", "at": START.isoformat()})
    )
    page = (await (await browse(alder, "keeper")).get("/desk/queue")).text
    assert "&lt;b&gt; has letters of ours that this node does not know." in page
