"""Keys of ours that are renewed: what is under way arrives, what was signed stays provable."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import select

from federation import keyring, resolving
from federation.resolving import Document
from node.kernel.keys import make_keys
from node.kernel.node import Node
from node.kernel.tables import actor_key
from node.modules.decisions import seals
from node.modules.follows import api as following
from node.modules.identity import renewing
from node.modules.notes import writing
from tests.conftest import PASSWORD, Browser, Wire, person, settle
from vocab import proofs

Browse = Callable[..., Awaitable[Browser]]
RECORD = {"@context": "https://www.w3.org/ns/activitystreams", "type": "Note", "content": "We do."}


async def signed(node: Node, actor: str) -> Document:
    """A document that an actor signs with the key it has now."""

    def sign(unit: Any) -> Document:
        one = unit.account(actor)
        key = unit.db.scalar(select(actor_key.c.ed25519).where(actor_key.c.account == actor))
        [method] = one.assertion_keys
        return seals.sealed(RECORD, key=key, method=method, created=unit.now)

    return await node.write(sign)


async def judged(node: Node, actor: str, document: Document) -> seals.State:
    one = await node.account(actor)
    assert one is not None
    keys = await node.read(keyring.keys, one, document)
    return seals.verdict(document, owner=actor, keys=keys, now=node.now()).state


async def followed(alder: Node, birch: Node) -> Any:
    ana, cleo = await person(alder, "ana"), await person(birch, "cleo")
    await birch.write(following.follow, cleo, await resolving.account(birch, ana.id))
    await settle(alder, birch)
    return ana


async def say(node: Node, who: Any, text: str) -> None:
    said = writing.Draft(text=text, reach="public", lang="en", people={})
    await node.write(writing.post, await node.account(who.id), said)


def heard(wire: Wire, node: Node) -> list[str]:
    return [body.decode() for way, url, body in wire.seen if way == "POST" and node.origin in url]


@pytest.mark.parametrize("lost", [False, True])
async def test_others_learn_of_a_new_key_and_what_waits_arrives(
    alder: Node, birch: Node, wire: Wire, lost: bool
) -> None:
    ana = await followed(alder, birch)
    before = await birch.account(ana.id)
    wire.away.add(birch.origin)
    await say(alder, ana, "Under way")
    await settle(alder)
    await renewing.renew(alder, ana.id, lost=lost)
    await settle(alder)

    wire.away.clear()
    alder.now.advance(days=2, hours=1)  # type: ignore[attr-defined]
    await say(alder, ana, "With the new one")
    await settle(alder, birch)

    after, ours = await birch.account(ana.id), await alder.account(ana.id)
    assert before is not None
    assert after is not None
    assert ours is not None
    assert after.key_id == ours.key_id == f"{ana.id}#main-key-2"
    assert after.public_key == ours.public_key
    said = await birch.read(lambda db: str(db.exec_driver_sql("SELECT content FROM note").all()))
    assert "Under way" in said
    assert "With the new one" in said


async def test_the_old_key_signs_the_news_and_nothing_else(
    alder: Node, birch: Node, wire: Wire
) -> None:
    from federation import signing

    ana = await followed(alder, birch)
    await renewing.renew(alder, ana.id)
    told = await alder.write(
        lambda u: u.db.scalar(select(actor_key.c.told).where(actor_key.c.account == ana.id))
    )

    assert (await signing.signer(alder, ana.id, telling=told)).key_id == f"{ana.id}#main-key"
    assert (await signing.signer(alder, ana.id, telling="x")).key_id == f"{ana.id}#main-key-2"
    assert (await signing.signer(alder, ana.id)).key_id == f"{ana.id}#main-key-2"

    alder.now.advance(hours=49)  # type: ignore[attr-defined]
    assert (await signing.signer(alder, ana.id, telling=told)).key_id == f"{ana.id}#main-key-2"
    await renewing.sweep(alder)
    row = await alder.write(
        lambda u: u.db.execute(select(actor_key).where(actor_key.c.account == ana.id)).one()
    )
    assert row.old_rsa is None


@pytest.mark.parametrize("lost", [False, True])
async def test_a_running_node_signs_with_a_key_that_a_command_renewed(
    alder: Node, lost: bool
) -> None:
    """A command works in a process of its own, and cannot empty the memory of the node's."""
    from federation import signing

    us = alder.community.id
    alder.make_keys = make_keys  # those of the pool come again
    old = await signing.signer(alder, us)
    kept = alder.memory["federation.signers"].copy()
    await renewing.renew(alder, us, lost=lost)
    alder.memory["federation.signers"] = kept

    alder.now.advance(seconds=2)  # type: ignore[attr-defined]
    new = await signing.signer(alder, us)

    assert (old.key_id, new.key_id) == (f"{us}#main-key", f"{us}#main-key-2")
    assert new.key is not old.key


async def test_a_record_stays_provable_and_an_old_key_proves_nothing_new(
    alder: Node, birch: Node, clock: Any
) -> None:
    us = alder.community.id
    await resolving.account(birch, us)
    old = await signed(alder, us)
    clock.advance(days=1)
    stale = await signed_later(alder, us, days=2)
    await renewing.renew(alder, us)
    clock.advance(days=3)
    # the page is read anew, and again after the old key has left the row
    await resolving.account(birch, us, fresh=True)
    new = await signed(alder, us)

    for node in (alder, birch):
        assert await judged(node, us, old) is seals.State.HOLDS
        assert await judged(node, us, new) is seals.State.HOLDS
        assert await judged(node, us, stale) is seals.State.UNCHECKED
    forged = {**old, "content": "We do not."}
    assert await judged(birch, us, forged) is seals.State.FAILS


async def signed_later(node: Node, actor: str, **late: float) -> Document:
    """What somebody signs with a stolen key and a date after its end."""
    node.now.advance(**late)  # type: ignore[attr-defined]
    made = await signed(node, actor)
    node.now.advance(**{name: -by for name, by in late.items()})  # type: ignore[attr-defined]
    return made


async def test_a_lost_key_proves_nothing_elsewhere_that_was_not_known(
    alder: Node, birch: Node
) -> None:
    us = alder.community.id
    await resolving.account(birch, us)
    old = await signed(alder, us)
    await renewing.renew(alder, us, lost=True)
    await resolving.account(birch, us, fresh=True)

    assert await judged(alder, us, old) is seals.State.HOLDS
    assert await judged(birch, us, old) is seals.State.UNCHECKED


@pytest.mark.parametrize("lost", [False, True])
async def test_a_key_that_came_back_keeps_the_later_day_unless_it_was_lost(
    alder: Node, clock: Any, lost: bool
) -> None:
    us, key, first = alder.community.id, "z1", clock()

    def gone(unit: Any) -> list[Any]:
        keyring.retire(unit, us, f"{us}#old", key, unit.now, revoked=lost)
        return [one.until for one in keyring.ended(unit.db, us)]

    assert await alder.write(gone) == [first]
    clock.advance(days=2)

    assert await alder.write(gone) == [first if lost else clock()]
    clock.advance(days=-1)
    assert len(await alder.write(gone)) == 1
    assert await alder.write(gone) != [clock()]


async def test_a_page_shows_old_keys_with_their_end(alder: Node, wire: Wire) -> None:
    import httpx

    us = alder.community.id
    await renewing.renew(alder, us)

    async def keys() -> dict[str, Any]:
        transport = httpx.ASGITransport(app=wire.apps[alder.origin])
        async with httpx.AsyncClient(transport=transport, base_url=alder.origin) as client:
            answer = await client.get(us, headers={"accept": "application/activity+json"})
        found = answer.json()
        assert found["publicKey"]["id"] == f"{us}#main-key-2"
        return {one["id"].rpartition("#")[2]: one for one in found["assertionMethod"]}

    shown = await keys()
    assert list(shown) == ["ed25519-key-2", "main-key", "ed25519-key"]
    assert "expires" not in shown["ed25519-key-2"]
    assert shown["main-key"]["expires"] == "2026-11-22T09:00:00Z"
    proofs.from_multikey(shown["main-key"]["publicKeyMultibase"])
    alder.now.advance(hours=49)  # type: ignore[attr-defined]
    assert list(await keys()) == ["ed25519-key-2", "ed25519-key"]


async def test_a_member_renews_their_own_keys_and_keepers_the_community_s(
    alder: Node, browse: Browse
) -> None:
    ana = await person(alder, "ana")
    hers, keepers = await browse(alder, "ana"), await browse(alder, "keeper")

    wrong = await hers.post("/me/keys", {"password": "x"})
    assert wrong.status_code == 422
    assert "This is not your password." in wrong.text
    assert (await hers.get("/desk/keys")).status_code == 403
    page = await hers.post("/me/keys", {"password": PASSWORD})
    assert "The keys are new." in page.text
    none = await keepers.post("/desk/keys", {"password": PASSWORD})
    assert none.status_code == 422
    await keepers.post("/desk/keys", {"password": PASSWORD, "which": "node"})

    now = [await alder.account(id) for id in (ana.id, alder.community.service, alder.community.id)]
    assert [one and (one.key_id or "").rpartition("#")[2] for one in now] == [
        "main-key-2", "main-key-2", "main-key",
    ]  # fmt: skip
