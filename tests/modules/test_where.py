"""How the pages of a decision open, from its count to the verdict on it."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from node.kernel.node import Node
from node.modules import deliveries
from node.modules.deliveries import queries, reviewing
from node.modules.deliveries.reviewing import Finding
from node.modules.deliveries.rules import Verdict
from node.modules.proposals import bringing
from tests.conftest import Browser, Clock, settle
from tests.modules import moot

Browse = Callable[..., Awaitable[Browser]]


@pytest.fixture
async def alder(make_node: Any) -> Node:
    return await make_node("alder", modules=[*moot.MODULES, deliveries.module])


async def test_a_decision_says_where_it_stands_up_to_its_verdict(
    alder: Node, browse: Browse, clock: Clock
) -> None:
    ana, ben, _cem = await moot.people(alder, "ana", "ben", "cem")
    more = {"course": "agreement", "method": moot.decisions.api.Method.SUPERMAJORITY}
    slug = await moot.bring(alder, ana.id, **more)
    await alder.write(moot.proposals.stepping.came, slug, {"facts": 1})
    for days in (5, 9):
        clock.advance(days=days)
        await settle(alder)
    await moot.vote(alder, slug, [(m, "inFavour") for m in (await moot.ids(alder)).values()])

    async def told() -> tuple[dict[str, str], dict[str, str]]:
        await settle(alder)
        record, who = await moot.record_of(alder, slug), await browse(alder, "ana")
        pages = [(await who.get(path)).text for path in (f"/p/{slug}", f"/d/{record.slug}")]
        return moot.strip(pages[0]), moot.strip(pages[1])

    clock.advance(days=7)
    for one in await told():
        assert one["Now"] == "Decided, and it cools off"
        assert one["Your turn"].startswith(("Say so if something went wrong", "Choose who may"))
    await alder.write(bringing.choose_reach, slug, ana.id, "community")
    clock.advance(days=7)
    for one in await told():
        assert (one["Now"], one["Next"]) == ("In force", "We look at it again")

    clock.advance(days=370)
    matter, record = await told()
    assert (matter["Now"], matter["Your turn"]) == ("We look at it again", "Say how it went")
    assert record["Now"] == "In force"
    said = Finding(verdict=Verdict.FAILED, reasons="Nobody came.", found={}, came={})
    await alder.write(reviewing.write, slug, ana.id, said)
    held = await alder.read(queries.review_of_matter, slug)
    assert held is not None
    await alder.write(reviewing.second, slug, ben.id, held.at.isoformat())

    matter, _record = await told()
    assert matter["Now"] == "It did not work as we hoped, and holds"
    assert matter["Next"] == "Another decision in its place"


@pytest.mark.sqlite
async def test_what_was_not_taken_says_so(alder: Node, browse: Browse, clock: Clock) -> None:
    await moot.people(alder, "ana", "ben", "cem")
    record = await moot.decided(
        alder, clock, ["oppose"] * 4, method=moot.decisions.api.Method.MAJORITY
    )

    who = await browse(alder, "ana")
    told = moot.strip((await who.get(f"/d/{record.slug}")).text)

    assert (told["Now"], told["Next"]) == ("Declined", "Nothing more")
