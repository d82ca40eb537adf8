"""Votes by every method, from the form to the record: shapes, changes, quorum, ties, stakes."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import update

from node.kernel.errors import Conflict, Invalid, Refused
from node.kernel.node import Node
from node.modules.accounts import api as accounts
from node.modules.accounts.tables import member as member_table
from node.modules.decisions import api as decisions
from node.modules.decisions import queries, recounting
from node.modules.decisions.api import Method
from node.modules.decisions.methods import lots
from node.modules.decisions.tables import audit, ballot, roster
from node.modules.proposals import queries as proposals
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


async def ids(node: Node) -> list[str]:
    return [m.id for m in await node.read(accounts.members)]


async def bring(node: Node, method: Method, **more: Any) -> str:
    settings = {"extends": False, **more.pop("settings", {})}
    values = {"options": ROWS, "stays": False, **more}
    return await moot.bring(node, (await ids(node))[0], method=method, settings=settings, **values)


async def counted(
    node: Node, clock: Clock, slug: str, ballots: Sequence[Mapping[str, int] | str]
) -> queries.Record:
    for who, said in zip(await ids(node), ballots, strict=False):
        await node.write(decisions.cast, slug, who, said)
    clock.advance(days=8)
    await settle(node)
    return await moot.record_of(node, slug)


def key(record: queries.Record) -> str:
    return decisions.key(record.document.get("chosenOption"))


def order(*keys: int) -> dict[str, int]:
    return {f"opt-{n}": place for place, n in enumerate(keys, 1)}


A, B, C = "opt-1", "opt-2", "opt-3"
MONEY = {"budget": 100, "costs": (60, 50, 40)}
WAYS: tuple[tuple[Method, Sequence[Mapping[str, int]], dict[str, Any], str], ...] = (
    (Method.APPROVAL, [{A: 1, B: 1}, {B: 1}, {C: 1}, {}], {}, "opt-2"),
    (Method.SCORE, [{A: 5, B: 4}, {B: 4}, {C: 5}, {A: 0}], {}, "opt-2"),
    (Method.MEDIAN, [{A: 5}, {B: 3, A: 1}, {B: 3, C: 2}, {}], {}, "opt-2"),
    (Method.STAR, [{A: 5, B: 4}, {B: 5, A: 1}, {B: 3}, {}], {}, "opt-2"),
    (Method.RUNOFF, [order(1), order(2, 1), order(3, 2), order(2)], {}, "opt-2"),
    (Method.SCHULZE, [order(1, 2), order(2), order(2, 3), {}], {}, "opt-2"),
    (Method.RANKED_PAIRS, [order(1, 2), order(2), order(2, 3), {}], {}, "opt-2"),
    (Method.DOTS, [{A: 4, B: 6}, {B: 3}, {C: 8}, {}], {}, "opt-2"),
    (Method.QUADRATIC, [{A: 9}, {B: 6, C: 8}, {B: 8}, {}], {}, "opt-2"),
    (Method.STV, [order(1), order(1, 2), order(2), order(3)], {"seats": 2}, "opt-1 opt-2"),
    (Method.MEEK, [order(1), order(1, 2), order(2), order(3, 2)], {"seats": 2}, "opt-1 opt-2"),
    (Method.KNAPSACK, [{A: 1, C: 1}, {A: 1}, {B: 1, C: 1}, {C: 1}], MONEY, "opt-1 opt-3"),
    (Method.EQUAL_SHARES, [{A: 1}, {A: 1}, {B: 1, C: 1}, {C: 1}], MONEY, "opt-1 opt-3"),
)


@SQLITE
async def test_every_way_among_options_decides(alder: Node, clock: Clock, browse: Browse) -> None:
    reader = await browse(alder, "ana")
    for method, ballots, settings, chosen in WAYS:
        slug = await bring(alder, method, settings=settings)
        paper = await reader.get(f"/p/{slug}/vote")
        assert paper.status_code == 200, method
        record = await counted(alder, clock, slug, ballots)

        name = "scoreVoting" if method is Method.MEDIAN else method.value
        assert (record.outcome, record.document["method"]) == ("approved", name)
        several = [decisions.key(one) for one in record.document["counting"].get("chosen", [])]
        assert " ".join(sorted(several)) or key(record) == chosen, method
        assert (record.document["disclosure"], record.seal) == ("outcomeOnly", "holds")
        assert not {"figures", "pairs", "rounds"} & set(record.document["counting"]), method
        for path in (f"/d/{record.slug}", f"/p/{slug}"):
            assert (await reader.get(path)).status_code == 200, (method, path)


ONE_TEXT = (
    (Method.SUPERMAJORITY, ["inFavour", "inFavour", "oppose"], "approved"),
    (Method.SUPERMAJORITY, ["inFavour", "oppose", "abstain"], "rejected"),
    (Method.CONSENSUS, ["consent", "consent", "abstain"], "approved"),
    (Method.GRADIENTS, ["inFavour", "consentWithReservation", "oppose"], "approved"),
    (Method.SENSE_CHECK, ["inFavour", "inFavour", "oppose"], "noDecision"),
    (Method.ADVICE, ["oppose", "inFavour", "inFavour"], "approved"),
)


@SQLITE
async def test_every_way_on_one_text_decides(alder: Node, clock: Clock, browse: Browse) -> None:
    reader = await browse(alder, "ana")
    for method, ballots, outcome in ONE_TEXT:
        slug = await bring(alder, method, options=None)
        assert (await reader.get(f"/p/{slug}/vote")).status_code == 200, method
        record = await counted(alder, clock, slug, ballots)
        assert (record.outcome, record.seal) == (outcome, "holds"), method
        assert (await reader.get(f"/d/{record.slug}")).status_code == 200, method


NO_VOTE: tuple[tuple[Method, dict[str, Any], str], ...] = (
    (Method.SCHULZE, {"options": None}, "method"),
    (Method.GRADIENTS, {}, "method"),
    (Method.STV, {}, "seats"),
    (Method.STV, {"settings": {"seats": 3}}, "seats"),
    (Method.KNAPSACK, {}, "budget"),
    (Method.KNAPSACK, {"settings": {"budget": 50, "costs": (60, 50, 40)}}, "cost_1"),
    (Method.EQUAL_SHARES, {"settings": {"budget": 50, "costs": (40, 0, 40)}}, "cost_2"),
    (Method.EQUAL_SHARES, {"settings": {"budget": 50, "costs": (40,)}}, "cost_2"),
)


@SQLITE
async def test_a_way_that_lacks_something_is_refused(alder: Node) -> None:
    for method, more, field in NO_VOTE:
        with pytest.raises(Invalid) as refused:
            await bring(alder, method, **more)
        assert set(refused.value.fields) == {field}, (method, more)


@SQLITE
async def test_a_share_has_a_base(alder: Node, clock: Clock) -> None:
    cast = ["inFavour", "inFavour", "abstain", "abstain"]
    for base, outcome in (("decided", "approved"), ("cast", "rejected"), ("eligible", "rejected")):
        slug = await bring(alder, Method.MAJORITY, options=None, settings={"base": base})
        record = await counted(alder, clock, slug, cast)
        assert record.outcome == outcome, base


# On paper -----------------------------------------------------------------------------------


IN_ORDER = ("The yard", "The room", "The arch")


async def send(browser: Browser, path: str, sent: Mapping[str, str]) -> Any:
    """Send a paper from the page of the ballot, whichever step it is for."""
    page = await browser.get(f"{path.rpartition('/')[0]}/vote")
    headers = {"origin": browser.node.origin, "sec-fetch-site": "same-origin"}
    return await browser.client.post(path, data={**token(page.text), **sent}, headers=headers)


def token(page: str) -> dict[str, str]:
    return {"csrf": re.findall(r'name="csrf" value="([^"]+)"', page)[0]}


@SQLITE
async def test_an_order_is_made_by_tapping_looked_at_and_cast(alder: Node, browse: Browse) -> None:
    slug = await bring(alder, Method.SCHULZE)
    ana = await browse(alder, "ana")
    place = f"/p/{slug}/vote"

    page = await ana.post(place, {"move": "opt-3:add"})
    assert "“The room” is now number 1 in your order." in page.text
    page = await ana.post(place, {"m_opt-3": "1", "move": "opt-1:add"})
    page = await ana.post(place, {"m_opt-3": "1", "m_opt-1": "2", "move": "opt-1:up"})
    assert "“The yard” is now number 1 in your order." in page.text
    assert await moot.rows(alder, ballot) == []
    shown = await ana.post(place, {"m_opt-1": "1", "m_opt-3": "2", "go": "order"})
    assert (
        shown.text.index("The yard") < shown.text.index("The room") < shown.text.index("The arch")
    )
    review = await ana.post(place, {"m_opt-1": "1", "m_opt-3": "2"})
    assert "Is this how you vote?" in review.text
    assert "Left out, counts as last" in review.text
    done = await send(ana, f"/p/{slug}/cast", {"m_opt-1": "1", "m_opt-3": "2"})

    assert "Your ballot is in the box" in done.text
    (row,) = await moot.rows(alder, ballot)
    assert (row.position, row.marks) == ("", '{"opt-1":1,"opt-3":2}')


@SQLITE
async def test_no_score_is_given_before_its_voter_gives_it(alder: Node, browse: Browse) -> None:
    slug = await bring(alder, Method.SCORE)
    ana, place = await browse(alder, "ana"), f"/p/{slug}/vote"

    assert " checked" not in (await ana.get(place)).text
    empty = await ana.post(place, {})
    assert "You stand aside" in empty.text
    review = await ana.post(place, {"m_opt-1": "5", "m_opt-2": "0"})
    assert ("5 of 5" in review.text, "0 of 5" in review.text) == (True, True)
    assert "Left out, counts as 0" in review.text
    again = await ana.post(place, {"m_opt-1": "5", "m_opt-2": "0", "change": "yes"})
    assert again.text.count(" checked") == 2
    await send(ana, f"/p/{slug}/cast", {"m_opt-1": "5", "m_opt-2": "0"})

    (row,) = await moot.rows(alder, ballot)
    assert row.marks == '{"opt-1":5,"opt-2":0}'


UNCLEAR: tuple[tuple[Method, dict[str, str], str], ...] = (
    (Method.SCHULZE, {"m_opt-1": "1", "m_opt-2": "1"}, "Give each place once"),
    (Method.SCHULZE, {"m_opt-1": "first"}, "Write whole numbers"),
    (Method.SCORE, {"m_opt-1": "6"}, "higher than the scale"),
    (Method.DOTS, {"m_opt-1": "7", "m_opt-2": "4"}, "more than you have"),
    (Method.QUADRATIC, {"m_opt-1": "9", "m_opt-2": "5"}, "more than you have"),
    (Method.QUADRATIC, {"m_opt-1": "9" * 5000}, "Write whole numbers"),
    (Method.KNAPSACK, {"m_opt-1": "1", "m_opt-2": "1"}, "costs more than there is"),
)


@SQLITE
async def test_a_paper_that_says_nothing_clear_keeps_what_was_written(
    alder: Node, browse: Browse
) -> None:
    ana = await browse(alder, "ana")
    for method, sent, sentence in UNCLEAR:
        settings = MONEY if method is Method.KNAPSACK else {}
        slug = await bring(alder, method, settings=settings)
        for step in ("vote", "cast"):
            page = await send(ana, f"/p/{slug}/{step}", sent)
            assert (page.status_code, sentence in page.text) == (422, True), (method, step)
        if method is Method.DOTS:
            assert 'value="7"' in page.text
            left = await ana.post(f"/p/{slug}/vote", {**sent, "go": "left"})
            assert "1 too many" in left.text

    assert await moot.rows(alder, ballot) == []


@SQLITE
async def test_a_form_asks_for_what_a_way_has_to_know(alder: Node, browse: Browse) -> None:
    ana = await browse(alder, "ana")
    sent = {
        "title": "What do we buy?", "text": "For the yard.", "method": "equalShares",
        "option_1": "A bench", "words_1": "Oak.", "cost_1": "60", "option_2": "A butt",
        "share": "1/2", "months": "6", "reach": "public", "closes": "1 December 2026 20:00",
    }  # fmt: skip
    page = await ana.post("/p/new?course=usual", sent)
    assert (page.status_code, "Say how much there is to spend." in page.text) == (422, True)
    page = await ana.post("/p/new?course=usual", {**sent, "budget": "100"})
    assert "Say what this costs" in page.text
    page = await ana.post("/p/new?course=usual", {**sent, "budget": "100", "cost_2": "50"})

    slug = str(page.url).rpartition("/")[2]
    shown = await alder.read(proposals.by_slug, slug, moot.inside(alder))
    assert shown is not None
    assert [o.tradeoff for o in shown.options] == ["Oak. It costs 60.", "It costs 50."]
    box = await alder.read(decisions.box_of, slug)
    assert box is not None
    assert (box.setup.budget, box.setup.costs) == (100, {"opt-1": 60, "opt-2": 50})


# Another ballot in its place ----------------------------------------------------------------


async def test_the_last_ballot_counts_and_only_its_voter_changes_it(
    alder: Node, clock: Clock
) -> None:
    ana, ben, *_ = await ids(alder)
    slug = await bring(alder, Method.SCHULZE)
    mine = await alder.write(decisions.cast, slug, ana, order(1))
    theirs = await alder.write(decisions.cast, slug, ben, order(2))

    for who, code in ((ana, theirs.code), (ben, mine.code), (ana, "aaaa"), (ana, mine.word)):
        with pytest.raises(Conflict) as refused:
            await alder.write(decisions.cast, slug, who, order(3), code=code)
        assert refused.value.code == "E_VOTED"
    typed = mine.code.upper().replace("-", " ")
    again = await alder.write(decisions.cast, slug, ana, order(2), code=typed)

    assert again == mine
    marks = {row.marks for row in await moot.rows(alder, ballot)}
    assert marks == {'{"opt-2":1}'}
    record = await counted(alder, clock, slug, [])
    assert record.outcome == "noDecision"
    with pytest.raises(Conflict) as refused:
        await alder.write(decisions.cast, slug, ana, order(1), code=mine.code)
    assert refused.value.code == "E_CLOSED"


async def test_nothing_on_this_node_leads_from_a_voter_to_a_ballot(alder: Node) -> None:
    ana, ben, *_ = await ids(alder)
    slug = await bring(alder, Method.SCHULZE)
    got = await alder.write(decisions.cast, slug, ana, order(1))
    await alder.write(decisions.cast, slug, ben, order(2))

    kept = repr([await moot.rows(alder, table) for table in (roster, audit, ballot)])
    assert got.code not in kept
    assert len(got.code.replace("-", "")) == 20  # 100 bits: nobody tries them all
    slots, keys = await moot.rows(alder, roster), await moot.rows(alder, ballot)
    values = {v for row in slots for v in row if isinstance(v, str) and v != slug}
    assert not any(value in repr(keys) for value in values)


# Enough of us -------------------------------------------------------------------------------


async def asleep(node: Node, clock: Clock, *names: str) -> None:
    """Members who were here last a hundred days ago."""
    day = (clock() - timedelta(days=100)).date()
    found = [m.id for m in await node.read(accounts.members) if m.handle in names]
    change = update(member_table).where(member_table.c.account.in_(found)).values(last_seen=day)
    await node.write(lambda unit: unit.db.execute(change))


async def test_those_who_are_away_are_not_in_the_base_of_the_quorum(
    alder: Node, clock: Clock
) -> None:
    await moot.people(alder, "dora", "eli", "finn", "gus")
    await asleep(alder, clock, "eli", "finn", "gus")

    slug = await bring(alder, Method.CONSENT, options=None, share=Fraction(2, 3))

    box = await alder.read(decisions.box_of, slug)
    assert box is not None
    assert (box.eligible, box.active, box.needed) == (8, 5, 4)
    awake = [
        one for name, one in (await moot.ids(alder)).items() if name not in ("eli", "finn", "gus")
    ]
    await moot.vote(alder, slug, [(who, "consent") for who in awake[:4]])
    await alder.write(lambda unit: unit.keep("decisions.active_days", 200))
    other = await alder.read(decisions.box_of, await bring(alder, Method.CONSENT, options=None))
    assert other is not None
    assert (other.eligible, other.active, other.needed) == (8, 8, 4)
    clock.advance(days=7)
    await settle(alder)
    document = (await moot.record_of(alder, slug)).document
    assert (document["outcome"], document["quorum"]["required"]) == ("approved", 4)


async def test_too_few_have_once_more_time_and_then_it_lapses(alder: Node, clock: Clock) -> None:
    ana, ben, cleo, _ = await ids(alder)
    slug = await bring(alder, Method.CONSENT, options=None, settings={"extends": True})
    await alder.write(decisions.cast, slug, ana, "consent")
    clock.advance(days=7)
    await settle(alder)

    box = await alder.read(decisions.box_of, slug)
    assert box is not None
    assert (box.extended, box.closes - clock()) == (True, timedelta(days=7))
    assert await alder.read(decisions.decided_by, slug) is None
    await alder.write(decisions.cast, slug, ben, "consent")
    clock.advance(days=7)
    await settle(alder)

    record = await moot.record_of(alder, slug)
    assert (record.outcome, record.document["electorate"]["participated"]) == ("noDecision", 2)
    enough = await bring(alder, Method.CONSENT, options=None, settings={"extends": True})
    await moot.vote(alder, enough, [(who, "consent") for who in (ana, ben, cleo)])
    clock.advance(days=7)
    await settle(alder)
    assert (await moot.record_of(alder, enough)).outcome == "approved"


async def test_who_has_a_stake_stays_out_and_out_of_the_base(
    alder: Node, clock: Clock, browse: Browse
) -> None:
    ana, ben, cleo, keeper = await ids(alder)
    slug = await bring(alder, Method.MAJORITY, options=None, settings={"base": "eligible"})
    browser = await browse(alder, "ana")
    page = await browser.post(f"/p/{slug}/aside", {}, form=f"/p/{slug}/vote")
    assert "It goes on without you." in page.text

    with pytest.raises(Refused) as refused:
        await alder.write(decisions.cast, slug, ana, "inFavour")
    assert refused.value.code == "E_RECUSED"
    await moot.vote(alder, slug, [(ben, "inFavour"), (cleo, "inFavour"), (keeper, "oppose")])
    with pytest.raises(Conflict):
        await alder.write(decisions.recuse, slug, ben)
    record = await counted(alder, clock, slug, [])

    assert record.outcome == "approved"  # two of three; of four it would be a tie
    assert record.document["electorate"]["eligible"] == 3
    assert "1 stayed out because they have a stake in it." in record.document["content"]
    assert "ana" not in record.document["content"]


# Where options are equal --------------------------------------------------------------------


async def test_a_tie_is_voted_on_again_and_then_the_lot_decides(alder: Node, clock: Clock) -> None:
    members = await ids(alder)
    slug = await bring(alder, Method.APPROVAL)
    promised = await alder.read(decisions.box_of, slug)
    for who, said in zip(members, ({A: 1}, {A: 1}, {B: 1}, {B: 1}), strict=True):
        await alder.write(decisions.cast, slug, who, said)
    clock.advance(days=7)
    await settle(alder)

    box = await alder.read(decisions.box_of, slug)
    assert box is not None
    assert (box.run_off, box.keys, box.closes - clock()) == ([A, B], (A, B), timedelta(days=2))
    assert await moot.rows(alder, ballot) == []
    with pytest.raises(Invalid):
        await alder.write(decisions.cast, slug, members[0], {C: 1})
    for who, said in zip(members, ({A: 1}, {A: 1}, {B: 1}, {B: 1}), strict=True):
        await alder.write(decisions.cast, slug, who, said)
    clock.advance(days=2)
    await settle(alder)

    record, box = await moot.record_of(alder, slug), await alder.read(decisions.box_of, slug)
    assert box is not None
    assert promised is not None
    assert lots.kept(box.lot_word or "", promised.lot or "")
    seed = lots.seed([record.document["counting"]["lot"]], record.document["auditCommitment"])
    assert key(record) == lots.order((A, B), seed)[0]
    assert "The lot chose" in record.document["content"]


async def test_a_tie_with_keeping_it_changes_nothing(alder: Node, clock: Clock) -> None:
    slug = await bring(alder, Method.APPROVAL, stays=True)

    record = await counted(alder, clock, slug, [{A: 1}, {A: 1}, {"opt-0": 1}, {"opt-0": 1}])

    assert (record.outcome, key(record)) == ("rejected", "opt-0")


# Elsewhere ----------------------------------------------------------------------------------


@SQLITE
async def test_another_community_counts_the_figures_again(
    alder: Node, make_node: Any, clock: Clock, browse: Browse
) -> None:
    birch: Node = await make_node("birch", modules=moot.MODULES)
    await moot.people(birch, "bo")
    await moot.follow(birch, alder)
    await moot.people(alder, *(f"m{n}" for n in range(12)))
    slug = await bring(alder, Method.SCHULZE, counts=True, reach="public")
    ballots = [order(1, 2, 3)] * 5 + [order(2, 3, 1)] * 6 + [order(3, 1, 2)] * 5
    record = await counted(alder, clock, slug, ballots)
    await alder.write(decisions.settle, record.id, "public", by="x")
    await settle(alder, birch)

    there = await birch.read(queries.any_record, record.id)
    assert there is not None
    assert (there.seal, there.document["disclosure"]) == ("holds", "full")
    assert len(there.document["counting"]["pairs"]) == 6
    assert recounting.agrees(there.document) is True
    bo = await browse(birch, "bo")
    page = await bo.get(f"/decisions/elsewhere/{there.slug}")
    assert "Counted again from these figures on this node: the outcome is the same." in page.text
    forged = {**there.document, "chosenOption": f"{there.document['decides']}#opt-1"}
    assert recounting.agrees(forged) is (key(record) == A)
