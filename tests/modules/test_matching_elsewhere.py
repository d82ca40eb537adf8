"""A notice of other software beside a need of ours: found by the same rules, led to its page."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from node.kernel.errors import Conflict
from node.kernel.keys import make_keys
from node.kernel.node import Node
from node.modules.matching import introducing
from tests.conftest import Browser, MakeNode, Wire, settle
from tests.modules.market import Market
from tests.modules.meeting import matches, member, post

Browse = Callable[..., Awaitable[Browser]]
NEED: dict[str, Any] = {
    "title": "A long ladder", "text": "For a week.", "kind": "give", "topic": "tool-sharing",
    "minutes": None,
}  # fmt: skip


@pytest.fixture
async def alder(make_node: MakeNode) -> Node:
    return await make_node("alder")


async def test_what_is_offered_elsewhere_meets_a_need(
    alder: Node, wire: Wire, browse: Browse
) -> None:
    elm = Market(alder, wire, make_keys())
    ana = await elm.follower()
    eve = await member(alder, "eve")
    need = await post(alder, ana, "request", **NEED)
    await settle(alder)
    await elm.says("Create", elm.proposal())
    browser = await browse(alder, "ana")

    (match,) = await matches(alder, ana)
    page = (await browser.get("/match")).text
    looked = await browser.get(f"/match/{match.slug}")

    assert (match.mine, match.other) == (need.id, elm.proposal()["id"])
    assert "About <strong>Tools</strong>, as you" in page
    assert "Introduce us" not in page
    assert "A ladder" in looked.text
    assert "elm.test" in looked.text
    with pytest.raises(Conflict):
        await alder.write(introducing.introduce, ana.id, match.slug, means=(), message="")
    assert await matches(alder, eve) == []

    await elm.says("Delete", elm.proposal()["id"])

    assert await matches(alder, ana) == []


async def test_a_later_need_meets_what_is_here_already(alder: Node, wire: Wire) -> None:
    elm = Market(alder, wire, make_keys())
    ana = await elm.follower()
    await elm.says("Create", elm.proposal())

    await post(alder, ana, "request", **NEED)
    other = await post(alder, ana, "offer", **NEED)
    await settle(alder)

    (match,) = await matches(alder, ana)
    assert (match.other, match.mine) != (other.id, other.id)
    assert match.other == elm.proposal()["id"]


async def test_what_was_sent_to_the_community_alone_is_not_told_to_others(
    alder: Node, wire: Wire
) -> None:
    elm = Market(alder, wire, make_keys())
    ana = await member(alder, "ana")
    await post(alder, ana, "request", **NEED)
    await elm.says("Create", elm.proposal(to=[alder.community.id]), to=[alder.community.id])

    (match,) = await matches(alder, ana)

    assert match.other == elm.proposal()["id"]
    assert not [url for how, url, _ in wire.seen if how == "POST" and "elm.test" not in url]
