"""Roles: set up by a decision, held for a term, chosen in rounds, laid down, recalled."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from node.kernel import choices, choosing
from node.kernel.access import Viewer
from node.kernel.errors import Conflict, Invalid, Missing, Refused
from node.kernel.node import Node
from node.kernel.tables import letter
from node.modules import charter, deliberation, notes, peers, pictures, reactions, roles, rounds
from node.modules.accounts import api as accounts
from node.modules.accounts import leaving as going_away
from node.modules.decisions import api as decisions
from node.modules.decisions import forcing
from node.modules.decisions import queries as decided
from node.modules.decisions.api import Method
from node.modules.decisions.choices import GRACE
from node.modules.proposals import bringing, stepping
from node.modules.proposals.tables import plan
from node.modules.roles import holding, leaving, queries, recalling, rules, selecting, slots
from node.modules.roles.rules import Kind, Petition, Power, Spec, Stage, State, Why
from node.modules.roles.selecting import Said
from node.modules.roles.tables import Holding, Role, endorsement, nomination, petition
from tests.conftest import Clock, settle
from tests.modules import moot
from tests.modules.moot import ids
from vocab.html import to_text

MODULES = [*moot.MODULES, peers.module, pictures.module, reactions.module, notes.module,
           deliberation.module, rounds.module, roles.module, charter.module]  # fmt: skip
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
HOST = Spec(name="Host", purpose="Opens the door.", powers=(Power.FACILITATE,), months=6)
YES = ["consent"] * 4


@pytest.fixture
async def alder(make_node: Any) -> Node:
    node: Node = await make_node("alder", modules=MODULES)
    await moot.people(node, "ana", "ben", "cleo")
    return node


async def say(node: Node, clock: Clock, *specs: Spec, **more: Any) -> Any:
    """Decide what some lines say of roles."""
    text = "\n\n".join(["So be it.", *map(rules.lines, specs)])
    return await moot.decided(node, clock, YES, text=text, to="community", **more)


async def the_role(node: Node, name: str = "host") -> Role:
    found = await node.read(queries.role_by_key, name)
    assert found is not None
    return found


async def all_say(node: Node, slug: str, stage: Stage, **named: str) -> None:
    """Have all take their turn: those named name somebody, the others pass."""
    for handle, member in (await ids(node)).items():
        said = Said(handle=named[handle], reason="Is calm") if handle in named else Said()
        await node.write(selecting.say, slug, member, stage, said)


async def named(node: Node, slug: str, **who: str) -> None:
    """From the beginning of a selection until somebody can be proposed."""
    await all_say(node, slug, Stage.NOMINATE, **(who or {"ana": "ben", "cleo": "ben"}))
    await all_say(node, slug, Stage.CHANGE)


async def voted(node: Node, clock: Clock, slug: str, ballots: dict[str, str]) -> None:
    people = await ids(node)
    await moot.vote(node, slug, [(people[name], said) for name, said in ballots.items()])
    clock.advance(days=6)
    await settle(node)


async def chosen(node: Node, clock: Clock, who: str, deputy: str = "", by: str = "ana") -> Holding:
    """Have somebody chosen for the role there is, who takes it on."""
    people, role = await ids(node), await the_role(node)
    slug = await node.write(selecting.begin, role.slug, people[by], once=secrets.token_hex(8))
    await named(node, slug, **{"ana": who, **({"cleo": deputy} if deputy else {})})
    second = people[deputy] if deputy else ""
    matter = await node.write(
        selecting.propose, slug, people[by], [people[who]], second, once=secrets.token_hex(8)
    )
    await voted(node, clock, matter, dict.fromkeys(people, "consent"))
    for one in await node.read(queries.of_selection, slug):
        assert one.state is State.ASKED
        await node.write(roles.pages._answer, one.id, one.member, True)
    found = await node.read(queries.of_selection, slug)
    return next(one for one in found if one.kind is Kind.SEAT)


async def may(node: Node, member: str, power: str = "facilitate") -> bool:
    return await node.write(accounts.may, member, power)


# What decisions say ---------------------------------------------------------------------------


async def test_a_decision_sets_up_a_role_changes_it_and_ends_it(alder: Node, clock: Clock) -> None:
    record = await say(alder, clock, HOST)
    made = await the_role(alder)
    assert (made.name, made.powers, made.record) == ("Host", (Power.FACILITATE,), record.id)

    await say(alder, clock, Spec(name="HOST", purpose="Minds it.", months=3, seats=2))
    changed = await the_role(alder)
    assert (changed.slug, changed.purpose, changed.months) == (made.slug, "Minds it.", 3)
    assert (changed.powers, changed.seats) == ((), 2)

    await say(alder, clock, Spec(name="host", ends=True))
    assert (await the_role(alder)).ended == clock()


@pytest.mark.parametrize(
    ("method", "spec", "ballots", "code"),
    [
        (Method.CONSENT, HOST, ["block"] * 4, None),
        (Method.SENSE_CHECK, HOST, ["inFavour"] * 4, None),
        (Method.CONSENT, Spec(name="Host", purpose="For long.", months=7), YES, "E_TERM"),
        (Method.CONSENT, Spec(name="Host", purpose="", months=6), YES, "E_ROLE"),
        (Method.CONSENT, Spec(name="Host", purpose="Many.", months=6, seats=99), YES, "E_ROLE"),
        (Method.CONSENT, Spec(name="Host", ends=True), YES, "E_NONE"),
    ],
)
async def test_nothing_else_does(
    alder: Node, clock: Clock, method: Method, spec: Spec, ballots: list[str], code: str | None
) -> None:
    text = f"So be it.\n\n{rules.lines(spec)}"
    await moot.decided(alder, clock, ballots, method=method, text=text, to="community")

    assert await alder.read(queries.role_by_key, "host") is None
    assert [c for _, c in await alder.read(queries.failed)] == ([code] if code else [])


@pytest.mark.parametrize("spec", [Spec(name="Host", purpose="Rules.", months=6), Spec(
    name="Host", ends=True)])  # fmt: skip
@pytest.mark.parametrize("method", [Method.MAJORITY, Method.CONSENT])
async def test_a_role_is_changed_as_strictly_as_it_was_set_up(
    alder: Node, clock: Clock, spec: Spec, method: Method
) -> None:
    first = await say(alder, clock, HOST)
    text = f"So be it.\n\n{rules.lines(spec)}"
    ballots = ["inFavour"] * 4 if method is Method.MAJORITY else YES
    second = await moot.decided(alder, clock, ballots, method=method, text=text, to="community")
    assert second.holds

    role, weak = await the_role(alder), method is Method.MAJORITY
    assert role.record == (first.id if weak else second.id)
    assert (role.ended, role.purpose) == (None, HOST.purpose) or not weak
    assert await alder.read(queries.failed) == ([(second.id, "E_WEAK")] if weak else [])

    await alder.write(decisions.end, first.id, decisions.EXPIRED)
    await settle(alder)
    role = await the_role(alder)
    assert (role.ended is not None) is (weak or spec.ends), "what was too weak steps in for nothing"


async def test_a_role_that_a_decision_took_back_is_what_the_one_before_said(
    alder: Node, clock: Clock
) -> None:
    ana = (await ids(alder))["ana"]
    first = await say(alder, clock, HOST)
    second = await say(alder, clock, Spec(name="Host", purpose="Minds it.", months=2))
    assert (await the_role(alder)).months == 2

    async def take_back(record: Any) -> None:
        held = {"record": record.id, "how": "repeal"}
        slug = await moot.bring(alder, ana, title="Not so", text="No more.", replaces=held)
        await voted(alder, clock, slug, dict.fromkeys(await ids(alder), "consent"))
        clock.advance(days=2)
        await settle(alder)
        await alder.write(bringing.choose_reach, slug, ana, "community")
        await settle(alder)

    await take_back(second)
    assert ((await the_role(alder)).months, (await the_role(alder)).record) == (6, first.id)
    assert (await the_role(alder)).ended is None
    await take_back(first)
    assert (await the_role(alder)).ended == clock()


def test_what_a_text_says_is_read_as_it_was_written() -> None:
    text = f"§ for: nothing\nWe want it.\n\n{rules.lines(HOST)}\n§ role: \n§ may: rule\n§ Role: X"

    assert list(rules.named(text).values()) == [HOST]
    assert rules.named("§ role: A\n§ for: b\n§ may: rule, topics\n§ months: 2")["a"].wrong
    assert rules.named("§ role: A\n§ for: b\n§ months: two")["a"].wrong
    assert rules.named("a § role: A") == {}


# Choosing somebody ----------------------------------------------------------------------------


async def test_from_naming_somebody_to_holding_it(alder: Node, clock: Clock) -> None:
    await say(alder, clock, HOST)
    people, role = await ids(alder), await the_role(alder)
    slug = await alder.write(selecting.begin, role.slug, people["ana"], once="b")
    assert await alder.write(selecting.begin, role.slug, people["ana"], once="b") == slug
    with pytest.raises(Conflict):
        await alder.write(selecting.begin, role.slug, people["ben"], once="c")

    await alder.write(selecting.say, slug, people["ana"], Stage.NOMINATE, Said(handle="ana",
                      reason="I would like to"))  # fmt: skip
    said = await alder.read(queries.nominations, slug)
    assert selecting.told(said, Stage.NOMINATE, people["ben"]) == []
    assert len(selecting.told(said, Stage.NOMINATE, people["ana"])) == 1
    await all_say(alder, slug, Stage.NOMINATE, ana="ben", cleo="ana")
    found = await alder.read(queries.selection_of, slug)
    assert found is not None
    assert found.stage is Stage.CHANGE
    said = await alder.read(queries.nominations, slug)
    assert len(selecting.told(said, Stage.CHANGE, people["ben"])) == 4
    with pytest.raises(Conflict):
        await alder.write(selecting.say, slug, people["ben"], Stage.NOMINATE, Said())
    await all_say(alder, slug, Stage.CHANGE, cleo="ben")
    assert {n.nominee for n in await alder.read(queries.nominations, slug) if n.nominee} == {
        people["ben"]
    }
    with pytest.raises(Refused):
        await alder.write(selecting.propose, slug, people["cleo"], [people["ben"]], "", once="p")
    with pytest.raises(Invalid):
        await alder.write(selecting.propose, slug, people["ana"], [people["cleo"]], "", once="p")
    matter = await alder.write(
        selecting.propose, slug, people["ana"], [people["ben"]], "", once="p"
    )
    await voted(alder, clock, matter, dict.fromkeys(people, "consent"))

    record = await moot.record_of(alder, matter)
    assert (record.in_force, record.reach, record.sent) == (clock(), "community", None)
    assert "Ben" in record.name or "ben" in record.name
    (one,) = await alder.read(queries.of_selection, slug)
    assert (one.state, one.record) == (State.ASKED, record.id)
    assert not await may(alder, people["ben"])
    with pytest.raises(Missing):
        await alder.write(holding.answer, one.id, people["ana"], yes=True)
    await alder.write(roles.pages._answer, one.id, people["ben"], True)
    (one,) = await alder.read(queries.of_selection, slug)
    assert (one.state, one.begins) == (State.HELD, clock())
    assert await may(alder, people["ben"])
    assert not await may(alder, people["cleo"])
    done = await alder.read(queries.selection_of, slug)
    assert done is not None
    assert done.stage is Stage.DONE
    assert await moot.rows(alder, nomination) == [], "what was said about people is deleted"


async def test_silence_holds_nothing_up(alder: Node, clock: Clock) -> None:
    await say(alder, clock, HOST)
    people, role = await ids(alder), await the_role(alder)
    slug = await alder.write(selecting.begin, role.slug, people["ana"], once="b")
    await alder.write(selecting.say, slug, people["ben"], Stage.NOMINATE,
                      Said(handle="cleo", reason="Is calm"))  # fmt: skip

    async def stage() -> Stage:
        await settle(alder)
        await roles.jobs.due(alder)
        found = await alder.read(queries.selection_of, slug)
        assert found is not None
        return found.stage

    clock.advance(days=3)
    assert await stage() is Stage.NOMINATE
    clock.advance(days=1)
    assert await stage() is Stage.CHANGE
    clock.advance(days=2)
    assert await stage() is Stage.PROPOSE
    clock.advance(days=7)
    matter = await alder.write(
        selecting.propose, slug, people["ben"], [people["cleo"]], "", once="p"
    )
    await voted(alder, clock, matter, {"ana": "consent", "ben": "consent", "keeper": "consent"})
    assert await stage() is Stage.ASK
    clock.advance(days=7)
    assert await stage() is Stage.PROPOSE, "no yes is none"
    assert not await may(alder, people["cleo"])


async def test_without_consent_another_is_proposed_three_times_at_most(
    alder: Node, clock: Clock
) -> None:
    await say(alder, clock, HOST)
    people, role = await ids(alder), await the_role(alder)
    slug = await alder.write(selecting.begin, role.slug, people["ana"], once="b")
    await named(alder, slug)

    for number in range(3):
        matter = await alder.write(
            selecting.propose, slug, people["ana"], [people["ben"]], "", once=f"p{number}"
        )
        ballots = dict.fromkeys(people, "consent") | {"cleo": "block"}
        await voted(alder, clock, matter, ballots)
        found = await alder.read(queries.selection_of, slug)
        assert found is not None
        assert found.stage is (Stage.PROPOSE if number < 2 else Stage.NOBODY)
        assert await alder.read(queries.of_selection, slug) == []

    assert await moot.rows(alder, nomination) == []
    assert (await moot.record_of(alder, matter)).outcome != "approved"


async def test_reasons_are_kept_only_if_we_decided_so(alder: Node, clock: Clock) -> None:
    await say(alder, clock, HOST)
    keeps = alder.registry.choices["roles.keeps_reasons"]
    people, role = await ids(alder), await the_role(alder)

    async def ended() -> int:
        slug = await alder.write(
            selecting.begin, role.slug, people["ana"], once=secrets.token_hex(8)
        )
        await alder.write(selecting.say, slug, people["ben"], Stage.NOMINATE,
                          Said(handle="cleo", reason="Is calm"))  # fmt: skip
        for other in (people["ben"], await moot.keeper(alder)):
            with pytest.raises(Refused):
                await alder.write(selecting.stop, slug, other)
        await alder.write(selecting.stop, slug, people["ana"])
        return len(await moot.rows(alder, nomination))

    assert await ended() == 0
    await alder.write(lambda unit: choosing._set(unit, keeps, True, by="", words="", authority=""))
    assert await ended() == 1


async def test_two_terms_in_a_row_and_no_third(alder: Node, clock: Clock) -> None:
    await say(alder, clock, HOST)
    people, role = await ids(alder), await the_role(alder)
    first = await chosen(alder, clock, "ben")
    assert first.ends is not None
    with pytest.raises(Conflict) as taken:
        await alder.write(selecting.begin, role.slug, people["ana"], once="early")
    clock.now = first.ends - timedelta(days=25)
    second = await chosen(alder, clock, "ben")
    assert second.begins == first.ends, "the next term begins when this one ends"
    assert second.ends is not None
    clock.now = second.ends - timedelta(days=25)
    slug = await alder.write(selecting.begin, role.slug, people["ana"], once="third")
    with pytest.raises(Invalid) as long:
        await alder.write(selecting.say, slug, people["ana"], Stage.NOMINATE,
                          Said(handle="ben", reason="Again"))  # fmt: skip

    assert (taken.value.code, list(long.value.fields)) == ("E_TAKEN", ["nominee"])
    assert await moot.rows(alder, nomination) == []
    await alder.write(selecting.say, slug, people["ana"], Stage.NOMINATE,
                      Said(handle="cleo", reason="New"))  # fmt: skip


# Terms ----------------------------------------------------------------------------------------


async def test_a_power_goes_with_the_term_whether_or_not_the_clock_ran(
    alder: Node, clock: Clock
) -> None:
    await say(alder, clock, HOST)
    people = await ids(alder)
    slug = await moot.bring(alder, people["ana"], course="consent", method=Method.CONSENT)
    held = await chosen(alder, clock, "ben")
    assert held.ends is not None
    slug = await moot.bring(alder, people["ana"], course="consent", method=Method.CONSENT)
    await alder.write(stepping.ask_to_lead, slug, people["ben"], "cleo")
    with pytest.raises(Refused):
        await alder.write(stepping.ask_to_lead, slug, people["cleo"] + "x", "cleo")

    clock.now = held.ends - timedelta(seconds=1)
    assert await may(alder, people["ben"])
    clock.now = held.ends
    assert not await may(alder, people["ben"])
    with pytest.raises(Refused):
        await alder.write(stepping.ask_to_lead, slug, people["ben"], "cleo")
    await roles.jobs.due(alder)
    ended = await alder.read(queries.holding_of, held.id)
    assert ended is not None
    assert (ended.state, ended.why, ended.closed) == (State.ENDED, Why.TERM, clock())


async def test_what_a_suspended_member_may_do_rests(alder: Node, clock: Clock) -> None:
    await say(alder, clock, HOST)
    people = await ids(alder)
    await chosen(alder, clock, "ben")

    await alder.write(accounts.suspend, people["ben"])
    assert not await may(alder, people["ben"])
    assert await alder.read(queries.powers, people["ben"], clock()) == frozenset()

    await alder.write(accounts.unsuspend, people["ben"])
    assert await may(alder, people["ben"])


async def test_topics_and_circles_are_for_whom_a_role_lets(alder: Node, clock: Clock) -> None:
    await say(alder, clock, Spec(name="Host", purpose="Topics.", powers=(Power.TOPICS,), months=6))
    people = await ids(alder)
    await chosen(alder, clock, "ben")

    assert await may(alder, people["ben"], "topics")
    assert not await may(alder, people["ben"], "circles")
    assert not await may(alder, people["ben"], "facilitate")
    assert not await may(alder, people["cleo"], "topics")


@pytest.mark.parametrize("how", ["lays it down", "leaves"])
async def test_the_deputy_steps_in_for_the_rest(alder: Node, clock: Clock, how: str) -> None:
    await say(alder, clock, HOST)
    people = await ids(alder)
    held = await chosen(alder, clock, "ben", deputy="cleo")
    assert not await may(alder, people["cleo"])
    with pytest.raises(Refused):
        await alder.write(holding.lay_down, held.id, people["ana"])

    if how == "leaves":
        await alder.write(going_away.leave, people["ben"])
    else:
        await alder.write(holding.lay_down, held.id, people["ben"])
        with pytest.raises(Conflict):
            await alder.write(holding.lay_down, held.id, people["ben"])

    seats = [one for one in await alder.read(queries.holdings, held.role)
             if one.kind is Kind.SEAT]  # fmt: skip
    assert [(one.member, one.state) for one in seats if one.state is State.HELD] == [
        (people["cleo"], State.HELD)
    ]
    assert next(one.ends for one in seats if one.state is State.HELD) == held.ends
    before = next(one for one in seats if one.id == held.id)
    gone = how == "leaves"
    assert (before.member, before.why) == (
        None if gone else people["ben"], Why.LEFT if gone else Why.RESIGNED
    )  # fmt: skip
    assert await may(alder, people["cleo"])
    assert not await may(alder, people["ben"])


async def test_who_leaves_takes_their_words_along(alder: Node, clock: Clock) -> None:
    await say(alder, clock, HOST)
    people, role = await ids(alder), await the_role(alder)
    held = await chosen(alder, clock, "ben")
    await alder.write(holding.hand_over, held.id, people["ben"], "The key hangs left.")
    await alder.write(recalling.ask, held.id, people["ana"], "Never here.", once="r")
    clock.now = (held.ends or clock()) - timedelta(days=20)
    await alder.write(selecting.begin, role.slug, people["ana"], once="n")
    (going,) = await alder.read(queries.going)
    await alder.write(selecting.say, going.slug, people["ana"], Stage.NOMINATE,
                      Said(handle="cleo", reason="Is calm"))  # fmt: skip
    mine = await alder.read(leaving.export, people["ana"])
    bens = await alder.read(leaving.export, people["ben"])
    assert [one["reason"] for one in mine["named"]] == ["Is calm"]
    assert [one["handover"] for one in bens["held"]] == ["The key hangs left."]

    await alder.write(leaving.erase, people["ana"])
    assert await moot.rows(alder, nomination) == await moot.rows(alder, endorsement) == []
    (asked,) = await moot.rows(alder, petition)
    assert (asked.author, asked.text) == (None, "")
    await alder.write(leaving.erase, people["ben"])
    assert await moot.rows(alder, petition) == []
    (was,) = await alder.read(queries.holdings, role.slug)
    assert (was.member, was.handover, was.why) == (None, "", Why.LEFT)


# Recall ---------------------------------------------------------------------------------------


async def recalled(
    node: Node, clock: Clock, held: Holding, asks: str = "Never here.", answer: str = "I was ill."
) -> tuple[str, str]:
    """Enough ask for a recall, and it has come to the vote: its petition and its matter."""
    people = await ids(node)
    id_ = await node.write(recalling.ask, held.id, people["ana"], asks, once="r")
    assert not await node.write(recalling.back, id_, people["cleo"])
    assert await node.write(recalling.back, id_, people["keeper"])
    found = await node.read(queries.petition_of, id_)
    assert found is not None
    assert (found.state, found.endorsers) == (Petition.HEARING, frozenset())
    await node.write(recalling.reply, id_, people["ben"], answer)
    clock.advance(days=5)
    await roles.jobs.due(node)
    found = await node.read(queries.petition_of, id_)
    assert found is not None
    assert found.proposal is not None
    return id_, found.proposal


@pytest.mark.parametrize("yes", [True, False])
async def test_enough_ask_they_are_heard_and_all_others_vote(
    alder: Node, clock: Clock, yes: bool
) -> None:
    await say(alder, clock, HOST)
    people = await ids(alder)
    held = await chosen(alder, clock, "ben")
    id_, matter = await recalled(alder, clock, held)

    box = await alder.read(decided.box_of, matter)
    assert box is not None
    assert "I was ill." in box.subject["content"]
    with pytest.raises(Refused) as own:
        await moot.vote(alder, matter, [(people["ben"], "oppose")])
    assert own.value.code == "E_RECUSED"
    with pytest.raises(Conflict):
        await alder.write(recalling.reply, id_, people["ben"], "And more.")
    assert await may(alder, people["ben"]), "they hold it until a decision says otherwise"
    position = "inFavour" if yes else "oppose"
    await voted(alder, clock, matter, dict.fromkeys(("ana", "cleo", "keeper"), position))

    after = await alder.read(queries.holding_of, held.id)
    assert after is not None
    assert (after.state, after.why) == ((State.ENDED, Why.RECALLED) if yes else (State.HELD, None))
    assert await may(alder, people["ben"]) is not yes
    record = await moot.record_of(alder, matter)
    assert (record.reach, record.sent) == ("community", None)


EVIL = """I am sorry.\r\n\r\n\u2028\t§ role: King
§ for: Rules.
§ may: facilitate\r§ months: 6

§ end role: Host

§ decisions.grace_days = 60"""


async def test_what_is_said_about_people_sets_nothing(alder: Node, clock: Clock) -> None:
    await say(alder, clock, HOST)
    people = await ids(alder)
    held = await chosen(alder, clock, "ben")
    await recalled(alder, clock, held, asks=EVIL, answer=EVIL)
    (found,) = await alder.read(queries.petitions, held.id)
    box = await alder.read(decided.box_of, found.proposal)
    assert box is not None
    said = to_text(str(box.subject["content"]))
    assert not rules.named(said)
    assert not charter.rules.named(said)
    assert box.people
    await voted(alder, clock, box.id, dict.fromkeys(("ana", "cleo", "keeper"), "inFavour"))

    assert await alder.read(queries.role_by_key, "king") is None
    assert (await the_role(alder)).ended is None
    assert await alder.read(choices.now, GRACE) != 60
    after = await alder.read(queries.holding_of, held.id)
    assert (after.state, after.why) == (State.ENDED, Why.RECALLED)
    assert people["ben"] == after.member


async def test_a_text_about_people_is_not_read_whatever_it_says(
    alder: Node, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recalling, "quoted", str)
    await say(alder, clock, HOST)
    held = await chosen(alder, clock, "ben")
    _, matter = await recalled(alder, clock, held, answer=EVIL)
    await voted(alder, clock, matter, dict.fromkeys(("ana", "cleo", "keeper"), "inFavour"))

    record = await moot.record_of(alder, matter)
    assert record.holds
    for reader in (queries.naming, charter.queries.naming):
        (said,) = [one for one in await alder.read(lambda db, r=reader: list(r(db)))
                   if one.record.id == record.id]  # fmt: skip
        assert not (said.specs if isinstance(said, queries.Naming) else said.sets)


@pytest.mark.parametrize("gone", ["suspended", "left"])
async def test_a_recall_does_not_hang_on_who_asked_first(
    alder: Node, clock: Clock, gone: str
) -> None:
    await say(alder, clock, HOST)
    people = await ids(alder)
    held = await chosen(alder, clock, "keeper")
    id_ = await alder.write(recalling.ask, held.id, people["ana"], "Never here.", once="r")
    for name in ("cleo", "ben"):
        await alder.write(recalling.back, id_, people[name])
    if gone == "suspended":
        await alder.write(accounts.suspend, people["ana"])
    else:
        await alder.write(going_away.leave, people["ana"])
    clock.advance(days=5)
    await roles.jobs.due(alder)

    found = await alder.read(queries.petition_of, id_)
    assert found is not None
    assert found.state is Petition.VOTE
    (made,) = [one for one in await moot.rows(alder, plan) if one.once == f"recall-{id_}"]
    assert made.author in (people["ben"], people["cleo"])


@pytest.mark.parametrize("deputy", ["", "ana"])
@pytest.mark.parametrize("late", [False, True])
async def test_a_recall_that_two_hands_annul_is_none(
    alder: Node, clock: Clock, deputy: str, late: bool
) -> None:
    await say(alder, clock, HOST)
    people = await ids(alder)
    held = await chosen(alder, clock, "ben", deputy)
    _, matter = await recalled(alder, clock, held)
    await voted(alder, clock, matter, dict.fromkeys(("ana", "cleo", "keeper"), "inFavour"))
    assert not await may(alder, people["ben"])
    assert await may(alder, people["ana"]) is bool(deputy)
    if late:
        clock.advance(days=200)
    record = await moot.record_of(alder, matter)
    await alder.write(forcing.void, record)
    await settle(alder)

    after = await alder.read(queries.holding_of, held.id)
    assert after is not None
    assert (after.state, after.closed is None, after.ends) == (
        (State.ENDED, False, held.ends) if late else (State.HELD, True, held.ends)
    )
    assert await may(alder, people["ben"]) is not late
    assert not await may(alder, people["ana"])
    if deputy and not late:
        every = await alder.read(queries.of_person, people["ana"])
        assert [(one.kind, one.state) for one in every] == [(Kind.DEPUTY, State.HELD)]


async def test_who_may_ask_for_a_recall(alder: Node, clock: Clock) -> None:
    await say(alder, clock, HOST)
    people = await ids(alder)
    held = await chosen(alder, clock, "ben")
    with pytest.raises(Refused) as own:
        await alder.write(recalling.ask, held.id, people["ben"], "Me.", once="o")
    with pytest.raises(Refused):
        await alder.write(recalling.ask, held.id, "https://birch.test/u/eve", "He.", once="e")
    assert await moot.rows(alder, petition) == []

    id_ = await alder.write(recalling.ask, held.id, people["ana"], "Never here.", once="r")
    assert await alder.write(recalling.ask, held.id, people["ana"], "Never.", once="r") == id_
    with pytest.raises(Conflict):
        await alder.write(recalling.ask, held.id, people["cleo"], "Also.", once="s")
    with pytest.raises(Conflict) as twice:
        await alder.write(recalling.back, id_, people["ana"])
    with pytest.raises(Refused):
        await alder.write(recalling.back, id_, people["ben"])
    with pytest.raises(Refused):
        await alder.write(recalling.reply, id_, people["ana"], "For him.")
    clock.advance(days=30)
    with pytest.raises(Conflict):
        await alder.write(recalling.back, id_, people["cleo"])
    await roles.jobs.due(alder)

    found = await alder.read(queries.petition_of, id_)
    assert found is not None
    assert (own.value.code, twice.value.code) == ("E_OWN", "E_TWICE")
    assert (found.state, found.endorsers) == (Petition.LAPSED, frozenset())
    assert await moot.rows(alder, endorsement) == []


async def test_what_names_people_never_leaves(alder: Node, clock: Clock) -> None:
    await say(alder, clock, HOST)
    people = await ids(alder)
    held = await chosen(alder, clock, "ben")
    record = await alder.read(decided.any_record, held.record or "")
    assert record is not None
    before = len(await moot.rows(alder, letter))

    for reach in ("public", "trusted"):
        with pytest.raises(Refused) as stays:
            await alder.write(bringing.choose_reach, record.box or "", people["ana"], reach)
        assert stays.value.code == "E_STAYS"

    after = await alder.read(decided.any_record, record.id)
    assert after is not None
    assert (after.reach, after.sent) == ("community", None)
    assert len(await moot.rows(alder, letter)) == before
    other = await moot.decided(alder, clock, YES, to="public")
    assert other.sent is not None


# In the browser -------------------------------------------------------------------------------


async def test_roles_in_the_browser(alder: Node, clock: Clock, browse: Callable[..., Any]) -> None:
    people = await ids(alder)
    ana, ben, cleo = [await browse(alder, name) for name in ("ana", "ben", "cleo")]
    assert "No roles yet" in (await ana.get("/roles")).text
    assert (await (await browse(alder)).get("/roles")).status_code == 403
    said = {"name": "Host", "purpose": "Opens the door.", "powers": "facilitate", "months": "9",
            "seats": "1", "course": "usual"}  # fmt: skip
    wrong = await ana.post("/roles/new", said)
    assert wrong.status_code == 422
    assert "shorter terms" in wrong.text
    page = await ana.post("/roles/new", {**said, "months": "6"})
    assert "§ role: Host" in page.text
    assert (await ana.get("/roles/draft?name=x&months=99")).status_code == 404
    await say(alder, clock, HOST)
    role = await the_role(alder)
    path = f"/roles/{role.slug}"
    assert "Nobody holds it" in (await ana.get("/roles")).text
    assert "§ end role: Host" in (await ana.get(f"/roles/draft?end={role.slug}&course=usual")).text

    page = await ana.post(f"{path}/choose", {}, form=path)
    choosing = page.url.path
    viewer = Viewer(account=await alder.account(people["ben"]), role="member")
    assert len(await slots.waiting(alder, viewer)) == 1
    wrong = await ben.post(choosing, {"nominee": "nobody", "reason": "Kind"})
    assert wrong.status_code == 422
    assert moot.strip(wrong.text)["Your turn"] == "Name somebody, or pass"
    page = await ben.post(choosing, {"nominee": "cleo", "reason": "Secretly kind"})
    assert "You had your turn" in page.text
    assert "Secretly kind" not in (await ana.get(choosing)).text
    assert await slots.waiting(alder, viewer) == []
    clock.advance(days=4)
    assert "Secretly kind" in (await ana.get(choosing)).text
    page = await ana.post(choosing, {"pass": "yes"})
    clock.advance(days=2)
    page = await cleo.get(choosing)
    assert "Propose them to all" not in page.text
    turns = [moot.strip(p.text)["Your turn"] for p in (page, await ana.get(choosing))]
    assert turns == ["Nothing today", "Propose somebody"]
    page = await ana.post(f"{choosing}/propose", {"people": people["cleo"]}, form=choosing)
    matter = page.url.path.rpartition("/")[2]
    strip = moot.strip((await ben.get(choosing)).text)
    assert (strip["Now"], strip["Your turn"]) == ("Do we agree?", "Say where you stand")
    await voted(alder, clock, matter, dict.fromkeys(people, "consent"))
    page = await cleo.get(path)
    assert "Do you take it on?" in page.text
    (one,) = await alder.read(queries.holdings, role.slug)
    await cleo.post(f"/roles/answer/{one.id}", {"say": "yes"}, form=path)
    page = await cleo.post(f"{path}/handover", {"text": "The key hangs left."}, form=path)
    assert "You hold it" in page.text
    assert moot.strip((await ben.get(choosing)).text)["Now"] == "It is filled"
    assert "The key hangs left." in (await ben.get(path)).text


async def test_a_recall_in_the_browser(
    alder: Node, clock: Clock, browse: Callable[..., Any]
) -> None:
    await say(alder, clock, HOST)
    one = await chosen(alder, clock, "cleo")
    ana, ben, cleo = [await browse(alder, name) for name in ("ana", "ben", "cleo")]
    path, recall = f"/roles/{one.role}", f"/recalls/{one.id}"
    wrong = await ben.post(recall, {"text": ""})
    assert wrong.status_code == 422
    assert moot.strip(wrong.text)["Now"] == "They hold the role"
    page = await ben.post(recall, {"text": "Never here."})
    pages = [page, *[await who.get(recall) for who in (ana, cleo)]]
    assert [moot.strip(one.text)["Your turn"] for one in pages] == [
        "You ask for it", "Say if you ask for it, too", "Answer, if you like",
    ]  # fmt: skip
    page = await cleo.post(f"{recall}/answer", {"answer": "I was ill."}, form=recall)
    assert "I was ill." in page.text
    page = await ana.post(f"{recall}/back", {}, form=recall)
    page = await cleo.post(f"{path}/lay-down", {}, form=path)
    assert "Laid it down" in page.text
    strip = moot.strip((await ana.get(recall)).text)
    assert (strip["Now"], strip["Next"]) == ("This term is over", "Nothing more")


async def test_a_recall_says_whose_turn_it_is_up_to_its_vote(
    alder: Node, clock: Clock, browse: Callable[..., Any]
) -> None:
    await say(alder, clock, HOST)
    one = await chosen(alder, clock, "cleo")
    people = await ids(alder)
    ana, cleo = [await browse(alder, name) for name in ("ana", "cleo")]
    asked = await alder.write(recalling.ask, one.id, people["ana"], "Never here.", once="r")
    for name in ("ben", "keeper"):
        await alder.write(recalling.back, asked, people[name])

    async def strips() -> list[tuple[str, str]]:
        told = [moot.strip((await who.get(f"/recalls/{one.id}")).text) for who in (ana, cleo)]
        return [(each["Now"], each["Your turn"]) for each in told]

    assert await strips() == [("They are heard", "Nothing today"), ("They are heard", "Answer")]
    clock.advance(days=5)
    await settle(alder)
    # whoever it is about stays out, so the vote asks nothing of them
    assert await strips() == [("We vote", "Say where you stand"), ("We vote", "Nothing today")]


# Rules ----------------------------------------------------------------------------------------


def test_what_is_over_stays_so() -> None:
    legal = {(a, b) for a, b in product(Stage, Stage) if rules.legal(a, b)}

    assert not [pair for pair in legal if pair[0] in (Stage.DONE, Stage.NOBODY)]
    assert all(rules.legal(one, Stage.NOBODY) for one in rules.GOES_ON)
    assert (Stage.NOMINATE, Stage.CONSENT) not in legal
    assert (Stage.PROPOSE, Stage.ASK) not in legal


@pytest.mark.parametrize(
    ("terms", "number"),
    [
        ([], 0),
        ([(-180, 0)], 1),
        ([(-360, -180), (-180, 0)], 2),
        ([(-360, -180), (-100, 0)], 2),
        ([(-700, -520), (-180, 0)], 1),
        ([(-400, -180)], 0),
        ([(-400, -179)], 1),
    ],
)
def test_terms_in_a_row(terms: list[tuple[int, int]], number: int) -> None:
    held = [(NOW + timedelta(days=a), NOW + timedelta(days=b)) for a, b in terms]

    assert rules.in_a_row(held, begins=NOW, months=6) == number


@pytest.mark.parametrize(
    ("ends", "seats", "coming", "days"),
    [
        ([], 1, 0, 0),
        ([9], 1, 0, 9),
        ([9, 5], 2, 0, 5),
        ([9, 5], 2, 1, 9),
        ([9], 2, 0, 0),
        ([9], 2, 1, 9),
        ([9, 5], 1, 0, 5),
    ],
)
def test_a_term_begins_on_a_seat_that_is_free(
    ends: list[int], seats: int, coming: int, days: int
) -> None:
    held = [NOW + timedelta(days=n) for n in ends]

    found = rules.begins(held, seats=seats, coming=coming, now=NOW)

    assert found == NOW + timedelta(days=days)


@pytest.mark.parametrize(
    ("active", "least", "needed"), [(0, 3, 3), (12, 3, 3), (15, 3, 3), (16, 3, 4), (50, 3, 10)]
)
def test_how_many_it_takes_to_ask_for_a_recall(active: int, least: int, needed: int) -> None:
    assert rules.needed(active=active, least=least) == needed
    assert rules.enough(needed, active=active, least=least)
    assert not rules.enough(needed - 1, active=active, least=least)
