"""Servers that come back after a long silence, with the keys we knew or with others."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from federation import resolving, returning
from node.kernel.errors import Refused
from node.kernel.keys import make_keys
from node.kernel.node import Node
from node.kernel.tables import account
from node.modules import identity, listings, profiles
from node.modules.accounts import api as people
from node.modules.follows import api as following
from node.modules.moderation import refusing
from node.modules.peers import api as peers
from tests.conftest import START, Browser, Wire, settle
from tests.federation.strangers import Actor, letters
from tests.modules.meeting import befriend
from tests.modules.strange import MODULES, Stage, follow
from vocab.types import Accept, Create, Delete, Follow, Move, Note, Offer, Update

Browse = Callable[..., Awaitable[Browser]]
sqlite_only = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
DAY = timedelta(days=1)
ALL = ("https://www.w3.org/ns/activitystreams#Public",)


# The rule -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "strange"),
    [
        ({}, True),
        ({"after": {"a", "b"}}, True),  # the old one is public, so it proves nothing
        ({"after": {"a"}}, False),
        ({"before": set()}, False),
        ({"seen": START - 59 * DAY}, False),
        ({"last_ok": START - DAY}, False),
        ({"last_ok": START - DAY, "back": START - 2 * DAY}, True),
        ({"seen": START - DAY, "last_ok": START, "back": START - 2 * DAY}, False),
    ],
)
def test_new_keys_after_a_long_silence_are_strange(case: dict[str, Any], strange: bool) -> None:
    plain = {"before": {"a"}, "after": {"b"}, "seen": START - 60 * DAY, "last_ok": None}
    given = {**plain, "back": None, "now": START, **case}
    given |= {name: frozenset(given[name]) for name in ("before", "after")}

    assert returning.is_strange(**given) is strange


@pytest.mark.parametrize(
    ("activity", "open_"),
    [
        (Create(object=Note(to=ALL)), True),
        (Create(to=ALL), True),
        (Update(to=ALL), True),
        (Delete(), True),
        (Create(object=Note(to=("https://alder.test/u/ana",))), False),
        (Create(to=ALL, handling="recipientsOnly"), False),
        (Offer(to=ALL, object=Note()), False),
        (Accept(to=ALL), False),
        (Follow(to=ALL), False),
        (Move(to=ALL), False),
    ],
)
def test_what_is_for_everybody_goes_on(activity: Any, open_: bool) -> None:
    assert returning.is_open(activity) is open_


# A stranger's server -----------------------------------------------------------------------


@pytest.fixture
async def stage(make_node: Any, wire: Wire) -> Stage:
    more = [listings.module, profiles.module, identity.module]
    return Stage(await make_node("alder", modules=[*MODULES, *more]), wire)


def taken_over(old: Actor) -> Actor:
    """The same id, on the same domain, of somebody else."""
    return old.server.actor(old.id.rpartition("/")[2], make_keys())


async def doubted(node: Node, id: str) -> bool:
    found = await node.account(id)
    assert found is not None
    return found.doubted is not None


@pytest.mark.parametrize("silence", [59, 60])
async def test_who_has_the_domain_now_gets_and_says_nothing_private(
    stage: Stage, browse: Browse, silence: int
) -> None:
    """S16, and beside it the server that was away a day less."""
    old = stage.actor(stage.server("elm.test"), "bob")
    ana = await follow(stage, "ana", old)
    stage.node.now.advance(days=silence)  # type: ignore[attr-defined]
    new, strange = taken_over(old), silence == 60
    said = new.note("2", to=[ana.id])

    public = await stage.hear(new, new.says("Create", new.note("1")))
    private = await stage.hear(new, new.says("Create", said, to=[ana.id]))
    await stage.node.write(following.unfollow, ana, await stage.node.account(old.id))
    await settle(stage.node)

    assert public == ("done", None)
    assert private == (("waiting", "E_QUARANTINE") if strange else ("done", None))
    assert await doubted(stage.node, old.id) is strange
    undone = [one for one in old.server.received if one["type"] == "Undo"]
    assert bool(undone) is not strange
    if not strange:
        return

    keeper, member = await browse(stage.node, "keeper"), await browse(stage.node, "ana")
    assert "elm.test came back with other keys" in (await keeper.get("/")).text
    assert "came back with other keys" in (await member.get(f"/elsewhere?id={old.id}")).text
    refused = await member.client.post("/desk/returned", data={"domain": "elm.test"})
    assert refused.status_code == 403
    page = await keeper.post("/desk/returned", {"domain": "elm.test"})
    assert "elm.test is believed again." in page.text
    await settle(stage.node)

    assert not await doubted(stage.node, old.id)
    assert {(one.state, one.code) for one in await letters(stage.node)} == {("done", None)}
    assert [one["type"] for one in old.server.received] == ["Follow", "Undo"]


@sqlite_only
async def test_it_is_looked_who_lives_there_before_anything_private_goes(stage: Stage) -> None:
    """The other one has not written a word: what is sent first decides."""
    old = stage.actor(stage.server("elm.test"), "bob")
    ana = await follow(stage, "ana", old)
    stage.node.now.advance(days=90)  # type: ignore[attr-defined]
    taken_over(old)
    before = len(old.server.received)

    await stage.node.write(following.unfollow, ana, await stage.node.account(old.id))
    await settle(stage.node)

    assert await doubted(stage.node, old.id)
    assert len(old.server.received) == before


@sqlite_only
async def test_an_old_key_vouches_for_a_new_one(stage: Stage) -> None:
    old = stage.actor(stage.server("elm.test"), "bob")
    await follow(stage, "ana", old)
    stage.node.now.advance(days=90)  # type: ignore[attr-defined]
    new = taken_over(old)

    assert await stage.hear(old, old.says("Update", new.document())) == ("done", None)

    assert not await doubted(stage.node, old.id)
    assert await stage.hear(new, new.says("Create", new.note("1"))) == ("done", None)


@sqlite_only
async def test_who_is_kept_out_has_been_answered(stage: Stage, browse: Browse) -> None:
    old = stage.actor(stage.server("elm.test"), "bob")
    await follow(stage, "ana", old)
    stage.node.now.advance(days=90)  # type: ignore[attr-defined]
    new = taken_over(old)
    await stage.hear(new, new.says("Create", new.note("1")))
    keeper = await browse(stage.node, "keeper")
    assert "elm.test" in (await keeper.get("/desk/returned")).text

    [by] = await stage.node.read(people.admins)
    await stage.node.write(refusing.refuse, "elm.test", is_host=True, reason="Sold.", by=by.id)

    assert "elm.test" not in (await keeper.get("/desk/returned")).text
    assert "came back with other keys" not in (await keeper.get("/")).text


@sqlite_only
async def test_whoever_is_new_at_a_doubted_server_is_doubted(stage: Stage) -> None:
    old = stage.actor(stage.server("elm.test"), "bob")
    await follow(stage, "ana", old)
    stage.node.now.advance(days=90)  # type: ignore[attr-defined]
    new = taken_over(old)
    await stage.hear(new, new.says("Create", new.note("1")))
    eve = stage.actor(old.server, "eve")

    await resolving.account(stage.node, eve.id)

    assert await doubted(stage.node, eve.id)


# A node of our kind ------------------------------------------------------------------------


async def test_a_trusted_node_that_comes_back_as_somebody_else_is_trusted_no_more(
    alder: Node, birch: Node, clock: Any, browse: Browse
) -> None:
    await befriend(alder, birch)
    service = birch.community.service
    assert await alder.read(alder.registry.trusts, service)
    clock.advance(days=61)
    await _other_keys(birch)

    await resolving.account(alder, service, fresh=True)

    assert not await alder.read(alder.registry.trusts, service)
    assert await alder.read(peers.trusted_services) == []
    keeper = await browse(alder, "keeper")
    assert "Came back with other keys" in (await keeper.get("/desk/nodes")).text
    with pytest.raises(Refused, match="E_QUARANTINE"):
        await peers.propose(alder, birch.origin)
    await alder.write(returning.believe, birch.community.domain, by="keeper")
    assert await alder.read(alder.registry.trusts, service)


async def _other_keys(node: Node) -> None:
    """Have a node answer as a stranger would that was founded anew at its address."""
    keys = make_keys()

    def swap(unit: Any) -> None:
        for one in unit.db.execute(select(account.c.id).where(account.c.local)).all():
            values = {
                "public_key": keys.rsa_public,
                "assertion_keys": {f"{one.id}#ed25519-key": keys.ed25519_public},
            }
            unit.db.execute(account.update().where(account.c.id == one.id).values(values))

    await node.write(swap)
