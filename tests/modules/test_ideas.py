"""Ideas: equal points for all, locked while an idea gathers, an agenda by breadth and depth."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.kernel.errors import Conflict, Invalid, Missing, Refused
from node.kernel.node import Node
from node.modules.accounts import leaving as accounts_leaving
from node.modules.ideas import leaving, queries, rules, supporting
from node.modules.ideas.rules import State
from tests.conftest import Browser, Clock, person, settle
from tests.modules import moot
from tests.servers import ROOT

Browse = Callable[..., Any]
NAMES = ("ana", "ben", "cleo", "dora", "emil")


@pytest.fixture
async def people(alder: Node) -> list[str]:
    return [(await person(alder, name, display=name.title())).id for name in NAMES]


async def idea(node: Node, who: str, title: str = "Seats under the arch") -> str:
    return await node.write(supporting.write_down, who, title, "For all.", once=f"key {title}")


async def seen(node: Node, slug: str, who: str = "") -> Any:
    return await node.read(queries.by_slug, slug, who)


# Rules --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("points", "elsewhere", "allowed"),
    [(0, 0, True), (10, 90, True), (10, 91, False), (11, 0, False), (-1, 0, False), (1, 100, False),
     (0, 100, True)],
)  # fmt: skip
def test_points_lie_where_they_may(points: int, elsewhere: int, allowed: bool) -> None:
    assert (not rules.fault(points, elsewhere)) is allowed


@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 5000))
def test_an_agenda_needs_breadth_and_depth(active: int, people: int, points: int) -> None:
    broad, deep = people >= max(3, active * 0.15), points >= 40
    assert rules.on_agenda(people, points, active) is (broad and deep)


# On a node ----------------------------------------------------------------------------------


async def test_points_are_locked_and_come_back(
    alder: Node, people: list[str], clock: Clock
) -> None:
    ana, ben, *_ = people
    slugs = [await idea(alder, ana, f"Idea {n}") for n in range(11)]
    for slug in slugs[:10]:
        await alder.write(supporting.put, ben, slug, 10)

    with pytest.raises(Invalid):
        await alder.write(supporting.put, ben, slugs[10], 1)
    await alder.write(supporting.withdraw, ana, slugs[0])
    await alder.write(supporting.put, ben, slugs[1], 4)
    await alder.write(supporting.put, ben, slugs[10], 10)

    assert sum((await alder.read(queries.placed, ben)).values()) == 94
    assert (await seen(alder, slugs[1], ben)).mine == 4
    with pytest.raises(Conflict):
        await alder.write(supporting.put, ben, slugs[0], 1)
    with pytest.raises(Conflict):
        await alder.write(supporting.withdraw, ana, slugs[0])
    clock.advance(days=91)
    await alder.write(supporting.lapse)
    assert await alder.read(queries.placed, ben) == {}
    assert {(await seen(alder, s)).state for s in slugs[1:]} == {State.LAPSED}


async def test_two_at_once_spend_no_point_twice(alder: Node, people: list[str]) -> None:
    ana, ben, *_ = people
    slugs = [await idea(alder, ana, f"Idea {n}") for n in range(11)]
    for slug in slugs[:9]:
        await alder.write(supporting.put, ben, slug, 10)

    told = await asyncio.gather(
        *(alder.write(supporting.put, ben, slug, 10) for slug in slugs[9:]), return_exceptions=True
    )

    assert [type(one) for one in told if one is not None] == [Invalid]
    assert sum((await alder.read(queries.placed, ben)).values()) == 100


async def test_who_may_do_what(alder: Node, birch: Node, people: list[str]) -> None:
    ana, ben, *_ = people
    stranger = (await person(birch, "bo")).id
    slug = await idea(alder, ana)
    assert await idea(alder, ana) == slug

    for refused in (
        alder.write(supporting.write_down, stranger, "Mine", "", once="x"),
        alder.write(supporting.put, stranger, slug, 1),
        alder.write(supporting.withdraw, ben, slug),
    ):
        with pytest.raises(Refused):
            await refused
    with pytest.raises(Missing):
        await alder.write(supporting.put, ben, "nothing", 1)


async def test_who_leaves_takes_points_and_ideas_along(alder: Node, people: list[str]) -> None:
    ana, ben, *_ = people
    slug, other = await idea(alder, ana), await idea(alder, ben, "A swing")
    await alder.write(supporting.put, ana, other, 7)
    told = await alder.read(leaving.export, ana)
    assert [one["title"] for one in told["ideas"]] == ["Seats under the arch"]
    assert told["points"] == {other: 7}

    await alder.write(accounts_leaving.leave, ana)

    assert await seen(alder, slug) is None
    assert (await seen(alder, other)).points == 0


@pytest.mark.sqlite
async def test_from_an_idea_to_a_proposal_in_the_browser(
    alder: Node, people: list[str], browse: Browse, clock: Clock
) -> None:
    ana: Browser = await browse(alder, "ana")
    assert (await ana.post("/ideas", {"title": ""}, form="/ideas/new")).status_code == 422
    made = await ana.post("/ideas", {"title": "A bench", "text": "To rest."}, form="/ideas/new")
    slug = made.url.path.rpartition("/")[2]
    assert (await ana.get(f"/ideas/{slug}/bring?course=usual")).status_code == 409
    refused = await ana.post(f"/ideas/{slug}", {"points": "11"})
    assert refused.status_code == 422
    turns = [moot.strip(refused.text)["Your turn"]]
    for name in NAMES[:4]:
        other = await browse(alder, name)
        put = await other.post(f"/ideas/{slug}", {"points": "10"})
        turns.append(moot.strip(put.text)["Your turn"])
    assert turns == ["Put points on it, if we should decide it", *["Nothing today"] * 3,
                     "Bring it before us, if you would"]  # fmt: skip
    assert "With support enough" in (await ana.get("/ideas")).text
    assert "Your idea has support enough" in (await ana.get("/")).text
    assert 'href="/ideas"' in (await ana.get("/decide")).text

    form = await ana.get(f"/ideas/{slug}/bring?course=usual")
    assert "A bench" in form.text
    sent = {"title": "A bench", "text": "To rest.", "method": "consent", "reach": "community",
            "closes": "2026-11-29 20:00", "share": "1/3", "months": "6",
            "source": f"idea:{slug}"}  # fmt: skip
    done = await ana.post("/p/new", sent, form=f"/ideas/{slug}/bring?course=usual")
    assert done.status_code == 200
    await settle(alder)

    one = await seen(alder, slug, people[0])
    assert (one.state, f"/p/{one.proposal}", one.points) == (State.BROUGHT, done.url.path, 0)
    assert f'href="/p/{one.proposal}"' in (await ana.get("/ideas")).text
    assert moot.strip((await ana.get(f"/ideas/{slug}")).text)["By when"] == "No day set"
    visitor = await browse(alder)
    assert (await visitor.get(f"/ideas/{slug}")).status_code == 403


@pytest.mark.sqlite
async def test_an_idea_without_support_stays_when_somebody_claims_it(
    alder: Node, people: list[str]
) -> None:
    from node.modules.proposals.api import Brought

    slug = await idea(alder, people[0])
    for source in (f"idea:{slug}", "idea:nothing", slug):
        await alder.write(supporting.brought, Brought(slug="p", source=source))
    assert (await seen(alder, slug)).state is State.GATHERING


def test_no_way_leads_from_points_to_a_tally() -> None:
    """What counts votes knows nothing of ideas: not a module of it, not a table."""
    import ast

    counting = [
        *(ROOT / "node/modules/decisions").rglob("*.py"),
        *(ROOT / "node/modules/proposals").rglob("*.py"),
    ]
    assert len(counting) > 20
    for file in counting:
        source = file.read_text()
        names = {
            n.name
            for t in ast.walk(ast.parse(source))
            if isinstance(t, ast.Import)
            for n in t.names
        }
        names |= {
            t.module or "" for t in ast.walk(ast.parse(source)) if isinstance(t, ast.ImportFrom)
        }
        assert not [n for n in names if n.startswith("node.modules.ideas")], file
        assert "idea_support" not in source, file
