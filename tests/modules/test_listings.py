"""Offers and needs: posted, told to others, changed and ended, here and at another node."""

import itertools
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import federation
from federation import resolving
from node.kernel.access import ANONYMOUS, Reach, Viewer
from node.kernel.errors import Conflict, Missing, Refused
from node.kernel.node import Node
from node.kernel.tables import Account
from node.modules import accounts, follows, listings, moderation, pictures
from node.modules.accounts import api as members
from node.modules.follows import api as following
from node.modules.listings import api, posting, public, queries, writing
from node.modules.listings.places import cell
from node.modules.listings.posting import Draft
from node.modules.listings.rules import State
from node.modules.listings.tables import Notice
from node.modules.listings.when import When, once, weekly
from tests.conftest import START, Clock, Wire, person, settle
from tests.modules.meeting import befriend
from tests.modules.neighbours import neighbours
from vocab import checks, jsonld, schemas
from vocab import wire as wires
from vocab.checks import Known
from vocab.model import PUBLIC, Malformed
from vocab.types import Delete, Update

MODULES = [
    federation.module,
    accounts.module,
    follows.module,
    moderation.module,
    listings.module,
    pictures.module,
]
ALL = [*MODULES, neighbours("https://alder.test/service", "https://birch.test/service")]
MakeNode = Callable[..., Awaitable[Node]]
HERE = api.HERE


def draft(**other: Any) -> Draft:
    said = {
        "title": "Repair a wheel with me",
        "text": "I have a stand and spokes.\n\nYou learn by doing: https://wheels.example/how",
        "kind": "service",
        "topic": "repair",
        "minutes": 120,
        "ends": START + timedelta(days=60),
        "terms": ["gift", "timeCredit"],
        "hidden": False,
        "lang": "en",
    }
    return Draft(**{**said, **other})


async def post(
    node: Node, who: Account, reach: str = "public", purpose: str = "offer", **other: Any
) -> Notice:
    return await node.write(posting.post, who.id, purpose, reach, draft(**other))


async def index(node: Node, viewer: Viewer = HERE) -> list[Notice]:
    return await node.read(api.open_listings, viewer, node.now())


async def follow_community(follower: Node, followed: Node) -> Account:
    """A member of the one follows the community of the other."""
    ben = await person(follower, "ben")
    community = await resolving.account(follower, followed.community.id)
    await follower.write(following.follow, ben, community)
    await settle(follower, followed)
    return ben


@pytest.fixture
async def alder(make_node: MakeNode) -> Node:
    return await make_node("alder", modules=ALL)


@pytest.fixture
async def birch(make_node: MakeNode) -> Node:
    return await make_node("birch", modules=ALL)


@pytest.fixture
async def cedar(make_node: MakeNode) -> Node:
    """Cedar trusts nobody."""
    return await make_node("cedar", modules=[*MODULES, neighbours()])


async def meet(alder: Node, birch: Node) -> None:
    """The two services know each other, as after peering."""
    for here, there in ((alder, birch), (birch, alder)):
        await resolving.account(here, there.community.service)
        await resolving.account(here, there.community.id)


# On the wire --------------------------------------------------------------------------------


@pytest.mark.sqlite  # two hundred documents; what is posted and refused runs on both below
async def test_what_leaves_is_as_the_vocabulary_says(alder: Node) -> None:
    ana = await person(alder, "ana")
    ways = itertools.product(
        ("trusted", "public"), ("offer", "request"), (None, 20, 90), api.KINDS, (None, "food")
    )
    for reach, purpose, minutes, kind, topic in ways:
        made = await post(alder, ana, reach, purpose, minutes=minutes, kind=kind, topic=topic)

        said = writing.said(made, alder.community, ana.followers)
        document = wires.dump(said)

        schemas.outgoing(document)
        assert wires.load(document, alder.registry.types) == said
        assert (made.minutes, made.kind) == (minutes, kind)


async def test_a_public_offer_reads_like_the_example(alder: Node) -> None:
    ana = await person(alder, "ana")

    made = await post(alder, ana)

    document = wires.dump(writing.said(made, alder.community, ana.followers))
    assert document["type"] == "Note"
    assert document["kind"] == "Proposal"
    assert document["purpose"] == "offer"
    assert document["attributedTo"] == ana.id
    assert document["audience"] == alder.community.id
    assert document["content"].startswith("<p><strong>Offer: Repair a wheel with me</strong></p>")
    assert f'<a href="{made.url}">' in document["content"]
    assert document["to"] == [PUBLIC]
    assert document["cc"] == [ana.followers, alder.community.id]
    assert document["publishes"] == {
        "type": "Intent",
        "id": f"{made.id}#primary",
        "name": "Repair a wheel with me",
        "action": "deliverService",
        "resourceConformsTo": "https://w3id.org/commons-node/concepts#repair",
        "resourceClassifiedAs": ["https://w3id.org/commons-node/concepts#kind-service"],
        "resourceQuantity": {"hasUnit": "hour", "hasNumericalValue": "2"},
    }
    assert document["reciprocal"]["resourceConformsTo"] == "https://alder.test/currency/hours"
    assert document["tag"][0]["name"] == "#repair"
    assert (document["lifecycle"], document["revision"]) == ("open", 1)
    assert (document["matchScope"], document["handling"]) == ("public", "public")
    assert "name" not in document
    assert "summary" not in document


async def test_a_gift_asks_for_nothing_in_return(alder: Node) -> None:
    ana = await person(alder, "ana")

    made = await post(alder, ana, terms=["gift"])

    assert "reciprocal" not in wires.dump(writing.said(made, alder.community, None))


async def test_a_need_tells_only_the_hour(alder: Node, clock: Clock) -> None:
    ana = await person(alder, "ana")
    clock.advance(minutes=17)

    made = await post(alder, ana, purpose="request")

    assert made.published == START


async def test_words_that_look_like_an_attribute_can_leave(alder: Node) -> None:
    ana = await person(alder, "ana")

    made = await post(alder, ana, text="We meet on once=always, on days = any.")

    schemas.outgoing(wires.dump(writing.said(made, alder.community, None)))


# Between two nodes --------------------------------------------------------------------------


async def test_a_follower_of_the_community_has_the_offer(alder: Node, cedar: Node) -> None:
    await follow_community(cedar, alder)
    ana = await person(alder, "ana", display="Ana")

    made = await post(alder, ana)
    await settle(alder, cedar)

    (found,) = await index(cedar)
    assert (found.id, found.title, found.text) == (
        made.id, made.title, "I have a stand and spokes.\n\nYou learn by doing: wheels.example/how"
    )  # fmt: skip
    assert (found.kind, found.concept, found.minutes) == ("service", made.concept, 120)
    assert found.terms == ["gift", "timeCredit"]
    assert not found.local
    assert (await cedar.account(ana.id)) is not None


async def test_whoever_asked_for_nothing_gets_nothing(alder: Node, cedar: Node) -> None:
    ana = await person(alder, "ana")
    await resolving.account(cedar, ana.id)
    made = await post(alder, ana)
    said = writing.said(made, alder.community, ana.followers)
    owner = await cedar.account(ana.id)
    assert owner is not None

    with pytest.raises(Refused, match="E_UNASKED"):
        await cedar.write(_take, Update, said, owner)

    assert not await index(cedar)


async def test_a_trusted_node_has_what_is_for_trusted_nodes(alder: Node, birch: Node) -> None:
    await meet(alder, birch)
    ana = await person(alder, "ana")

    made = await post(alder, ana, "trusted", "request")
    await settle(alder, birch)

    (found,) = await index(birch)
    assert found.id == made.id
    assert (found.seen_by, found.reach) == (Reach.TRUSTED, Reach.COMMUNITY)
    assert found.match_scope == "trustedPeers"
    assert not await index(birch, ANONYMOUS)
    assert not await index(birch, Viewer(trusted=True))


async def test_who_is_not_trusted_is_not_believed_about_what_is_for_trusted_nodes(
    alder: Node, cedar: Node
) -> None:
    await meet(alder, cedar)
    ana = await person(alder, "ana")
    await follow_community(cedar, alder)
    made = await post(alder, ana, "trusted")
    said = writing.said(made, alder.community, ana.followers)
    owner = await resolving.account(cedar, ana.id)

    with pytest.raises(Refused, match="E_NOT_TRUSTED"):
        await cedar.write(_take, Update, said, owner)


async def test_what_is_for_the_community_never_crosses(
    alder: Node, birch: Node, wire: Wire
) -> None:
    await meet(alder, birch)
    await follow_community(birch, alder)
    ana = await person(alder, "ana")

    made = await post(alder, ana, "community", text="canary-7f3a", hidden=True)
    await alder.write(posting.edit, ana.id, made.id, draft(text="canary-7f3a again"))
    await alder.write(posting.end, ana.id, made.id, met=True)
    await alder.write(posting.delete, ana.id, made.id)
    await settle(alder, birch)

    assert not await index(birch)
    assert not [body for _, _, body in wire.seen if b"canary" in body]


@pytest.mark.parametrize("reach", ["trusted", "public"])
async def test_a_change_arrives(alder: Node, birch: Node, reach: str) -> None:
    await meet(alder, birch)
    await follow_community(birch, alder)
    ana = await person(alder, "ana")
    made = await post(alder, ana, reach)
    await settle(alder, birch)

    other = draft(title="Two wheels", topic="tool-sharing")
    await alder.write(posting.edit, ana.id, made.id, other)
    await settle(alder, birch)

    (found,) = await index(birch)
    assert (found.title, found.revision) == ("Two wheels", 2)
    assert found.concept == api.concept("tool-sharing")
    assert api.concept("repair") not in found.topics


@pytest.mark.parametrize(("met", "state"), [(True, State.FULFILLED), (False, State.WITHDRAWN)])
async def test_an_end_arrives(alder: Node, cedar: Node, met: bool, state: State) -> None:
    await follow_community(cedar, alder)
    ana = await person(alder, "ana")
    made = await post(alder, ana)
    await settle(alder, cedar)

    await alder.write(posting.end, ana.id, made.id, met=met)
    await settle(alder, cedar)

    assert not await index(cedar)
    found = await cedar.read(api.listing, made.id, HERE)
    assert found is not None
    assert found.lifecycle == state


async def test_a_deletion_arrives_and_leaves_a_tombstone(alder: Node, cedar: Node) -> None:
    await follow_community(cedar, alder)
    ana = await person(alder, "ana")
    made = await post(alder, ana)
    await settle(alder, cedar)

    await alder.write(posting.delete, ana.id, made.id)
    await settle(alder, cedar)

    assert await cedar.read(api.listing, made.id, HERE) is None
    left = await alder.read(alder.registry.document, made.id, ANONYMOUS)
    assert left is not None
    assert left.type == "Tombstone"


async def test_the_clock_ends_it_everywhere_by_itself(
    alder: Node, cedar: Node, clock: Clock
) -> None:
    await follow_community(cedar, alder)
    ana = await person(alder, "ana")
    made = await post(alder, ana)
    await settle(alder, cedar)

    clock.advance(days=60, seconds=1)

    for node in (alder, cedar):
        assert not await index(node)
        found = await node.read(api.listing, made.id, HERE)
        assert found is not None
        assert found.state(node.now()) is State.EXPIRED
        await node.write(posting.expire)
        found = await node.read(api.listing, made.id, HERE)
        assert found is not None
        assert found.lifecycle == State.EXPIRED
    with pytest.raises(Conflict):
        await alder.write(posting.edit, ana.id, made.id, draft())


async def test_what_was_over_long_ago_leaves_the_index(
    alder: Node, cedar: Node, clock: Clock
) -> None:
    await follow_community(cedar, alder)
    ana = await person(alder, "ana")
    made = await post(alder, ana)
    await settle(alder, cedar)
    clock.advance(days=151)

    for node in (alder, cedar):
        await node.write(posting.expire)
        await node.write(posting.tidy)

    assert await cedar.read(api.listing, made.id, HERE) is None
    assert await alder.read(api.listing, made.id, HERE) is not None


async def test_who_leaves_takes_their_notices_along(alder: Node, cedar: Node) -> None:
    await follow_community(cedar, alder)
    ana = await person(alder, "ana")
    made = await post(alder, ana)
    quiet = await post(alder, ana, "community")
    await settle(alder, cedar)

    await alder.write(accounts.leaving.leave, ana.id)
    await settle(alder, cedar)

    for node in (alder, cedar):
        for id in (made.id, quiet.id):
            assert await node.read(api.listing, id, HERE) is None


# What is refused ----------------------------------------------------------------------------


def _take(unit: Any, kind: Any, said: Any, actor: Account) -> None:
    activity = kind(id=f"{actor.id}/act", actor=actor.id, object=said, to=said.to, cc=said.cc)
    unit.perform(activity, actor, said)


async def _at_cedar(alder: Node, cedar: Node) -> tuple[Account, Account, Any]:
    """A listing of ana's at cedar, with the accounts of ana and of eve, of the same node."""
    await follow_community(cedar, alder)
    ana, eve = await person(alder, "ana"), await person(alder, "eve")
    made = await post(alder, ana)
    await settle(alder, cedar)
    met = [await resolving.account(cedar, who.id) for who in (ana, eve)]
    said = writing.said(made, alder.community, ana.followers)
    return met[0], met[1], said


async def test_nobody_else_changes_a_listing(alder: Node, cedar: Node) -> None:
    _, eve, said = await _at_cedar(alder, cedar)
    forged = replace(said, attributed_to=eve.id, revision=2)

    with pytest.raises(Refused, match="E_OWNER"):
        await cedar.write(_take, Update, forged, eve)
    with pytest.raises(Refused, match="E_OWNER"):
        await cedar.write(_take, Update, replace(said, revision=2), eve)
    with pytest.raises(Refused, match="E_OWNER"):
        await cedar.write(_take, Delete, said, eve)

    (found,) = await index(cedar)
    assert found.revision == 1


async def test_old_news_are_refused(alder: Node, cedar: Node) -> None:
    ana, _, said = await _at_cedar(alder, cedar)

    await cedar.write(_take, Update, replace(said, revision=3), ana)

    for revision in (3, 2):
        with pytest.raises(Refused, match="E_REVISION"):
            await cedar.write(_take, Update, replace(said, revision=revision), ana)


@pytest.mark.sqlite(but=1)
@pytest.mark.parametrize("state", ["fulfilled", "nonsense-is-open"])
async def test_a_step_that_is_none_is_refused(alder: Node, cedar: Node, state: str) -> None:
    ana, _, said = await _at_cedar(alder, cedar)
    await cedar.write(_take, Update, replace(said, revision=2, lifecycle="withdrawn"), ana)

    with pytest.raises(Refused, match="E_STATE"):
        await cedar.write(_take, Update, replace(said, revision=3, lifecycle=state), ana)


async def test_later_news_do_not_widen_what_was_for_trusted_nodes(alder: Node, birch: Node) -> None:
    await meet(alder, birch)
    ana = await person(alder, "ana")
    made = await post(alder, ana, "trusted")
    await settle(alder, birch)
    owner = await resolving.account(birch, ana.id)
    said = writing.said(replace(made, reach="public", revision=2), alder.community, None)

    await birch.write(_take, Update, said, owner)

    assert not await index(birch, ANONYMOUS)
    assert await index(birch)


async def test_only_members_post(alder: Node, birch: Node) -> None:
    stranger = await person(birch, "ben")

    with pytest.raises(Refused, match="E_MEMBERS_ONLY"):
        await post(alder, stranger)


async def test_a_suspended_member_neither_posts_nor_is_shown(alder: Node) -> None:
    ana = await person(alder, "ana")
    await post(alder, ana)
    await alder.write(members.suspend, ana.id)

    with pytest.raises(Refused, match="E_MEMBERS_ONLY"):
        await post(alder, ana)

    assert not await index(alder)


async def test_only_the_owner_changes_ends_and_deletes(alder: Node) -> None:
    ana, eve = await person(alder, "ana"), await person(alder, "eve")
    made = await post(alder, ana)

    with pytest.raises(Missing):
        await alder.write(posting.edit, eve.id, made.id, draft(title="Mine now"))
    with pytest.raises(Missing):
        await alder.write(posting.end, eve.id, made.id, met=False)
    with pytest.raises(Missing):
        await alder.write(posting.delete, eve.id, made.id)

    (found,) = await index(alder)
    assert found.title == made.title


# Who sees what ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reach", "stranger", "peer"),
    [("community", False, False), ("trusted", False, True), ("public", True, True)],
)
async def test_each_sees_what_is_for_them(
    alder: Node, reach: str, stranger: bool, peer: bool
) -> None:
    ana = await person(alder, "ana")
    made = await post(alder, ana, reach)
    shown = {}
    for name, viewer in (
        ("stranger", ANONYMOUS), ("peer", Viewer(trusted=True)), ("owner", Viewer(account=ana)),
    ):  # fmt: skip
        shown[name] = await alder.read(public.document, made.id, viewer) is not None

    assert shown == {"stranger": stranger, "peer": peer, "owner": reach != "community"}
    assert [one.id for one in await index(alder)] == [made.id]


async def test_the_collection_is_filtered_by_who_asks(alder: Node) -> None:
    ana = await person(alder, "ana")
    made = {reach: await post(alder, ana, reach) for reach in ("community", "trusted", "public")}
    community = await alder.read(members.community_account)

    async def items(viewer: Viewer) -> set[str | None]:
        found = await alder.read(public.listings, community, viewer, None, 20, alder.now())
        assert found.total == len(found.items)
        for one in found.items:
            schemas.outgoing(wires.dump(one))
        return {one.id for one in found.items}

    assert await items(ANONYMOUS) == {made["public"].id}
    assert await items(Viewer(trusted=True)) == {made["public"].id, made["trusted"].id}


async def test_what_has_ended_is_shown_to_nobody_before_the_job_tidies_up(
    alder: Node, clock: Clock
) -> None:
    ana = await person(alder, "ana")
    made = await post(alder, ana)
    assert made.ends is not None

    async def shown() -> tuple[int, int]:
        us = await alder.read(members.community_account)
        found = await alder.read(public.listings, us, ANONYMOUS, None, 20, alder.now())
        added = await alder.read(public.on_actor, ana, alder.now())
        return found.total, len(added.get("attachment", ()))

    assert await shown() == (1, 1)
    clock.now = made.ends
    assert await shown() == (0, 0)
    kept = await alder.read(queries.by_id, made.id, ANONYMOUS)
    assert kept is not None
    assert kept.lifecycle == "open"


async def test_the_board_turns_pages(alder: Node, clock: Clock) -> None:
    ana = await person(alder, "ana")
    made = []
    for number in range(5):
        made.append(await post(alder, ana, "community", title=f"Thing {number}"))
        clock.advance(minutes=number % 2)

    first = await alder.read(api.open_listings, HERE, alder.now(), limit=3)
    rest = await alder.read(api.open_listings, HERE, alder.now(), after=first[-1].slug, limit=3)

    assert {one.id for one in (*first, *rest)} == {one.id for one in made}
    assert len(first) + len(rest) == 5


async def test_what_a_keeper_hides_is_gone_for_others(alder: Node) -> None:
    ana = await person(alder, "ana")
    made = await post(alder, ana)
    keeper = (await alder.read(members.admins))[0]

    await alder.write(moderation.api.hide, made.id, by=keeper.id, reason="It is an advertisement.")

    assert not await index(alder)
    assert not await index(alder, ANONYMOUS)
    assert await alder.read(public.document, made.id, ANONYMOUS) is None
    assert await index(alder, Viewer(account=ana, role="member"))


# For matching -------------------------------------------------------------------------------


async def test_candidates_are_of_the_other_side_open_and_of_somebody_else(
    alder: Node, clock: Clock
) -> None:
    ana, ben = await person(alder, "ana"), await person(alder, "ben")
    over = await post(alder, ana, "community", ends=START + timedelta(days=1))
    offer = await post(alder, ana, "community")
    need = await post(alder, ana, "community", "request")
    mine = await post(alder, ben, "community")
    hidden = await post(alder, ana, "community")
    keeper = (await alder.read(members.admins))[0]
    await alder.write(moderation.api.hide, hidden.id, by=keeper.id, reason="An advertisement.")
    ids = [one.id for one in (over, offer, need, mine, hidden)]
    clock.advance(days=2)

    wanted: dict[str, Any] = {"purpose": "offer", "ids": ids, "but": ben.id}
    found = await alder.read(api.candidates, alder.now(), **wanted)
    known = await alder.read(api.open_among, alder.now(), **wanted)

    assert [one.id for one in found] == [offer.id]
    assert known == [
        api.Open(id=offer.id, owner=ana.id, local=True, domain="alder.test", foreign=None)
    ]


async def test_only_what_its_owner_allows_is_matched_elsewhere(alder: Node) -> None:
    ana = await person(alder, "ana")
    here = await post(alder, ana, "community")
    hidden = await post(alder, ana, "community", hidden=True)
    public_ = await post(alder, ana, "public")

    found = await alder.read(
        api.candidates, alder.now(), purpose="offer", ids=[here.id, hidden.id, public_.id],
        scopes=["trustedPeers", "public"],
    )  # fmt: skip

    assert {one.id for one in found} == {hidden.id, public_.id}
    assert (hidden.match_scope, public_.match_scope) == ("trustedPeers", "public")


async def test_one_form_posts_once(alder: Node) -> None:
    ana = await person(alder, "ana")

    made = [
        await alder.write(posting.post, ana.id, "offer", "public", draft(), once="key")
        for _ in range(2)
    ]

    assert made[0].id == made[1].id
    assert len(await index(alder)) == 1


async def test_the_download_holds_them(alder: Node) -> None:
    ana = await person(alder, "ana")
    await post(alder, ana, "community")

    held = await alder.read(public.export, ana.id)

    assert [one["title"] for one in held["notices"]] == ["Repair a wheel with me"]
    json.dumps(held)


async def test_a_page_elsewhere_links_to_open_public_offers(alder: Node) -> None:
    ana = await person(alder, "ana")
    await post(alder, ana, "trusted", title="Not for all")
    made = await post(alder, ana)

    added = await alder.read(public.on_actor, ana, alder.now())

    assert [(one.href, one.name) for one in added["attachment"]] == [(made.id, made.title)]


async def test_others_of_a_blocked_host_are_forgotten(alder: Node, cedar: Node) -> None:
    await _at_cedar(alder, cedar)

    await cedar.write(api.forget, "alder.test")

    assert not await index(cedar)
    assert await cedar.read(queries.everything_of, "https://alder.test/u/ana") == []


# With every module, and trust as two keepers make it -----------------------------------------


async def test_two_nodes_as_they_are(make_node: MakeNode, wire: Wire) -> None:
    alder, birch = [await make_node(name) for name in ("alder", "birch")]
    await befriend(alder, birch)
    ana = await person(alder, "ana", display="Ana")

    shown = await post(alder, ana, "trusted", "request")
    await post(alder, ana, "community", text="canary-55d1")
    await settle(alder, birch)
    await alder.write(posting.end, ana.id, shown.id, met=False)
    open_ = await post(alder, ana, "trusted")
    await settle(alder, birch)

    assert [one.id for one in await index(birch)] == [open_.id]
    known = await birch.read(api.listing, shown.id, HERE)
    assert known is not None
    assert known.lifecycle == State.WITHDRAWN
    assert not [body for _, _, body in wire.seen if b"canary" in body]


NORTHSIDE = {"place": "Northside", "cell": cell(52.516275, 13.377704)}


@pytest.mark.parametrize(
    ("times", "line"),
    [
        (weekly([1, 3], 17 * 60, 19 * 60), "Tue, Thu, 17:00–19:00 · Northside"),
        (
            once(START.date() + timedelta(days=8), 600, 720, ZoneInfo("Europe/Berlin")),
            "Saturday 28 November, 10:00–12:00 · Northside",
        ),
    ],
)
async def test_when_and_where_travel_and_come_back(
    alder: Node, birch: Node, times: When, line: str
) -> None:
    ana = await person(alder, "ana")
    await follow_community(birch, alder)

    made = await post(alder, ana, when=times, count=3, minutes=None, **NORTHSIDE)
    await settle(alder, birch)

    (there,) = await index(birch)
    assert (there.when, there.cell, there.place) == (times, made.cell, "Northside")
    assert (there.unit, there.amount, there.ends) == ("one", "3", made.ends)
    assert there.text.startswith("I have a stand")
    assert "Northside" not in there.text
    told = wires.dump(writing.said(made, alder.community, ana.followers))
    assert told["location"] == {
        "type": "Place", "name": "Northside", "latitude": 52.52, "longitude": 13.38,
        "radius": 1500, "units": "m",
    }  # fmt: skip
    assert f"<p>{line}<br>" in told["content"]
    expanded = jsonld.expand(told)
    assert "dayOfWeek" not in json.dumps(told) or "http://schema.org/dayOfWeek" in str(expanded)


@pytest.mark.sqlite
async def test_a_place_told_too_finely_is_refused(alder: Node) -> None:
    ana = await person(alder, "ana")
    made = await post(alder, ana, **NORTHSIDE)
    told = wires.dump(writing.said(made, alder.community, ana.followers))

    told["location"]["latitude"] = 52.5163

    with pytest.raises(Malformed) as leaving:
        schemas.outgoing(told)
    with pytest.raises(Malformed) as arriving:
        checks.run(told, Known(), types=alder.registry.types, by_class={})
    assert (leaving.value.code, arriving.value.code) == ("E_SCHEMA", "E_PLACE_PRECISION")


async def test_what_stands_and_what_is_urgent_stay_here_through_a_change(
    alder: Node, birch: Node
) -> None:
    ana = await person(alder, "ana")
    await follow_community(birch, alder)
    made = await post(alder, ana, standing=True, urgent=True, place="By the pump")

    again = draft(title="Two wheels", standing=True, urgent=True, place="By the pump")
    now_is = await alder.write(posting.edit, ana.id, made.id, again)
    await settle(alder, birch)

    assert (now_is.standing, now_is.place, now_is.cell) == (True, "By the pump", None)
    assert now_is.urgent == made.urgent == START + timedelta(hours=48)
    (there,) = await index(birch)
    assert (there.title, there.standing, there.urgent) == ("Two wheels", False, None)
