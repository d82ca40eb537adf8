"""Alder, Birch and Cedar decide together, each by another method; and what is refused."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from node.kernel.errors import Conflict, Invalid, Problem, Refused
from node.kernel.node import Node
from node.modules.accounts import api as accounts
from node.modules.decisions import api as decisions
from node.modules.decisions.tables import record
from node.modules.joint import acting, jobs, queries, rules
from node.modules.joint.objects import JointProcess
from node.modules.joint.queries import Process
from node.modules.joint.showing import view
from node.modules.joint.tables import process as process_table
from node.modules.joint.tables import vote
from node.modules.proposals import changing, wording
from tests.conftest import Clock, Wire, settle
from tests.modules import moot
from tests.modules.together import (
    METHODS,
    YES,
    Kind,
    Rule,
    all_of,
    at,
    ballots,
    decide,
    invite,
    outcomes,
    over,
    plan,
    take_part,
    towns,
)
from vocab import wire as wires
from vocab.types import Update


@pytest.fixture
async def three(make_node: Any) -> list[Node]:
    return await towns(make_node)


async def told(node: Node, one: Process) -> Any:
    """Who says what, as the page of a node has it."""
    slug, me = (await at(node, one)).slug, node.community.id
    return (await node.read(view, slug, moot.inside(node), me, node.now())).rows


# Together -------------------------------------------------------------------------------------


async def test_three_communities_decide_each_by_its_own_method(
    three: list[Node], clock: Clock, wire: Wire
) -> None:
    one = await decide(three, clock, "yyn", kind=Kind.SHARE, threshold=(2, 3))
    assert await outcomes(three, one) == [None, None, None]
    await over(three, clock)

    assert await outcomes(three, one) == ["approved"] * 3
    # each answered to Alder alone, and still all are told the same of all
    rows = [[(row.name, row.answer, row.voice) for row in await told(node, one)] for node in three]
    assert rows[0] == rows[1] == rows[2]
    assert [answer for _, answer, _ in rows[0]] == [
        "Invites the others",
        "Takes part",
        "Takes part",
    ]
    assert {(await at(node, one)).concluded for node in three} == {
        (await at(three[0], one)).concluded
    }
    assert [(await at(node, one)).state for node in three] == ["concluded"] * 3
    for node in three:
        known = await moot.rows(node, record)
        assert sum("concludes" in json.loads(each.document) for each in known) == 1
    methods = []
    for node in three:
        mine = await node.read(decisions.any_record, str((await at(node, one)).ballot))
        assert mine is not None
        assert mine.document["subjectDigest"] == one.document["subjectDigest"]
        assert mine.holds is (mine.outcome == "approved")
        methods.append((mine.document["method"], mine.document["ballot"]))
    assert methods == [("consent", "approve"), ("majority", "approve"), ("scoreVoting", "reject")]
    assert b"Sundays." not in moot.crossed(wire)


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("words", "rule", "comes"),
    [
        ("yyy", {"kind": Kind.ALL}, "approved"),
        ("yy-", {"kind": Kind.ALL}, "approved"),
        ("nyy", {}, "blocked"),
        ("nyy", {"veto": False}, "approved"),
        ("ynn", {}, "rejected"),
        ("ynn", {"kind": Kind.WEIGHTED, "weighting": decisions.Weighting.TABLE,
                 "table": (7, 2, 1)}, "approved"),
        ("yny", {"kind": Kind.SOME, "threshold": (2, 3)}, "approved"),
        ("yyy", {"kind": Kind.WEIGHTED, "weighting": decisions.Weighting.MEMBERS}, "approved"),
    ],
)  # fmt: skip
async def test_every_rule_comes_to_the_same_everywhere(
    three: list[Node], clock: Clock, words: str, rule: dict[str, Any], comes: str
) -> None:
    if "table" in rule:
        ids = [node.community.id for node in three]
        rule = {**rule, "table": dict(zip(ids, rule["table"], strict=True))}
    one = await decide(three, clock, words, **rule)
    await over(three, clock)

    taking = [node for node, word in zip(three, words, strict=True) if word != "-"]
    assert await outcomes(taking, one) == [comes] * len(taking)


@pytest.mark.sqlite
async def test_what_is_silent_is_no_yes_and_too_few_decide_nothing(
    three: list[Node], clock: Clock
) -> None:
    one = await invite(three, least=3)
    for node, method in zip(three[1:], METHODS[1:], strict=True):
        await take_part(node, one, method)
    await settle(*three)
    await ballots(three[0], str(one.proposal), YES[METHODS[0]])
    await over(three, clock, days=8)
    await over(three, clock)

    assert await outcomes(three, one) == ["noDecision"] * 3
    assert (await at(three[1], one)).state == "failed"
    for node in three:
        said = [row.answer for row in await told(node, one)]
        assert said == ["Invites the others", "Takes part", "Takes part"]
    mine = await three[0].read(decisions.any_record, str((await at(three[0], one)).ballot))
    assert mine is not None
    assert mine.in_force is None


@pytest.mark.sqlite
async def test_who_leaves_has_said_nothing(three: list[Node], clock: Clock) -> None:
    one = await decide(three, clock, "nyy", veto=False)
    keeper = await moot.keeper(three[2])
    await three[2].write(acting.leave, one.id, keeper)
    await settle(*three)
    await over(three, clock)

    assert await outcomes(three, one) == ["rejected"] * 3
    found = await three[0].read(decisions.any_record, str((await at(three[0], one)).concluded))
    assert found is not None
    assert found.document["silent"] == [three[2].community.id]
    with pytest.raises(Conflict):
        await three[1].write(acting.leave, one.id, await moot.keeper(three[1]))


@pytest.mark.sqlite
async def test_who_was_away_until_after_the_end_is_late(three: list[Node], clock: Clock) -> None:
    one = await invite(three)
    slugs = [await take_part(n, one, m) for n, m in zip(three[1:], METHODS[1:], strict=True)]
    await settle(*three)
    for node, slug, method in zip(three, [one.proposal, *slugs], METHODS, strict=True):
        await ballots(node, str(slug), YES[method])
    clock.advance(days=8)
    await settle(*three[:2])
    clock.advance(days=8)
    for node in three[:2]:
        await jobs.sweep(node)
    await settle(*three[:2])
    await over(three, clock, days=1)

    assert await outcomes(three, one) == ["approved"] * 3
    found = await three[0].read(decisions.any_record, str((await at(three[0], one)).concluded))
    assert found is not None
    assert found.document["silent"] == [three[2].community.id]
    for node in three:
        seen = await node.read(queries.case_of, await at(node, one))
        late = [v for v in seen.votes if v.community == three[2].community.id]
        assert [rules.standing(seen, v) for v in late] == [rules.Standing.LATE]


# Asked, and not asked --------------------------------------------------------------------------


@pytest.mark.sqlite
async def test_what_is_decided_together_keeps_its_words(three: list[Node]) -> None:
    first = three[0]
    ana = (await first.read(accounts.members))[0].id
    opens = first.now() + timedelta(days=1)
    slug = await moot.bring(first, ana, reach="public", opens=opens)
    await first.write(acting.begin, ana, slug, plan(three), once="x")
    words = wording.Words(title="Other", text="Other", method=decisions.Method.CONSENT)
    with pytest.raises(Conflict) as refused:
        await first.write(changing.change, slug, ana, words)
    assert refused.value.code == "E_STAGE"
    with pytest.raises(Conflict):
        await first.write(acting.begin, ana, slug, plan(three), once="y")


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("brought", "changed", "code"),
    [
        ({"reach": "community"}, {}, "E_REACH"),
        ({"reach": "public", "method": decisions.Method.MAJORITY,
          "options": [("A", ""), ("B", "")]}, {}, "E_OPTIONS"),
        ({"reach": "public"}, {"invited": []}, "invited"),
        ({"reach": "public"}, {"invited": ["https://nobody.test/c/nobody"]}, "invited"),
        ({"reach": "public"}, {"rule": Rule(kind=Kind.MAJORITY, least=4)}, "least"),
        ({"reach": "public"}, {"rule": Rule(kind=Kind.SOME, threshold=(4, 4))}, "needed"),
        ({"reach": "public"}, {"ends": timedelta(days=3)}, "ends"),
        ({"reach": "public"}, {"ends": timedelta(days=5)}, "ends"),
        ({"reach": "public"}, {"ends": timedelta(days=500)}, "ends"),
        ({"reach": "public"}, {"answer_by": timedelta(hours=3)}, "answer_by"),
    ],
)  # fmt: skip
async def test_what_can_not_be_decided_together_is_not(
    three: list[Node], brought: dict[str, Any], changed: dict[str, Any], code: str
) -> None:
    first = three[0]
    ana = (await first.read(accounts.members))[0].id
    slug = await moot.bring(first, ana, **brought)
    times = {k: first.now() + v for k, v in changed.items() if isinstance(v, timedelta)}

    wrong = replace(plan(three), **{**changed, **times})
    with pytest.raises((Invalid, Refused)) as refused:
        await first.write(acting.begin, ana, slug, wrong, once="x")

    given = refused.value.fields if isinstance(refused.value, Invalid) else refused.value.code
    assert code in given
    assert await all_of(first) == []


@pytest.mark.sqlite
async def test_only_who_brought_it_or_a_keeper_invites_and_only_keepers_decline(
    three: list[Node],
) -> None:
    first = three[0]
    members = {m.handle: m.id for m in await first.read(accounts.members)}
    slug = await moot.bring(first, members["ana"], reach="public")
    with pytest.raises(Refused) as refused:
        await first.write(acting.begin, members["ben"], slug, plan(three), once="x")
    assert refused.value.code == "E_NOT_YOURS"

    one = await invite(three)
    there = {m.handle: m.id for m in await three[1].read(accounts.members)}
    for step in (acting.decline, acting.leave):
        with pytest.raises(Problem):
            await three[1].write(step, one.id, there["ben"])
    with pytest.raises(Problem):
        await three[1].write(acting.cancel, one.id, await moot.keeper(three[1]))


@pytest.mark.sqlite
async def test_nobody_answers_after_the_day_or_twice(three: list[Node], clock: Clock) -> None:
    one = await invite(three)
    slug = await take_part(three[1], one, METHODS[1])
    assert await take_part(three[1], one, METHODS[1]) == slug
    await settle(*three)
    clock.advance(days=4)
    with pytest.raises(Conflict):
        await take_part(three[2], one, METHODS[2])
    await settle(*three)

    assert (await at(three[0], one)).participants == [n.community.id for n in three[:2]]
    assert (await at(three[0], one)).state == "open"


@pytest.mark.sqlite
async def test_an_invitation_nobody_takes_fails_and_one_can_be_taken_back(
    three: list[Node], clock: Clock
) -> None:
    one = await invite(three)
    for node in three[1:]:
        await node.write(acting.decline, one.id, await moot.keeper(node))
    await settle(*three)
    assert [(await at(node, one)).state for node in three] == ["failed"] * 3

    two = await invite(three)
    again = next(p for p in await all_of(three[0]) if p.id != one.id)
    await three[0].write(acting.cancel, again.id, await moot.keeper(three[0]))
    await settle(*three)
    assert two is not None
    assert (await at(three[1], again)).state == "cancelled"
    with pytest.raises(Conflict):
        await take_part(three[1], again, METHODS[1])


# What the convener may not -------------------------------------------------------------------


def forged(node: Node, one: Process, **changes: Any) -> Callable[[Any], None]:
    """The convener sends an Update of its process with something changed."""

    def send(unit: Any) -> None:
        us = accounts.community_account(unit.db)
        held = {k: v for k, v in one.document.items() if k != "proof"}
        now_is = {"revision": 9, "updated": "2026-11-22T10:00:00Z", "lifecycle": "open"}
        value = wires.load({**held, **now_is, **changes}, unit.registry.types)
        document = decisions.signed(unit, us, value)
        told = wires.load(document, unit.registry.types)
        assert isinstance(told, JointProcess)
        unit.send(Update(id=unit.id("a"), actor=us.id, object=told, to=told.to, cc=told.cc))

    return send


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "changes",
    [
        {"subjectDigest": "zQmV8PbBouVE2uGjUJ8fe8ek5WxvCYu81YspeAaeYj49q8C"},
        {"endTime": "2027-06-01T20:00:00Z"},
        {"aggregateRule": {"type": "AggregateRule", "rule": "consentOfNodes", "threshold": "1/2",
                           "minParticipation": 1, "blockStops": False, "weighting": "equal",
                           "silence": "notCounted"}},
        {"participants": ["https://alder.test/c/alder", "https://dogwood.test/c/dogwood"]},
        {"revision": 1},
        {"lifecycle": "concluded"},
    ],
)  # fmt: skip
async def test_what_was_fixed_stays_whatever_the_convener_says(
    three: list[Node], changes: dict[str, Any]
) -> None:
    one = await invite(three)

    await three[0].write(forged(three[0], one, **changes))
    await settle(*three)

    assert (await at(three[1], one)).document == one.document


@pytest.mark.sqlite
async def test_a_text_that_is_not_the_signed_one_can_not_be_decided_on(
    three: list[Node], wire: Wire
) -> None:
    one = await invite(three)

    def forget(unit: Any) -> None:
        held = {**one.document, "subjectDigest": "zQmother"}
        unit.db.execute(process_table.update().values(subject=None, document=held))

    await three[1].write(forget)
    await jobs.text(three[1], process=one.id)

    there = await at(three[1], one)
    assert (there.subject, there.subject_code) == (None, "E_SUBJECT")
    with pytest.raises(Conflict):
        await take_part(three[1], one, METHODS[1])


@pytest.mark.sqlite
async def test_a_convener_that_leaves_out_a_record_gets_no_outcome(
    three: list[Node], clock: Clock
) -> None:
    one = await decide(three, clock, "yny")
    await three[0].write(
        lambda unit: unit.db.execute(vote.delete().where(vote.c.community == three[1].community.id))
    )
    await over(three, clock)

    assert await outcomes(three, one) == [None] * 3
    for node in three[1:]:
        [said] = await node.read(queries.ends, one.id)
        assert (said.state, said.code) == ("differs", "E_MISSING")
    word = await three[0].read(decisions.responses_to, (await three[0].read(
        queries.ends, one.id))[0].record, moot.inside(three[0]))  # fmt: skip
    assert [each.response for each in word] == ["declined", "declined"]
