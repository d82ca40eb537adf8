"""What an actor may be called: only what its own server and the name's host agree on (V20, O13)."""

from collections.abc import Callable
from typing import Any

import pytest

from federation.finding import lookup
from node.kernel.errors import Missing
from node.kernel.keys import Keys
from node.kernel.network import Unreachable
from node.kernel.node import Node
from tests.conftest import Wire, person, settle
from tests.federation.strangers import Actor, Post, Server

Servers = Callable[[str], Server]


async def test_an_actor_and_its_host_agree(here: Node, elm: Server, bob: Actor) -> None:
    elm.vouch("Bob@elm.test", bob.id)

    assert (await lookup(here, "@BOB@Elm.test")).address == "@bob@elm.test"
    assert (await lookup(here, bob.id)).address == "@bob@elm.test"


async def test_a_host_lends_its_name_to_nobody_else(
    here: Node, elm: Server, evil: Server, bob: Actor
) -> None:
    evil.vouch("pompous@evil.test", bob.id)
    elm.vouch("bob@elm.test", bob.id)

    with pytest.raises(Missing):
        await lookup(here, "@pompous@evil.test")
    assert (await lookup(here, bob.id)).address == "@bob@elm.test"


async def test_nobody_takes_the_name_of_another_at_the_same_host(
    here: Node, elm: Server, bob: Actor, stranger_keys: list[Keys]
) -> None:
    elm.vouch("bob@elm.test", bob.id)
    other = elm.actor("mallory", stranger_keys[1])
    elm.pages[other.id]["preferredUsername"] = "bob"

    assert (await lookup(here, other.id)).address == "elm.test/users/mallory"
    assert (await lookup(here, "bob@elm.test")).id == bob.id


@pytest.mark.sqlite(but=1)
@pytest.mark.parametrize("says_so", [True, False], ids=["FEP-2c59", "by the subject"])
async def test_a_name_may_be_of_another_host_if_both_say_so(
    here: Node, server: Servers, stranger_keys: list[Keys], says_so: bool
) -> None:
    town, node = server("town.test"), server("node.town.test")
    group = node.actor("assembly", stranger_keys[0])
    if says_so:
        node.pages[group.id]["webfinger"] = "acct:assembly@town.test"
    town.vouch("assembly@town.test", group.id)
    node.vouch("assembly@town.test", group.id)

    assert (await lookup(here, group.id)).address == "@assembly@town.test"
    assert (await lookup(here, "@assembly@town.test")).id == group.id


@pytest.mark.sqlite(but=1)
@pytest.mark.parametrize("says_so", [True, False], ids=["FEP-2c59", "by the subject"])
async def test_a_name_of_another_host_is_none_without_its_word(
    here: Node, server: Servers, evil: Server, mallory: Actor, says_so: bool
) -> None:
    town = server("town.test")
    town.vouch("mayor@town.test", f"{town.origin}/users/mayor")
    evil.vouch("mayor@town.test", mallory.id)
    evil.pages[mallory.id] |= {"webfinger": "mayor@town.test"} if says_so else {}
    evil.pages[mallory.id] |= {"preferredUsername": "mayor"}

    assert (await lookup(here, mallory.id)).address == "evil.test/users/mallory"
    for typed in ("@mayor@town.test", "@mayor@evil.test"):
        with pytest.raises(Missing):
            await lookup(here, typed)


async def test_nobody_elsewhere_names_one_of_ours(here: Node, evil: Server) -> None:
    ana = await person(here, "ana")
    evil.vouch("ana@evil.test", ana.id)

    with pytest.raises(Missing):
        await lookup(here, "@ana@evil.test")


async def test_a_name_keeps_its_punycode(
    here: Node, server: Servers, stranger_keys: list[Keys]
) -> None:
    books = server("xn--bcher-kva.test")
    anna = books.actor("anna", stranger_keys[0])
    books.vouch("anna@bücher.test", anna.id)

    assert (await lookup(here, "@anna@BÜCHER.test")).address == "@anna@xn--bcher-kva.test"


async def test_a_page_elsewhere_that_names_anothers_leads_to_nobody(
    here: Node, elm: Server, evil: Server, bob: Actor, mallory: Actor, wire: Wire
) -> None:
    """Whoever says that the page of somebody else is theirs is not found by it."""
    evil.pages[mallory.id]["url"] = f"{elm.origin}/@bob"
    await lookup(here, mallory.id)
    wire.away.add(elm.origin)

    with pytest.raises(Unreachable):
        await lookup(here, f"{elm.origin}/@bob")


async def test_who_writes_to_us_is_named_in_time(
    here: Node, post: Post, elm: Server, bob: Actor
) -> None:
    elm.vouch("bob@elm.test", bob.id)
    await post(bob, bob.says("Create", bob.note()))
    await settle(here)

    assert await address(here, bob) == "@bob@elm.test"


@pytest.mark.parametrize(
    "change", [{"preferredUsername": "robert"}, {"webfinger": "robert@elm.test"}]
)
async def test_a_new_name_is_proven_anew(
    here: Node, post: Post, elm: Server, bob: Actor, change: dict[str, Any]
) -> None:
    elm.vouch("bob@elm.test", bob.id)
    await lookup(here, bob.id)
    elm.pages[bob.id] |= change

    await post(bob, bob.says("Update", elm.pages[bob.id]))
    await settle(here)
    unproven = await address(here, bob)
    elm.vouch("robert@elm.test", bob.id)
    await post(bob, bob.says("Update", elm.pages[bob.id]))
    await settle(here)

    assert (unproven, await address(here, bob)) == ("elm.test/users/bob", "@robert@elm.test")


async def test_a_name_that_went_to_another_is_theirs_alone(
    here: Node, elm: Server, bob: Actor, stranger_keys: list[Keys]
) -> None:
    elm.vouch("bob@elm.test", bob.id)
    await lookup(here, bob.id)
    heir = elm.actor("bob2", stranger_keys[2])
    elm.pages[heir.id]["preferredUsername"] = "bob"
    elm.vouch("bob@elm.test", heir.id)

    await lookup(here, heir.id)

    assert await address(here, heir) == "@bob@elm.test"
    assert await address(here, bob) == "elm.test/users/bob"


async def address(node: Node, actor: Actor) -> str:
    found = await node.account(actor.id)
    assert found is not None
    return found.address
