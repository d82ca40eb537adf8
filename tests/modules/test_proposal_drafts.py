"""Drafts of proposals: kept as typed for their writer alone, opened again, brought, thrown away."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import select

from node.kernel.errors import Missing, Refused
from node.kernel.node import Node
from node.kernel.tables import job, letter
from node.modules import search
from node.modules.accounts import api as accounts
from node.modules.proposals import courses, drafts, leaving
from node.modules.proposals.drafts import Kept
from node.modules.proposals.tables import proposal
from tests.conftest import Browser, settle
from tests.modules import moot

Browse = Callable[..., Awaitable[Browser]]
USUAL = "/p/new?course=usual"
BEGUN = {"title": "Quiet after ten", "text": "canary-51d0 in the yard", "closes": "some day",
         "method": "supermajority", "months": "12", "reach": "public", "say": "draft"}  # fmt: skip
WHOLE = {**BEGUN, "closes": "2026-11-27 20:00", "share": "1/2", "say": ""}


@pytest.fixture
async def alder(make_node: Any) -> Node:
    node: Node = await make_node("alder", modules=[*moot.MODULES, search.module])
    await moot.people(node, "ana", "ben")
    return node


def ana_of(node: Node) -> str:
    return f"{node.origin}/u/ana"


async def kept(node: Node) -> list[Kept]:
    return await node.read(drafts.all_of, ana_of(node))


async def test_a_draft_is_kept_as_typed_for_its_writer_alone(alder: Node, browse: Browse) -> None:
    ana, ben, keeper = [await browse(alder, name) for name in ("ana", "ben", "keeper")]

    shown = await ana.post("/p/new", BEGUN, form=USUAL)

    assert (shown.url.path, "It is kept as a draft." in shown.text) == ("/decide", True)
    assert "Our usual way, kept " in shown.text
    (one,) = await kept(alder)
    path = f"/p/new?draft={one.slug}"
    opened = await ana.get(path)
    assert "canary-51d0 in the yard" in opened.text
    assert all(f'value="{said}"' in opened.text for said in ("Quiet after ten", "some day"))
    assert all(f'value="{said}" checked' in opened.text for said in ("supermajority", "public"))
    assert "/decide#drafts" in (await ana.get("/me")).text
    for other in (ben, keeper):
        assert (await other.get(path)).status_code == 404
        for page in ("/decide", "/me", "/search?q=Quiet", "/", "/@ana"):
            seen = (await other.get(page)).text
            assert "Quiet after ten" not in seen
            assert "#drafts" not in seen
            assert "Your drafts" not in seen


async def test_a_draft_is_no_proposal_and_nothing_of_it_is_sent(
    alder: Node, browse: Browse
) -> None:
    ana = await browse(alder, "ana")

    await ana.post("/p/new", BEGUN, form=USUAL)
    await settle(alder)

    assert len(await kept(alder)) == 1
    assert await moot.rows(alder, proposal) == []
    for table in (letter, job):
        assert "canary-51d0" not in str(await moot.rows(alder, table))
    assert (await (await browse(alder)).get("/decide")).status_code != 200


@pytest.mark.parametrize("course", list(courses.COURSES))
async def test_every_course_keeps_drafts(alder: Node, browse: Browse, course: str) -> None:
    ana = await browse(alder, "ana")
    form = f"/p/new?course={course}"

    await ana.post("/p/new", {"title": "", "text": "Begun.", "say": "draft"}, form=form)

    (one,) = await kept(alder)
    assert one.course.name == course
    listed = await ana.get("/decide")
    assert "Without a title" in listed.text
    opened = await ana.get(f"/p/new?draft={one.slug}")
    assert "Begun." in opened.text
    assert ('name="closes"' in opened.text) == (course == "usual")


async def test_a_draft_becomes_a_proposal_by_the_ordinary_checks(
    alder: Node, browse: Browse
) -> None:
    ana = await browse(alder, "ana")
    await ana.post("/p/new", BEGUN, form=USUAL)
    path = f"/p/new?draft={(await kept(alder))[0].slug}"

    wrong = await ana.post("/p/new", {**WHOLE, "closes": "2026-11-20 09:00"}, form=path)
    assert wrong.status_code == 422
    assert await moot.rows(alder, proposal) == []
    assert len(await kept(alder)) == 1
    await ana.post("/p/new", {**BEGUN, "title": "Quiet after eleven"}, form=path)
    assert [one.title for one in await kept(alder)] == ["Quiet after eleven"]
    brought = await ana.post("/p/new", WHOLE, form=path)

    assert "Your proposal is before the community." in brought.text
    assert [one.name for one in await moot.rows(alder, proposal)] == ["Quiet after ten"]
    assert await kept(alder) == []
    assert "Your drafts" not in (await ana.get("/decide")).text


async def test_a_draft_is_thrown_away_by_its_writer_alone(alder: Node, browse: Browse) -> None:
    ana, ben = await browse(alder, "ana"), await browse(alder, "ben")
    await ana.post("/p/new", BEGUN, form=USUAL)
    (one,) = await kept(alder)
    path = f"/p/drafts/{one.slug}/discard"

    await alder.write(drafts.drop, f"{alder.origin}/u/ben", one.slug)
    await ben.post("/p/new", {**WHOLE, "draft": one.slug}, form=USUAL)
    assert len(await kept(alder)) == 1
    shown = await ana.post(path, {}, form="/decide")

    assert "It is thrown away." in shown.text
    assert await kept(alder) == []


async def test_there_are_twenty_at_most_and_none_of_who_left(alder: Node, browse: Browse) -> None:
    ana, me = await browse(alder, "ana"), ana_of(alder)
    for number in range(drafts.MOST):
        await alder.write(drafts.keep, me, f"d{number}", {"title": [f"No. {number}"]})

    full = await ana.post("/p/new", BEGUN, form=USUAL)

    assert (full.status_code, "You keep twenty drafts already." in full.text) == (409, True)
    assert "canary-51d0" in full.text
    with pytest.raises(Missing):
        await alder.write(drafts.keep, f"{alder.origin}/u/ben", "d1", {"title": ["Mine"]})
    with pytest.raises(Refused):
        await alder.write(drafts.keep, "https://birch.test/u/eve", "d", {})
    told = await alder.read(leaving.export, me)
    assert len(told["drafts"]) == drafts.MOST
    assert told["drafts"][0]["title"][0].startswith("No. ")
    await alder.write(leaving.erase, me)
    assert await kept(alder) == []


async def test_who_is_no_member_keeps_none(alder: Node, browse: Browse) -> None:
    ana, visitor = await browse(alder, "ana"), await browse(alder)
    await ana.post("/p/new", BEGUN, form=USUAL)
    (one,) = await kept(alder)

    seen = await visitor.get(f"/p/new?draft={one.slug}")

    assert "canary-51d0" not in seen.text
    held = await alder.read(lambda db: db.execute(select(drafts.draft.c.owner)).scalars().all())
    assert held == [(await alder.read(accounts.members))[0].id]


async def test_a_draft_in_place_of_a_decision_that_is_gone_opens_as_its_own(
    alder: Node, browse: Browse
) -> None:
    ana, me = await browse(alder, "ana"), ana_of(alder)
    said = {"title": ["In its place"], "replaces": ["nothing"], "how": ["amend"]}
    await alder.write(drafts.keep, me, "one", said)
    answer = {"title": ["We agree"], "record": ["nothing"], "answer": ["adopted"]}
    await alder.write(drafts.keep, me, "two", answer)

    first, second = [await ana.get(f"/p/new?draft={slug}") for slug in ("one", "two")]

    assert "In its place" in first.text
    assert "The decision that this was to replace is not in force any more." in first.text
    assert 'value="nothing"' not in first.text + second.text
    assert "What this was to answer is not here any more." in second.text
