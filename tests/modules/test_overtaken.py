"""A proposal that was overtaken is pointed at the decision that holds now."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from node.kernel.errors import Conflict, Missing, Refused
from node.kernel.node import Node
from node.modules import deliberation, notes, pictures, reactions, rounds
from node.modules.decisions import api as decisions
from node.modules.decisions import queries as decided
from node.modules.decisions.api import Method
from node.modules.deliberation import queries as deliberated
from node.modules.deliberation import saying
from node.modules.proposals import bringing, changing, pointing, queries, stepping
from node.modules.proposals.wording import Words
from tests.conftest import Browser, Clock, settle
from tests.modules import moot
from tests.modules.moot import at, ids

Browse = Callable[..., Awaitable[Browser]]
MODULES = [*moot.MODULES, pictures.module, reactions.module, notes.module, deliberation.module,
           rounds.module]  # fmt: skip
BUTTON = "Have it take the place of that one"


@pytest.fixture
async def alder(make_node: Any) -> Node:
    node: Node = await make_node("alder", modules=MODULES)
    await moot.people(node, "ana", "ben", "cleo")
    return node


async def agreed(node: Node, clock: Clock, slug: str) -> Any:
    """All say yes, it is counted, and in force among us."""
    box = await node.read(decisions.box_of, slug)
    assert box is not None
    word = "consent" if box.method is Method.CONSENT else "inFavour"
    await moot.vote(node, slug, [(who, word) for who in (await ids(node)).values()])
    clock.now = max(clock.now, box.closes)
    await settle(node)
    await node.write(bringing.choose_reach, slug, await moot.keeper(node), "community")
    await settle(node)
    return await moot.record_of(node, slug)


async def overtaken(node: Node, clock: Clock, days: int = 8, **more: Any) -> tuple[Any, Any, str]:
    """A decision, the one that came in its place, and a proposal that came too late for that."""
    ana = (await ids(node))["ana"]
    method = more.get("method", Method.CONSENT)
    words = ["inFavour" if method is Method.MAJORITY else "consent"] * 4
    old = await moot.decided(node, clock, words, to="community", method=method)
    held = {"record": old.id, "how": "amend"}
    first = await moot.bring(node, ana, title="The first", replaces=held)
    late = await moot.bring(
        node, ana, title="The late one", opens=clock() + timedelta(days=days),
        closes=clock() + timedelta(days=days + 7), replaces=held,
        **{"method": method, **more},
    )  # fmt: skip
    return old, await agreed(node, clock, first), late


async def point(node: Node, slug: str, name: str, record: str) -> None:
    await node.write(pointing.point, slug, (await ids(node))[name], record)


async def test_pointed_at_it_comes_in_place_of_what_holds(
    alder: Node, clock: Clock, browse: Browse
) -> None:
    _old, first, late = await overtaken(alder, clock)
    people = await ids(alder)
    await alder.write(saying.stand, late, people["ben"], saying.Stand.FOR)
    ana, ben = await browse(alder, "ana"), await browse(alder, "ben")
    home = (await ana.get("/")).text
    assert "Another decision came before “The late one”" in home
    assert "Another decision came before" not in (await ben.get("/")).text
    assert BUTTON not in (await ben.get(f"/p/{late}")).text

    page = await ana.post(f"/p/{late}/instead", {}, form=f"/p/{late}")

    assert "It comes in place of “The first” now." in page.text
    assert "Another decision came first" not in page.text
    assert f'href="/d/{first.slug}">The first</a>' in page.text
    assert "Another decision came before" not in (await ana.get("/")).text
    said = (await ben.get(f"/deliberation/{late}")).text
    assert "It was changed since you said where you stand." in said
    assert await alder.read(deliberated.stand_of, late, people["ben"]) == (saying.Stand.FOR, 1)
    assert await alder.read(queries.version_of, (await at(alder, late))[0].id) == 2
    assert (
        "It was pointed at the decision that holds now."
        in (await ben.get(f"/p/{late}/versions")).text
    )
    opens = (await at(alder, late))[1].opens
    assert opens is not None
    assert opens >= clock() + timedelta(days=1)
    clock.now = opens
    await settle(alder)
    second = await agreed(alder, clock, late)

    assert second.document["supersedes"] == first.id
    assert [r.id for r in await alder.read(decided.holding, moot.inside(alder))] == [second.id]
    assert (await at(alder, first.box))[1].side == "amended"


async def test_whoever_leads_it_may_and_nobody_else(alder: Node, clock: Clock) -> None:
    _old, first, late = await overtaken(alder, clock)
    people = await ids(alder)
    await alder.write(stepping.ask_to_lead, late, people["ana"], "ben")
    before = await at(alder, late)

    for name in ("cleo", "ana"):
        with pytest.raises(Refused, match="E_NOT_YOURS"):
            await point(alder, late, name, first.id)
    with pytest.raises(Missing):
        await point(alder, "nothing", "ben", first.id)
    assert await at(alder, late) == before
    await point(alder, late, "ben", first.id)

    assert ((await at(alder, late))[1].replaces or {})["record"] == first.id


async def test_only_what_was_overtaken_and_only_at_what_holds(alder: Node, clock: Clock) -> None:
    old, first, late = await overtaken(alder, clock)
    ana = (await ids(alder))["ana"]
    with pytest.raises(Conflict, match="E_OTHER"):
        await point(alder, late, "ana", old.id)
    with pytest.raises(Conflict, match="E_OTHER"):
        await point(alder, late, "ana", "")
    await point(alder, late, "ana", first.id)

    with pytest.raises(Conflict, match="E_POINT") as again:
        await point(alder, late, "ana", first.id)
    assert again.value.safe == pointing.GONE
    plain = await moot.bring(alder, ana, title="Of its own", opens=clock() + timedelta(days=2))
    with pytest.raises(Conflict, match="E_POINT"):
        await point(alder, plain, "ana", first.id)


async def test_what_came_later_still_is_what_it_is_pointed_at(alder: Node, clock: Clock) -> None:
    _old, first, late = await overtaken(alder, clock, days=12)
    ana = (await ids(alder))["ana"]
    more = {"record": first.id, "how": "amend"}
    third = await moot.bring(alder, ana, title="The third", replaces=more,
                             closes=clock() + timedelta(days=2))  # fmt: skip
    held = await agreed(alder, clock, third)

    with pytest.raises(Conflict, match="E_OTHER"):
        await point(alder, late, "ana", first.id)
    await point(alder, late, "ana", held.id)

    assert ((await at(alder, late))[1].replaces or {})["record"] == held.id


async def test_as_strictly_as_what_it_comes_in_place_of(
    alder: Node, clock: Clock, browse: Browse
) -> None:
    """The first was decided by consent; half of us do not undo that."""
    _old, first, late = await overtaken(alder, clock, method=Method.MAJORITY)
    ana, me = await browse(alder, "ana"), (await ids(alder))["ana"]

    with pytest.raises(Conflict, match="E_POINT") as weak:
        await point(alder, late, "ana", first.id)
    page = (await ana.get(f"/p/{late}")).text
    assert BUTTON not in page
    assert "was decided without an objection" in page
    assert "was decided without an objection" in weak.value.safe
    assert "Another decision came before" not in (await ana.get("/")).text

    words = Words(title="The late one", text="As before.", method=Method.CONSENT)
    await alder.write(changing.change, late, me, words)
    await point(alder, late, "ana", first.id)


async def test_what_lasts_is_not_confirmed(alder: Node, clock: Clock) -> None:
    people = await ids(alder)
    slug = await moot.bring(alder, people["ana"], course="emergency", method=Method.CONSENT)
    old = await agreed(alder, clock, slug)
    more = {"record": old.id}
    late = await moot.bring(
        alder, people["ana"], title="We confirm it", opens=clock() + timedelta(days=8),
        closes=clock() + timedelta(days=9), replaces={**more, "how": "confirm"},
    )  # fmt: skip
    first = await moot.bring(alder, people["ana"], title="For good",
                             replaces={**more, "how": "amend"})  # fmt: skip
    held = await agreed(alder, clock, first)

    with pytest.raises(Conflict, match="E_POINT") as refused:
        await point(alder, late, "ana", held.id)

    assert refused.value.safe == pointing.LASTS


async def test_once_it_is_voted_on_it_stays(alder: Node, clock: Clock, browse: Browse) -> None:
    ana = (await ids(alder))["ana"]
    old = await moot.decided(alder, clock, ["consent"] * 4, to="community")
    one, two = [
        await moot.bring(alder, ana, title=title, replaces={"record": old.id, "how": "amend"},
                         closes=clock() + timedelta(days=days))
        for title, days in (("One", 2), ("Two", 5))
    ]  # fmt: skip
    first = await agreed(alder, clock, one)

    with pytest.raises(Conflict, match="E_POINT") as refused:
        await point(alder, two, "ana", first.id)

    assert refused.value.safe == changing.FIXED
    page = (await (await browse(alder, "ana")).get(f"/p/{two}")).text
    assert BUTTON not in page
    assert "however it ends" in page


async def test_two_at_once_make_one_change(alder: Node, clock: Clock) -> None:
    """On both databases: whichever comes second finds that it was done."""
    import asyncio

    _old, first, late = await overtaken(alder, clock)
    put = partial(point, alder, late, "ana", first.id)

    done = await asyncio.gather(put(), put(), return_exceptions=True)

    assert [type(one) for one in done].count(Conflict) == 1, done
    assert await alder.read(queries.version_of, (await at(alder, late))[0].id) == 2
