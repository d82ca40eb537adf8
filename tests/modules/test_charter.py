"""The charter: no setting above a keeper's changes without a decision that names it."""

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from node.kernel import choices, choosing, moving
from node.kernel.choices import Choice
from node.kernel.errors import Invalid, Missing, Refused
from node.kernel.node import Node
from node.kernel.tables import log_entry
from node.modules.charter import doing, queries, rules
from node.modules.charter.pages import _id
from node.modules.decisions import api as decisions
from node.modules.decisions.api import Method
from node.modules.ideas.choices import POINTS, numbers
from node.modules.ideas.rules import USUAL, Numbers
from tests.conftest import Browser, Clock, settle
from tests.modules.moot import bring, decided, keeper, people, record_of, rows, vote
from tests.servers import hidden_fields

Browse = Callable[..., Any]
NAMES = ("ana", "ben", "cleo")
YES = ("inFavour",) * 4


def setting(node: Node, name: str) -> Choice:
    return node.registry.choices[name]


async def holds(node: Node, name: str) -> Any:
    return await node.read(choices.now, setting(node, name))


@pytest.fixture
async def us(alder: Node) -> list[str]:
    return [one.id for one in await people(alder, *NAMES)]


async def test_a_decision_sets_what_its_text_names(
    alder: Node, us: list[str], clock: Clock
) -> None:
    text = "More to share out.\n\n§ ideas.points = 120\n§ ideas.depth = 50"
    record = await decided(
        alder, clock, YES, method=Method.SUPERMAJORITY, text=text, to="community"
    )

    assert (await alder.read(numbers)).bank == 120
    assert (await alder.read(numbers)).depth == 50
    made = [one for one in await rows(alder, log_entry) if one.action == "choice.set"]
    assert {(one.subject, one.authority) for one in made} == {
        ("ideas.points", record.id), ("ideas.depth", record.id)
    }  # fmt: skip
    assert await alder.write(doing.apply) is None
    assert len(await alder.read(queries.steps, "ideas.points")) == 1


@pytest.mark.parametrize(
    ("method", "text", "ballots", "state"),
    [
        (Method.MAJORITY, "§ ideas.points = 120", YES, doing.WEAK),
        (Method.SENSE_CHECK, "§ ideas.points = 120", YES, ""),
        (Method.SUPERMAJORITY, "§ ideas.points = 9", YES, doing.UNFIT),
        (Method.SUPERMAJORITY, "§ decisions.fewest = 2", YES, doing.UNFIT),
        (Method.SUPERMAJORITY, "§ no.such = 2", YES, doing.UNKNOWN),
        (Method.SUPERMAJORITY, "§ ideas.points = 120", ("oppose",) * 4, ""),
    ],
)
async def test_nothing_less_changes_the_charter(
    alder: Node, us: list[str], clock: Clock, method: Method, text: str, ballots: Any, state: str
) -> None:
    await decided(alder, clock, ballots, method=method, text=text, to="community")

    name = next(iter(rules.named(text)))
    found = await alder.read(queries.steps, name)
    assert [one.state for one in found] == ([state] if state else [])
    assert await alder.read(numbers) == USUAL
    assert await holds(alder, "decisions.fewest") == 3


async def test_a_keeper_alone_changes_no_more_than_a_keeper_may(
    alder: Node, us: list[str], clock: Clock
) -> None:
    """By no door: not the desk's, not a unit's, not with a decision on other things."""
    me = await keeper(alder)
    other = await decided(
        alder, clock, YES, method=Method.MAJORITY, text="§ ideas.depth = 50", to="community"
    )
    for name, value in (("ideas.points", "120"), ("members_invite", "yes")):
        one = setting(alder, name)
        for decision in ("", other.id, "https://alder.test/o/none"):
            with pytest.raises(Refused, match="E_DECISION"):
                await alder.write(doing.change, me, one, value, words="I say so", decision=decision)
        with pytest.raises(Refused, match="E_CHOICE"):
            await alder.write(lambda unit, key=one.key: unit.set(key, 120))
    with pytest.raises(Refused, match="E_DECISION"):
        await alder.write(choosing.change, POINTS, 120, by=me, words="I say so")
    with pytest.raises(Refused, match="E_KEEPERS_ONLY"):
        await alder.write(doing.change, us[0], setting(alder, "ideas.depth"), "50",
                          decision=other.id)  # fmt: skip
    with pytest.raises(Missing):
        await alder.write(doing.change, me, setting(alder, "ledger.equal"), "yes")

    assert await alder.read(numbers) == Numbers(depth=50)
    assert await holds(alder, "members_invite") is False


async def test_only_the_newest_decision_may_be_carried_out_again(
    alder: Node, us: list[str], clock: Clock
) -> None:
    me, one = await keeper(alder), setting(alder, "ideas.depth")
    first = await decided(
        alder, clock, YES, method=Method.MAJORITY, text="§ ideas.depth = 50", to="community"
    )
    second = await decided(
        alder, clock, YES, method=Method.MAJORITY, text="§ ideas.depth = 60", to="community"
    )

    with pytest.raises(Refused, match="E_DECISION"):
        await alder.write(doing.change, me, one, "50", decision=first.id)
    with pytest.raises(Refused, match="E_DECISION"):
        await alder.write(doing.change, me, one, "61", decision=second.id)
    await alder.write(doing.change, me, one, "60", decision=second.id)

    assert await holds(alder, "ideas.depth") == 60


async def test_what_a_decision_set_ends_with_it(alder: Node, us: list[str], clock: Clock) -> None:
    """It goes back to what the newest that is left says, and at last to the default."""
    texts = ("§ ideas.depth = 50", "§ ideas.depth = 60\n§ ideas.people = 4")
    first, second = [
        await decided(alder, clock, YES, method=Method.MAJORITY, text=text, to="community")
        for text in texts
    ]
    assert await alder.read(numbers) == Numbers(depth=60, people=4)

    await alder.write(decisions.end, second.id, decisions.EXPIRED)
    await settle(alder)
    assert await alder.read(numbers) == Numbers(depth=50)
    await alder.write(decisions.end, first.id, decisions.EXPIRED)
    await settle(alder)

    assert await alder.read(numbers) == USUAL


async def test_a_keeper_says_why(alder: Node) -> None:
    one = setting(alder, "house_rules")
    with pytest.raises(Invalid):
        await alder.write(choosing.change, one, "Knock.", by=await keeper(alder), words=" ")
    assert await holds(alder, "house_rules") == ""

    await alder.write(choosing.change, one, "Knock.", by=await keeper(alder), words="We met.")
    assert await holds(alder, "house_rules") == "Knock."


async def test_what_a_keeper_said_since_outlives_a_decision(
    alder: Node, us: list[str], clock: Clock
) -> None:
    """What an emergency set ends with it, but not what somebody has set anew."""
    text = "§ ideas.points = 120\n§ house_rules = Knock."
    more = {"course": "emergency", "method": Method.SUPERMAJORITY}
    await decided(alder, clock, YES, text=text, to="community", **more)
    rules_ = setting(alder, "house_rules")
    assert [await holds(alder, name) for name in ("ideas.points", "house_rules")] == [120, "Knock."]
    await alder.write(choosing.change, rules_, "Ring.", by=await keeper(alder), words="A bell.")
    clock.advance(days=14)
    await settle(alder)
    assert [await holds(alder, name) for name in ("ideas.points", "house_rules")] == [100, "Ring."]


async def test_advice_sets_nothing(alder: Node, us: list[str], clock: Clock) -> None:
    more = {"method": Method.ADVICE, "text": "§ house_rules = Knock.", "to": "community"}
    await decided(alder, clock, YES, **more)
    assert await holds(alder, "house_rules") == ""
    assert [one.state for one in await alder.read(queries.steps, "house_rules")] == [doing.WEAK]


async def test_a_new_address_sets_nothing_anew(alder: Node, us: list[str], clock: Clock) -> None:
    """What decisions set is read once, whatever the node is called; a keeper's word since holds."""
    text = "§ house_rules = Knock."
    await decided(alder, clock, YES, method=Method.SUPERMAJORITY, text=text, to="community")
    one, me = setting(alder, "house_rules"), await keeper(alder)
    await alder.write(choosing.change, one, "Ring.", by=me, words="We have a bell.")
    before = await alder.read(queries.steps, "house_rules")
    row = dataclasses.replace(alder.community, at_home=True).row()
    await alder.write(lambda unit: unit.set("community", row))
    alder.community = dataclasses.replace(alder.community, at_home=True)
    await alder.write(moving.move, "https://new.test")
    await alder.write(doing.apply)

    after = await alder.read(queries.steps, "house_rules")
    assert [one.state for one in after] == [one.state for one in before] == [doing.SET]
    assert after[0].record.startswith("https://new.test/")
    assert await holds(alder, "house_rules") == "Ring."


async def test_a_minority_sets_nothing(alder: Node, us: list[str], clock: Clock) -> None:
    """What somebody writes beside a ballot stands in the record, and is not what was voted on."""
    slug = await bring(alder, us[0], method=Method.CONSENT, text="Lend our tools.")
    await vote(alder, slug, [(us[0], "consent"), (us[1], "consent")])
    said = "consentWithReservation"
    await alder.write(decisions.cast, slug, us[2], said, "§ ideas.points = 999", publish=True)
    clock.advance(days=8)
    await settle(alder)

    assert "§ ideas.points" in str((await record_of(alder, slug)).document)
    await alder.write(doing.apply)
    assert await alder.read(numbers) == USUAL


async def test_a_raised_floor_holds_for_votes_opened_after_it(
    alder: Node, us: list[str], clock: Clock
) -> None:
    await decided(alder, clock, YES, method=Method.SUPERMAJORITY, to="community",
                  text="§ decisions.fewest = 4\n§ decisions.floor = 6")  # fmt: skip

    record = await decided(alder, clock, YES[:3], method=Method.MAJORITY, to="community")

    assert (record.outcome, record.document["quorum"]["required"]) == ("noDecision", 4)
    assert record.document["suppressedBelow"] == 6


@pytest.mark.sqlite
async def test_the_page_of_all_choices_and_contesting_one(
    alder: Node, us: list[str], browse: Browse, clock: Clock
) -> None:
    visitor, ana = await browse(alder), await browse(alder, "ana")
    for one in alder.registry.choices.values():
        shown = await visitor.get(f"/values/{one.name}")
        assert shown.status_code == 200, one.name
        assert f"/values/{one.name}/contest" not in shown.text
    listed = (await visitor.get("/values")).text
    assert all(f'href="/values/{name}"' in listed for name in alder.registry.choices)
    assert (await visitor.get("/values/ideas.points/contest")).status_code == 403
    assert (await visitor.get("/values/no.such")).status_code == 404

    asked = await ana.get("/values/ideas.points/contest")
    assert "A number from 10 to 1000." in asked.text
    assert (await ana.get("/values/ideas.points/contest?value=9")).status_code == 422
    how = await ana.get("/values/ideas.points/contest?value=120")
    assert 'href="/values/ideas.points/contest/120?course=usual' in how.text
    begun = await ana.get("/values/ideas.points/contest/120?course=usual")
    assert "§ ideas.points = 120" in begun.text
    other = await ana.get("/values/ledger.equal/contest?course=usual")
    assert "An hour, whoever gives it" in other.text


@pytest.mark.sqlite
async def test_the_keepers_form_asks_for_the_decision(
    alder: Node, us: list[str], browse: Browse, clock: Clock
) -> None:
    record = await decided(alder, clock, YES, method=Method.SUPERMAJORITY, to="community",
                           text="§ ideas.points = 120")  # fmt: skip
    desk: Browser = await browse(alder, "keeper")
    at = "/values/ideas.points"
    page = await desk.get(at)
    assert "It set this to 120." in page.text

    for typed in ("", "https://alder.test/d/none", "x" * 400):
        answer = await desk.post(at, {"value": "90", "decision": typed})
        assert answer.status_code in (403, 422)
    assert (await desk.post(at, {"value": "many", "decision": record.id})).status_code == 422
    done = await desk.post(at, {"value": "120", "decision": f"{alder.origin}/d/{record.slug}"})
    assert done.status_code == 200
    assert _id(alder, f"{alder.origin}/d/{record.slug}") == record.id

    ana = await browse(alder, "ana")
    assert f'action="{at}"' not in (await ana.get(at)).text
    hidden = hidden_fields((await ana.get("/ideas/new")).text, "/ideas")
    headers = {"origin": alder.origin, "sec-fetch-site": "same-origin"}
    sent = await ana.client.post(at, data={**hidden, "value": "90"}, headers=headers)
    assert sent.status_code == 403
    assert (await alder.read(numbers)).bank == 120
