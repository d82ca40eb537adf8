"""Who holds a role is told to trusted nodes: by the holder's yes, no further, no longer."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from federation import resolving
from node.kernel.access import ANONYMOUS, Reach
from node.kernel.errors import Conflict, Problem, Refused
from node.kernel.node import Node
from node.kernel.tables import letter
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.accounts import leaving as going_away
from node.modules.peers import api as peers
from node.modules.roles import holding, jobs, leaving, queries, showing, telling
from node.modules.roles.objects import Membership
from node.modules.roles.objects import Role as Named
from node.modules.roles.rules import Why
from node.modules.roles.tables import Holding, Told, told
from tests import servers
from tests.conftest import Browser, Clock, MakeNode, Wire, person, settle
from tests.modules import moot
from tests.modules.meeting import befriend
from vocab.model import PUBLIC
from vocab.types import Create, Update

Browse = Callable[..., Awaitable[Browser]]


async def held(node: Node, who: str, *, powers: tuple[str, ...] = ("facilitate",)) -> Holding:
    """Somebody in the role of facilitator, as a selection left them there."""

    def put(unit: Unit) -> None:
        if queries.role_of(unit.db, "role") is None:
            queries.add_role(unit, {
                "slug": "role", "key": "facilitator", "name": "Facilitator", "purpose": "Time",
                "powers": list(powers), "months": 6, "seats": 2, "record": "", "at": unit.now,
            })  # fmt: skip
        queries.add_holding(unit, {
            "id": f"of-{who[-8:]}", "role": "role", "member": who, "kind": "seat",
            "state": "held", "begins": unit.now, "ends": unit.now + timedelta(days=90),
        })  # fmt: skip

    await node.write(put)
    found = await node.read(queries.holding_of, f"of-{who[-8:]}")
    assert found is not None
    return found


async def seen(node: Node, other: Node) -> list[tuple[str, str]]:
    """Whom members may turn to at the other node: (name, role)."""
    found = await node.read(
        showing.to_turn_to, moot.inside(node), other.community.service, node.now()
    )
    return [(one.who.label, one.label) for one in found]


async def rows(node: Node) -> list[Told]:
    return await node.write(
        lambda unit: [showing._told(row) for row in unit.db.execute(select(told))]
    )


async def codes(node: Node) -> list[str | None]:
    """Why letters that came were refused."""
    came = select(letter.c.code).where(letter.c.way == "in", letter.c.state == "refused")
    return await node.write(lambda unit: list(unit.db.scalars(came.order_by(letter.c.id))))


@pytest.fixture
async def ana(alder: Node, birch: Node) -> Holding:
    """Ana holds a role at alder, and birch is trusted; nobody is told of her yet."""
    await befriend(alder, birch)
    ana = await person(alder, "ana", display="Ana Okafor")
    return await held(alder, ana.id)


async def say(alder: Node, birch: Node, one: Holding) -> None:
    await alder.write(telling.tell, one)
    await settle(alder, birch)


async def test_nobody_is_told_unless_the_holder_says_so(
    alder: Node, birch: Node, ana: Holding, wire: Wire
) -> None:
    await settle(alder, birch)
    assert await rows(birch) == []
    assert b"Facilitator" not in moot.crossed(wire)

    await say(alder, birch, ana)

    assert await seen(birch, alder) == [("Ana Okafor", "Facilitator")]
    (row,) = await rows(birch)
    assert (row.reach, row.powers, row.ends) == (Reach.COMMUNITY, ("facilitate",), ana.ends)
    assert (row.member, row.owner, row.mandate) == (ana.member, alder.community.id, None)


async def test_it_is_for_trusted_nodes_alone(
    alder: Node, birch: Node, make_node: MakeNode, ana: Holding
) -> None:
    cedar = await make_node("cedar")
    await moot.follow(cedar, alder)
    await say(alder, birch, ana)
    await settle(alder, birch, cedar)

    assert await rows(cedar) == []
    (ours,) = await rows(alder)
    assert (await resolving.fetch(birch, ours.id))["member"] == ana.member
    with pytest.raises(Problem):
        await resolving.fetch(cedar, ours.id)
    assert await alder.read(telling.document, ours.id, ANONYMOUS) is None
    # what a peer told us we hand on to nobody
    (theirs,) = await rows(birch)
    assert await birch.read(telling.document, theirs.id, moot.inside(birch)) is None


async def test_the_yes_is_taken_back_and_the_other_node_forgets(
    alder: Node, birch: Node, ana: Holding
) -> None:
    await say(alder, birch, ana)

    await alder.write(telling.take_back, ana)
    await settle(alder, birch)

    assert (await rows(birch), await rows(alder)) == ([], [])
    await say(alder, birch, ana)
    assert await seen(birch, alder) == [("Ana Okafor", "Facilitator")]


@pytest.mark.parametrize("how", [Why.RECALLED, Why.RESIGNED, Why.ROLE, Why.VOID])
async def test_what_ends_a_term_ends_it_there(
    alder: Node, birch: Node, ana: Holding, how: Why
) -> None:
    await say(alder, birch, ana)
    (before,) = await rows(birch)

    await alder.write(lambda unit: holding.end(unit, ana, how, by=alder.community.id))
    await settle(alder, birch)

    assert (await rows(birch), await rows(alder)) == ([], [])
    # nor does what was under way before bring it back
    late = telling.as_object(replace(before, revision=9), alder.community.peers)
    await forge(alder, late, Update)
    await settle(alder, birch)
    assert await rows(birch) == []


async def test_the_end_of_the_term_is_known_without_a_word(
    alder: Node, birch: Node, ana: Holding, clock: Clock, wire: Wire
) -> None:
    await say(alder, birch, ana)
    await settle(alder, birch)
    before = len(wire.seen)
    clock.advance(days=91)

    assert await seen(birch, alder) == []
    await birch.write(showing.drop_over)
    await alder.write(holding.over)
    assert (await rows(birch), await rows(alder)) == ([], [])
    assert len(wire.seen) == before


async def test_suspension_and_leaving_end_it_there(
    alder: Node, birch: Node, ana: Holding, clock: Clock
) -> None:
    await say(alder, birch, ana)
    (ours,) = await rows(alder)
    await alder.write(accounts.suspend, ana.member)
    trusted = replace(moot.inside(alder), role=None, trusted=True)
    assert await alder.read(telling.document, ours.id, trusted) is None, "at once"
    await settle(alder, birch)
    assert await rows(birch) == []

    ben = await person(alder, "ben", display="Ben Lindqvist")
    one = await held(alder, ben.id)
    await say(alder, birch, one)
    assert await seen(birch, alder) == [("Ben Lindqvist", "Facilitator")]
    kept = await alder.read(leaving.export, ben.id)
    assert [each["role"] for each in kept["told_to_trusted"]] == ["Facilitator"]
    await alder.write(going_away.leave, ben.id)
    await settle(alder, birch)
    assert (await rows(birch), await rows(alder)) == ([], [])


async def test_the_end_of_trust_ends_it_and_new_trust_tells_it_again(
    alder: Node, birch: Node, ana: Holding
) -> None:
    await say(alder, birch, ana)
    await peers.end(alder, "https://birch.test")
    await settle(alder, birch)
    assert (await rows(birch), len(await rows(alder))) == ([], 1)

    await befriend(alder, birch)
    await settle(alder, birch)

    assert await seen(birch, alder) == [("Ana Okafor", "Facilitator")]


async def test_a_changed_role_is_called_so_there(alder: Node, birch: Node, ana: Holding) -> None:
    await say(alder, birch, ana)

    def change(unit: Unit) -> None:
        queries.set_role(unit, "role", name="Host", powers=[])
        telling.renamed(unit, "role")
        telling.renamed(unit, "role")

    await alder.write(change)
    await settle(alder, birch)

    assert await seen(birch, alder) == [("Ana Okafor", "Host")]
    (row,) = await rows(birch)
    assert row.revision == 2
    assert row.powers == ("https://w3id.org/commons-node/ns#task",)


async def test_only_who_holds_it_now_is_told_of(alder: Node, birch: Node, ana: Holding) -> None:
    ben = await person(alder, "ben")

    def by(member: str) -> Callable[[Unit], None]:
        return lambda unit: telling.tell(unit, holding.mine(unit, ana.id, member))

    with pytest.raises(Refused, match="E_NOT_YOURS"):
        await alder.write(by(ben.id))
    await alder.write(lambda unit: queries.set_holding(unit, ana.id, kind="deputy"))
    with pytest.raises(Conflict, match="E_STATE"):
        await alder.write(by(ana.member or ""))
    assert await rows(alder) == []


async def test_no_name_leaves_without_a_yes(alder: Node, birch: Node, ana: Holding) -> None:
    """Whatever part of the program says it, and to whom."""
    us = await alder.read(accounts.community_account)
    value = Membership(
        id=f"{alder.origin}/o/x", attributed_to=us.id, organization=us.id, member=ana.member,
        role=Named(pref_label="Facilitator", powers=("speak",)), start_time=ana.begins,
        end_time=ana.ends, recallable=True, lifecycle="active", revision=1,
        to=(alder.community.peers,), handling="trustedPeers",
    )  # fmt: skip

    async def refused(value: Membership, *to: str) -> None:
        made = Create(id=f"{alder.origin}/a/x", actor=us.id, object=value, to=to)
        with pytest.raises(Refused, match="E_NO_CONSENT"):
            await alder.write(lambda unit: unit.perform(made, us))

    await refused(value, alder.community.peers)
    await alder.write(telling.tell, ana)
    (row,) = await rows(alder)
    said = telling.as_object(row, alder.community.peers)
    await refused(replace(said, member=f"{alder.origin}/u/ben"), alder.community.peers)
    await refused(said, PUBLIC)
    await refused(said, f"{birch.origin}/u/bo")
    await refused(replace(said, handling="public"), alder.community.peers)


async def forge(node: Node, value: Membership, kind: type = Create) -> None:
    """Send what our own program would not: without the bar that stands before it."""
    us = await node.read(accounts.community_account)

    def send(unit: Unit) -> None:
        said = value if kind is Create else replace(value, updated=unit.now)
        unit.send(kind(id=unit.id("a"), actor=us.id, object=said, to=value.to))

    await node.write(send)


WRONG: Any = [
    ("E_EXPIRED", {"end_time": "past"}),
    ("E_EXPIRED", {"end_time": None}),
    ("E_OWNER", {"member": "https://cedar.test/u/eve"}),
    ("E_OWNER", {"organization": "https://cedar.test/c"}),
    ("E_HANDLING", {"handling": "public"}),
    ("E_HANDLING", {"handling": "recipientsOnly"}),
    ("E_STATE", {"lifecycle": "https://cedar.test/other"}),
]


@pytest.mark.parametrize(("code", "odd"), WRONG)
async def test_what_is_not_theirs_to_say_is_not_taken(
    alder: Node, birch: Node, ana: Holding, code: str, odd: dict[str, Any]
) -> None:
    await say(alder, birch, ana)
    (row,) = await rows(alder)
    await alder.write(telling.take_back, ana)
    await settle(alder, birch)
    value = telling.as_object(row, alder.community.peers)
    value = replace(value, id=f"{alder.origin}/o/other", to=(birch.community.service,))
    if odd.get("end_time") == "past":
        odd = {"end_time": alder.now(), "start_time": alder.now() - timedelta(days=9)}

    await forge(alder, replace(value, **odd))
    await settle(alder, birch)

    assert await rows(birch) == []
    assert await codes(birch) == [code]
    await forge(alder, value)
    await settle(alder, birch)
    assert [each.id for each in await rows(birch)] == [value.id]


async def test_a_node_that_is_not_trusted_tells_nothing(
    alder: Node, birch: Node, make_node: MakeNode, ana: Holding
) -> None:
    cedar = await make_node("cedar")
    await moot.follow(birch, cedar)
    eve = await person(cedar, "eve")
    value = Membership(
        id=f"{cedar.origin}/o/x", attributed_to=cedar.community.id,
        organization=cedar.community.id, member=eve.id,
        role=Named(pref_label="Facilitator", powers=("speak",)), start_time=ana.begins,
        end_time=ana.ends, recallable=True, lifecycle="active", revision=1,
        to=(birch.community.service,), handling="trustedPeers",
    )  # fmt: skip

    await forge(cedar, value)
    await settle(alder, birch, cedar)

    assert (await rows(birch), await codes(birch)) == ([], ["E_NOT_TRUSTED"])


async def test_an_update_says_who_and_since_when(alder: Node, birch: Node, ana: Holding) -> None:
    """Another person, an older revision: what is kept stays."""
    await say(alder, birch, ana)
    (row,) = await rows(alder)
    value = telling.as_object(row, alder.community.peers)
    for odd in ({"member": f"{alder.origin}/u/ben", "revision": 5}, {"revision": 1}):
        await forge(alder, replace(value, **odd), Update)
        await settle(alder, birch)

    assert await codes(birch) == ["E_OWNER", "E_REVISION"]
    assert [one.member for one in await rows(birch)] == [ana.member]


async def test_a_restart_and_a_gone_account(
    alder: Node, birch: Node, ana: Holding, make_node: MakeNode
) -> None:
    await say(alder, birch, ana)
    again = await make_node("birch", data=birch.settings.data)
    assert await seen(again, alder) == [("Ana Okafor", "Facilitator")]

    await again.write(telling.gone, accounts.Gone(account=ana.member or ""))
    assert await rows(again) == []


async def test_somebody_whose_page_is_not_known_is_met(
    alder: Node, birch: Node, ana: Holding
) -> None:
    await say(alder, birch, ana)
    # a page that cannot be had leaves them without a name, and unseen
    await jobs.meet(birch, account=f"{alder.origin}/u/nobody")
    assert await seen(birch, alder) == [("Ana Okafor", "Facilitator")]


@pytest.mark.sqlite
async def test_in_the_browser(
    alder: Node, birch: Node, ana: Holding, browse: Browse, wire: Wire
) -> None:
    bo = await person(birch, "bo")
    anas, bens = await browse(alder, "ana"), await browse(alder, "keeper")
    page = (await anas.get("/roles/role")).text
    assert "Nobody outside knows that you hold it." in page
    assert "for their members alone: Birch" in page
    assert "Who else may know it" not in (await bens.get("/roles/role")).text
    hidden = servers.hidden_fields((await bens.get("/roles/role")).text, "/roles/role/choose")
    headers = {"origin": alder.origin, "sec-fetch-site": "same-origin"}
    at = f"{alder.origin}/roles/role/tell"
    other = await bens.client.post(at, data={**hidden, "say": "yes"}, headers=headers)
    assert other.status_code == 404
    assert await rows(alder) == []

    page = (await anas.post("/roles/role/tell", {"say": "yes"}, form="/roles/role")).text
    assert "have heard since" in page
    await settle(alder, birch)

    bos = await browse(birch, "bo")
    for where in ("/nodes", f"/@{(await known(birch, alder)).acct}"):
        page = (await bos.get(where)).text
        assert "You may turn to" in page
        assert "Ana Okafor" in page
        assert "Facilitator · leads talks and rounds" in page
    nobody = await browse(birch)
    assert "Ana Okafor" not in (await nobody.get("/nodes")).text
    assert bo.id

    await anas.post("/roles/role/tell", {"say": "no"}, form="/roles/role")
    await settle(alder, birch)
    assert "Ana Okafor" not in (await bos.get("/nodes")).text


async def known(node: Node, other: Node) -> Any:
    found = await resolving.account(node, other.community.id)
    assert found.acct
    return found
