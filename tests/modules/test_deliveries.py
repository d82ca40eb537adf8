"""A decision is carried out in steps and looked at again: measures, expectations, the verdict."""

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from node.kernel.access import Viewer
from node.kernel.errors import Conflict, Invalid, Missing, Refused
from node.kernel.node import Node
from node.modules import deliveries
from node.modules.accounts import leaving as accounts_leaving
from node.modules.decisions import api as decisions
from node.modules.deliveries import (
    doing,
    handlers,
    jobs,
    leaving,
    matters,
    queries,
    reporting,
    reviewing,
    slots,
)
from node.modules.deliveries.doing import Draft, Said
from node.modules.deliveries.objects import DeliveryReport
from node.modules.deliveries.reviewing import Finding
from node.modules.deliveries.rules import Act, Came, Phase, State, Verdict
from node.modules.deliveries.tables import expectation, review, step
from node.modules.proposals import bringing
from tests import servers
from tests.conftest import Browser, Clock, Wire, settle
from tests.modules import moot
from vocab.types import Create

Browse = Callable[..., Awaitable[Browser]]
MODULES = [*moot.MODULES, deliveries.module]
CANARY = "Nobody will come on the third Sunday"


@pytest.fixture
async def alder(make_node: Any) -> Node:
    return await make_node("alder", modules=MODULES)


async def in_force(node: Node, clock: Clock, *, reach: str = "community") -> str:
    """A decision in force, with a measure and an expectation; its slug."""
    ana, ben, _cem = await moot.people(node, "ana", "ben", "cem")
    slug = await moot.bring(node, ana.id, review_months=3)
    said = "Open on eleven Sundays", "We count the days in the book"
    await node.write(doing.measure, slug, ana.id, *said, once="m1")
    await node.write(doing.expect, slug, ben.id, otherwise(node, CANARY))
    for member in (ana.id, ben.id, await moot.keeper(node)):
        await node.write(moot.decisions.api.cast, slug, member, "consent")
    clock.advance(days=8)
    await settle(node)
    await node.write(bringing.choose_reach, slug, await moot.keeper(node), reach)
    return slug


def otherwise(node: Node, text: str, *, publish: bool = False) -> doing.Otherwise:
    """What somebody expects who would decide otherwise, in thirty days."""
    day = node.now().date() + timedelta(days=30)
    return doing.Otherwise(text=text, day=day, publish=publish)


async def member(node: Node, handle: str) -> str:
    """The id of a member."""
    found = await node.read(moot.accounts_api.by_handle, handle)
    assert found is not None
    return found.id


async def looked_at(node: Node, slug: str) -> matters.Matter:
    return await node.read(matters.matter, slug, moot.inside(node), node.now())


async def test_measures_and_expectations_are_fixed_once_it_is_in_force(
    alder: Node, clock: Clock
) -> None:
    slug = await in_force(alder, clock)
    ana, cem = await member(alder, "ana"), await member(alder, "cem")

    for change in (
        lambda unit: doing.measure(unit, slug, ana, "Else", "Somehow", once="m2"),
        lambda unit: doing.unmeasure(unit, slug, ana, "m1"),
        lambda unit: doing.expect(unit, slug, cem, otherwise(alder, "Something")),
    ):
        with pytest.raises(Conflict) as no:
            await alder.write(change)
        assert no.value.code == "E_PHASE"
    assert [m.what for m in await alder.read(queries.measures, slug)] == ["Open on eleven Sundays"]


async def test_what_is_expected_is_hidden_until_the_close(alder: Node, clock: Clock) -> None:
    ana, ben = await moot.people(alder, "ana", "ben")
    slug = await moot.bring(alder, ana.id)
    await alder.write(doing.expect, slug, ben.id, otherwise(alder, CANARY))

    def shown(db: Any) -> list[matters.Expected]:
        return matters.expected(db, matters.matter(db, slug, moot.inside(alder), clock()))

    assert await alder.read(shown) == []
    await moot.vote(alder, slug, [(m, "consent") for m in (ana.id, ben.id)])
    await moot.vote(alder, slug, [(await moot.keeper(alder), "consent")])
    clock.advance(days=8)
    await settle(alder)
    assert [(e.text, e.public) for e in await alder.read(shown)] == [(CANARY, False)]


@pytest.mark.parametrize("way", ["majority", "star"])
async def test_what_the_minority_predicts_may_stand_in_the_record(
    alder: Node, clock: Clock, way: str
) -> None:
    """In every way to decide, also where a ballot has no room for a reason."""
    ana, ben, cem, dora = await moot.people(alder, "ana", "ben", "cem", "dora")
    more = {"options": [("Tea", ""), ("Soup", "")]} if way == "star" else {}
    slug = await moot.bring(alder, ana.id, method=decisions.Method(way), **more)
    for who, words in ((ben, "It stays empty."), (cem, "It is loud."), (dora, "It is dear.")):
        said = otherwise(alder, words, publish=who is not dora)
        await alder.write(doing.expect, slug, who.id, said)
    await alder.write(doing.expect, slug, cem.id, None)
    mark: Any = {"opt-1": 5, "opt-2": 1} if way == "star" else "inFavour"
    for one in (ana, ben, cem, dora):
        await alder.write(decisions.cast, slug, one.id, mark)
    assert await alder.read(lambda db: matters.expected(db, _matter(db, slug, alder))) == []

    clock.advance(days=8)
    await settle(alder)

    record = await moot.record_of(alder, slug)
    day = decisions.in_full(clock().date() + timedelta(days=22), str)
    (told,) = record.document["minorityStatements"]
    assert told["content"] == f"<p>It stays empty.</p><p>This will show by {day}.</p>"
    assert "ben" not in json.dumps(record.document)
    # whose it is stood here until the count alone, as for a ballot
    assert [row.by for row in await moot.rows(alder, expectation)] == [dora.id]
    after = await alder.read(lambda db: matters.expected(db, _matter(db, slug, alder)))
    assert [(e.text.split("\n")[0], e.public) for e in after] == [
        ("It stays empty.", True), ("It is dear.", False),
    ]  # fmt: skip
    with pytest.raises(Invalid) as late:
        await alder.write(doing.expect, slug, cem.id, otherwise(alder, "Now", publish=True))
    with pytest.raises(Invalid) as undated:
        await alder.write(doing.expect, slug, cem.id, doing.Otherwise(text="Once", day=None))
    assert ({*late.value.fields}, {*undated.value.fields}) == ({"publish"}, {"day"})


async def test_who_leaves_before_the_count_takes_their_statement_along(
    alder: Node, clock: Clock
) -> None:
    ana, ben, cem, dora = await moot.people(alder, "ana", "ben", "cem", "dora")
    slug = await moot.bring(alder, ana.id, method=decisions.Method.MAJORITY)
    said = otherwise(alder, CANARY, publish=True)
    await alder.write(doing.expect, slug, ben.id, said)
    for one in (ana, ben, cem, dora):
        await alder.write(decisions.cast, slug, one.id, "inFavour")

    await alder.write(accounts_leaving.leave, ben.id)
    clock.advance(days=8)
    await settle(alder)

    record = await moot.record_of(alder, slug)
    assert "minorityStatements" not in record.document
    assert CANARY not in json.dumps(record.document)


async def test_a_step_from_asking_to_confirmed(alder: Node, clock: Clock) -> None:
    slug = await in_force(alder, clock)
    ana, ben, cem = [await member(alder, name) for name in ("ana", "ben", "cem")]
    due = (clock() + timedelta(days=5)).date()
    draft = Draft(what="Cut keys", done_when="Two hang there", due=due, owner="@ben", checker="ana")
    await alder.write(doing.add, slug, ana, draft, once="s1")
    await alder.write(doing.add, slug, ana, draft, once="s1")
    assert (await looked_at(alder, slug)).stage == "acting"
    (one,) = await alder.read(queries.steps, slug)
    assert one.state is State.ASKED

    async def cards(who: str) -> list[str]:
        found = await alder.read(lambda db: slots._steps(db, who, clock()))
        return [each.what for each in found]

    async def move(who: str, act: Act, said: Said | None = None) -> State:
        return await alder.write(doing.move, slug, one.id, who, act, said)

    assert (await cards(ben), await cards(ana), await cards(cem)) == (["Cut keys"], [], [])
    with pytest.raises(Refused, match="E_NOT_YOURS"):
        await move(cem, Act.AGREE)
    with pytest.raises(Conflict, match="E_STATE"):
        await move(ana, Act.CONFIRM)
    assert await move(ben, Act.AGREE) is State.TAKEN
    with pytest.raises(Invalid):
        await move(ben, Act.SHOW)
    shown = Said(words="They hang by the door", link="https://alder.test/keys")
    assert await move(ben, Act.SHOW, shown) is State.SHOWN
    for nobody in (ben, cem):
        with pytest.raises(Refused, match="E_NOT_YOURS"):
            await move(nobody, Act.CONFIRM)
    assert (await cards(ben), await cards(ana)) == ([], ["Cut keys"])
    assert await move(ana, Act.RETURN, Said(words="One turns, one does not")) is State.TAKEN
    assert await move(ben, Act.SHOW, shown) is State.SHOWN
    assert await move(ana, Act.CONFIRM) is State.DONE

    told = await alder.read(leaving.export, ben)
    assert told["steps"][0]["proof"] == "They hang by the door"
    assert told["expectations"][0]["text"] == CANARY
    assert "proof" not in (await alder.read(leaving.export, ana))["steps"][0]
    json.dumps(told)
    await alder.write(accounts_leaving.leave, ben)
    (left,) = await alder.read(queries.steps, slug)
    assert (left.state, left.owner, left.proof, left.link) == (State.DONE, None, None, None)
    assert await moot.rows(alder, expectation) == []


async def test_a_step_needs_two_people_a_name_and_a_decision_in_force(
    alder: Node, clock: Clock
) -> None:
    slug = await in_force(alder, clock)
    ana = await member(alder, "ana")
    open_ = await moot.bring(alder, ana)
    due = clock().date()

    async def add(where: str, owner: str, checker: str, number: int = 0) -> None:
        draft = Draft(what="x", done_when="y", due=due, owner=owner, checker=checker)
        await alder.write(doing.add, where, ana, draft, once=f"n{number}")

    for owner, checker, field in (("ana", "@ana", "checker"), ("nobody", "", "owner")):
        with pytest.raises(Invalid) as no:
            await add(slug, owner, checker)
        assert set(no.value.fields) == {field}
    with pytest.raises(Conflict, match="E_PHASE"):
        await add(open_, "ana", "")
    with pytest.raises(Missing):
        await add("nothing", "ana", "")
    for number in range(7):
        await add(slug, "", "", number)
    with pytest.raises(Conflict, match="E_MANY"):
        await add(slug, "", "", 8)
    assert await moot.rows(alder, step) != []


async def test_a_review_needs_its_day_all_answers_and_a_second(alder: Node, clock: Clock) -> None:
    slug = await in_force(alder, clock)
    ana, ben = await member(alder, "ana"), await member(alder, "ben")
    viewer = Viewer(account=await alder.read(lambda db: _account(db, ben)), role="member")
    finding = Finding(verdict=Verdict.FAILED, reasons="Nobody came.", found={"m1": "Two"}, came={})
    with pytest.raises(Conflict, match="E_PHASE"):
        await alder.write(reviewing.write, slug, ana, finding)
    assert await alder.read(slots._reviews, viewer, clock()) == []

    clock.advance(days=92)
    assert (await looked_at(alder, slug)).phase is Phase.REVIEW
    assert (await looked_at(alder, slug)).stage == "decided"
    for _ in range(2):
        await jobs.look(alder)
    assert (await looked_at(alder, slug)).stage == "reviewing"
    assert [m.slug for m in await alder.read(slots._reviews, viewer, clock())] == [slug]
    (said,) = await alder.read(lambda db: matters.expected(db, _matter(db, slug, alder)))
    with pytest.raises(Invalid) as no:
        await alder.write(reviewing.write, slug, ana, finding)
    assert set(no.value.fields) == {f"came-{said.key}"}
    whole = Finding(**{**vars(finding), "came": {said.key: Came.TRUE}})
    await alder.write(reviewing.write, slug, ana, whole)
    (held,) = await moot.rows(alder, review)
    with pytest.raises(Refused, match="E_OWN"):
        await alder.write(reviewing.second, slug, ana, held.at.isoformat())
    with pytest.raises(Conflict, match="E_STATE"):
        await alder.write(reviewing.second, slug, ben, "another")
    assert await alder.write(reviewing.second, slug, ben, held.at.isoformat()) is Verdict.FAILED
    with pytest.raises(Conflict, match="E_PHASE"):
        await alder.write(reviewing.write, slug, ben, whole)
    assert await alder.read(slots._reviews, viewer, clock()) == []
    assert (await looked_at(alder, slug)).stage == "monitoring"


async def test_what_worked_is_closed_and_stays_in_force(alder: Node, clock: Clock) -> None:
    slug = await in_force(alder, clock)
    ana, ben = await member(alder, "ana"), await member(alder, "ben")
    clock.advance(days=92)
    (said,) = await alder.read(lambda db: matters.expected(db, _matter(db, slug, alder)))
    came = {said.key: Came.NOT}
    good = Finding(verdict=Verdict.WORKED, reasons="They came.", found={"m1": "Ten"}, came=came)
    await alder.write(reviewing.write, slug, ana, good)
    (held,) = await moot.rows(alder, review)

    await alder.write(reviewing.second, slug, ben, held.at.isoformat())

    one = await looked_at(alder, slug)
    assert (one.stage, one.record is not None and one.record.holds) == ("ended", True)


def _account(db: Any, id: str) -> Any:
    from node.kernel.node import find_account

    return find_account(db, id)


def _matter(db: Any, slug: str, node: Node) -> matters.Matter:
    return matters.matter(db, slug, moot.inside(node), node.now())


async def test_a_report_reaches_those_who_see_the_decision(
    alder: Node, make_node: Any, clock: Clock, wire: Wire
) -> None:
    birch = await make_node("birch", modules=MODULES)
    await moot.follow(birch, alder)
    slug = await in_force(alder, clock, reach="public")
    await settle(alder, birch)
    keeper, ana = await moot.keeper(alder), await member(alder, "ana")
    with pytest.raises(Refused, match="E_KEEPERS_ONLY"):
        await alder.write(reporting.publish, slug, ana, "delivered", "Open.", once="r0")

    said = "partlyDelivered", "Open on two Sundays."
    for _ in range(2):
        await alder.write(reporting.publish, slug, keeper, *said, once="r1")
    await settle(alder, birch)

    (there,) = await birch.read(queries.reports_of_others, moot.inside(birch), 9)
    assert (there.status, there.owner, there.ours) == ("partlyDelivered", there.owner, False)
    assert "Open on two Sundays." in there.content
    assert CANARY.encode() not in moot.crossed(wire)
    us = await birch.read(moot.accounts_api.community_account)
    forged = DeliveryReport(id=f"{birch.origin}/o/x", attributed_to=us.id, content="<p>No.</p>",
                            delivers_on=(there.record,))  # fmt: skip
    made = Create(id=f"{birch.origin}/a/x", actor=us.id, object=forged)
    with pytest.raises(Refused, match="E_UNKNOWN_RECORD"):
        await birch.write(lambda unit: unit.perform(made, us))
    await birch.write(handlers.gone, moot.accounts_api.Gone(account=there.owner))
    assert await birch.read(queries.reports_of_others, moot.inside(birch), 9) == []


async def test_what_stays_here_is_not_reported(alder: Node, clock: Clock) -> None:
    slug = await in_force(alder, clock)
    keeper = await moot.keeper(alder)
    with pytest.raises(Conflict, match="E_LOCAL"):
        await alder.write(reporting.publish, slug, keeper, "delivered", "Open.", once="r0")


@pytest.mark.sqlite
async def test_in_the_browser(alder: Node, browse: Browse, clock: Clock, wire: Wire) -> None:
    slug = await in_force(alder, clock, reach="public")
    ana, ben, nobody = await browse(alder, "ana"), await browse(alder, "ben"), await browse(alder)
    path = f"/deliveries/{slug}"
    record = await moot.record_of(alder, slug)
    assert f'href="{path}"' in (await ana.get(f"/d/{record.slug}")).text
    assert path not in (await nobody.get(f"/d/{record.slug}")).text
    assert f'href="{path}"' in (await ana.get(f"/p/{slug}")).text
    assert (await nobody.client.get(path)).status_code in (403, 303, 302, 200)
    assert CANARY not in (await nobody.get(path)).text
    assert CANARY in (await ana.get(path)).text
    assert "Open the workshop" in (await ana.get("/deliveries")).text

    new = {"what": "Cut keys", "done_when": "Two hang there", "due": "5 December", "who": "other"}
    page = await ana.post(f"{path}/steps", new)
    assert page.status_code == 422
    page = await ana.post(f"{path}/steps", {**new, "owner": "ben"})
    assert "Waits for a yes" in page.text
    assert "Would you do this? Cut keys" in (await ben.get("/")).text
    (one,) = await alder.read(queries.steps, slug)
    at = f"{path}/steps/{one.id}"
    assert (await ben.post(f"{at}/agree", {}, form=at)).url.path == at
    assert (await ben.post(f"{at}/show", {"words": ""}, form=at)).status_code == 422
    await ben.post(f"{at}/show", {"words": "By the door", "link": "alder.test/keys"}, form=at)
    assert "Is this done? Cut keys" in (await ana.get("/")).text
    hidden = servers.hidden_fields((await ben.get(f"{path}/steps")).text, f"{path}/steps")
    headers = {"origin": alder.origin, "sec-fetch-site": "same-origin"}
    refused = await ben.client.post(f"{at}/confirm", data=hidden, headers=headers)
    assert refused.status_code == 403
    assert "Somebody else looks at it" in refused.text
    await ana.post(f"{at}/return", {"words": "One is missing"}, form=at)
    assert "One is missing" in (await ben.get(at)).text
    assert (await ana.get(f"{path}/review")).status_code == 409

    keeper = await browse(alder, "keeper")
    assert f"{path}/report" not in (await ana.get(path)).text
    assert (await keeper.post(f"{path}/report", {"words": ""})).status_code == 422
    told = await keeper.post(f"{path}/report", {"status": "delivered", "words": "It is open."})
    assert "It is open." in (await nobody.get(told.url.path)).text
    assert told.url.path in (await ana.get(path)).text

    clock.advance(days=92)
    ana, ben = await browse(alder, "ana"), await browse(alder, "ben")
    assert "Did “Open the workshop on Sundays” work?" in (await ana.get("/")).text
    (said,) = await alder.read(lambda db: matters.expected(db, _matter(db, slug, alder)))
    filled = {"found-m1": "Two", "verdict": "failed", "reasons": "Nobody came."}
    assert (await ana.post(f"{path}/review", filled)).status_code == 422
    page = await ana.post(f"{path}/review", {**filled, f"came-{said.key}": "cameTrue"})
    assert "It stands once somebody else says" in page.text
    draft = await ben.post(f"{path}/review/so", {}, form=path)
    draft = await ben.get(f"{draft.url.path}?course=usual")
    for words in ("Nobody came.", CANARY, "It came true.", "No saw before three."):
        assert words in draft.text
    await settle(alder)
    assert CANARY.encode() not in moot.crossed(wire)
