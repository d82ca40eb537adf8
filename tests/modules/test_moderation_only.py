"""Talking only with the servers on a list: looked at first, then so everywhere at once."""

from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import select

import federation
from federation import policy, resolving
from node.kernel.errors import Conflict, Invalid, Refused
from node.kernel.node import Node
from node.kernel.tables import log_entry
from node.modules import accounts, follows, moderation, notes, pictures, reactions
from node.modules.follows import api as following
from node.modules.moderation import allowing
from tests.conftest import Browser, MakeNode, Wire, person, settle
from tests.modules.neighbours import neighbours
from tests.modules.test_notes import feed, follow, kept, say
from tests.servers import hidden_fields

MODULES = [federation.module, accounts.module, follows.module, moderation.module,
           notes.module, pictures.module, reactions.module]  # fmt: skip
Browse = Callable[..., Awaitable[Browser]]


@pytest.fixture
async def alder(make_node: MakeNode) -> Node:
    trusted = neighbours("https://birch.test/service")
    return await make_node("alder", modules=[*MODULES, trusted])


@pytest.fixture
async def birch(make_node: MakeNode) -> Node:
    return await make_node("birch", modules=MODULES)


@pytest.fixture
async def cedar(make_node: MakeNode) -> Node:
    return await make_node("cedar", modules=MODULES)


async def switch(node: Node, text: str, *, only: bool, digest: str = "") -> allowing.Plan:
    plan = await node.read(allowing.plan, node.registry, node.origin, text, only=only)
    by = {"by": f"{node.origin}/u/keeper", "reason": "We agreed on it."}
    return await node.write(allowing.switch, text, only=only, digest=digest or plan.digest, **by)


async def test_only_servers_on_the_list_are_talked_with(
    alder: Node, birch: Node, cedar: Node, wire: Wire
) -> None:
    ana = await person(alder, "ana")
    ben, cleo = await person(birch, "ben"), await person(cedar, "cleo")
    for node, who in ((birch, ben), (cedar, cleo)):
        await follow(alder, ana, node, who)
        await follow(node, who, alder, ana)
        await say(node, who, "Before.")
    await settle(alder, birch, cedar)
    assert len(await feed(alder, ana)) == 2

    await switch(alder, "birch.test", only=True)
    wire.seen.clear()
    said = [await say(node, who, "After.") for node, who in ((birch, ben), (cedar, cleo))]
    await say(alder, ana, "CANARY")
    await settle(alder, birch, cedar)

    assert [bool(await kept(alder, id)) for id in said] == [True, False]
    sent = [url for _, url, body in wire.seen if b"CANARY" in body]
    assert sent
    assert all(url.startswith(birch.origin) for url in sent)
    assert len(await feed(alder, ana)) == 3
    with pytest.raises(Refused, match="E_BLOCKED"):
        await resolving.fetch(alder, cleo.id)
    for host in ("www.birch.test", "birch.test:8443", "dog.example"):
        assert await alder.read(policy.refuses, alder.registry, f"https://{host}/u/x"), host

    await switch(alder, "birch.test", only=False)
    again = await say(cedar, cleo, "Again.")
    await settle(alder, birch, cedar)
    assert await kept(alder, again) is not None
    assert await alder.read(following.following, ana.id) == sorted([ben.id, cleo.id])
    assert (await alder.read(allowing.state)).hosts == ("birch.test",)


async def test_the_desk_shows_what_it_cuts_before_it_does(
    alder: Node, birch: Node, cedar: Node, browse: Browse
) -> None:
    ana = await person(alder, "ana")
    ben, cleo = await person(birch, "ben"), await person(cedar, "cleo")
    await follow(alder, ana, birch, ben)
    await follow(cedar, cleo, alder, ana)
    await resolving.account(alder, birch.community.service)
    admin = await browse(alder, "keeper")
    page = await admin.get("/desk/only")
    assert "birch.test\ncedar.test</textarea>" in page.text
    assert "Now: with all servers" in page.text

    sent = {"way": "only", "text": "Cedar.test\nnon*sense.example", "reason": "We agreed."}
    look = await admin.post("/desk/only", sent)
    assert "birch.test</bdi></b>" in look.text
    assert "trusted" in look.text
    assert "one follow of ours" in look.text
    assert "cedar.test</bdi></b>" not in look.text
    assert "A part of the name is left out" in look.text
    assert await alder.read(policy.only) is None

    fields = hidden_fields(look.text, "/desk/only/switch")
    done = await admin.client.post(
        "/desk/only/switch", data=fields, headers={"origin": alder.origin}
    )
    assert "Now: only with one server" in done.text
    assert "You talk with one server only" in (await admin.get("/desk")).text
    assert await alder.read(policy.only) == frozenset({"cedar.test"})
    refused = await admin.post("/me/following", {"who": ben.id})
    assert "nothing to do with this server" in refused.text

    look = await admin.post("/desk/only", {**sent, "way": "open"})
    assert "birch.test" in look.text
    actions = await alder.read(lambda db: list(db.scalars(select(log_entry.c.action))))
    assert "moderation.only" in actions


async def test_what_has_changed_since_the_look_is_not_done(alder: Node, birch: Node) -> None:
    ana, ben = await person(alder, "ana"), await person(birch, "ben")
    plan = await alder.read(allowing.plan, alder.registry, alder.origin, "elm.test", only=True)
    await follow(alder, ana, birch, ben)

    with pytest.raises(Conflict):
        await switch(alder, "elm.test", only=True, digest=plan.digest)
    assert await alder.read(policy.only) is None


async def test_an_empty_list_means_nobody_and_we_are_never_on_it(alder: Node, birch: Node) -> None:
    ben = await person(birch, "ben")
    await switch(alder, "alder.test", only=True)

    assert await alder.read(policy.only) == frozenset()
    assert await alder.read(policy.refuses, alder.registry, ben.id)


async def test_only_keepers_switch_it_and_with_a_reason(alder: Node, browse: Browse) -> None:
    ana = await person(alder, "ana")
    plan = await alder.read(allowing.plan, alder.registry, alder.origin, "", only=True)
    for by, reason, problem in ((ana.id, "I want to.", Refused),
                                (f"{alder.origin}/u/keeper", " ", Invalid)):  # fmt: skip
        with pytest.raises(problem):
            await alder.write(allowing.switch, "", only=True, digest=plan.digest, by=by,
                              reason=reason)  # fmt: skip
    for handle in ("ana", None):
        assert (await (await browse(alder, handle)).get("/desk/only")).status_code == 403
    assert await alder.read(policy.only) is None
