"""Letters and things that come by another server: proven, asked for, or refused."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from sqlalchemy import delete

import federation
from federation import resolving
from federation.limits import Bucket
from node.kernel.node import Node
from node.modules import accounts, follows
from tests.conftest import START, Wire, person, settle
from tests.federation.strangers import Actor, Post, board, heard, letters, rows, setting
from tests.modules.strange import Stage
from vocab import proofs
from vocab.model import PUBLIC


@pytest.fixture
async def stage(make_node: Any, wire: Wire) -> Stage:
    modules = [federation.module, accounts.module, follows.module, board]
    node = await make_node("alder", modules=modules, founded=True)
    return Stage(node, wire)


def signing(stage: Stage, name: str, server: str) -> Actor:
    """Somebody whose page shows a key for documents, too."""
    made = stage.actor(stage.server(server), name)
    key = {
        "id": f"{made.id}#ed25519-key",
        "type": "Multikey",
        "controller": made.id,
        "publicKeyMultibase": made.keys.ed25519_public,
    }
    made.server.pages[made.id]["assertionMethod"] = [key]
    return made


@pytest.fixture
def bob(stage: Stage) -> Actor:
    return signing(stage, "bob", "elm.test")


@pytest.fixture
def hub(stage: Stage) -> Actor:
    """Who passes on."""
    return stage.actor(stage.server("hub.test"), "relay")


def sealed(actor: Actor, document: dict[str, Any], **more: Any) -> dict[str, Any]:
    key: Any = load_pem_private_key(actor.keys.ed25519.encode(), None)
    method = f"{actor.id}#ed25519-key"
    return proofs.sign(document, **{"key": key, "method": method, "created": START, **more})


def old_way(document: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """With the signature of the older kind, which nobody here can tell from a forged one."""
    signature = {
        "type": "RsaSignature2017",
        "creator": f"{actor.id}#main-key",
        "created": "2026-11-20T09:00:00Z",
        "signatureValue": "c2lnbmVk",
    }
    return {**document, "signature": signature}


async def kept(node: Node) -> dict[str, tuple[str, str]]:
    return {row.id: (row.owner, row.content) for row in await rows(node, heard)}


# Letters ------------------------------------------------------------------------------------


@pytest.mark.parametrize("everybody", [PUBLIC, "as:Public", "Public"])
async def test_a_letter_with_its_actors_proof_is_the_actors(
    stage: Stage, bob: Actor, hub: Actor, everybody: str
) -> None:
    note = bob.note("1") | {"to": [everybody]}

    answer = await stage.post(hub, sealed(bob, bob.says("Create", note, to=[everybody])))
    await settle(stage.node)

    assert answer.status_code == 202
    assert await kept(stage.node) == {note["id"]: (bob.id, "<p>note 1</p>")}
    assert [one.actor for one in await letters(stage.node)] == [bob.id]


def bent(document: dict[str, Any]) -> dict[str, Any]:
    made = copy.deepcopy(document)
    made["object"]["content"] = "<p>bent</p>"
    return made


def for_one(document: dict[str, Any]) -> dict[str, Any]:
    made = {**document, "to": ["https://alder.test/u/ana"]}
    made["object"] = {**made["object"], "to": made["to"]}
    return made


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda bob, eve, said: bent(sealed(bob, said)), "E_PROOF_INVALID"),
        (lambda bob, eve, said: sealed(eve, said), "E_PROOF_OWNER"),
        (lambda bob, eve, said: sealed(bob, said, method=f"{bob.id}#other"), "E_KEY"),
        (lambda bob, eve, said: {**sealed(bob, said), "proof": {}}, "E_PROOF_FORM"),
        (lambda bob, eve, said: proofs.gathered([sealed(bob, said)]), "E_PROOF_FORM"),
        (lambda bob, eve, said: sealed(bob, for_one(said)), "E_ACTOR"),
        (lambda bob, eve, said: sealed(bob, {**said, "type": "Follow"}), "E_ACTOR"),
        (lambda bob, eve, said: sealed(bob, {**said, "type": "Accept"}), "E_ACTOR"),
        (lambda bob, eve, said: sealed(bob, {**said, "id": eve.id + "/1"}), "E_ACTOR"),
        (lambda bob, eve, said: said, "E_ACTOR"),
    ],
    ids=[
        "bent",
        "another's",
        "unknown key",
        "empty",
        "set",
        "private",
        "follow",
        "accept",
        "id",
        "bare",
    ],
)
async def test_what_is_not_proven_is_nobodys(
    stage: Stage, bob: Actor, hub: Actor, make: Callable[..., dict[str, Any]], code: str
) -> None:
    eve = signing(stage, "eve", "fir.test")
    for one in (bob, eve, hub):
        await resolving.account(stage.node, one.id)

    answer = await stage.post(hub, make(bob, eve, bob.says("Create", bob.note("1"))))
    await settle(stage.node)

    assert answer.status_code in {401, 403}
    assert answer.json()["code"] == code
    assert await kept(stage.node) == {}
    # the id is not used up: the honest letter still comes in
    assert await stage.hear(bob, bob.says("Create", bob.note("2"))) == ("done", None)


async def test_the_older_signature_is_a_hint_and_no_proof(
    stage: Stage, bob: Actor, hub: Actor
) -> None:
    note = bob.note("1")
    said = bob.says("Create", note)
    bob.server.pages[said["id"]] = said
    forged = {**said, "object": {**note, "content": "<p>forged</p>"}}

    answer = await stage.post(hub, old_way(forged, bob))
    await settle(stage.node)

    assert answer.status_code == 202
    assert await kept(stage.node) == {note["id"]: (bob.id, "<p>note 1</p>")}
    # and the letter itself, when it comes, is known
    await stage.post(bob, said)
    assert len(await letters(stage.node)) == 1


async def test_where_the_letter_cannot_be_had_its_object_is_asked_for(
    stage: Stage, bob: Actor, hub: Actor
) -> None:
    note, gone = bob.note("1"), bob.note("2")
    bob.server.pages[note["id"]] = note
    bob.server.pages[gone["id"]] = gone
    await stage.hear(bob, bob.says("Create", gone))
    said = bob.says("Create", {**note, "content": "<p>forged</p>"})
    lies = bob.says("Delete", note["id"])

    for one in (said, lies):
        assert (await stage.post(hub, old_way(one, bob))).status_code == 202
    await settle(stage.node)
    assert await kept(stage.node) == {
        gone["id"]: (bob.id, "<p>note 2</p>"),
        note["id"]: (bob.id, "<p>note 1</p>"),
    }

    bob.server.pages[gone["id"]] = 410
    stage.node.now.advance(minutes=5)  # type: ignore[attr-defined]
    await stage.post(hub, old_way(bob.says("Delete", gone["id"]), bob))
    await settle(stage.node)
    assert await kept(stage.node) == {note["id"]: (bob.id, "<p>note 1</p>")}


async def test_nobody_is_asked_for_what_is_made_up(stage: Stage, bob: Actor, hub: Actor) -> None:
    await resolving.account(stage.node, bob.id)
    eve = stage.actor(bob.server, "eve")
    theirs = eve.note("1")
    mine = bob.note("2")
    bob.server.pages |= {theirs["id"]: theirs, mine["id"]: mine}
    cases = [
        bob.says("Create", bob.note("none")),
        bob.says("Create", theirs),
        bob.says("Create", "https://fir.test/notes/1"),
        bob.says("Delete", "https://alder.test/o/1"),
        bob.says("Announce", mine["id"]),
        bob.says("Like", mine["id"]),
    ]

    for said in cases:
        assert (await stage.post(hub, old_way(said, bob))).status_code == 202
    await settle(stage.node)

    assert await kept(stage.node) == {}
    assert await letters(stage.node) == []


async def test_whoever_passes_on_much_waits(stage: Stage, bob: Actor, hub: Actor) -> None:
    stage.node.memory["federation.forwarded"] = Bucket(burst=1, each_second=1e-9)

    answers = [
        await stage.post(hub, old_way(bob.says("Create", bob.note(name)), bob))
        for name in ("1", "2")
    ]

    assert [one.status_code for one in answers] == [202, 503]
    assert answers[1].headers["retry-after"]


async def test_who_is_kept_out_has_nobody_asked(stage: Stage, bob: Actor, hub: Actor) -> None:
    said = bob.says("Create", bob.note("1"))
    bob.server.pages |= {said["id"]: said, bob.note("1")["id"]: bob.note("1")}
    await resolving.account(stage.node, hub.id)
    await setting(stage.node, "blocked", ["hub.test"])

    answer = await stage.post(hub, old_way(said, bob))
    await settle(stage.node)

    assert (answer.status_code, answer.json()["code"]) == (403, "E_BLOCKED")
    assert not bob.server.asked
    assert await kept(stage.node) == {}


# Things inside ------------------------------------------------------------------------------


async def test_a_thing_with_its_owners_proof_needs_no_look(
    stage: Stage, bob: Actor, hub: Actor
) -> None:
    await resolving.account(stage.node, bob.id)
    note = {"@context": "https://www.w3.org/ns/activitystreams", **bob.note("1")}
    await settle(stage.node)
    bob.server.asked.clear()

    share = hub.says("Announce", sealed(bob, note))
    assert await stage.hear(hub, share) == ("done", None)

    assert (await kept(stage.node))[note["id"]] == (bob.id, "<p>note 1</p>")
    assert not bob.server.asked


async def test_a_forged_thing_is_asked_for_at_home(stage: Stage, bob: Actor, hub: Actor) -> None:
    await resolving.account(stage.node, bob.id)
    note = bob.note("1")
    bob.server.pages[note["id"]] = note
    forged = {**note, "content": "<p>forged</p>"}
    strange = sealed(bob, forged, method=f"{bob.id}#no-such-key")
    for one in ({**sealed(bob, note), **forged}, strange, {**forged, "proof": {}}):
        await stage.node.write(lambda unit: unit.db.execute(delete(heard)))
        assert await stage.hear(hub, hub.says("Announce", one)) == ("done", None)
        assert (await kept(stage.node))[note["id"]] == (bob.id, "<p>note 1</p>")


async def test_what_was_deleted_does_not_come_back_by_its_proof(
    stage: Stage, bob: Actor, hub: Actor
) -> None:
    note = bob.note("1")
    await stage.hear(bob, bob.says("Create", note))
    await stage.hear(bob, bob.says("Delete", note["id"]))

    state, _code = await stage.hear(hub, hub.says("Announce", sealed(bob, note)))

    assert state != "done"
    assert await kept(stage.node) == {}


# Ours ---------------------------------------------------------------------------------------


async def test_what_we_say_to_all_can_be_passed_on(
    stage: Stage, make_node: Any, wire: Wire
) -> None:
    """A letter of ours, brought to another node by somebody else, is believed there."""
    from tests.federation.outside import say

    there = await make_node("birch", modules=[federation.module, accounts.module, board])
    hub = stage.actor(stage.server("hub.test"), "relay")
    ana = await person(stage.node, "ana")
    public = ("https://www.w3.org/ns/activitystreams#Public",)
    open_ = await say(stage.node, *public, actor=ana.id)
    private = await say(stage.node, hub.id, actor=ana.id)
    sent = {one.activity: json.loads(one.body) for one in await letters(stage.node, "out")}

    assert sent[open_]["proof"]["verificationMethod"] == f"{ana.id}#ed25519-key"
    assert "proof" not in sent[private]
    post = Post(there, wire.apps[there.origin])
    answer = await post(hub, sent[open_])
    assert answer.status_code == 202, answer.text
    refused = await post(hub, {**sent[open_], "cc": [hub.id]})
    assert refused.status_code == 403
    await settle(there)

    assert [row.owner for row in await rows(there, heard)] == [ana.id]
