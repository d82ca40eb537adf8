"""Voting for each other: accepted, one hop, taken back, and never a part of the quorum."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.kernel.access import Viewer
from node.kernel.errors import Conflict, Invalid, Missing, Refused
from node.kernel.node import Node
from node.modules.accounts import api as accounts
from node.modules.accounts import leaving
from node.modules.decisions import api as decisions
from node.modules.decisions import delegating, opened, rules, voices
from node.modules.decisions.api import Method
from node.modules.decisions.methods.ways import setup
from node.modules.decisions.tables import carried, delegation
from node.modules.decisions.voices import Act, Delegation, Fate, Slot, State
from node.modules.proposals import delegations
from tests.conftest import Browser, Clock, settle
from tests.modules import moot

Browse = Callable[..., Awaitable[Browser]]
SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
async def alder(make_node: Any) -> Node:
    node: Node = await make_node("alder", modules=moot.MODULES)
    await moot.people(node, "ana", "ben", "cleo", "dora")
    await node.write(lambda unit: unit.keep("decisions.open", True))
    await node.write(lambda unit: unit.keep("decisions.delegation", True))
    return node


async def who(node: Node, name: str) -> str:
    found = await node.read(accounts.by_handle, name)
    assert found is not None
    return found.id


async def offer(node: Node, giver: str, holder: str, kind: str = "", once: str = "") -> str:
    key = once or f"{giver} {holder} {kind} {node.now()}"
    return await node.write(decisions.offer, await who(node, giver), holder, kind, once=key)


async def give(node: Node, giver: str, holder: str, kind: str = "") -> str:
    id_ = await offer(node, giver, holder, kind)
    await act(node, id_, holder, Act.ACCEPT)
    return id_


async def act(node: Node, id_: str, name: str, what: Act) -> State:
    return await node.write(decisions.act, id_, await who(node, name), what)


async def bring(node: Node, **more: Any) -> str:
    values = {"method": Method.MAJORITY, "open": True, "share": Fraction(1, 4), **more}
    return await moot.bring(node, await who(node, "ana"), **values)


async def cast(node: Node, slug: str, **said: str) -> None:
    for name, word in said.items():
        await node.write(decisions.cast, slug, await who(node, name), word)


async def close(node: Node, clock: Clock, slug: str) -> Any:
    clock.advance(days=8)
    await settle(node)
    return await moot.record_of(node, slug)


async def fates(node: Node, slug: str) -> dict[str, str]:
    found = await node.read(decisions.box_of, slug)
    assert found is not None
    names = await node.read(accounts.names_of, [m.id for m in await node.read(accounts.members)])
    told = await node.read(delegating.given, found)
    return {names.get(one.giver or "", ""): one.fate for one in told}


async def states(node: Node) -> list[str]:
    return sorted(row.state for row in await moot.rows(node, delegation))


async def test_it_counts_only_once_it_is_accepted(alder: Node, clock: Clock) -> None:
    await offer(alder, "cleo", "ana")
    await give(alder, "dora", "ana")
    slug = await bring(alder)
    await cast(alder, slug, ana="inFavour", ben="oppose", keeper="oppose")

    record = await close(alder, clock, slug)

    # two against two: a majority of those who say yes or no is more than half
    assert (record.outcome, await fates(alder, slug)) == ("rejected", {"dora": Fate.USED})
    voices_of = {one.handle: one.voices for one in await alder.read(opened.lines, slug)}
    assert voices_of == {"ana": 1, "ben": 0, "keeper": 0}


async def test_a_given_voice_turns_the_tally_but_not_the_quorum(alder: Node, clock: Clock) -> None:
    await give(alder, "cleo", "ana")
    await give(alder, "dora", "ana")
    slug = await bring(alder)
    await cast(alder, slug, ana="inFavour", ben="oppose", keeper="oppose")
    thin = await bring(alder, share=Fraction(2, 3))
    await cast(alder, thin, ana="inFavour", ben="inFavour", keeper="inFavour")

    record, lapsed = await close(alder, clock, slug), await moot.record_of(alder, thin)

    assert (record.outcome, record.document["electorate"]["participated"]) == ("approved", 3)
    assert lapsed.outcome == "noDecision"  # 4 of 5 are needed, and 3 came
    assert lapsed.document["quorum"] == {
        "type": "Quorum", "quorumBasis": "eligibleMembers", "required": 4, "reached": False,
    }  # fmt: skip


async def test_no_figure_of_a_vote_with_given_voices_is_told_outside(
    alder: Node, clock: Clock
) -> None:
    await moot.people(alder, *(f"m{n}" for n in range(10)))
    await give(alder, "dora", "ana")
    slug, plain = await bring(alder, counts=True), await bring(alder, counts=True, course="usual")
    names = ["ana", "ben", "cleo", "keeper", *(f"m{n}" for n in range(8))]
    for n, name in enumerate(names):
        await cast(alder, slug, **{name: "inFavour" if n % 2 else "oppose"})
    await cast(alder, plain, **{name: "inFavour" if n % 3 else "oppose"
                                for n, name in enumerate([*names, "dora", "m8"])})  # fmt: skip

    record, other = await close(alder, clock, slug), await moot.record_of(alder, plain)

    assert record.document["disclosure"] == "outcomeOnly"
    assert "tallies" not in record.document
    assert other.document["disclosure"] != "outcomeOnly"


async def test_ones_own_ballot_counts_instead(alder: Node, clock: Clock) -> None:
    await give(alder, "dora", "ana")
    slug = await bring(alder)
    await cast(alder, slug, ana="inFavour", ben="oppose", keeper="inFavour", dora="oppose")

    record = await close(alder, clock, slug)

    assert await fates(alder, slug) == {"dora": Fate.OWN}
    assert record.document["electorate"]["participated"] == 4
    assert all(one.voices == 0 for one in await alder.read(opened.lines, slug))


async def test_taken_back_it_counts_no_more_even_after_the_other_voted(
    alder: Node, clock: Clock
) -> None:
    one, two = await give(alder, "dora", "ana"), await give(alder, "cleo", "ana")
    slug = await bring(alder)
    await cast(alder, slug, ana="inFavour", ben="oppose", keeper="oppose")

    assert await act(alder, one, "dora", Act.REVOKE) is State.REVOKED
    assert await act(alder, two, "ana", Act.LAY_DOWN) is State.LAID_DOWN
    record = await close(alder, clock, slug)

    assert record.outcome == "rejected"
    assert set((await fates(alder, slug)).values()) == {Fate.REVOKED}


async def test_what_is_given_after_the_opening_counts_from_the_next_vote_on(
    alder: Node, clock: Clock
) -> None:
    slug = await bring(alder)
    await give(alder, "dora", "ana")
    after = await bring(alder)

    assert await fates(alder, slug) == {}
    assert list(await fates(alder, after)) == ["dora"]


async def test_nothing_is_passed_on(alder: Node, clock: Clock) -> None:
    await give(alder, "dora", "cleo")
    await give(alder, "cleo", "ana")
    await give(alder, "ana", "dora")  # a ring
    slug = await bring(alder)
    await cast(alder, slug, ana="inFavour", ben="oppose", keeper="oppose")

    record = await close(alder, clock, slug)

    assert await fates(alder, slug) == {
        "dora": Fate.ABSENT, "cleo": Fate.USED, "ana": Fate.OWN,
    }  # fmt: skip
    assert record.outcome == "rejected"


KINDS = (
    ({"open": False}, []),
    ({"method": Method.CONSENT}, []),
    ({"method": Method.SENSE_CHECK}, []),
    ({"method": Method.SUPERMAJORITY}, ["dora"]),
)


async def test_only_in_open_votes_in_which_one_ballot_is_as_good_as_another(alder: Node) -> None:
    await give(alder, "dora", "ana")
    for more, told in KINDS:
        slug = await bring(alder, **more)
        found = await alder.read(decisions.box_of, slug)
        assert found is not None
        given_ = await alder.read(delegating.given, found)
        assert [one.giver for one in given_] == [await who(alder, name) for name in told], more


async def test_by_kind_of_matter_the_narrower_goes_first(alder: Node) -> None:
    await give(alder, "dora", "ana")
    await give(alder, "dora", "ben", "usual")
    await give(alder, "cleo", "ben", "budget")
    slug = await bring(alder)
    found = await alder.read(decisions.box_of, slug)
    assert found is not None

    told = await alder.read(delegating.given, found)

    assert [(one.giver, one.holder) for one in told] == [
        (await who(alder, "dora"), await who(alder, "ben"))
    ]


async def test_who_cannot_vote_any_more_or_has_a_stake_is_told_of_before_the_close(
    alder: Node, clock: Clock, browse: Browse
) -> None:
    await give(alder, "dora", "ben")
    await give(alder, "cleo", "ana")
    slug = await bring(alder)
    dora, cleo = await browse(alder, "dora"), await browse(alder, "cleo")
    assert "Vote yourself on" not in (await dora.get("/")).text

    await alder.write(decisions.recuse, slug, await who(alder, "ben"))
    await alder.write(accounts.suspend, await who(alder, "ana"))

    for reader, words in ((dora, "has a stake in this and stays out"), (cleo, "cannot vote here")):
        assert "Vote yourself on" in (await reader.get("/")).text
        assert words in (await reader.get(f"/p/{slug}/vote")).text
    await close(alder, clock, slug)
    assert await fates(alder, slug) == {"dora": Fate.STAKE, "cleo": Fate.GONE}


async def test_both_find_what_became_of_it(alder: Node, clock: Clock, browse: Browse) -> None:
    await give(alder, "dora", "ana")
    await give(alder, "cleo", "ben")
    slug = await bring(alder)
    await cast(alder, slug, ana="inFavour", keeper="inFavour")
    await close(alder, clock, slug)

    told = {
        name: (await (await browse(alder, name)).get("/delegations")).text
        for name in ("dora", "ana", "cleo", "ben")
    }

    assert "It was counted with the ballot of ana." in told["dora"]
    assert "1 voice that was given to you was counted." in told["ana"]
    assert "It was not counted: ben did not vote." in told["cleo"]
    assert "None of the voices that were given to you was counted." in told["ben"]
    assert (
        "It was counted with the ballot of ana."
        in (await (await browse(alder, "dora")).get("/")).text
    )


async def test_who_votes_for_others_knows_how_many_and_not_who_voted(
    alder: Node, browse: Browse
) -> None:
    await give(alder, "dora", "ana")
    await give(alder, "cleo", "ana")
    slug = await bring(alder)
    ana, dora = await browse(alder, "ana"), await browse(alder, "dora")
    before = (await ana.get(f"/p/{slug}/vote")).text
    assert "2 voices were given to you" in before
    assert "has not yet" in (await dora.get(f"/p/{slug}/vote")).text

    await cast(alder, slug, cleo="oppose", ana="inFavour")

    assert "2 voices were given to you" in (await ana.get(f"/p/{slug}/vote")).text
    theirs = (await dora.get(f"/p/{slug}/vote")).text
    assert "and has chosen: In favour" in theirs
    assert "Against" not in theirs.replace("I am against", "")

    await cast(alder, slug, dora="abstain")
    own = (await dora.get(f"/p/{slug}/vote")).text
    assert "votes for you" not in own, "who has voted is told no more than all others"
    assert "In favour" not in own


async def test_it_runs_out_and_the_one_who_gave_it_is_told(
    alder: Node, clock: Clock, browse: Browse
) -> None:
    await give(alder, "dora", "ana")
    clock.advance(days=179)
    assert list(await fates(alder, await bring(alder))) == ["dora"]
    clock.advance(days=2)
    await settle(alder)

    assert await fates(alder, await bring(alder)) == {}
    page = (await (await browse(alder, "dora")).get("/")).text
    assert "It has run out" in page
    with pytest.raises(Conflict):
        await act(alder, (await moot.rows(alder, delegation))[0].id, "dora", Act.REVOKE)


async def test_what_cannot_be_asked_for_leaves_nothing(alder: Node) -> None:
    await alder.write(accounts.suspend, await who(alder, "ben"))
    for holder in ("dora", "nobody", "ben", ""):
        with pytest.raises(Invalid):
            await offer(alder, "dora", holder)
    with pytest.raises(Refused):
        await alder.write(decisions.offer, await who(alder, "ben"), "ana", "", once="b")
    await alder.write(lambda unit: unit.keep("decisions.delegation", False))
    with pytest.raises(Refused):
        await offer(alder, "dora", "ana")
    assert await states(alder) == []

    await alder.write(lambda unit: unit.keep("decisions.delegation", True))
    first = await offer(alder, "dora", "ana", once="o")
    assert await offer(alder, "dora", "ana", once="o") == first
    with pytest.raises(Conflict):
        await offer(alder, "dora", "cleo", once="p")
    assert await states(alder) == ["offered"]


async def test_switched_off_nothing_that_was_given_counts(alder: Node) -> None:
    await give(alder, "dora", "ana")
    await alder.write(lambda unit: unit.keep("decisions.delegation", False))

    assert await fates(alder, await bring(alder)) == {}


STEPS = (
    ("ana", Act.REVOKE, Refused), ("dora", Act.ACCEPT, Refused), ("dora", Act.DECLINE, Refused),
    ("cleo", Act.ACCEPT, Missing), ("ana", Act.LAY_DOWN, Conflict),
)  # fmt: skip


async def test_each_does_their_own_part_alone(alder: Node) -> None:
    id_ = await offer(alder, "dora", "ana")
    for name, what, problem in STEPS:
        with pytest.raises(problem):
            await act(alder, id_, name, what)
    assert await states(alder) == ["offered"]

    assert await act(alder, id_, "ana", Act.DECLINE) is State.DECLINED
    for name, what in (("ana", Act.ACCEPT), ("dora", Act.REVOKE)):
        with pytest.raises(Conflict):
            await act(alder, id_, name, what)
    assert await states(alder) == ["declined"]


async def test_who_leaves_takes_what_they_gave_and_gives_back_what_they_had(
    alder: Node, clock: Clock, browse: Browse
) -> None:
    await give(alder, "dora", "ana")
    await give(alder, "ana", "ben")
    await give(alder, "cleo", "ben")
    slug = await bring(alder)
    await cast(alder, slug, ana="inFavour", keeper="oppose")
    ana = await who(alder, "ana")

    await alder.write(leaving.leave, ana)

    left = await moot.rows(alder, delegation)
    assert sorted((row.state, row.holder is None) for row in left) == [
        ("accepted", False), ("gone", True)
    ]  # fmt: skip
    assert all(ana not in (row.giver, row.holder) for row in await moot.rows(alder, carried))
    assert (
        "Somebody who has left cannot vote here now"
        in (await (await browse(alder, "dora")).get(f"/p/{slug}/vote")).text
    )
    await close(alder, clock, slug)
    assert (await fates(alder, slug))["dora"] == Fate.GONE


@SQLITE
async def test_the_page_asks_accepts_and_takes_back(alder: Node, browse: Browse) -> None:
    dora, ana = await browse(alder, "dora"), await browse(alder, "ana")

    wrong = await dora.post("/delegations", {"holder": "nobody", "kind": "all"})
    asked = await dora.post("/delegations", {"holder": "@ana", "kind": "options"})
    assert (wrong.status_code, asked.status_code) == (422, 200)
    id_ = (await moot.rows(alder, delegation))[0].id
    assert "dora asks you to vote for them" in (await ana.get("/")).text
    await ana.post(f"/delegations/{id_}/accept", {}, form="/delegations")
    assert await states(alder) == ["accepted"]
    assert "For whom you vote" in (await ana.get("/delegations")).text
    await dora.post(f"/delegations/{id_}/revoke", {}, form="/delegations")

    assert await states(alder) == ["revoked"]
    assert (await (await browse(alder)).get("/delegations")).status_code in (401, 403, 200)


@SQLITE
async def test_the_first_page_reads_no_vote_that_was_counted(
    alder: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    await offer(alder, "dora", "ana")
    viewer = Viewer(account=await alder.read(accounts.by_handle, "ana"), role="member")

    def never(*_: object) -> None:
        raise AssertionError("a year of votes is read on the page of its own alone")

    monkeypatch.setattr(decisions, "voices_told", never)

    (card,) = await delegations.waiting(alder, viewer)

    assert card.about == "dora"


# Properties ---------------------------------------------------------------------------------

PEOPLE = [f"p{n}" for n in range(6)]
_slots = st.fixed_dictionaries(
    {name: st.builds(Slot, here=st.booleans(), voted=st.booleans(), recused=st.just(False))
     for name in PEOPLE}
)  # fmt: skip
_gifts = st.dictionaries(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE))


def counted(slots: Mapping[str, Slot], gifts: Mapping[str, str]) -> dict[str, list[str]]:
    """By whose ballot whose voices count: one's own first."""
    used: dict[str, list[str]] = {name: [name] for name, slot in slots.items() if slot.voted}
    for giver, holder in gifts.items():
        told = voices.fate(slots[giver], slots.get(holder), revoked=False)
        if giver != holder and told is Fate.USED:
            used[holder].append(giver)
    return used


@given(_slots, _gifts)
def test_everybody_weighs_one_at_most_and_only_by_a_ballot_of_somebody_s_own(
    slots: Mapping[str, Slot], gifts: Mapping[str, str]
) -> None:
    used = counted(slots, gifts)

    heard = [name for names in used.values() for name in names]
    assert len(heard) == len(set(heard))
    assert set(used) == {name for name, slot in slots.items() if slot.voted}
    for holder, names in used.items():
        for name in names:
            assert name == holder or (gifts[name] == holder and not slots[name].voted)


@given(_slots, _gifts, st.integers(1, 6))
def test_no_gift_changes_whether_enough_took_part(
    slots: Mapping[str, Slot], gifts: Mapping[str, str], needed: int
) -> None:
    made = setup(Method.MAJORITY, (), len(PEOPLE), {})
    own = sum(slot.voted for slot in slots.values())
    ballots = [{"inFavour": 1} for names in counted(slots, gifts).values() for _ in names]

    with_gifts = rules.tally(Method.MAJORITY, ballots, made, needed, wanted=True, own=own)
    without = rules.tally(Method.MAJORITY, [{"inFavour": 1}] * own, made, needed, wanted=True)

    assert with_gifts.reached == without.reached == (own >= needed)
    assert with_gifts.participated == own


_live = st.lists(
    st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE), st.sampled_from(["", "a", "b"]))
)


@given(_live, st.sampled_from(["a", "b", "c"]))
def test_of_all_that_somebody_gave_one_counts(live: list[tuple[str, str, str]], kind: str) -> None:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    every = [
        Delegation(id=str(n), giver=g, holder=h, kind=k, state=State.ACCEPTED,
                   at=at + timedelta(minutes=n), answered=None, until=None)
        for n, (g, h, k) in enumerate(live)
    ]  # fmt: skip

    found = voices.chosen(every, kind)

    assert set(found) == {g for g, _, k in live if k in ("", kind)}
    for giver, one in found.items():
        named = [d for d in every if d.giver == giver and d.kind == kind]
        assert one.giver == giver
        assert one.kind == kind if named else one.kind == ""
