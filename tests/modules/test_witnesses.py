"""Witnesses of chains: trusted nodes sign what they saw, and see what does not fit."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import delete, update

from node.kernel.access import ANONYMOUS
from node.kernel.errors import Missing
from node.kernel.node import Node
from node.modules import peers
from node.modules.accounts import api as accounts
from node.modules.decisions import chaining, exporting, looking, queries, sightings
from node.modules.decisions.tables import record, sighting
from node.modules.decisions.verifying import verify
from node.modules.decisions.witnesses import CUT, REWRITTEN, SPLIT
from node.modules.peers import api as trust
from tests import servers
from tests.again import again
from tests.conftest import Browser, Clock, Wire, person, settle
from tests.modules import moot
from tests.modules.meeting import befriend
from vocab import proofs

Browse = Callable[..., Awaitable[Browser]]
MODULES = [*moot.MODULES, peers.module]


@pytest.fixture
async def alder(make_node: Any, clock: Clock) -> Node:
    node: Node = await make_node("alder", modules=MODULES)
    await moot.people(node, "ana", "ben")
    return node


@pytest.fixture
async def birch(make_node: Any) -> Node:
    return await make_node("birch", modules=MODULES)


@pytest.fixture
async def cedar(make_node: Any) -> Node:
    return await make_node("cedar", modules=MODULES)


async def decide(node: Node, clock: Clock, title: str, *others: Node) -> None:
    await moot.decided(node, clock, ["consent"] * 3, to="public", title=title)
    await settle(node, *others)


async def look(node: Node, at: Node, *others: Node) -> None:
    await looking.look(node, service=at.community.service)
    await settle(node, at, *others)


async def taken(node: Node) -> dict[str, Any]:
    def build(db: Any) -> dict[str, Any]:
        return exporting.register(db, accounts.community_account(db), ANONYMOUS)

    return await node.read(build)


def said(held: Any, known: Any = None) -> list[tuple[str, str]]:
    earlier = proofs.jcs(known) if known is not None else None
    found = verify(proofs.jcs(held), earlier)
    return [(one.part, one.code) for one in found if one.part.startswith("witness")]


async def codes(node: Node) -> list[tuple[str, int, int]]:
    return [(f.code, f.seen, f.number) for f in await node.read(sightings.faults)]


async def lie(node: Node, keep: int, title: str = "") -> list[dict[str, Any]]:
    """The liar's own hand: records after the first ones vanish, or the last is another; signed."""

    def change(unit: Any) -> list[dict[str, Any]]:
        us = accounts.community_account(unit.db)
        rows = queries.links(unit.db, us.id)
        old = [dict(row._mapping) for row in unit.db.execute(record.select())]
        for one in rows[keep:]:
            unit.db.execute(delete(record).where(record.c.id == one.id))
        if title:
            last = rows[keep - 1]
            other = chaining.sealed(unit, us, {**last.document, "name": title})
            values = {"document": json.dumps(other), "link": None, "checkpoint": None}
            unit.db.execute(update(record).where(record.c.id == last.id).values(values))
        number, link = chaining.end(unit, us)
        here = update(record).where(record.c.number == number)
        unit.db.execute(here.values(checkpoint=chaining.signed(unit, us, number, link)))
        return old

    return await node.write(change)


async def back(node: Node, old: list[dict[str, Any]]) -> None:
    def change(unit: Any) -> None:
        unit.db.execute(delete(record))
        unit.db.execute(record.insert(), old)

    await node.write(change)


async def two(alder: Node, birch: Node, clock: Clock) -> None:
    """Birch has seen two decisions of alder's."""

    async def build() -> None:
        await befriend(alder, birch)
        await decide(alder, clock, "Lend our tools", birch)
        await decide(alder, clock, "Sell the van", birch)

    await again("witnesses.two", build, alder, birch)


async def test_a_witness_signs_what_it_saw_and_the_file_shows_it(
    alder: Node, birch: Node, clock: Clock, wire: Wire
) -> None:
    await two(alder, birch, clock)
    clock.advance(hours=2)
    await settle(alder, birch)  # what birch signed comes back

    held = await taken(alder)
    assert said(held) == [("witness https://birch.test/c/birch", "holds")] * 2
    words = [one.words for one in verify(proofs.jcs(held)) if one.part.startswith("witness")]
    assert words[1].startswith("Witnessed by https://birch.test/c/birch on 20")
    assert held["witnesses"][1]["statement"]["number"] == 2
    assert await codes(birch) == await codes(alder) == []
    (after,) = [body for _, url, body in wire.seen if "chain?after=1" in url][-1:] or [b""]
    assert b"van" not in after

    # somebody with the key rewrites the chain in the database: the file itself says so
    await lie(alder, 2, "Keep the van")
    changed = [c for _, c in said(await taken(alder))]
    assert changed == ["holds", REWRITTEN]
    await lie(alder, 1)
    assert [c for _, c in said(await taken(alder))] == ["holds", CUT]
    bare = {k: v for k, v in (await taken(alder)).items() if k != "witnesses"}
    assert [c for _, c in said(bare, held)] == ["holds", CUT]  # an earlier file brings them too


@pytest.mark.parametrize(("title", "code"), [("", CUT), ("Keep the van", REWRITTEN)])
async def test_what_does_not_go_on_is_told_and_not_signed(
    alder: Node, birch: Node, clock: Clock, browse: Browse, title: str, code: str
) -> None:
    await two(alder, birch, clock)
    before = await birch.read(sightings.statements, birch.community.id)
    await lie(alder, 2 if title else 1, title)

    await look(birch, alder)
    await look(birch, alder)

    assert await codes(birch) == [(code, 2, 2 if title else 1)]
    assert await birch.read(sightings.statements, birch.community.id) == before
    rows = await moot.rows(birch, sighting)
    assert [r.statement for r in rows if r.code] == [None]
    assert [r.checkpoint["number"] for r in rows if r.code] == [2 if title else 1]

    handle = (await birch.read(accounts.admins))[0].handle
    keeper = await browse(birch, handle)
    ben = await browse(birch, (await person(birch, "bo")).handle)
    for place in ("/desk/nodes", "/", "/desk/nodes/seen"):
        assert "than before" in (await keeper.get(place)).text
    assert (await ben.get("/desk/nodes/seen")).status_code == 403
    assert "than before" not in (await ben.get("/")).text
    said = {"community": alder.community.id}
    mine = servers.hidden_fields((await ben.get("/me")).text, "/sign-out")
    sent = {"data": mine | said, "headers": {"origin": birch.origin}}
    assert (await ben.client.post("/desk/nodes/seen", **sent)).status_code == 403
    assert (await keeper.post("/desk/nodes/seen", {"community": "x"})).status_code == 404
    assert await codes(birch) != []
    assert "From here on" in (await keeper.post("/desk/nodes/seen", said)).text
    clock.advance(days=1)

    await look(birch, alder)

    assert await codes(birch) == []
    now = (await birch.read(sightings.statements, birch.community.id))[0]
    assert now["number"] == (2 if title else 1)
    assert now != before[0]


async def test_a_split_view_is_seen_by_whoever_hears_of_the_other(
    alder: Node, birch: Node, cedar: Node, clock: Clock
) -> None:
    await two(alder, birch, clock)
    await befriend(alder, cedar)
    await befriend(birch, cedar)
    old = await lie(alder, 2, "Keep the van")
    await look(cedar, alder)  # cedar is shown another chain than birch was
    await back(alder, old)
    await look(birch, alder)
    assert await codes(birch) == await codes(cedar) == []

    await lie(alder, 2, "Keep the van")
    await look(cedar, birch)
    await look(cedar, alder)

    assert await codes(cedar) == [(SPLIT, 2, 2)]
    (fault,) = await cedar.read(sightings.faults)
    assert (fault.name, fault.by) == ("Alder", "Birch")


@pytest.mark.sqlite
async def test_honest_witnesses_of_different_lengths_agree(
    alder: Node, birch: Node, cedar: Node, clock: Clock
) -> None:
    await two(alder, birch, clock)
    await befriend(alder, cedar)
    await befriend(birch, cedar)
    await decide(alder, clock, "Paint the kitchen", cedar)

    await look(cedar, birch)
    await look(cedar, alder)

    assert await codes(cedar) == []
    assert all(r.checked for r in await moot.rows(cedar, sighting) if "birch" in r.witness)


@pytest.mark.sqlite
async def test_only_nodes_that_we_trust_are_shown_the_chain(
    alder: Node, birch: Node, clock: Clock, wire: Wire
) -> None:
    from federation import resolving

    await two(alder, birch, clock)
    url = f"{alder.origin}/service/chain"
    shown = await resolving.fetch(birch, f"{url}?after=1")
    assert (shown["checkpoint"]["number"], len(shown["leaves"])) == (2, 1)
    assert "van" not in json.dumps(shown)
    with pytest.raises(Missing):
        await resolving.fetch(birch, f"{url}?after=x")

    await trust.end(birch, alder.origin)
    await settle(alder, birch)

    with pytest.raises(Missing):
        await resolving.fetch(birch, f"{url}?after=0")
    await looking.look(birch, service=alder.community.service)  # nothing, and no error


@pytest.mark.sqlite
async def test_words_that_nobody_signed_are_no_witness(
    alder: Node, birch: Node, clock: Clock
) -> None:
    await two(alder, birch, clock)
    before = len(await moot.rows(alder, sighting))
    good = dict((await birch.read(sightings.statements, birch.community.id))[0])
    bad = [
        {**good, "number": 1},
        {**good, "attributedTo": alder.community.id},
        {**good, "about": birch.community.id},
        {**good, "about": "https://nobody.test/c/x"},
        {**good, "link": "z1"},
        {k: v for k, v in good.items() if k != "proof"},
    ]
    shown = {"asked": alder.now(), "checkpoint": {}, "after": 0, "leaves": []}
    service = birch.community.service

    await alder.write(sightings.saw, service, sightings.Shown(**shown, statements=bad))
    assert len(await moot.rows(alder, sighting)) == before

    await alder.write(sightings.saw, service, sightings.Shown(**shown, statements=[good]))
    assert len(await moot.rows(alder, sighting)) == before + 1
    assert await codes(alder) == []


async def test_a_peer_that_saw_more_than_we_have_is_told_to_keepers(
    alder: Node, birch: Node, clock: Clock
) -> None:
    await two(alder, birch, clock)
    await lie(alder, 1)  # such as a backup that was restored

    await look(alder, birch)

    (fault,) = await alder.read(sightings.faults)
    assert (fault.ours, fault.code, fault.number, fault.seen) == (True, CUT, 2, 1)
    assert fault.by == "Birch"
    assert all(code == "holds" for _, code in said(await taken(alder)))
    assert await alder.write(sightings.clear, fault.community, alder.community.id)
    await look(alder, birch)
    assert await codes(alder) == []


@pytest.mark.sqlite
async def test_leaves_that_are_kept_back_prove_nothing(
    alder: Node, birch: Node, clock: Clock
) -> None:
    await two(alder, birch, clock)
    clock.advance(hours=2)
    await decide(alder, clock, "Paint the kitchen")
    word = await alder.read(queries.checkpoint, alder.community.id)
    leaves = await alder.read(sightings.leaves_after, alder.community.id, 2)
    shown = {"asked": birch.now(), "checkpoint": word, "after": 2, "statements": []}

    await birch.write(
        sightings.saw, alder.community.service, sightings.Shown(**shown, leaves=leaves)
    )
    assert await codes(birch) == []
    assert not await birch.write(sightings.clear, alder.community.id, "x")
    await decide(alder, clock, "Sow the field")
    word = await alder.read(queries.checkpoint, alder.community.id)
    shown |= {"checkpoint": word, "after": 3, "asked": birch.now(), "leaves": []}
    await birch.write(sightings.saw, alder.community.service, sightings.Shown(**shown))
    assert await codes(birch) == [(REWRITTEN, 3, 4)]
