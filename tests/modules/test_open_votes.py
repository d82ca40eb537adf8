"""Open votes: who voted how is told to members after the close, and to nobody else ever."""

import json
import re
from collections.abc import Awaitable, Callable
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from node.kernel.errors import Conflict, Invalid, Refused
from node.kernel.node import Node
from node.modules.accounts import api as accounts
from node.modules.accounts import leaving
from node.modules.decisions import api as decisions
from node.modules.decisions import opened
from node.modules.decisions.api import Method
from node.modules.decisions.tables import ballot, box, line, open_ballot, roster
from node.modules.proposals.tables import plan
from tests.conftest import Browser, Clock, settle
from tests.modules import moot

Browse = Callable[..., Awaitable[Browser]]
ROWS = (("The yard", "Dry."), ("The arch", ""), ("The room", "Narrow."))
SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
async def alder(make_node: Any) -> Node:
    node: Node = await make_node("alder", modules=moot.MODULES)
    await moot.people(node, "ana", "ben", "cleo")
    return node


async def allow(node: Node, *, open: bool = True) -> None:
    await node.write(lambda unit: unit.keep("decisions.open", open))


async def who(node: Node, name: str) -> str:
    found = await node.read(accounts.by_handle, name)
    assert found is not None
    return found.id


async def bring(node: Node, **more: Any) -> str:
    values = {"method": Method.MAJORITY, "open": True, **more}
    return await moot.bring(node, await who(node, "ana"), **values)


async def cast(node: Node, slug: str, name: str, said: Any, reason: str = "") -> decisions.Receipt:
    return await node.write(decisions.cast, slug, await who(node, name), said, reason)


async def close(node: Node, clock: Clock) -> None:
    clock.advance(days=8)
    await settle(node)


async def test_ballots_are_open_only_where_charter_and_course_say_so(alder: Node) -> None:
    with pytest.raises(Invalid) as refused:
        await bring(alder)
    assert set(refused.value.fields) == {"open"}
    await allow(alder)
    for course, method in (("consent", Method.CONSENT), ("role", Method.APPROVAL),
                           ("emergency", Method.SUPERMAJORITY)):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            await bring(alder, course=course, method=method)
        assert set(refused.value.fields) == {"open"}
    assert await moot.rows(alder, plan) == []

    slug = await bring(alder)
    secret = await bring(alder, open=False)

    boxes = {row.id: row.settings["open"] for row in await moot.rows(alder, box)}
    assert boxes == {slug: True, secret: False}


async def test_what_the_charter_says_later_changes_no_vote(alder: Node, clock: Clock) -> None:
    await allow(alder)
    slug = await bring(alder)
    await allow(alder, open=False)

    await cast(alder, slug, "ana", "inFavour")

    assert len(await moot.rows(alder, open_ballot)) == 1
    assert await moot.rows(alder, ballot) == []


async def test_an_open_ballot_is_no_secret_one_and_the_other_way_round(alder: Node) -> None:
    await allow(alder)
    slug, secret = await bring(alder), await bring(alder, open=False)

    got = await cast(alder, slug, "ana", "inFavour")
    other = await cast(alder, secret, "ana", "inFavour")

    assert (got.word, got.code) == ("", "")
    assert other.word
    assert other.code
    (mine,), (hidden,) = await moot.rows(alder, open_ballot), await moot.rows(alder, ballot)
    assert (mine.box, mine.member) == (slug, await who(alder, "ana"))
    assert hidden.box == secret
    assert "member" not in hidden._fields


async def test_nobody_sees_how_an_open_vote_stands(alder: Node, browse: Browse) -> None:
    await allow(alder)
    slug = await bring(alder)
    await cast(alder, slug, "ana", "oppose")
    ben, keeper = await browse(alder, "ben"), await browse(alder, "keeper")

    for reader in (ben, keeper):
        for path in (f"/p/{slug}", f"/p/{slug}/vote", "/decide", "/"):
            assert "Against" not in (await reader.get(path)).text
    with pytest.raises(DBAPIError):
        await alder.read(lambda db: db.execute(select(open_ballot)).all())
    assert await alder.read(opened.lines, slug) == []


async def test_the_last_open_ballot_counts_and_no_code_is_needed(alder: Node, clock: Clock) -> None:
    await allow(alder)
    slug = await bring(alder)
    for said in ("oppose", "abstain", "inFavour"):
        await cast(alder, slug, "ana", said)
    await cast(alder, slug, "ben", "inFavour")
    await cast(alder, slug, "cleo", "oppose")
    await close(alder, clock)

    with pytest.raises(Conflict):
        await cast(alder, slug, "ana", "oppose")

    told = {one.handle: dict(one.said) for one in await alder.read(opened.lines, slug)}
    assert told == {"ana": {"inFavour": 1}, "ben": {"inFavour": 1}, "cleo": {"oppose": 1}}
    record = await moot.record_of(alder, slug)
    assert (record.outcome, record.document["electorate"]["participated"]) == ("approved", 3)
    assert await moot.rows(alder, open_ballot) == []


async def test_who_is_not_on_the_list_or_has_a_stake_casts_none(alder: Node) -> None:
    await allow(alder)
    slug = await bring(alder)
    await moot.people(alder, "dora")
    await alder.write(decisions.recuse, slug, await who(alder, "ben"))

    for name in ("dora", "ben"):
        with pytest.raises(Refused):
            await cast(alder, slug, name, "inFavour")
    await cast(alder, slug, "cleo", "inFavour")

    assert [r.member for r in await moot.rows(alder, open_ballot)] == [await who(alder, "cleo")]
    assert sum(row.voted for row in await moot.rows(alder, roster)) == 1


async def test_members_see_the_lines_after_the_close_and_others_never(
    alder: Node, clock: Clock, browse: Browse
) -> None:
    await allow(alder)
    slug = await bring(alder, method=Method.CONSENT, reach="public")
    await cast(alder, slug, "ana", "consent")
    await cast(alder, slug, "ben", "consentWithReservation", "Mind the noise at night")
    await cast(alder, slug, "cleo", "abstain")
    await close(alder, clock)
    await alder.write(_settle, slug)
    await settle(alder)
    record = await moot.record_of(alder, slug)

    inside = (await (await browse(alder, "ben")).get(f"/d/{record.slug}")).text
    outside = (await (await browse(alder)).get(f"/d/{record.slug}")).text

    assert "Who voted how" in inside
    assert "Mind the noise at night" in inside
    assert record.name in outside
    for word in ("Who voted how", "Mind the noise", "Stood aside", "cleo"):
        assert word not in outside
    wire = json.dumps(record.document)
    for word in ("Mind the noise", "cleo", "ben"):
        assert word not in wire
    assert "who voted how" in wire  # that they were open is told


def _settle(unit: Any, slug: str) -> None:
    found = decisions.decided_by(unit.db, slug)
    assert found is not None
    decisions.settle(unit, found.id, "public", by=unit.community.id)


async def test_who_leaves_takes_their_name_and_the_ballot_stays(
    alder: Node, clock: Clock, browse: Browse
) -> None:
    await allow(alder)
    slug, later = await bring(alder), await bring(alder)
    for name, said in (("ana", "inFavour"), ("ben", "oppose"), ("cleo", "inFavour")):
        await cast(alder, slug, name, said)
        await cast(alder, later, name, said)
    cleo = await who(alder, "cleo")

    await alder.write(leaving.leave, cleo)
    assert sorted(row.member or "" for row in await moot.rows(alder, open_ballot))[:2] == ["", ""]
    await close(alder, clock)

    for one in (slug, later):
        told = await alder.read(opened.lines, one)
        assert [o.handle for o in told] == ["ana", "ben", ""]
        assert told[-1].member is None
        assert (await moot.record_of(alder, one)).outcome == "approved"
    page = await (await browse(alder, "ana")).get(f"/d/{(await moot.record_of(alder, slug)).slug}")
    assert "A former member" in page.text


async def test_a_vote_that_lapses_tells_who_came_too(alder: Node, clock: Clock) -> None:
    await allow(alder)
    slug = await bring(alder, share=Fraction(2, 3))
    await cast(alder, slug, "ana", "inFavour")
    await close(alder, clock)

    assert (await moot.record_of(alder, slug)).outcome == "noDecision"
    assert [one.handle for one in await alder.read(opened.lines, slug)] == ["ana"]


async def test_a_tie_is_voted_on_again_with_empty_boxes(alder: Node, clock: Clock) -> None:
    await allow(alder)
    slug = await bring(alder, method=Method.APPROVAL, options=ROWS, stays=False)
    for name, said in (("ana", {"opt-1": 1}), ("ben", {"opt-2": 1}), ("cleo", {})):
        await cast(alder, slug, name, said)
    await close(alder, clock)

    assert await moot.rows(alder, open_ballot) == []
    assert await moot.rows(alder, line) == []
    assert not any(row.voted for row in await moot.rows(alder, roster))


@SQLITE
async def test_it_is_said_before_one_casts_and_one_finds_ones_own(
    alder: Node, browse: Browse
) -> None:
    await allow(alder)
    slug = await bring(alder, method=Method.SCHULZE, options=ROWS, stays=False)
    ana = await browse(alder, "ana")

    paper = await ana.get(f"/p/{slug}/vote")
    token = {"csrf": re.findall(r'name="csrf" value="([^"]+)"', paper.text)[0]}
    headers = {"origin": alder.origin, "sec-fetch-site": "same-origin"}
    sent = {**token, "m_opt-2": "1", "m_opt-1": "2"}
    review = await ana.client.post(f"/p/{slug}/vote", data=sent, headers=headers)
    done = await ana.client.post(f"/p/{slug}/cast", data=sent, headers=headers)
    again = await ana.get(f"/p/{slug}/vote")
    page = await ana.get(f"/p/{slug}")

    for text in (paper.text, review.text):
        assert "This is an open ballot." in text
    assert "receipt" not in done.text.lower()
    assert re.search(r'name="m_opt-2"[^>]*value="1"', again.text)
    assert "code of your ballot" not in again.text
    assert "See or change my ballot" in page.text


@SQLITE
async def test_the_form_offers_it_only_where_it_is_allowed(alder: Node, browse: Browse) -> None:
    ana = await browse(alder, "ana")
    before = (await ana.get("/p/new?course=usual")).text
    await allow(alder)

    usual = (await ana.get("/p/new?course=usual")).text
    consent = (await ana.get("/p/new?course=consent")).text
    options = (await ana.get("/p/new?course=options")).text

    found = ['name="open"' in page for page in (before, usual, consent, options)]
    assert found[:2] == [False, True]
    assert found[3]
    assert 'name="open" value="yes" checked' not in usual


async def test_what_one_said_openly_is_in_ones_own_download(alder: Node, clock: Clock) -> None:
    await allow(alder)
    slug = await bring(alder)
    for name, said in (("ana", "inFavour"), ("ben", "oppose"), ("cleo", "inFavour")):
        await cast(alder, slug, name, said)
    await close(alder, clock)
    module = next(m for m in alder.registry.modules if m.name == "decisions")

    held = await alder.read(module.export, await who(alder, "ben"))

    assert [one["said"] for one in held["open_ballots"]] == [{"oppose": 1}]


async def test_a_suspended_member_s_ballot_stays_theirs(alder: Node, clock: Clock) -> None:
    await allow(alder)
    slug = await bring(alder)
    for name, said in (("ana", "inFavour"), ("ben", "oppose"), ("cleo", "inFavour")):
        await cast(alder, slug, name, said)
    for name in ("ben", "cleo"):
        await alder.write(accounts.suspend, await who(alder, name))

    await cast(alder, slug, "cleo", "oppose")
    await close(alder, clock)

    told = {one.handle: dict(one.said) for one in await alder.read(opened.lines, slug)}
    assert (told["ben"], told["cleo"]) == ({"oppose": 1}, {"oppose": 1})


async def test_the_run_of_the_clock_changes_nothing_of_what_is_told(
    alder: Node, clock: Clock
) -> None:
    """Counting again, or an old job, neither adds lines nor takes any."""
    await allow(alder)
    slug = await bring(alder)
    for name in ("ana", "ben", "cleo"):
        await cast(alder, slug, name, "inFavour")
    await close(alder, clock)
    before = await moot.rows(alder, line)
    await alder.write(lambda unit: unit.db.execute(update(box).values(closes=box.c.closes)))
    await close(alder, clock)

    assert await moot.rows(alder, line) == before
