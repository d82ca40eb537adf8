"""A proposal on its course: the clock takes it on, gates wait, who leads it may be quicker."""

import json
from datetime import timedelta
from typing import Any

import pytest

from node.kernel.errors import Conflict, Invalid, Refused
from node.kernel.node import Node
from node.kernel.tables import letter, log_words
from node.kernel.unit import Unit
from node.modules.decisions import api as decisions
from node.modules.decisions.api import Method
from node.modules.proposals import changing, moves, queries, stepping
from node.modules.proposals.pipeline import State, Who
from node.modules.proposals.tables import proposal
from node.modules.proposals.views import view
from node.modules.proposals.wording import Words
from tests.conftest import Clock, settle
from tests.modules import moot
from tests.modules.moot import at, ids
from vocab import html

CONSENT: dict[str, Any] = {"course": "consent"}
AMONG: dict[str, Any] = {"course": "options", "method": Method.APPROVAL}
AGREEMENT: dict[str, Any] = {"course": "agreement", "method": Method.SUPERMAJORITY}


@pytest.fixture
async def alder(make_node: Any) -> Node:
    node: Node = await make_node("alder", modules=moot.MODULES)
    await moot.people(node, "ana", "ben", "cleo")
    return node


async def stage(node: Node, slug: str) -> str:
    return (await at(node, slug))[0].stage


async def test_the_clock_takes_a_change_of_an_agreement_through_its_21_days(
    alder: Node, clock: Clock
) -> None:
    people = await ids(alder)
    slug = await moot.bring(alder, people["ana"], reach="public", **AGREEMENT)
    await alder.write(stepping.came, slug, {"facts": 1})
    begun, seen = clock(), []

    for _day in range(22):
        await settle(alder)
        if (now := await stage(alder, slug)) not in seen:
            seen.append(now)
        if now == "voting" and len(seen) == 3:
            ballots = [(member, "inFavour") for member in people.values()]
            await moot.vote(alder, slug, ballots)
            seen.append("cast")
        clock.advance(days=1)

    assert seen == ["researching", "deliberating", "voting", "cast", "decided"]
    found, _ = await at(alder, slug)
    times = dict(found.history)
    days = {s: (alder.now().fromisoformat(t) - begun).days for s, t in times.items()}
    assert days == {"presented": 0, "researching": 0, "deliberating": 5, "voting": 14,
                    "decided": 21}  # fmt: skip
    logged = [row.words for row in await moot.rows(alder, log_words)]
    assert [w for w in logged if w in days] == ["deliberating", "voting", "decided"]
    told = [json.loads(row.body)["object"]["stage"] for row in await moot.rows(alder, letter)]
    assert told == ["researching", "deliberating", "voting"]


async def test_what_a_course_fixes_is_not_asked_of_the_form(alder: Node, clock: Clock) -> None:
    ana = (await ids(alder))["ana"]

    slug = await moot.bring(
        alder, ana, opens=clock() + timedelta(days=1), counts=True, review_months=1, **AGREEMENT
    )

    _, made = await at(alder, slug)
    assert (made.opens, made.counts, made.review_months) == (
        clock() + timedelta(days=14), False, 12,
    )  # fmt: skip
    assert (made.settings or {})["cooling"] == 7
    with pytest.raises(Invalid) as refused:
        await moot.bring(alder, ana, course="agreement", method=Method.CONSENT)
    assert set(refused.value.fields) == {"method"}


async def test_a_gate_waits_goes_back_once_and_then_lapses(alder: Node, clock: Clock) -> None:
    ana = (await ids(alder))["ana"]
    slug = await moot.bring(alder, ana, **AMONG)

    clock.advance(days=3)
    await settle(alder)
    assert await stage(alder, slug) == "formingPositions"
    clock.advance(days=16)
    await settle(alder)
    found, made = await at(alder, slug)
    assert (found.stage, stepping.lacks(found, made)) == (
        "formingPositions", ["At least two options have to be written down."],
    )  # fmt: skip
    clock.advance(days=1)
    await settle(alder)
    found, made = await at(alder, slug)
    assert (found.stage, made.side) == ("researching", "sentBack")
    for days in (3, 3, 14):
        clock.advance(days=days)
        await settle(alder)

    found, made = await at(alder, slug)
    assert (found.stage, made.side) == ("ended", "lapsed")


async def test_a_node_that_was_off_takes_nobodys_days(alder: Node, clock: Clock) -> None:
    """What nobody could do or say while it was off is waited for again."""
    ana = (await ids(alder))["ana"]
    slug = await moot.bring(alder, ana, course="role", method=Method.APPROVAL)
    begun = clock()
    usual = await moot.bring(
        alder, ana, opens=begun + timedelta(days=2), closes=begun + timedelta(days=9)
    )
    clock.advance(days=60)
    await settle(alder)

    found, made = await at(alder, slug)
    assert (found.stage, made.side) == ("formingPositions", None)
    box = await alder.read(decisions.box_of, usual)
    assert box is not None
    assert (box.extended, box.closes) == (False, clock() + timedelta(days=7))
    assert (await at(alder, usual))[0].voting_ends == box.closes
    clock.advance(days=13)
    await settle(alder)
    assert await stage(alder, slug) == "formingPositions"
    clock.advance(days=1)
    await settle(alder)
    assert await stage(alder, slug) == "ended"


async def test_what_a_gate_waited_for_lets_it_go_on(alder: Node, clock: Clock) -> None:
    people = await ids(alder)
    slug = await moot.bring(alder, people["ana"], **AMONG)
    for days in (3, 4):
        clock.advance(days=days)
        await settle(alder)

    for name, who in (("In the yard", "ben"), ("In the cellar", "cleo")):
        await alder.write(changing.add_option, slug, people[who], (name, ""), None)
    await settle(alder)

    found, _ = await at(alder, slug)
    assert found.stage == "deliberating"
    assert [one.name for one in found.options] == [
        "In the yard", "In the cellar", "Keep it as it is",
    ]  # fmt: skip
    with pytest.raises(Conflict):
        await alder.write(changing.add_option, slug, people["ben"], ("On the roof", ""), None)
    clock.advance(days=4)
    await settle(alder)
    found, made = await at(alder, slug)
    assert len(stepping.lacks(found, made)) == 2
    await alder.write(stepping.came, slug, {"facts": 1})
    await settle(alder)
    assert await stage(alder, slug) == "deliberating"
    await alder.write(stepping.came, slug, {"minds": 1})
    await settle(alder)
    box = await alder.read(decisions.box_of, slug)
    assert box is not None
    assert [one.name for one in box.options] == [one.name for one in found.options]


async def test_an_option_costs_something_where_money_is_shared_out(alder: Node) -> None:
    people = await ids(alder)
    more = {"course": "budget", "method": Method.KNAPSACK, "settings": {"budget": 100}}
    slug = await moot.bring(alder, people["ana"], **more)

    await alder.write(changing.add_option, slug, people["ben"], ("A saw", "Sharp"), 40)
    with pytest.raises(Invalid) as dear:
        await alder.write(changing.add_option, slug, people["ben"], ("A house", ""), 101)
    with pytest.raises(Invalid) as twice:
        await alder.write(changing.add_option, slug, people["cleo"], ("a  saw", ""), 40)
    await alder.write(changing.add_option, slug, people["cleo"], ("A plane", ""), 60)

    assert (set(dear.value.fields), set(twice.value.fields)) == ({"cost"}, {"option"})
    found, made = await at(alder, slug)
    assert [(o.name, o.tradeoff) for o in found.options] == [
        ("A saw", "Sharp It costs 40."), ("A plane", "It costs 60."),
    ]  # fmt: skip
    assert (made.settings or {})["costs"] == {"opt-1": 40, "opt-2": 60}


async def test_who_leads_it_may_be_quicker_where_the_course_lets_them(
    alder: Node, clock: Clock
) -> None:
    people = await ids(alder)
    slow = await moot.bring(alder, people["ana"], **AGREEMENT)
    quick = await moot.bring(alder, people["ana"], **CONSENT)
    with pytest.raises(Conflict) as gate:
        await alder.write(stepping.by_hand, quick, people["ana"])
    assert gate.value.code == "E_GATE"
    await alder.write(stepping.came, quick, {"rounds": 1})

    with pytest.raises(Conflict) as early:
        await alder.write(stepping.by_hand, slow, people["ana"])
    with pytest.raises(Refused) as theirs:
        await alder.write(stepping.by_hand, quick, people["ben"])
    with pytest.raises(Refused):
        await alder.write(stepping.ask_to_lead, quick, people["ben"], "ben")
    with pytest.raises(Invalid):
        await alder.write(stepping.ask_to_lead, quick, people["ana"], "nobody")
    await alder.write(stepping.ask_to_lead, quick, people["ana"], "@ben")
    with pytest.raises(Refused):
        await alder.write(stepping.by_hand, quick, people["ana"])
    await alder.write(stepping.by_hand, quick, people["ben"])

    assert (early.value.code, theirs.value.code) == ("E_EARLY", "E_NOT_YOURS")
    assert (await stage(alder, slow), await stage(alder, quick)) == ("researching", "voting")
    found, _ = await at(alder, quick)
    assert found.voting_ends == clock() + timedelta(days=3)
    with pytest.raises(Conflict) as over:
        await alder.write(stepping.by_hand, quick, people["ben"])
    assert over.value.code == "E_STAGE"


async def test_every_version_is_kept(alder: Node, clock: Clock) -> None:
    ana = (await ids(alder))["ana"]
    slug = await moot.bring(alder, ana, **CONSENT)
    words = Words(title="Open on Mondays", text="All day.", method=Method.CONSENT)

    await alder.write(changing.change, slug, ana, words)

    found, _ = await at(alder, slug)
    (before,) = await alder.read(queries.versions, found.id)
    assert (before.number, before.name, before.at) == (1, "Open the workshop on Sundays", clock())
    other = Words(title="x", text="y", method=Method.MAJORITY)
    with pytest.raises(Invalid):
        await alder.write(changing.change, slug, ana, other)
    assert len(await alder.read(queries.versions, found.id)) == 1


async def test_a_course_is_chosen_on_a_page_and_asks_for_no_more(
    alder: Node, browse: Any, clock: Clock
) -> None:
    ana = await browse(alder, "ana")

    choice = await ana.get("/p/new")
    assert all(f"?course={name}" in choice.text for name in ("usual", "agreement", "emergency"))
    form = await ana.get("/p/new?course=agreement")
    assert 'name="closes"' not in form.text
    said = {"title": "Quiet after ten", "text": "In the yard.", "reach": "community",
            "problem": "Three do not sleep.", "affected": "Who lives at the yard"}  # fmt: skip
    page = await ana.post("/p/new", said, form="/p/new?course=agreement")
    assert page.url.path.startswith("/p/")
    assert "We look at the facts" in page.text
    assert "At least one fact has to be written down." in page.text

    wrong = await ana.post("/p/new", {**said, "title": ""}, form="/p/new?course=options")
    assert (wrong.status_code, "Choose among options" in wrong.text) == (422, True)
    more = {"method": "approvalVoting", "option_1": "One"}
    page = await ana.post("/p/new", {**said, **more}, form="/p/new?course=options")
    slug = page.url.path.rpartition("/")[2]
    assert "What is missing" not in page.text, "nothing is needed of the first step"
    clock.advance(days=3)
    page = await ana.get(f"/p/{slug}")
    assert "At least two options" in page.text
    wrong = await ana.post(f"/p/{slug}/option", {"option": "one"})
    assert (wrong.status_code, "stands there already" in wrong.text) == (422, True)
    page = await ana.post(f"/p/{slug}/option", {"option": "Two", "words": "Better"})
    assert "It is written down" in page.text
    page = await ana.post(f"/p/{slug}/lead", {"lead": "ben"})
    assert "Led by" in page.text
    change = {**said, "title": "Other words", "text": "New.", "method": "approvalVoting",
              "option_1": "One", "option_2": "Three"}  # fmt: skip
    page = await ana.post(f"/p/{slug}/change", change)
    told = await ana.get(f"/p/{slug}/versions")
    assert "<del>In the yard.</del>" in told.text
    assert "<ins>New.</ins>" in told.text
    assert (await ana.get("/p/new?course=nonsense")).text.count("?course=") > 5


WHY = {"problem": "Three do not sleep.", "affected": "The children <b>too</b>"}
QUIET = {"title": "Quiet after ten", "text": "In the yard.", "reach": "public"}


@pytest.mark.parametrize("course", ["options", "agreement", "budget"])
async def test_where_facts_come_first_the_problem_is_asked_for(
    alder: Node, browse: Any, course: str
) -> None:
    ana, form = await browse(alder, "ana"), f"/p/new?course={course}"
    way = {"options": "approvalVoting", "budget": "knapsackBudget"}.get(course, "")
    said = {**QUIET, "method": way, "budget": "100"}

    wrong = await ana.post("/p/new", said, form=form)
    assert wrong.status_code == 422
    assert await moot.rows(alder, proposal) == []
    assert all(f'id="f-{name}' in wrong.text for name in WHY)
    page = await ana.post("/p/new", {**said, **WHY}, form=form)

    assert page.url.path.startswith("/p/")
    (row,) = await moot.rows(alder, proposal)
    assert row.content.index("<h3>What is the problem?</h3><p>Three") < row.content.index(
        "<h3>What is proposed?</h3><p>In the yard.</p>"
    )
    assert "<h3>Who is affected?</h3><p>The children &lt;b&gt;too" in row.content
    assert page.text.index("Three do not sleep.") < page.text.index("In the yard.")


async def test_our_usual_way_leaves_it_free_and_changes_keep_what_was_said(
    alder: Node, browse: Any, clock: Clock
) -> None:
    ana = await browse(alder, "ana")
    usual = {**QUIET, "method": "consent", "share": "1/2", "months": "6",
             "opens": "2026-11-24 20:00", "closes": "2026-11-28 20:00"}  # fmt: skip

    plain = await ana.post("/p/new", usual, form="/p/new?course=usual")
    (row,) = await moot.rows(alder, proposal)
    assert row.content == "<p>In the yard.</p>"
    path = plain.url.path
    await ana.post(f"{path}/change", {**QUIET, **WHY, "method": "consent"})
    filled = await ana.get(f"{path}/change")
    assert "Three do not sleep.</textarea>" in filled.text
    other = {**WHY, "problem": "Four do not sleep.", "affected": ""}
    await ana.post(f"{path}/change", {**QUIET, **other, "method": "consent"})

    found, made = await at(alder, path.rpartition("/")[2])
    assert (made.problem, made.affected) == ("Four do not sleep.", None)
    assert "Who is affected?" not in found.content
    kept = await alder.read(queries.versions, found.id)
    assert [one.problem for one in kept] == [None, "Three do not sleep."]
    told = (await ana.get(f"{path}/versions")).text
    assert "<del>Three do not sleep.</del>" in told
    assert "<ins>Four do not sleep.</ins>" in told


async def test_an_amendment_leaves_the_problem_as_it_was_said(alder: Node, clock: Clock) -> None:
    ana = (await ids(alder))["ana"]
    slug = await moot.bring(alder, ana, opens=clock() + timedelta(days=3), **WHY)

    await alder.write(changing.reword, slug, ana, "Other words.")
    with pytest.raises(Refused):
        await alder.write(changing.reword, slug, (await ids(alder))["ben"], "Mine.")

    found, made = await at(alder, slug)
    assert (made.problem, made.text) == (WHY["problem"], "Other words.")
    assert html.clean(found.content) == found.content, "or its vote could not be closed"
    assert found.content.endswith("<h3>What is proposed?</h3><p>Other words.</p>")
    assert "Three do not sleep." in found.content


async def test_no_step_is_taken_that_the_table_does_not_have(alder: Node, clock: Clock) -> None:
    """What the wire lets other communities do is more than what ours may."""
    people = await ids(alder)
    slug = await moot.bring(alder, people["ana"], **AMONG)

    async def refused(stage: str, **how: Any) -> None:
        found, made = await at(alder, slug)

        def step(unit: Unit) -> None:
            moves.move(unit, found, stage, sent=False, **how)

        with pytest.raises(Conflict, match="E_STAGE"):
            await alder.write(step)
        after, kept = await at(alder, slug)
        assert (after, kept) == (found, made)

    await refused("voting", by=Who.MEMBERS)
    await refused("voting")
    await refused("withdrawn", by=Who.CLOCK)
    await refused("formingPositions", by=Who.LEAD, side=State.SENT_BACK)
    await alder.write(changing.add_option, slug, people["ben"], ("Tea", ""), None)
    await alder.write(changing.add_option, slug, people["ben"], ("Soup", ""), None)
    await alder.write(stepping.came, slug, {"facts": 1, "minds": 1})
    for days in (3, 3, 4):
        clock.advance(days=days)
        await settle(alder)
    assert await stage(alder, slug) == "voting"
    await refused("deliberating", by=Who.MEMBERS, side=State.CHALLENGED)
    await refused("withdrawn", by=Who.AUTHOR)
    await refused("decided", by=Who.CLOCK)


async def test_what_was_sent_back_goes_on_as_before_and_not_back_twice(
    alder: Node, clock: Clock
) -> None:
    slug = await moot.bring(alder, (await ids(alder))["ana"], **AMONG)
    clock.advance(days=3)
    await settle(alder)
    for days in (16, 1):
        clock.advance(days=days)
        await settle(alder)
    back = await alder.read(view, slug, moot.inside(alder))
    assert (back.state, back.goes_back) == (State.SENT_BACK, False)

    clock.advance(days=3)
    await settle(alder)

    on = await alder.read(view, slug, moot.inside(alder))
    assert (on.state, on.goes_back) == (State.OPTIONS, False)
