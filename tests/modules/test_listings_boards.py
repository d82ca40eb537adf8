"""What was on a board before it was followed or trusted is learnt, as far as it is shown."""

from typing import Any

import pytest

from federation import resolving
from node.kernel.keys import Keys, make_keys
from node.kernel.node import Node
from node.kernel.tables import Account
from node.modules.follows import api as follows
from node.modules.listings import boards, posting
from node.modules.peers import api as peers
from tests.conftest import Clock, MakeNode, Wire, person, settle
from tests.modules.market import Market, on_board
from tests.modules.meeting import befriend, matches, member, post


@pytest.fixture
async def alder(make_node: MakeNode) -> Node:
    return await make_node("alder")


@pytest.fixture
async def birch(make_node: MakeNode) -> Node:
    return await make_node("birch")


@pytest.fixture
async def ana(alder: Node) -> Account:
    """Somebody at alder, who posted for everybody, for trusted nodes, and for alder alone."""
    ana = await member(alder, "ana")
    for reach in ("public", "trusted", "community"):
        await post(alder, ana, "offer", reach=reach, title=f"A wheel, {reach}")
    over = await post(alder, ana, "offer", reach="public", title="A wheel, given away")
    await alder.write(posting.end, ana.id, over.id, met=True)
    await settle(alder)  # what goes out goes to nobody
    return ana


async def soon(clock: Clock, *nodes: Node) -> None:
    """The job waits until both know of the trust."""
    clock.advance(minutes=3)
    await settle(*nodes)


async def follow(node: Node, other: Node) -> Account:
    ben = await person(node, "ben")
    await node.write(follows.follow, ben, await resolving.account(node, other.community.id))
    await settle(node, other)
    return ben


@pytest.mark.usefixtures("ana")
async def test_what_was_there_before_the_trust_is_there_soon_after(
    alder: Node, birch: Node, clock: Clock
) -> None:
    ben = await member(birch, "ben")
    await post(birch, ben, "request", title="Somebody to build a wheel", hidden=False)

    await befriend(alder, birch)
    await soon(clock, alder, birch)

    assert sorted(await on_board(birch)) == [
        "A wheel, public", "A wheel, trusted", "Somebody to build a wheel",
    ]  # fmt: skip
    assert len(await matches(birch, ben)) == 2


@pytest.mark.usefixtures("ana")
async def test_who_is_not_trusted_learns_what_is_public(
    alder: Node, birch: Node, clock: Clock
) -> None:
    await follow(birch, alder)

    await soon(clock, alder, birch)

    assert await on_board(birch) == ["A wheel, public"]


@pytest.mark.usefixtures("ana")
async def test_trust_that_comes_later_and_what_got_lost_are_made_up_for_each_day(
    alder: Node, birch: Node, clock: Clock
) -> None:
    await befriend(alder, birch)
    await soon(clock, alder, birch)
    await birch.write(_forget)
    assert await on_board(birch) == []

    await boards.look_again(birch)
    await soon(clock, alder, birch)

    assert sorted(await on_board(birch)) == ["A wheel, public", "A wheel, trusted"]


def _forget(unit: Any) -> None:
    unit.db.execute(boards.queries.listing.delete())


@pytest.mark.usefixtures("ana")
async def test_when_nobody_follows_any_more_nobody_looks(
    alder: Node, birch: Node, clock: Clock
) -> None:
    ben = await follow(birch, alder)
    await birch.write(follows.unfollow, ben, await resolving.account(birch, alder.community.id))

    await soon(clock, alder, birch)
    await boards.look_again(birch)
    await soon(clock, alder, birch)

    assert await on_board(birch) == []


@pytest.mark.usefixtures("ana")
async def test_the_end_of_trust_takes_it_along(alder: Node, birch: Node, clock: Clock) -> None:
    await befriend(alder, birch)
    await soon(clock, alder, birch)
    await peers.end(birch, alder.origin)
    await settle(alder, birch)

    await boards.look_again(birch)
    await soon(clock, alder, birch)

    assert "A wheel, trusted" not in await on_board(birch)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_more_than_one_look_takes_come_with_the_next(
    alder: Node, birch: Node, ana: Account, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boards, "MOST", 2)
    for number in range(3):
        clock.advance(minutes=1)
        await post(alder, ana, "offer", reach="public", title=f"Spokes {number}")
    await settle(alder)

    await follow(birch, alder)
    await soon(clock, alder, birch)
    assert sorted(await on_board(birch)) == ["Spokes 1", "Spokes 2"]
    await soon(clock, alder, birch)
    assert sorted(await on_board(birch)) == ["A wheel, public", "Spokes 0", "Spokes 1", "Spokes 2"]


# Odd boards ---------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def stranger_keys() -> Keys:
    return make_keys()


@pytest.fixture
def elm(alder: Node, wire: Wire, stranger_keys: Keys) -> Market:
    market = Market(alder, wire, stranger_keys)
    page = market.server.pages[market.bob.id]
    market.server.pages[market.bob.id] = {**page, "type": "Group", "kind": "Community"}
    return market


async def shown(elm: Market, where: Any, clock: Clock) -> list[str]:
    """What alder has of a board that is where elm's community says."""
    elm.server.pages[elm.bob.id] |= {"listings": where}
    await elm.follower()
    await soon(clock, elm.node)
    return [one.id for one in await elm.kept()]


def put_up(elm: Market, *items: Any) -> str:
    """Serve a board with these on it; its address."""
    id = f"{elm.server.origin}/board"
    elm.server.pages[id] = {"id": id, "type": "OrderedCollection", "orderedItems": list(items)}
    return id


@pytest.mark.sqlite
async def test_what_is_no_notice_of_theirs_is_passed_over(elm: Market, clock: Clock) -> None:
    said = elm.proposal()
    other = elm.proposal(id=f"{elm.server.origin}/proposals/2", attributedTo="https://fir.test/u/1")
    elm.server.pages |= {said["id"]: said, other["id"]: other}
    board = put_up(
        elm, said, other["id"], "https://fir.test/p/1", {"type": "Note"}, 7,
        f"{elm.server.origin}/nothing",
    )  # fmt: skip

    assert await shown(elm, board, clock) == [said["id"]]
    assert elm.server.asked["https://fir.test/p/1"] == 0


@pytest.mark.sqlite
@pytest.mark.parametrize("where", ["https://fir.test/board", "https://elm.test/none", 7])
async def test_a_board_that_is_none_is_passed_over(elm: Market, clock: Clock, where: Any) -> None:
    assert await shown(elm, where, clock) == []


@pytest.mark.sqlite
async def test_a_board_is_believed_as_its_own_pages_say(elm: Market, clock: Clock) -> None:
    said = elm.proposal()
    elm.server.pages[said["id"]] = elm.proposal(name="A short ladder")
    board = put_up(elm, said)

    await shown(elm, board, clock)

    assert await on_board(elm.node) == ["A short ladder"]
