"""Flows in one community: the board, a circle that is suggested, answered, and what ends it."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from node.kernel.access import Viewer
from node.kernel.errors import Conflict, Missing, Refused
from node.kernel.node import Node
from node.kernel.tables import Account
from node.modules.accounts import api as accounts
from node.modules.flows import pages, public, queries, slots, suggesting
from node.modules.flows.circles import Edge
from node.modules.flows.rules import State
from node.modules.listings import posting
from tests.conftest import Browser, Clock, settle
from tests.modules.meeting import matches, member, post

Browse = Callable[..., Awaitable[Browser]]
GIVES = {"ana": ("repair", "Wheels mended"), "ben": ("gardening", "Hedges cut"),
         "cem": ("food", "Bread baked")}  # fmt: skip
NEEDS = {"ben": ("repair", "My wheels want mending"), "cem": ("gardening", "Hedges want cutting"),
         "ana": ("food", "Bread for a feast, baked")}  # fmt: skip


@pytest.fixture
async def three(alder: Node) -> dict[str, Account]:
    """Ana could help Ben, Ben Cem, and Cem Ana; no two could help each other."""
    people = {name: await member(alder, name, name.title()) for name in GIVES}
    for name, (topic, title) in GIVES.items():
        await post(alder, people[name], "offer", hidden=False, title=title, text="", topic=topic)
    for name, (topic, title) in NEEDS.items():
        await post(alder, people[name], "request", hidden=False, title=title, text="", topic=topic)
    await settle(alder)
    return people


async def ring(alder: Node) -> list[Edge]:
    rings, _pairs = await alder.read(pages.suggestable, alder.now())
    assert len(rings) == 1
    return rings[0]


async def keeper(alder: Node) -> str:
    found = await alder.read(accounts.by_handle, "keeper")
    assert found is not None
    return found.id


async def suggested(alder: Node) -> str:
    """The path of the circle, once a keeper has suggested it."""
    edges = await ring(alder)
    await alder.write(suggesting.suggest, await keeper(alder), edges)
    (one,) = await alder.read(queries.made_to, edges[0].giver)
    return one.slug


async def test_three_who_could_help_each_other_say_yes(
    alder: Node, three: dict[str, Account], browse: Browse
) -> None:
    desk = await browse(alder, "keeper")
    key = queries.digest(await ring(alder))
    answer = await desk.client.get("/desk/flow")
    assert answer.text.count("Suggest it to them") == 4  # the circle, and three pairs
    await desk.post("/desk/flow", {"key": key})
    page = await desk.get("/desk/flow")
    assert page.text.count("Suggest it to them") == 3

    for name, account in three.items():
        one = await browse(alder, name)
        (card,) = await slots.waiting(alder, Viewer(account=account, role="member"))
        assert "A circle of 3" in card.title
        assert "Nobody is told" in (await one.post(card.href, {"say": "no"})).text
        last = await one.post(card.href, {"say": "yes"})

    assert "All of you said yes" in last.text
    assert "Once all have said yes" not in last.text
    assert await slots.waiting(alder, Viewer(account=three["ana"], role="member")) == []
    (news,) = await slots.happened(alder, Viewer(account=three["ana"], role="member"))
    assert news.href == card.href
    board = await (await browse(alder, "ana")).get("/flow")
    assert "Suggested to you" in board.text
    assert (await (await browse(alder)).get("/flow")).status_code == 403


async def test_only_keepers_suggest_and_only_what_is_there(
    alder: Node, three: dict[str, Account]
) -> None:
    edges = await ring(alder)
    made_up = [Edge(giver=e.receiver, receiver=e.giver, need=e.need, offer=e.offer, score=e.score)
               for e in edges]  # fmt: skip

    with pytest.raises(Refused):
        await alder.write(suggesting.suggest, three["ana"].id, edges)
    with pytest.raises(Conflict):
        await alder.write(suggesting.suggest, await keeper(alder), made_up)
    await alder.write(suggesting.suggest, await keeper(alder), edges)
    with pytest.raises(Conflict):
        await alder.write(suggesting.suggest, await keeper(alder), edges)


async def test_nobody_else_sees_or_answers_it_and_a_no_is_shown_to_nobody(
    alder: Node, three: dict[str, Account], browse: Browse
) -> None:
    slug = await suggested(alder)
    stranger = await member(alder, "dora", "Dora")

    with pytest.raises(Missing):
        await alder.write(suggesting.answer, stranger.id, slug, yes=True)
    before = (await (await browse(alder, "ben")).get(f"/flow/{slug}")).text
    await alder.write(suggesting.answer, three["ana"].id, slug, yes=False)
    after = (await (await browse(alder, "ben")).get(f"/flow/{slug}")).text

    assert _told(before) == _told(after)
    assert (await (await browse(alder, "dora")).get(f"/flow/{slug}")).status_code == 404
    mine = await alder.read(public.export, three["ana"].id)
    assert [one["i_said"] for one in mine["suggestions"]] == ["no"]
    assert "no" not in str(await alder.read(public.export, three["ben"].id)).split("'")


def _told(html: str) -> str:
    return html.partition("<main")[2].partition("</main>")[0].partition('name="csrf"')[0]


async def test_it_ends_by_the_clock_with_a_notice_and_with_who_leaves(
    alder: Node, three: dict[str, Account], clock: Clock
) -> None:
    slug = await suggested(alder)
    clock.advance(days=15)
    with pytest.raises(Conflict):
        await alder.write(suggesting.answer, three["ana"].id, slug, yes=True)
    await alder.write(suggesting.expire)
    assert await alder.read(queries.made_to, three["ana"].id) == []

    _rings, pairs = await alder.read(pages.suggestable, alder.now())
    for pair in pairs:
        await alder.write(suggesting.suggest, await keeper(alder), pair)
    (first, *_) = await alder.read(queries.waiting)
    await alder.write(posting.end, first.edges[0].receiver, first.edges[0].need, met=False)
    await settle(alder)
    assert first.slug not in [one.slug for one in await alder.read(queries.waiting)]

    await alder.write(suggesting.erase, three["ana"].id)
    left = await alder.read(queries.waiting)
    assert three["ana"].id not in {id for one in left for id in one.answers}


async def test_what_somebody_put_aside_is_not_suggested(
    alder: Node, three: dict[str, Account], browse: Browse
) -> None:
    ana = await browse(alder, "ana")
    link = f"/match/{(await matches(alder, three['ana']))[0].slug}"
    await ana.post(f"{link}/aside", {"say": "no", "why": "else"}, form="/match")

    rings, pairs = await alder.read(pages.suggestable, alder.now())

    assert rings == []
    assert len(pairs) == 2


async def test_the_board_counts_what_is_open_and_what_waits(
    alder: Node, three: dict[str, Account], clock: Clock, browse: Browse
) -> None:
    early = await (await browse(alder, "ana")).get("/flow")
    clock.advance(days=15)
    late = await (await browse(alder, "ana")).get("/flow")

    assert "These wait for somebody" not in early.text
    assert "My wheels want mending" in late.text
    assert State.WAITS not in late.text
    assert "September to November" not in late.text  # two of a topic say nothing of a season
    for number in range(3):
        await post(alder, three["ana"], "offer", hidden=False, title=f"Thing {number}",
                   ends=alder.now() + timedelta(days=9))  # fmt: skip
    await settle(alder)
    assert "December to February" in (await (await browse(alder, "ana")).get("/flow")).text


async def test_the_board_counts_by_kind_as_well(
    alder: Node, three: dict[str, Account], clock: Clock, browse: Browse
) -> None:
    for kind, purpose in (("ride", "request"), ("ride", "offer"), ("meal", "offer")):
        await post(alder, three["ana"], purpose, hidden=False, kind=kind, title=f"A {kind}")
    hidden = await post(alder, three["ana"], "request", hidden=False, kind="space", title="A room")
    await alder.write(posting.end, three["ana"].id, hidden.id, met=False)
    await settle(alder)

    page = (await (await browse(alder, "ana")).get("/flow")).text
    table = page.partition("Open notices by kind")[2].partition("</table>")[0]
    cells = re.sub(r"<[^>]+>", " ", table).split()

    assert "ride 1 1 0" in " ".join(cells)
    assert "meal 0 1 0" in " ".join(cells)
    assert "room" not in cells, "what is over is not counted"
    clock.advance(days=15)
    page = (await (await browse(alder, "ana")).get("/flow")).text
    table = page.partition("Open notices by kind")[2].partition("</table>")[0]
    assert "ride 1 1 1" in " ".join(re.sub(r"<[^>]+>", " ", table).split())


async def test_a_range_of_time_is_one_offer(alder: Node, three: dict[str, Account]) -> None:
    made = await post(alder, three["ana"], "offer", minutes=60, up_to=180)
    open_ = await alder.read(queries.notices, alder.now())

    assert queries.capacity(open_).get(made.id, 1) == 1
