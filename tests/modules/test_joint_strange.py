"""What a stranger, or a convener that says two things, can do to a joint decision: nothing."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from federation.budget import Budget
from node.kernel.errors import Conflict, Refused, TryLater
from node.kernel.node import Node
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.decisions import answering
from node.modules.decisions import api as decisions
from node.modules.decisions.replies import Answer
from node.modules.decisions.tables import record, response
from node.modules.joint import acting, deciding, handlers, jobs, queries, rules
from node.modules.joint.objects import JointProcess
from node.modules.joint.queries import Process
from node.modules.joint.tables import answer as answer_table
from node.modules.joint.tables import end, vote
from node.modules.joint.tables import process as process_table
from tests.conftest import Browser, Clock, Wire, settle
from tests.modules import moot
from tests.modules.test_joint import forged
from tests.modules.test_joint_refused import came, inviting
from tests.modules.together import all_of, at, decide, invite, outcomes, over, towns
from vocab import wire as wires
from vocab.types import Update


@pytest.fixture
async def three(make_node: Any) -> list[Node]:
    return await towns(make_node)


async def ended(three: list[Node], clock: Clock) -> tuple[Process, str]:
    """A process in which Alder has concluded, and its record, at Birch where nothing is weighed."""
    one = await decide(three, clock, "yyn")
    clock.advance(days=8)
    await jobs.sweep(three[0])
    await settle(*three)
    [said] = await three[1].read(queries.ends, one.id)
    return one, said.record


# Who answers ------------------------------------------------------------------------------------


@pytest.mark.sqlite
async def test_no_member_answers_for_the_count(
    three: list[Node], clock: Clock, browse: Callable[..., Any]
) -> None:
    _, about = await ended(three, clock)
    second = three[1]
    before = await second.read(decisions.said_before, about, second.community.id)
    ben = (await second.read(accounts.members))[0].id
    clear = response.delete().where(response.c.owner == second.community.id)
    await second.write(lambda unit: unit.db.execute(clear))

    with pytest.raises(Refused) as refused:
        await second.write(answering.note, about, ben)
    for answer in (Answer.NOTED, Answer.DECLINED):
        with pytest.raises(Refused):
            await second.write(decisions.respond, about, answer)

    assert before == ["noted"]
    assert refused.value.code == "E_COUNTED"
    assert await second.read(decisions.said_before, about, second.community.id) == []
    found = await second.read(decisions.any_record, about)
    assert found is not None
    browser: Browser = await browse(second, "ana")
    page = (await browser.get(f"/decisions/elsewhere/{found.slug}")).text
    assert "/note" not in page
    assert "answers by itself" in page
    form = await browser.get(f"/p/new?answer=adopted&record={found.slug}")
    assert form.status_code == 404


@pytest.mark.sqlite
async def test_who_says_both_has_said_nothing_and_nobody_answers_twice(
    three: list[Node], clock: Clock
) -> None:
    _, about = await ended(three, clock)
    first, second, third = three
    [said] = await first.read(queries.ends, (await all_of(first))[0].id)
    both = {second.community.id, third.community.id}
    assert await first.read(queries.same, said) == both

    def again(unit: Unit) -> None:
        unit.db.execute(end.update().values(state="waiting"))
        deciding.weigh(unit, about, whole=True)

    await second.write(again)
    assert await second.read(decisions.said_before, about, second.community.id) == ["noted"]

    def never_took_part(unit: Unit) -> None:
        unit.db.execute(response.delete())
        unit.db.execute(answer_table.delete())
        again(unit)

    await third.write(never_took_part)
    assert await third.read(decisions.said_before, about, third.community.id) == []
    for word in ("declined", "retracted"):
        await first.write(says(about, second.community.id, word))
        assert await first.read(queries.same, said) == {third.community.id}


def says(about: str, community: str, word: str) -> Callable[[Unit], None]:
    """Have a community's answer stand once more, with another word."""

    def put(unit: Unit) -> None:
        held = response.select().where(response.c.owner == community, response.c.record == about)
        row = dict(unit.db.execute(held).first()._mapping)
        unit.db.execute(response.delete().where(response.c.response == "declined"))
        more = {"id": f"{row['id']}-{word}", "response": word}
        unit.db.execute(response.insert().values({**row, **more}))

    return put


# Which records ------------------------------------------------------------------------------------


@pytest.mark.sqlite
async def test_a_record_is_a_ballot_in_its_own_process_alone(
    three: list[Node], clock: Clock
) -> None:
    one = await decide(three, clock, "yyn")
    second = three[1]
    votes = (await second.read(queries.case_of, await at(second, one))).votes
    theirs = next(v for v in votes if v.community == three[2].community.id)
    await second.write(lambda unit: unit.db.execute(vote.delete()))
    other = f"{three[0].origin}/o/other"

    def asked(unit: Unit) -> None:
        handlers.heard(unit, decisions.Heard(record=theirs.record, process=other))
        jobs._take(unit, theirs.record, theirs.community, other, None)
        jobs._take(unit, theirs.record, three[0].community.id, one.id, None)

    await second.write(asked)
    assert await moot.rows(second, vote) == []
    await second.write(jobs._take, theirs.record, theirs.community, one.id, None)
    assert [row.record for row in await moot.rows(second, vote)] == [theirs.record]


@pytest.mark.sqlite
async def test_a_record_with_two_parts_or_strange_numbers_is_no_ballot(
    three: list[Node], clock: Clock
) -> None:
    one = await decide(three, clock, "yyn")
    second = three[1]
    votes = (await second.read(queries.case_of, await at(second, one))).votes
    theirs = next(v for v in votes if v.community == three[2].community.id)
    found = await second.read(decisions.any_record, theirs.record)
    assert found is not None
    electorate = found.document["electorate"]

    for change in (
        {"concludes": one.id},
        {"electorate": {**electorate, "eligible": 2**31}},
        {"electorate": {**electorate, "eligible": -1}},
        {"published": "9998-01-01T00:00:00Z"},
    ):
        await second.write(rewritten(theirs.record, {**found.document, **change}, one.id))
        assert await moot.rows(second, vote) == [], change
        assert await moot.rows(second, end) == [], change
    await second.write(rewritten(theirs.record, dict(found.document), one.id))
    assert len(await moot.rows(second, vote)) == 1


def rewritten(id: str, document: dict[str, Any], process: str) -> Callable[[Unit], None]:
    """Have a record be here that says something else, and be heard of anew."""

    def put(unit: Unit) -> None:
        unit.db.execute(vote.delete())
        mine = record.update().where(record.c.id == id)
        unit.db.execute(mine.values(document=json.dumps(document)))
        handlers.heard(unit, decisions.Heard(record=id, process=process))

    return put


@pytest.mark.sqlite
async def test_a_word_of_who_takes_no_part_is_neither_kept_nor_looked_up(
    three: list[Node], clock: Clock, wire: Wire
) -> None:
    one, about = await ended(three, clock)
    second = three[1]

    def outside(unit: Unit) -> None:
        unit.db.execute(end.delete())
        inside = [second.community.id, three[2].community.id]
        held = {**one.document, "participants": inside}
        unit.db.execute(process_table.update().values(invited=inside, document=held))
        handlers.heard(unit, decisions.Heard(record=about, process=one.id))

    await second.write(outside)
    assert await moot.rows(second, end) == []

    row = {"record": about, "process": one.id, "community": three[0].community.id, "digest": "z",
           "state": "waiting", "seen": second.now()}  # fmt: skip
    await second.write(lambda unit: unit.db.execute(end.insert().values(row)))
    await second.write(lambda unit: unit.db.execute(record.delete().where(record.c.id != about)))
    asked = len(wire.seen)
    await jobs.check(second, record=about)

    assert len(wire.seen) == asked
    assert (await moot.rows(second, end))[0].state == "waiting"


@pytest.mark.sqlite
async def test_only_records_of_who_takes_part_are_looked_up_at_their_own_server(
    three: list[Node], clock: Clock, wire: Wire
) -> None:
    _, about = await ended(three, clock)
    second, third = three[1:]
    found = await second.read(decisions.any_record, about)
    assert found is not None
    told = [
        {"community": "https://x.test/c/x", "record": "https://x.test/o/1"},
        {"community": third.community.id, "record": "https://x.test/o/2"},
        {"community": third.community.id, "record": f"{third.origin}/o/none"},
    ]
    held = {**found.document, "nodeOutcomes": told}

    def put(unit: Unit) -> None:
        mine = record.update().where(record.c.id == about)
        unit.db.execute(mine.values(document=json.dumps(held)))
        unit.db.execute(end.update().values(state="waiting"))

    await second.write(put)
    asked = len(wire.seen)
    await jobs.check(second, record=about)

    urls = {url for method, url, _ in list(wire.seen)[asked:] if method == "GET"}
    assert urls == {f"{third.origin}/o/none"}


# Processes ------------------------------------------------------------------------------------


def updating(one: Process, id: str, to: str, **changes: Any) -> Callable[[Any], None]:
    """The convener says where a process stands that the other has never heard of."""

    def send(unit: Any) -> None:
        us = accounts.community_account(unit.db)
        held = {k: v for k, v in one.document.items() if k != "proof"}
        made = wires.load({**held, "id": id, "lifecycle": "open", "revision": 2,
                           "updated": "2026-11-22T10:00:00Z", **changes},
                          unit.registry.types)  # fmt: skip
        value = wires.load(decisions.signed(unit, us, made), unit.registry.types)
        assert isinstance(value, JointProcess)
        unit.send(Update(id=unit.id("a"), actor=us.id, object=value, to=(to,)))

    return send


@pytest.mark.sqlite
async def test_a_later_word_gets_no_more_in_than_an_invitation(three: list[Node]) -> None:
    first, second, _ = three
    one = await invite(three)
    here, there = second.community.id, f"{first.origin}/o/more"
    many = [first.community.id, here, *(f"https://x{n}.test/c/x" for n in range(20))]
    for changes, code in (
        ({"lifecycle": "concluded"}, "E_STATE"),
        ({"lifecycle": "https://alder.test/ns#x"}, "E_STATE"),
        ({"participants": many}, "E_JOINT"),
        ({"endTime": "2028-12-31T09:00:00Z"}, "E_TIME_ORDER"),
        ({"revision": 2**31}, "E_REVISION"),
    ):
        await first.write(updating(one, there, here, **changes))
        await settle(*three)
        assert ("refused", code) in await came(second, "Update"), changes
    for number in range(rules.UNANSWERED + 1):
        await first.write(updating(one, f"{there}-{number}", here))
    await settle(*three)

    assert len(await all_of(second)) == rules.UNANSWERED
    assert ("refused", "E_RATE") in await came(second, "Update")
    ids = [first.community.id, here]
    await first.write(inviting(one, id=f"{there}-0", to=here, participants=ids))
    await first.write(inviting(one, id=f"{there}-1", to=here, content="<p>Other.</p>"))
    await settle(*three)
    kept = [await second.read(queries.by_id, f"{there}-{n}") for n in range(3)]
    assert [each.invited == ids for each in kept if each] == [True, False, False]
    assert [bool(each.conflict) for each in kept if each] == [False, True, False]


@pytest.mark.sqlite
async def test_one_odd_row_stops_neither_the_pages_nor_the_others(
    three: list[Node], clock: Clock, browse: Callable[..., Any]
) -> None:
    first, second, _ = three
    one = await invite(three)
    odd = {"id": "https://alder.test/o/odd", "slug": "odd", "once": None, "proposal": None}
    far = datetime(9999, 12, 31, tzinfo=UTC)

    def put(unit: Unit) -> None:
        row = dict(unit.db.execute(process_table.select()).first()._mapping)
        bad = {**row, **odd, "conflict": None, "ends": far, "state": "open",
               "document": {**row["document"], "aggregateRule": {}}}  # fmt: skip
        unit.db.execute(process_table.insert().values(bad))

    await second.write(put)
    clock.advance(days=4)
    await jobs.sweep(second)
    await jobs.sweep(first)
    await settle(*three)
    strange = process_table.update().where(process_table.c.slug == "odd")
    await second.write(lambda unit: unit.db.execute(strange.values(state="tallying")))

    browser: Browser = await browse(second, "ana")
    page = await browser.get("/j")
    assert page.status_code == 200
    assert "In a way that we do not know" in page.text
    assert (await at(second, one)).state == "failed"


async def test_a_text_that_nobody_shows_is_asked_for_a_few_times(three: list[Node]) -> None:
    second = three[1]
    one = await invite(three)
    gone = process_table.update().values(subject=None)
    await second.write(lambda unit: unit.db.execute(gone))
    for _ in range(jobs.TRIES + 3):
        await second.write(jobs._again, one.id)
        await second.write(jobs._keep_text, one.id, None)

    there = await at(second, one)
    assert (there.asked, there.subject_code) == (jobs.TRIES, "E_SUBJECT")


@pytest.mark.sqlite
async def test_what_was_not_taken_back_by_the_end_is_not(three: list[Node], clock: Clock) -> None:
    first, second, _ = three
    one = await decide(three, clock, "yyn")
    clock.advance(days=7)
    with pytest.raises(Conflict):
        await first.write(acting.cancel, one.id, await moot.keeper(first))

    await first.write(forged(first, one, lifecycle="cancelled"))
    await settle(*three)

    assert ("refused", "E_STATE") in await came(second, "Update")
    assert (await at(second, one)).state != "cancelled"


async def test_a_convener_that_signs_two_things_is_shown_and_hears_no_more(
    three: list[Node], clock: Clock, browse: Callable[..., Any]
) -> None:
    first, second, third = three
    one = await decide(three, clock, "yyn")
    fewer = [first.community.id, second.community.id]
    await first.write(forged(first, one, participants=fewer, revision=one.revision))
    await settle(*three)

    told = await at(second, one)
    assert told.conflict is not None
    assert told.conflict["participants"] == fewer
    assert told.document == one.document
    await over(three, clock)
    assert await outcomes(three[1:], one) == [None, None]
    for node in (second, third):
        with pytest.raises(Conflict):
            await node.write(acting.leave, one.id, await moot.keeper(node))
    said = await first.read(queries.ends, one.id)
    assert all([await first.read(queries.same, each) == set() for each in said])
    browser: Browser = await browse(second, "ana")
    page = (await browser.get(f"/j/{told.slug}")).text
    assert "has signed two different texts" in page


@pytest.mark.sqlite
async def test_what_a_server_shows_is_judged_as_what_it_sends(
    three: list[Node], clock: Clock, wire: Wire
) -> None:
    """A record or revision that the inbox would refuse is as if it were not shown."""
    second, third = three[1:]
    one = await decide(three, clock, "yyn")
    mine = str((await at(third, one)).ballot)
    found = await decisions.shown(second, mine)
    assert found is not None
    with pytest.raises(TryLater):
        await decisions.shown(second, mine, budget=Budget(fetches=0))
    less = {**found["electorate"], "participated": 999}
    there = wire.exchange
    shown: dict[str, dict[str, Any]] = {}

    async def exchange(method: str, url: str, headers: Any, body: bytes, **kw: Any) -> Any:
        answer = await there(method, url, headers, body, **kw)
        changed = json.dumps(shown[url]).encode() if url in shown else answer.body
        return replace(answer, body=changed)

    wire.exchange = exchange  # type: ignore[method-assign]
    for wrong in (
        {k: v for k, v in found.items() if k != "electorate"},
        {**found, "electorate": less},
        {**found, "electorate": [7]},
        {**found, "published": {}},
    ):
        shown[mine] = wrong
        assert await decisions.shown(second, mine) is None, wrong
    process = dict(one.document)
    for wrong in (
        {**process, "participants": 7},
        {**process, "aggregateRule": []},
        {**process, "lifecycle": "open", "revision": "9"},
    ):
        shown[one.id] = wrong
        await jobs._refresh(second, await at(second, one), Budget())
        assert (await at(second, one)).document == one.document, wrong
    shown.clear()
    await jobs._refresh(second, await at(second, one), Budget())
    assert (await at(second, one)).conflict is None
