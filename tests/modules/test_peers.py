"""Trust between two nodes: proposed, answered, ended, on two whole nodes."""

import itertools

import pytest

from node.kernel.errors import Missing, Refused
from node.kernel.node import Node
from node.modules.accounts import api as accounts
from node.modules.follows import api as follows
from node.modules.peers import api as peers
from node.modules.peers import queries
from node.modules.peers.objects import TRUSTED, Peering
from node.modules.peers.rules import NEXT, Side, State, Step, after
from tests import servers
from tests.conftest import Clock, Wire, person, settle
from tests.modules.meeting import befriend
from vocab.types import Offer, Undo


async def states(here: Node, there: Node) -> tuple[State | None, State | None]:
    ours = await here.read(queries.bond, there.community.service)
    theirs = await there.read(queries.bond, here.community.service)
    return (ours.state if ours else None, theirs.state if theirs else None)


async def test_a_proposal_waits_for_the_other_keeper(alder: Node, birch: Node) -> None:
    await peers.propose(alder, "birch.test")
    await settle(alder, birch)

    assert await states(alder, birch) == (State.PROPOSED, State.PROPOSED)
    assert not await birch.read(peers.trusted, alder.community.service)
    (asking,) = await birch.read(peers.listed)
    assert (asking.name, asking.domain, asking.asked_by) == ("Alder", "alder.test", Side.THEM)


async def test_accepted_trust_holds_on_both_sides(alder: Node, birch: Node) -> None:
    await befriend(alder, birch)

    assert await states(alder, birch) == (State.ACTIVE, State.ACTIVE)
    assert await alder.read(peers.trusted, birch.community.service)
    assert [s.id for s in await birch.read(peers.trusted_services)] == [alder.community.service]
    trusts = birch.registry.trusts
    assert await birch.read(lambda db: trusts(db, alder.community.service))
    expand = alder.registry.audience
    assert await alder.read(expand, alder.community.peers) == [birch.community.service]


async def test_the_communities_follow_each_other_as_long_as_trust_holds(
    alder: Node, birch: Node
) -> None:
    await befriend(alder, birch)
    assert await birch.read(follows.followers, birch.community.id) == [alder.community.id]
    assert await alder.read(follows.followers, alder.community.id) == [birch.community.id]

    await peers.end(alder, "https://birch.test/")
    await settle(alder, birch)

    assert await birch.read(follows.followers, birch.community.id) == []
    assert await alder.read(follows.followers, alder.community.id) == []


async def test_a_refused_proposal_gives_no_trust_and_may_be_made_again(
    alder: Node, birch: Node
) -> None:
    await peers.propose(alder, birch.origin)
    await settle(alder, birch)
    await birch.write(peers.refuse, alder.community.service)
    await settle(alder, birch)
    assert await states(alder, birch) == (State.REFUSED, State.REFUSED)
    assert not await alder.read(peers.trusted, birch.community.service)

    await befriend(alder, birch)

    assert await states(alder, birch) == (State.ACTIVE, State.ACTIVE)


@pytest.mark.parametrize("who", ["proposer", "accepter"])
async def test_either_side_ends_it_alone(alder: Node, birch: Node, who: str) -> None:
    await befriend(alder, birch)
    here, there = (alder, birch) if who == "proposer" else (birch, alder)

    await peers.end(here, there.origin)
    await settle(alder, birch)

    assert await states(alder, birch) == (State.REVOKED, State.REVOKED)
    assert not await alder.read(peers.trusted, birch.community.service)
    assert not await birch.read(peers.trusted, alder.community.service)


async def test_it_can_be_ended_months_later_when_letters_are_forgotten(
    alder: Node, birch: Node, clock: Clock
) -> None:
    await befriend(alder, birch)
    clock.advance(days=100)
    from federation import receiving

    await receiving.sweep(birch)

    await peers.end(alder, birch.origin)
    await settle(alder, birch)

    assert await states(alder, birch) == (State.REVOKED, State.REVOKED)


async def test_proposals_that_cross_are_an_agreement(alder: Node, birch: Node) -> None:
    await peers.propose(alder, birch.origin)
    await peers.propose(birch, alder.origin)
    await settle(alder, birch)
    assert await states(alder, birch) == (State.ACTIVE, State.ACTIVE)

    await peers.end(birch, alder.origin)
    await settle(alder, birch)

    assert await states(alder, birch) == (State.REVOKED, State.REVOKED)


async def test_asking_a_node_that_asks_is_a_yes(alder: Node, birch: Node) -> None:
    await peers.propose(alder, birch.origin)
    await settle(alder, birch)

    await peers.propose(birch, alder.origin)
    await settle(alder, birch)

    assert await states(alder, birch) == (State.ACTIVE, State.ACTIVE)


async def test_who_proposed_cannot_accept(alder: Node, birch: Node) -> None:
    await peers.propose(alder, birch.origin)
    await settle(alder, birch)

    with pytest.raises(Missing):
        await alder.write(peers.accept, birch.community.service)

    assert await states(alder, birch) == (State.PROPOSED, State.PROPOSED)


async def test_a_proposal_lapses_after_two_weeks(alder: Node, birch: Node, clock: Clock) -> None:
    await peers.propose(alder, birch.origin)
    await settle(alder, birch)

    clock.advance(days=14, seconds=1)
    await settle(alder, birch)

    assert await states(alder, birch) == (State.ENDED, State.ENDED)
    with pytest.raises(Missing):
        await birch.write(peers.accept, alder.community.service)


async def test_trust_ends_after_a_year_by_the_clock(alder: Node, birch: Node, clock: Clock) -> None:
    await befriend(alder, birch)
    clock.advance(days=364)
    await settle(alder, birch)
    assert await states(alder, birch) == (State.ACTIVE, State.ACTIVE)

    clock.advance(days=2)
    await settle(alder, birch)

    assert await states(alder, birch) == (State.ENDED, State.ENDED)
    assert await birch.read(follows.followers, birch.community.id) == []


async def test_a_yes_given_while_the_other_is_away_arrives_later(
    alder: Node, birch: Node, wire: Wire, clock: Clock
) -> None:
    await peers.propose(alder, birch.origin)
    await settle(alder, birch)
    wire.away.add(alder.origin)
    await birch.write(peers.accept, alder.community.service)
    await settle(alder, birch)
    assert await states(alder, birch) == (State.PROPOSED, State.ACTIVE)

    wire.away.clear()
    for _ in range(30):
        clock.advance(hours=2)
        await settle(alder, birch)

    assert await states(alder, birch) == (State.ACTIVE, State.ACTIVE)
    assert await alder.read(follows.followers, alder.community.id) == [birch.community.id]


async def test_a_third_node_can_neither_answer_nor_end(
    alder: Node, birch: Node, cedar: Node
) -> None:
    await befriend(alder, birch)
    held = await alder.read(queries.bond, birch.community.service)
    assert held is not None

    def interfere(unit):
        us = accounts.service_account(unit.db)
        undo = Undo(id=unit.id("a"), actor=us.id, object=held.theirs, to=(alder.community.service,),
                    handling="recipientsOnly")  # fmt: skip
        unit.send(undo)

    await cedar.write(interfere)
    await settle(alder, birch, cedar)

    assert await states(alder, birch) == (State.ACTIVE, State.ACTIVE)


async def test_a_member_cannot_speak_for_the_node(alder: Node, birch: Node) -> None:
    ana = await person(alder, "ana")
    await peers.find(alder, birch.origin)
    claim = Peering(id=f"{alder.origin}/o/x", attributed_to=ana.id, subject=ana.id,
                    relationship=TRUSTED, object=birch.community.service)  # fmt: skip
    offer = Offer(id=f"{alder.origin}/a/x", actor=ana.id, object=claim)

    with pytest.raises(Refused, match="E_OWNER"):
        await alder.write(lambda unit: unit.perform(offer, ana))

    assert await states(alder, birch) == (None, None)


async def test_an_address_where_nobody_is_says_so(alder: Node) -> None:
    with pytest.raises(Exception) as caught:
        await peers.propose(alder, "willow.exmaple")

    assert "Check the address" in caught.value.safe


@pytest.mark.sqlite(but=1)
@pytest.mark.parametrize(
    "typed", ["no address at all", "", "ana@birch.test", "ftp://birch.test", "https://[birch"]
)
async def test_what_is_no_address_is_told_from_an_empty_place(alder: Node, typed: str) -> None:
    for act in (peers.propose, peers.end):
        with pytest.raises(Refused, match="E_ADDRESS") as caught:
            await act(alder, typed)
        assert "Write the address as in a browser" in caught.value.safe


async def test_our_own_address_is_refused(alder: Node) -> None:
    with pytest.raises(Refused, match="E_OURS"):
        await peers.propose(alder, alder.origin)


async def test_the_statement_is_shown_to_the_other_node_alone(
    alder: Node, birch: Node, cedar: Node
) -> None:
    from federation import resolving

    await befriend(alder, birch)
    held = await alder.read(queries.bond, birch.community.service)
    assert held is not None
    assert held.statement

    found, _ = await resolving.document(birch, held.statement)
    assert isinstance(found, Peering)
    assert found.lifecycle == "active"
    with pytest.raises(Missing):
        await resolving.document(cedar, held.statement)


async def test_the_peers_collection_is_not_public(alder: Node, browse) -> None:
    anybody = await browse(alder)
    answer = await anybody.get("/c/alder/peers", headers={"accept": "application/activity+json"})
    assert answer.status_code == 404


def test_every_step_that_is_not_in_the_table_is_refused() -> None:
    for state, step in itertools.product((None, *State), Step):
        found = after(state, step, asked_by=Side.THEM, by=Side.US)
        if state is State.PROPOSED and step is Step.OFFER:
            assert found is State.ACTIVE
        elif state is State.PROPOSED and step is Step.UNDO:
            assert found is None
        else:
            assert found is NEXT.get((state, step))


async def test_the_keeper_does_it_all_in_the_browser(alder: Node, birch: Node, browse) -> None:
    here, there = await browse(alder, "keeper"), await browse(birch, "keeper")
    asked = await here.post("/desk/nodes", {"address": "birch.test"})
    assert asked.status_code == 200
    assert "Waiting for their answer" in asked.text
    await settle(alder, birch)
    assert "Alder asks to be a trusted node" in (await there.get("/")).text

    page = await there.get("/desk/nodes")
    assert "They ask us" in page.text
    said = {"node": alder.community.service, "say": "yes"}
    agreed = await there.post("/desk/nodes/answer", said, form="/desk/nodes")
    await settle(alder, birch)

    assert "You trust each other now." in agreed.text
    assert await states(alder, birch) == (State.ACTIVE, State.ACTIVE)


async def test_the_page_says_what_is_wrong_with_an_address(alder: Node, browse) -> None:
    here = await browse(alder, "keeper")

    answer = await here.post("/desk/nodes", {"address": "willow.exmaple"})

    assert answer.status_code == 422
    assert "Check the address" in answer.text
    assert "willow.exmaple" in answer.text


async def test_members_see_the_nodes_and_cannot_change_them(
    alder: Node, birch: Node, browse
) -> None:
    await person(alder, "ana")
    await befriend(alder, birch)
    ana = await browse(alder, "ana")

    assert "Birch" in (await ana.get("/nodes")).text
    assert (await ana.get("/desk/nodes")).status_code == 403
    said = {"node": birch.community.service, "say": "end"}
    hidden = servers.hidden_fields((await ana.get("/me/account")).text, "/me/account")
    headers = {"origin": alder.origin, "sec-fetch-site": "same-origin"}
    sent = {**hidden, **said}
    answer = await ana.client.post("/desk/nodes/answer", data=sent, headers=headers)
    assert answer.status_code == 403
    assert await states(alder, birch) == (State.ACTIVE, State.ACTIVE)
