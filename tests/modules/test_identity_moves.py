"""Accounts that move: theirs and ours, believed and not, and what does not go along."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from federation import resolving
from node.kernel.errors import Refused
from node.kernel.node import Node
from node.modules import identity, listings, profiles
from node.modules.accounts import api as members
from node.modules.follows import api as following
from node.modules.identity import aliases, queries
from node.modules.notes import writing
from tests.conftest import PASSWORD, Browser, Wire, person, settle
from tests.federation.strangers import Actor
from tests.modules.strange import MODULES, Stage, follow

Browse = Callable[..., Awaitable[Browser]]


@pytest.fixture
async def stage(make_node: Any, wire: Wire) -> Stage:
    more = [listings.module, profiles.module, identity.module]
    return Stage(await make_node("alder", modules=[*MODULES, *more]), wire)


@pytest.fixture
def old(stage: Stage) -> Actor:
    return stage.actor(stage.server("elm.test"), "bob")


@pytest.fixture
def new(stage: Stage, old: Actor) -> Actor:
    made = stage.actor(stage.server("fir.test"), "bob")
    made.server.pages[made.id]["alsoKnownAs"] = [old.id]
    return made


async def moves(stage: Stage, old: Actor, new: str, **more: Any) -> tuple[str, str | None]:
    return await stage.hear(old, old.says("Move", old.id, target=new, **more))


async def lives(node: Node, who: str) -> str | None:
    found = await node.account(who)
    assert found is not None
    return found.moved


async def told(node: Node, who: str) -> list[tuple[str, str]]:
    return [(one.old.id, one.new.id) for one in await node.read(queries.told, who)]


# Theirs -------------------------------------------------------------------------------------


async def test_who_follows_is_told_and_goes_along_by_their_own_wish(
    stage: Stage, old: Actor, new: Actor, browse: Browse
) -> None:
    ana = await follow(stage, "ana", old)

    assert await moves(stage, old, new.id) == ("done", None)
    assert await told(stage.node, ana.id) == [(old.id, new.id)]
    browser = await browse(stage.node, "ana")
    assert "bob has moved" in (await browser.get("/")).text
    assert "Has moved to" in (await browser.get(f"/elsewhere?id={old.id}")).text
    assert await stage.node.read(following.state, ana.id, new.id) is None

    page = await browser.post("/me/moved", {"who": old.id, "say": "yes"})
    await settle(stage.node)

    assert "You follow them there." in page.text
    assert [one["type"] for one in new.server.received] == ["Follow"]
    assert old.server.received[-1]["type"] == "Undo"
    assert await told(stage.node, ana.id) == []


@pytest.mark.parametrize("fault", ["no link back", "stale", "of another", "to itself", "chain"])
async def test_what_is_not_proven_from_both_sides_moves_nobody(
    stage: Stage, old: Actor, new: Actor, fault: str
) -> None:
    ana = await follow(stage, "ana", old)
    page, said = new.server.pages[new.id], {"object": old.id, "target": new.id}
    if fault == "no link back":
        # it did once, and that is what we know of it
        await resolving.account(stage.node, new.id)
        del page["alsoKnownAs"]
    elif fault == "stale":
        old.server.pages[old.id]["movedTo"] = "https://fir.test/users/other"
    elif fault == "of another":
        other = stage.actor(old.server, "eve")
        await resolving.account(stage.node, other.id)
        page["alsoKnownAs"] = [other.id]
        said["object"] = other.id
    elif fault == "to itself":
        said["target"] = old.id
    else:
        page["movedTo"] = "https://gum.test/users/bob"

    await stage.hear(old, old.says("Move", said["object"], target=said["target"]))
    stage.node.now.advance(days=2)  # type: ignore[attr-defined]
    await settle(stage.node)

    assert await lives(stage.node, old.id) is None
    assert await told(stage.node, ana.id) == []


async def test_an_account_moves_once_in_a_week(stage: Stage, old: Actor, new: Actor) -> None:
    ana = await follow(stage, "ana", old)
    third = stage.actor(new.server, "third")
    new.server.pages[third.id]["alsoKnownAs"] = [old.id]
    await moves(stage, old, new.id)
    await stage.node.write(queries.answered, ana.id, old.id)

    assert await moves(stage, old, third.id) == ("refused", "E_TOO_SOON")
    assert await lives(stage.node, old.id) == new.id
    stage.node.now.advance(days=8)  # type: ignore[attr-defined]
    assert await moves(stage, old, third.id) == ("done", None)
    assert await lives(stage.node, old.id) == third.id


async def test_a_page_that_says_so_does_and_can_take_it_back(
    stage: Stage, old: Actor, new: Actor
) -> None:
    ana = await follow(stage, "ana", old)
    page = {**old.server.pages[old.id], "movedTo": new.id}
    old.server.pages[old.id] = page

    await stage.hear(old, old.says("Update", page))
    assert await told(stage.node, ana.id) == [(old.id, new.id)]

    old.server.pages[old.id] = {k: v for k, v in page.items() if k != "movedTo"}
    await stage.hear(old, old.says("Update", old.server.pages[old.id]))
    assert await lives(stage.node, old.id) is None
    assert await told(stage.node, ana.id) == []


async def test_a_move_waits_for_a_server_that_is_away(
    stage: Stage, wire: Wire, old: Actor, new: Actor
) -> None:
    ana = await follow(stage, "ana", old)
    wire.away.add(new.server.origin)
    await moves(stage, old, new.id)
    assert await told(stage.node, ana.id) == []

    wire.away.clear()
    stage.node.now.advance(hours=1)  # type: ignore[attr-defined]
    await settle(stage.node)

    assert await told(stage.node, ana.id) == [(old.id, new.id)]


async def test_rights_stay_where_they_are(stage: Stage, old: Actor) -> None:
    """O10: whoever moves to a member of ours brings nothing, and takes nothing away."""
    ana = await person(stage.node, "ana")
    await follow(stage, "ben", old)
    before = await stage.node.read(members.members)
    old.server.vouch("bob@elm.test", old.id)
    await aliases.add(stage.node, ana, old.id)

    await moves(stage, old, ana.id)

    assert await lives(stage.node, old.id) == ana.id
    assert await stage.node.read(members.members) == before
    assert not await stage.node.read(members.is_member, old.id)


# Ours ---------------------------------------------------------------------------------------


async def test_a_member_moves_to_another_node_and_their_follower_goes_along(
    alder: Node, birch: Node, browse: Browse
) -> None:
    ana, cleo = await person(alder, "ana"), await person(birch, "cleo")
    bea = await person(birch, "bea")
    await birch.write(following.follow, cleo, await resolving.account(birch, ana.id))
    await settle(alder, birch)
    here, there = await browse(alder, "ana"), await browse(birch, "bea")
    form = {"to": bea.id, "password": PASSWORD}

    refused = await here.post("/me/moving/go", form, form="/me/moving")
    assert refused.status_code == 422
    assert "That account does not name this one yet." in refused.text
    assert bea.id in refused.text
    await there.post("/me/moving", {"who": ana.id})
    wrong = await here.post("/me/moving/go", {**form, "password": "x"}, form="/me/moving")
    assert "This is not your password." in wrong.text
    assert await lives(alder, ana.id) is None

    gone = await here.post("/me/moving/go", form, form="/me/moving")
    await settle(alder, birch)

    assert "You have moved to @bea@birch.test" in gone.text
    assert await lives(birch, ana.id) == bea.id
    assert await told(birch, cleo.id) == [(ana.id, bea.id)]
    shown = (await here.client.get(ana.id, headers={"accept": "application/activity+json"})).json()
    assert shown["movedTo"] == bea.id
    assert "Has moved to" in (await (await browse(alder)).get("/@ana")).text


async def test_who_moved_can_sign_in_and_settle_and_not_post(
    alder: Node, birch: Node, browse: Browse
) -> None:
    ana, bea = await person(alder, "ana"), await person(birch, "bea")
    await aliases.add(birch, bea, ana.id)
    said = writing.Draft(text="Good morning.", reach="public", lang="en", people={})
    await alder.write(writing.post, ana, said)
    await aliases.leave_for(alder, ana, bea.id)
    now = await alder.account(ana.id)

    with pytest.raises(Refused, match="E_MOVED"):
        await alder.write(writing.post, now, said)
    browser = await browse(alder, "ana")
    for path in ("/", "/me", "/me/data", "/me/moving", "/@ana"):
        assert (await browser.get(path)).status_code == 200
    stays = await browser.post("/me/moving/go", {"stay": "yes"}, form="/me/moving")

    assert "You live here again." in stays.text
    assert await alder.write(writing.post, await alder.account(ana.id), said)
    with pytest.raises(Refused, match="E_TOO_SOON"):
        await aliases.leave_for(alder, ana, bea.id)


async def test_an_account_is_shown_once_both_name_each_other(
    stage: Stage, old: Actor, browse: Browse
) -> None:
    ana = await person(stage.node, "ana")
    browser, visitor = await browse(stage.node, "ana"), await browse(stage.node)
    await browser.post("/me/moving", {"who": old.id})
    assert "Also" not in (await visitor.get("/@ana")).text
    shown = await visitor.client.get(ana.id, headers={"accept": "application/activity+json"})
    assert shown.json()["alsoKnownAs"] == [old.id]

    old.server.pages[old.id]["alsoKnownAs"] = ana.id
    looked = await browser.post("/me/moving/alias", {"who": old.id, "say": "look"},
                                form="/me/moving")  # fmt: skip
    assert "Both accounts name each other." in looked.text
    assert "Also" in (await visitor.get("/@ana")).text
    strange = await browser.client.post("/me/moving/alias", data={"who": old.id, "say": "drop"})
    assert strange.status_code == 403

    await browser.post("/me/moving/alias", {"who": old.id, "say": "drop"}, form="/me/moving")
    assert await stage.node.read(queries.named, ana.id) == ()


async def test_what_was_said_of_oneself_is_taken_along_and_erased(stage: Stage, old: Actor) -> None:
    ana = await person(stage.node, "ana")
    await aliases.add(stage.node, ana, old.id)
    assert (await stage.node.read(queries.export, ana.id))["aliases"] == [old.id]

    await stage.node.write(queries.erase, ana.id)

    assert (await stage.node.read(queries.export, ana.id))["aliases"] == []
