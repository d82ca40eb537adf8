"""Blocks between servers, in both directions, and lists of them that people carry along."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import select

import federation
from node.kernel.errors import Invalid, Missing, Refused
from node.kernel.node import Node
from node.kernel.tables import Account, job
from node.modules import accounts, follows, moderation, notes, pictures, reactions
from node.modules.follows import api as following
from node.modules.moderation import acts, blocking, gathering, lists, queries
from node.modules.moderation.gathering import What
from node.modules.moderation.tables import block
from tests.conftest import Browser, Clock, MakeNode, Wire, person, settle
from tests.modules.test_notes import feed, follow, kept, meet, say
from tests.servers import hidden_fields
from vocab.types import Block, Undo

MODULES = [federation.module, accounts.module, follows.module, moderation.module,
           notes.module, pictures.module, reactions.module]  # fmt: skip
Browse = Callable[..., Awaitable[Browser]]


@pytest.fixture
async def alder(make_node: MakeNode) -> Node:
    return await make_node("alder", modules=MODULES)


@pytest.fixture
async def birch(make_node: MakeNode) -> Node:
    return await make_node("birch", modules=MODULES)


async def blocks(node: Node) -> list[tuple[str, str, str]]:
    found = await node.read(lambda db: db.execute(select(block).order_by(block.c.member)).all())
    return [(one.member, one.subject, one.kind) for one in found]


def sent(wire: Wire, kind: str) -> list[dict[str, Any]]:
    """The letters of a kind that crossed."""
    bodies = [json.loads(body) for method, _, body in wire.seen if method == "POST"]
    return [one for one in bodies if one["type"] == kind]


# Out ----------------------------------------------------------------------------------------


async def test_a_block_that_is_told_hides_both_from_each_other(
    alder: Node, birch: Node, wire: Wire, browse: Browse
) -> None:
    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    await follow(birch, ben, alder, ana)
    await follow(alder, ana, birch, ben)
    id = await say(alder, ana, "Hello.")
    await settle(alder, birch)
    assert len(await feed(birch, ben)) == 1
    wire.seen.clear()

    browser = await browse(alder, "ana")
    page = await browser.post(
        "/me/blocks", {"who": "@ben@birch.test", "kind": "block", "tell": "on"}
    )
    assert "their server knows" in page.text
    await settle(alder, birch)

    (letter,) = sent(wire, "Block")
    assert (letter["actor"], letter["object"], letter["to"]) == (ana.id, ben.id, [ben.id])
    assert await blocks(birch) == [(ana.id, ben.id, "block")]
    assert await feed(birch, ben) == []
    for node, one, other in ((alder, ana, ben), (birch, ben, ana)):
        assert await node.read(following.following, one.id) == []
        with pytest.raises(Refused, match="E_BLOCKED"):
            await node.write(following.follow, one, await meet(node, other))
    theirs = await browse(birch, "ben")
    refused = await theirs.post("/me/following", {"who": ana.id})
    assert "do not want to be followed" in refused.text
    slug = (await kept(birch, id)).slug  # type: ignore[union-attr]
    reply = {"text": "You!", "reach": "public", "lang": "en"}
    answer = await theirs.post(f"/n/{slug}/reply", reply, form=f"/n/{slug}")
    assert "takes no answers" in answer.text

    await browser.post("/me/blocks/end", {}, form="/me/blocks")
    await settle(alder, birch)
    (taken,) = sent(wire, "Undo")[-1:]
    assert taken["object"]["id"] == letter["id"]
    assert await blocks(alder) == await blocks(birch) == []
    await follow(birch, ben, alder, ana)
    assert await birch.read(following.following, ben.id) == [ana.id]


async def test_a_block_that_is_not_told_ends_follows_and_says_no_more(
    alder: Node, birch: Node, wire: Wire
) -> None:
    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    await follow(birch, ben, alder, ana)
    wire.seen.clear()
    await alder.write(blocking.block_for, ana, ben.id, is_host=False)
    await settle(alder, birch)

    assert sent(wire, "Block") == []
    assert len(sent(wire, "Reject")) == 1
    assert await blocks(birch) == []
    await alder.write(blocking.unblock, ana, ben.id)
    await settle(alder, birch)
    assert sent(wire, "Undo") == []


@pytest.mark.parametrize("is_host", [False, True])
async def test_a_mute_leaves_no_trace_outside(
    alder: Node, birch: Node, wire: Wire, is_host: bool
) -> None:
    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    await follow(birch, ben, alder, ana)
    wire.seen.clear()
    subject = "birch.test" if is_host else ben.id
    await alder.write(blocking.block_for, ana, subject, is_host=is_host, kind="mute", tell=True)
    await alder.write(blocking.unblock, ana, subject)
    await settle(alder, birch)

    assert wire.seen == []
    assert await alder.read(following.followers, ana.id) == [ben.id]


async def test_a_block_that_becomes_a_mute_is_taken_back(
    alder: Node, birch: Node, wire: Wire
) -> None:
    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    await meet(alder, ben)
    await alder.write(blocking.block_for, ana, ben.id, is_host=False, tell=True)
    await settle(alder, birch)
    await alder.write(blocking.block_for, ana, ben.id, is_host=False, kind="mute")
    await settle(alder, birch)

    assert await blocks(alder) == [(ana.id, ben.id, "mute")]
    assert await blocks(birch) == []


async def test_a_block_among_neighbours_leaves_no_letter(alder: Node, wire: Wire) -> None:
    ana, ben = await person(alder, "ana"), await person(alder, "ben")
    await alder.write(blocking.block_for, ana, ben.id, is_host=False, tell=True)
    await settle(alder)

    assert wire.seen == []
    assert await blocks(alder) == [(ana.id, ben.id, "block")]
    (row,) = await alder.read(queries.blocks_of, ana.id)
    assert row.activity is None
    with pytest.raises(Missing):
        await alder.write(blocking.unblock, ben, ana.id)


# In -----------------------------------------------------------------------------------------


async def came(birch: Node, alder: Node, activity: Any) -> list[tuple[str, str, str]]:
    """Have a letter cross as it is; the blocks there then."""
    await birch.write(lambda unit: unit.send(activity))
    await settle(birch, alder)
    return await blocks(alder)


async def test_a_block_from_elsewhere_stands_until_its_own_end(
    alder: Node, birch: Node, clock: Clock
) -> None:
    ana, ben, eve = (
        await person(alder, "ana"),
        await person(birch, "ben"),
        await person(birch, "eve"),
    )
    await follow(alder, ana, birch, ben)
    said = Block(id=f"{birch.origin}/a/b1", actor=ben.id, object=ana.id, to=(ana.id,))

    assert await came(birch, alder, said) == [(ben.id, ana.id, "block")]
    assert await alder.read(following.following, ana.id) == []
    forged = Undo(id=f"{birch.origin}/a/u0", actor=eve.id, object=said, to=(ana.id,))
    assert await came(birch, alder, forged) == [(ben.id, ana.id, "block")]
    other = Block(id=f"{birch.origin}/a/b9", actor=eve.id, object=ana.id)
    stranger = Undo(id=f"{birch.origin}/a/u9", actor=eve.id, object=other, to=(ana.id,))
    assert await came(birch, alder, stranger) == [(ben.id, ana.id, "block")]
    true = Undo(id=f"{birch.origin}/a/u1", actor=ben.id, object=said, to=(ana.id,))
    assert await came(birch, alder, true) == []


async def test_of_a_block_that_is_long_known_the_id_is_enough(
    alder: Node, birch: Node, clock: Clock
) -> None:
    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    said = Block(id=f"{birch.origin}/a/b1", actor=ben.id, object=ana.id, to=(ana.id,))
    await came(birch, alder, said)
    clock.advance(days=40)
    await settle(alder, birch)

    end = Undo(id=f"{birch.origin}/a/u1", actor=ben.id, object=said.id, to=(ana.id,))
    assert await came(birch, alder, end) == []


async def test_a_group_that_shuts_somebody_out_blocks_nobody(alder: Node, birch: Node) -> None:
    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    await follow(alder, ana, birch, ben)
    group = birch.community.id
    said = Block(id=f"{birch.origin}/a/b1", actor=ben.id, object=ana.id, target=group, to=(ana.id,))

    assert await came(birch, alder, said) == []
    assert await alder.read(following.following, ana.id) == [ben.id]


async def test_what_is_between_strangers_is_nothing_to_us(alder: Node, birch: Node) -> None:
    ana, ben, eve = (
        await person(alder, "ana"),
        await person(birch, "ben"),
        await person(birch, "eve"),
    )
    await meet(alder, eve)
    said = Block(id=f"{birch.origin}/a/b1", actor=ben.id, object=eve.id, to=(ana.id,))

    assert await came(birch, alder, said) == []


async def test_who_leaves_takes_the_blocks_of_both_sides_along(alder: Node, birch: Node) -> None:
    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    said = Block(id=f"{birch.origin}/a/b1", actor=ben.id, object=ana.id, to=(ana.id,))
    await came(birch, alder, said)
    await alder.write(blocking.block_for, ana, "elm.example", is_host=True)
    await alder.write(acts.erase, ana.id)

    assert await blocks(alder) == []


# Lists --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected", "left"),
    [
        ("ben@birch.test\nana@elm.test\n", ["ben@birch.test", "ana@elm.test"], 0),
        ("Account address,Hide notifications\nben@birch.test,true\n", ["ben@birch.test"], 0),
        ("Account address\n@Ben@Birch.Test\n", ["ben@birch.test"], 0),
        ("\ufeffben@bücher.test\r\n\r\n", ["ben@xn--bcher-kva.test"], 0),
        (
            '"ben@birch.test"\nacct:ben@birch.test:8443',
            ["ben@birch.test", "ben@birch.test:8443"],
            0,
        ),
        ("birch.test\n@ben\nben@\n@birch.test\nb n@birch.test\nben@birch@x.test\n=1+1", [], 7),
        ("", [], 0),
    ],
)
def test_accounts_are_read_as_people_carry_them(text: str, expected: list[str], left: int) -> None:
    found, unread = lists.addresses(text)

    assert found == expected
    assert len(unread) == left


async def test_what_is_taken_along_is_brought_elsewhere(
    alder: Node, birch: Node, wire: Wire, browse: Browse
) -> None:
    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    ida, cleo = await person(birch, "ida"), await person(birch, "cleo")
    for one, kind in ((ben, "block"), (cleo, "mute")):
        await meet(alder, one)
        await alder.write(blocking.block_for, ana, one.id, is_host=False, kind=kind)
    await alder.write(blocking.block_for, ana, "elm.example", is_host=True)
    browser, theirs = await browse(alder, "ana"), await browse(birch, "ida")

    for what in What:
        file = await browser.get(f"/me/blocks/list/{what}.csv")
        assert "attachment" in file.headers["content-disposition"]
        look = await theirs.post("/me/blocks/list", {"what": what, "text": file.text})
        before = await blocks(birch)
        fields = hidden_fields(look.text, "/me/blocks/list/take")
        await theirs.client.post(
            "/me/blocks/list/take", data=fields, headers={"origin": birch.origin}
        )
        assert len(await blocks(birch)) == len(before) + 1, what
        again = await theirs.post("/me/blocks/list", {"what": what, "text": file.text})
        assert "nothing in this list is new here" in again.text
        assert (await theirs.get(f"/me/blocks/list/{what}.csv")).text == file.text

    assert sorted(await blocks(birch)) == sorted(
        [(ida.id, ben.id, "block"), (ida.id, cleo.id, "mute"), (ida.id, "elm.example", "block")]
    )
    assert sent(wire, "Block") == []
    for path in ("/me/blocks/list/else.csv", "/me/blocks/list/.csv"):
        assert (await browser.get(path)).status_code == 404


async def bring(node: Node, who: Account, text: str, what: What = What.BLOCKED) -> gathering.Plan:
    return await node.write(gathering.take, who, text, what)


async def test_who_is_not_known_is_looked_up(
    alder: Node, birch: Node, wire: Wire, clock: Clock, browse: Browse
) -> None:
    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    wire.away.add(birch.origin)
    plan = await bring(alder, ana, "Ben@Birch.test\nnobody@birch.test\nnonsense\nana@alder.test")
    await settle(alder)

    assert (plan.count, len(plan.unread)) == (2, 1)
    page = await (await browse(alder, "ana")).get("/me/blocks")
    assert "@ben@birch.test" in page.text
    assert "being looked up" in page.text
    wire.away.clear()
    clock.advance(hours=2)
    await settle(alder, birch)

    assert await blocks(alder) == [(ana.id, ben.id, "block")]
    id = await say(birch, ben, "Hello @ana@alder.test.")
    await settle(alder, birch)
    assert await feed(alder, ana) == []
    assert await kept(alder, id) is None
    left = await alder.read(lambda db: db.execute(select(job)).all())
    assert not [one for one in left if one.kind == "moderation.find"]


async def test_a_list_never_makes_a_block_milder(alder: Node, birch: Node) -> None:
    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    await meet(alder, ben)
    await alder.write(blocking.block_for, ana, ben.id, is_host=False)

    assert (await bring(alder, ana, "ben@birch.test", What.MUTED)).waiting
    await settle(alder, birch)
    assert (await bring(alder, ana, "ben@birch.test", What.MUTED)).same == 1
    assert await blocks(alder) == [(ana.id, ben.id, "block")]


async def test_a_list_is_brought_whole_or_not_at_all(alder: Node) -> None:
    ana = await person(alder, "ana")
    many = "\n".join(f"p{n}@elm.example" for n in range(gathering.MOST + 1))

    with pytest.raises(Invalid):
        await bring(alder, ana, many)
    assert await blocks(alder) == []


async def test_nobody_brings_themselves_or_home(alder: Node) -> None:
    ana = await person(alder, "ana")
    said = "ana@alder.test\nalder@alder.test\nnobody@alder.test"

    plan = await bring(alder, ana, said)
    assert (plan.count, len(plan.unread)) == (0, 1)
    assert (await bring(alder, ana, "alder.test\ntest", What.SERVERS)).count == 0
    assert await blocks(alder) == []


async def test_a_visitor_has_no_list(alder: Node, browse: Browse) -> None:
    visitor = await browse(alder)
    for path in ("/me/blocks/list", "/me/blocks/list/blocked_accounts.csv"):
        assert (await visitor.get(path)).status_code == 403
