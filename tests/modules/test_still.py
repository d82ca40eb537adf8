"""What we vote on stays as it is for a day; and what is decided comes into force by itself."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from node.kernel.errors import Conflict, Invalid, Missing
from node.kernel.node import Node
from node.modules import deliberation, notes, pictures, reactions, rounds
from node.modules.accounts import api as accounts
from node.modules.decisions import api as decisions
from node.modules.decisions import jobs as decision_jobs
from node.modules.decisions.api import Method
from node.modules.deliberation import queries as deliberated
from node.modules.deliberation import saying
from node.modules.deliberation.rules import Act as Does
from node.modules.deliberation.rules import Kind, State
from node.modules.proposals import bringing, changing, queries, stepping
from node.modules.proposals.tables import proposal
from node.modules.proposals.wording import Words
from node.modules.rounds import going
from node.modules.rounds.rules import Act, Round
from tests.conftest import Browser, Clock, settle
from tests.modules import moot
from tests.modules.moot import at, ids

Browse = Callable[..., Awaitable[Browser]]
MODULES = [*moot.MODULES, pictures.module, reactions.module, notes.module, deliberation.module,
           rounds.module]  # fmt: skip
CONSENT: dict[str, Any] = {"course": "consent", "method": Method.CONSENT}
DAY = timedelta(days=1)


@pytest.fixture
async def alder(make_node: Any) -> Node:
    node: Node = await make_node("alder", modules=MODULES)
    await moot.people(node, "ana", "ben", "cleo")
    return node


def words(text: str = "From three until six.", method: Method = Method.CONSENT) -> Words:
    return Words(title="Open the workshop on Sundays", text=text, method=method)


async def change(node: Node, slug: str, text: str = "From three until six.") -> None:
    await node.write(changing.change, slug, (await ids(node))["ana"], words(text))
    await settle(node)


# A text stays as it is ------------------------------------------------------------------------


async def test_a_change_puts_off_a_vote_that_would_open_at_once(alder: Node, clock: Clock) -> None:
    ana = (await ids(alder))["ana"]
    opens = alder.now() + 3 * DAY
    slug = await moot.bring(alder, ana, opens=opens, closes=opens + 4 * DAY)
    clock.advance(days=1)
    await change(alder, slug)
    assert (await at(alder, slug))[1].opens == opens, "there is time enough"

    clock.now = opens - timedelta(minutes=1)
    await change(alder, slug, "From four until six.")
    changed = alder.now()
    clock.advance(minutes=2)
    await settle(alder)

    found, made = await at(alder, slug)
    assert (found.stage, made.opens) == ("deliberating", changed + DAY)
    assert found.voting_starts == changed + DAY
    assert found.voting_ends == made.closes == changed + DAY + 4 * DAY
    clock.now = changed + DAY
    await settle(alder)
    assert (await at(alder, slug))[0].stage == "voting"
    with pytest.raises(Conflict):
        await change(alder, slug, "From five until six.")


async def test_how_long_is_the_charter_s(alder: Node, clock: Clock) -> None:
    await alder.write(lambda unit: unit.keep("proposals.still_days", 3))
    ana = (await ids(alder))["ana"]
    opens = alder.now() + 2 * DAY
    slug = await moot.bring(alder, ana, opens=opens, closes=opens + 4 * DAY)

    await change(alder, slug)

    assert (await at(alder, slug))[1].opens == alder.now() + 3 * DAY


async def test_who_leads_it_waits_too(alder: Node, clock: Clock, browse: Browse) -> None:
    people = await ids(alder)
    slug = await moot.bring(alder, people["ana"], **CONSENT)
    clock.advance(days=3)
    await alder.write(going.queries.set_round, slug, Round.INTEGRATE, alder.now())
    await change(alder, slug)
    changed = alder.now()
    await alder.write(going.lead, slug, people["ana"], Act.GO_ON)
    assert (await at(alder, slug))[1].have == {"rounds": 1}

    with pytest.raises(Conflict) as early:
        await alder.write(stepping.by_hand, slug, people["ana"])
    page = (await (await browse(alder, "ana")).get(f"/p/{slug}")).text
    clock.now = changed + DAY - timedelta(minutes=1)
    await settle(alder)

    assert early.value.code == "E_STILL"
    assert (await at(alder, slug))[0].stage == "deliberating"
    assert "It stays as it is until" in page
    assert "Go on to the next step" not in page
    clock.advance(minutes=1)
    await settle(alder)
    assert (await at(alder, slug))[0].stage == "voting"


ROUNDS = (
    (Round.CLARIFY, Round.CLARIFY), (Round.REACT, Round.REACT), (Round.OBJECT, Round.OBJECT),
    (Round.INTEGRATE, Round.INTEGRATE), (Round.DONE, Round.OBJECT),
)  # fmt: skip


async def test_rounds_that_rest_on_the_old_text_begin_anew(alder: Node) -> None:
    people = await ids(alder)
    for before, after in ROUNDS:
        slug = await moot.bring(alder, people["ana"], **CONSENT)
        await alder.write(going.queries.set_round, slug, before, alder.now() + DAY)
        for round_ in (Round.REACT, Round.OBJECT):
            await alder.write(going.queries.take, slug, round_, people["ben"], None)
        if before is Round.DONE:
            await alder.write(stepping.came, slug, {"rounds": 1})

        await change(alder, slug)

        held = await alder.read(going.stands, (await at(alder, slug))[0])
        assert held is not None
        assert held.round is after
        had = {one.round for one in await alder.read(going.queries.turns, slug)}
        kept = {Round.REACT} if after is Round.OBJECT else {Round.REACT, Round.OBJECT}
        assert had == kept, before
        if before is Round.DONE:
            found, made = await at(alder, slug)
            assert await alder.read(lambda _db, f=found, m=made: stepping.lacks(f, m))


async def test_positions_on_the_old_text_are_asked_for_again(alder: Node, browse: Browse) -> None:
    people = await ids(alder)
    slug = await moot.bring(alder, people["ana"], **CONSENT)
    await alder.write(saying.stand, slug, people["ben"], saying.Stand.FOR)
    ben = await browse(alder, "ben")
    asked = "It was changed since you said where you stand."
    assert asked not in (await ben.get(f"/deliberation/{slug}")).text

    await change(alder, slug)

    assert asked in (await ben.get(f"/deliberation/{slug}")).text


async def test_an_option_that_is_added_keeps_what_stood_before(alder: Node, clock: Clock) -> None:
    people = await ids(alder)
    slug = await moot.bring(alder, people["ana"], course="options", method=Method.APPROVAL,
                            options=(("The yard", ""), ("The arch", "")))  # fmt: skip
    clock.advance(hours=1)
    await alder.write(changing.add_option, slug, people["ben"], ("The room", ""), None)
    with pytest.raises(Invalid):
        await alder.write(changing.add_option, slug, people["ben"], ("the room", ""), None)

    found, made = await at(alder, slug)
    (before,) = await alder.read(queries.versions, found.id)
    assert [one["name"] for one in before.options or []][:2] == ["The yard", "The arch"]
    assert len(found.options) == len(before.options or []) + 1
    assert made.changed == alder.now()


async def test_a_text_stays_still_for_longer_than_the_last_step(alder: Node, clock: Clock) -> None:
    await alder.write(lambda unit: unit.keep("proposals.still_days", 7))
    people = await ids(alder)
    slug = await moot.bring(alder, people["ana"], course="role", method=Method.APPROVAL,
                            options=(("Ana", ""), ("Ben", "")))  # fmt: skip
    clock.advance(days=3)
    await alder.write(changing.add_option, slug, people["ben"], ("Cleo", ""), None)
    changed = alder.now()
    clock.advance(days=1)
    await settle(alder)
    assert (await at(alder, slug))[0].stage == "deliberating"

    clock.now = changed + 7 * DAY - timedelta(minutes=1)
    await settle(alder)
    assert (await at(alder, slug))[0].stage == "deliberating"
    clock.advance(minutes=1)
    await settle(alder)

    assert (await at(alder, slug))[0].stage == "voting"


async def test_no_amendment_makes_a_text_too_long(alder: Node) -> None:
    people = await ids(alder)
    slug = await moot.bring(alder, people["ana"], text="a" * 19_990, **CONSENT)
    long = saying.Said(text="b" * 30)
    with pytest.raises(Invalid) as refused:
        await alder.write(saying.say, slug, people["ben"], Kind.AMENDMENT, long, once="l")
    assert set(refused.value.fields) == {"text"}

    await alder.write(saying.say, slug, people["ben"], Kind.AMENDMENT, saying.Said(text="c"),
                      once="c")  # fmt: skip
    (one,) = await alder.read(deliberated.on, slug, moot.inside(alder))
    await change(alder, slug, "a" * 19_999)
    with pytest.raises(Conflict) as late:
        await alder.write(saying.move, one.id, people["ana"], Does.ACCEPT)
    assert late.value.code == "E_LONG"
    assert len((await at(alder, slug))[1].text) == 19_999
    await change(alder, slug, "a" * 19_000)
    await alder.write(saying.move, one.id, people["ana"], Does.ACCEPT)

    assert (await at(alder, slug))[1].text.endswith("\n\nc")


# An objection of somebody who is silent ---------------------------------------------------------


async def objected(node: Node) -> tuple[str, str]:
    """A matter in its last round, with an open objection of Cleo's: slug and objection."""
    people = await ids(node)
    slug = await moot.bring(node, people["ana"], **CONSENT)
    await node.write(saying.say, slug, people["cleo"], Kind.OBJECTION, saying.Said(text="Loud."),
                     once="o")  # fmt: skip
    (one,) = await node.read(deliberated.on, slug, moot.inside(node))
    await node.write(going.queries.set_round, slug, Round.INTEGRATE, node.now())
    return slug, one.id


async def test_who_does_not_answer_for_a_week_holds_up_nothing(
    alder: Node, clock: Clock, browse: Browse
) -> None:
    people = await ids(alder)
    slug, one = await objected(alder)
    await alder.write(saying.move, one, people["ana"], Does.OFFER, "Until eight.")
    clock.advance(days=7, minutes=-1)
    with pytest.raises(Conflict) as open_:
        await alder.write(going.lead, slug, people["ana"], Act.GO_ON)
    assert open_.value.code == "E_OBJECTIONS"
    clock.advance(minutes=1)

    page = (await (await browse(alder, "ben")).get(f"/deliberation/{slug}")).text
    assert await alder.write(going.lead, slug, people["ana"], Act.GO_ON) is Round.DONE

    assert "has not answered for long" in page
    found = await alder.read(deliberated.by_id, one)
    assert found is not None
    assert found.state is State.OFFERED, "nobody said yes for them"


async def test_what_nobody_has_answered_waits_for_an_answer(alder: Node, clock: Clock) -> None:
    people = await ids(alder)
    slug, _one = await objected(alder)
    clock.advance(days=8)

    with pytest.raises(Conflict):
        await alder.write(going.lead, slug, people["ana"], Act.GO_ON)


async def test_who_is_suspended_or_has_left_holds_up_nothing(alder: Node) -> None:
    people = await ids(alder)
    slug, _one = await objected(alder)
    with pytest.raises(Conflict):
        await alder.write(going.lead, slug, people["ana"], Act.GO_ON)
    await alder.write(accounts.suspend, people["cleo"])

    assert await alder.write(going.lead, slug, people["ana"], Act.GO_ON) is Round.DONE


# In force by itself -----------------------------------------------------------------------------


async def decide(node: Node, clock: Clock, **more: Any) -> Any:
    people = await ids(node)
    slug = await moot.bring(node, people["ana"], **more)
    positions = "consent" if more.get("method", Method.CONSENT) == Method.CONSENT else "inFavour"
    await moot.vote(node, slug, [(one, positions) for one in people.values()])
    clock.advance(days=8)
    await settle(node)
    return await moot.record_of(node, slug)


async def test_what_nobody_chose_for_comes_into_force_and_stays_here(
    alder: Node, clock: Clock
) -> None:
    record = await decide(alder, clock, reach="public")
    clock.advance(days=7, minutes=-1)
    await decision_jobs.keep_time(alder)
    assert not (await moot.record_of(alder, record.box)).holds
    clock.advance(minutes=1)

    await decision_jobs.keep_time(alder)
    await decision_jobs.keep_time(alder)

    after = await moot.record_of(alder, record.box)
    assert (after.holds, after.reach, after.sent) == (True, "community", None)
    await alder.write(bringing.choose_reach, record.box, await moot.keeper(alder), "public")
    await settle(alder)
    later = await moot.record_of(alder, record.box)
    assert later.sent is not None
    assert later.in_force == after.in_force, "it is published still, and holds since then"


async def test_only_what_was_approved_and_stands_comes_into_force(
    alder: Node, clock: Clock
) -> None:
    people = await ids(alder)
    slug = await moot.bring(alder, people["ana"])
    await moot.vote(alder, slug, [(people["ben"], "block")])
    await moot.vote(alder, slug, [(people[n], "consent") for n in ("ana", "cleo", "keeper")])
    clock.advance(days=8)
    await settle(alder)
    clock.advance(days=30)

    await decision_jobs.keep_time(alder)

    found = await moot.record_of(alder, slug)
    assert (found.outcome, found.settled, found.in_force) == ("blocked", None, None)


async def test_what_cools_off_waits_for_that_first(alder: Node, clock: Clock) -> None:
    people = await ids(alder)
    slug = await moot.bring(alder, people["ana"], **CONSENT)
    await alder.write(stepping.came, slug, {"rounds": 1})
    clock.advance(days=5)
    await settle(alder)
    await moot.vote(alder, slug, [(one, "consent") for one in people.values()])
    clock.advance(days=3)
    await settle(alder)
    record = await moot.record_of(alder, slug)
    ends = decisions.cools_until(record)
    assert ends is not None
    clock.now = ends + 7 * DAY - timedelta(minutes=1)
    await decision_jobs.keep_time(alder)
    assert not (await moot.record_of(alder, slug)).holds

    clock.advance(minutes=1)
    await decision_jobs.keep_time(alder)

    assert (await moot.record_of(alder, slug)).holds


# As strictly as it was decided ------------------------------------------------------------------

WAYS = (
    (Method.MAJORITY, Method.MAJORITY, True), (Method.MAJORITY, Method.CONSENT, True),
    (Method.SUPERMAJORITY, Method.MAJORITY, False), (Method.SUPERMAJORITY, Method.CONSENT, True),
    (Method.CONSENT, Method.MAJORITY, False), (Method.CONSENT, Method.SUPERMAJORITY, False),
    (Method.CONSENT, Method.CONSENSUS, True),
)  # fmt: skip


@pytest.mark.parametrize(("before", "after", "fits"), WAYS)
async def test_what_comes_in_place_is_decided_as_strictly(
    alder: Node, clock: Clock, before: Method, after: Method, fits: bool
) -> None:
    ana = (await ids(alder))["ana"]
    record = await decide(alder, clock, method=before)
    await alder.write(bringing.choose_reach, record.box, ana, "community")
    for how in ("amend", "repeal"):
        held = {"record": record.id, "how": how}
        many = len(await moot.rows(alder, proposal))
        if fits:
            assert await moot.bring(alder, ana, method=after, replaces=held)
            continue
        with pytest.raises(Invalid) as refused:
            await moot.bring(alder, ana, method=after, replaces=held)
        assert set(refused.value.fields) == {"method"}
        assert len(await moot.rows(alder, proposal)) == many
    held = {"record": record.id, "how": "confirm"}
    many = len(await moot.rows(alder, proposal))
    with pytest.raises(Missing):
        await moot.bring(alder, ana, method=Method.MAJORITY, replaces=held)
    assert len(await moot.rows(alder, proposal)) == many, "it holds anyway"


async def test_nor_does_a_change_of_the_way_make_it_easier(alder: Node, clock: Clock) -> None:
    ana = (await ids(alder))["ana"]
    record = await decide(alder, clock)
    await alder.write(bringing.choose_reach, record.box, ana, "community")
    opens = alder.now() + 3 * DAY
    slug = await moot.bring(alder, ana, replaces={"record": record.id, "how": "repeal"},
                            opens=opens, closes=opens + 4 * DAY)  # fmt: skip

    with pytest.raises(Invalid) as refused:
        await alder.write(changing.change, slug, ana, words(method=Method.MAJORITY))
    await alder.write(changing.change, slug, ana, words(method=Method.CONSENSUS))

    assert set(refused.value.fields) == {"method"}
    assert (await at(alder, slug))[1].method == Method.CONSENSUS


async def test_only_courses_that_can_are_offered(alder: Node, clock: Clock, browse: Browse) -> None:
    ana = (await ids(alder))["ana"]
    record = await decide(alder, clock)
    await alder.write(bringing.choose_reach, record.box, ana, "community")
    page = (
        await (await browse(alder, "ana")).get(f"/p/new?replaces={record.slug}&how=repeal")
    ).text

    assert "course=consent" in page
    assert "course=usual" in page
    for name in ("options", "agreement", "budget", "role", "advice", "emergency"):
        assert f"course={name}" not in page
