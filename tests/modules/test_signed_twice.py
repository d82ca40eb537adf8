"""Decisions that are signed a second time: made, taken elsewhere, checked in files, renewed."""

import copy
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from sqlalchemy import select, update

from node import cli
from node.kernel.access import ANONYMOUS
from node.kernel.keys import make_keys, make_second
from node.kernel.node import Node
from node.kernel.tables import account, actor_key, letter
from node.modules import identity
from node.modules.accounts import api as accounts
from node.modules.decisions import (
    chaining,
    exporting,
    handlers,
    publishing,
    queries,
    seals,
    sightings,
)
from node.modules.decisions import signed as signing
from node.modules.decisions.queries import Record
from node.modules.decisions.replies import Answer
from node.modules.decisions.verifying import verify
from node.modules.identity import renewing
from node.modules.joint import exporting as joint_file
from node.modules.joint.verifying import verify as joint_verify
from tests import servers
from tests.conftest import START, Browser, Clock, Wire, settle
from tests.modules import moot, together
from vocab import checks, multikey, proofs, schemas
from vocab.model import Malformed

Browse = Callable[..., Awaitable[Browser]]
BOTH = ["eddsa-jcs-2022", "mldsa44-jcs-2024"]


async def town(make_node: Any, name: str) -> Node:
    node: Node = await make_node(name, modules=[*moot.MODULES, identity.module])
    await moot.people(node, "ana", "ben")
    return node


@pytest.fixture
async def alder(make_node: Any) -> Node:
    return await town(make_node, "alder")


@pytest.fixture
async def birch(make_node: Any, alder: Node) -> Node:
    node = await town(make_node, "birch")
    await moot.follow(node, alder)
    return node


async def twice(node: Node, *others: Node) -> None:
    await renewing.sign_twice(node, by=await moot.keeper(node))
    await settle(node, *others)


async def decided(node: Node, clock: Clock, **more: Any) -> Record:
    return await moot.decided(node, clock, ["consent"] * 3, to="public", **more)


def suites(document: Any) -> list[str]:
    held = document["proof"]
    return [one["cryptosuite"] for one in (held if isinstance(held, list) else [held])]


async def secret(node: Node) -> Any:
    mine = select(actor_key.c.mldsa44).where(actor_key.c.account == node.community.id)
    return await node.write(lambda unit: unit.db.scalar(mine))


async def taken(node: Node) -> Any:
    return await node.read(
        lambda db: exporting.register(db, accounts.community_account(db), ANONYMOUS)
    )


async def there(node: Node, one: Record) -> Record:
    found = await node.read(queries.any_record, one.id)
    assert found is not None
    return found


async def test_a_record_is_signed_twice_and_taken_elsewhere(
    alder: Node, birch: Node, clock: Clock
) -> None:
    before = await decided(alder, clock, title="Lend our tools")
    await twice(alder, birch)

    found = await decided(alder, clock, title="Sell the van")
    await settle(alder, birch)

    assert (suites(before.document), suites(found.document)) == (BOTH[:1], BOTH)
    assert (await there(birch, before)).document == before.document
    at_birch = await there(birch, found)
    assert (at_birch.seal, at_birch.code, at_birch.document) == ("holds", "", found.document)
    assert found.digest == proofs.digest({**found.document, "proof": None})
    mine = await alder.account(alder.community.id)
    theirs = await birch.account(alder.community.id)
    assert mine is not None
    assert theirs is not None
    assert set(theirs.assertion_keys) == set(mine.assertion_keys)


async def test_a_key_that_birch_was_not_told_of_is_asked_for(
    alder: Node, birch: Node, clock: Clock
) -> None:
    await twice(alder, birch)
    us = alder.community.id
    first = {f"{us}#ed25519-key": (await alder.account(us)).assertion_keys[f"{us}#ed25519-key"]}  # type: ignore[union-attr]
    forget = update(account).where(account.c.id == us).values(assertion_keys=first)
    await birch.write(lambda unit: unit.db.execute(forget) and None)

    found = await decided(alder, clock)
    await settle(alder, birch)

    assert (await there(birch, found)).seal == "holds"


# What a set is worth -------------------------------------------------------------------------

US = "https://alder.test/c/alder"
KEYS, SECOND = make_keys(), make_second()


def signed(owner: str = US) -> dict[str, Any]:
    """A document with both proofs, at a time."""
    bare = {"@context": ["https://www.w3.org/ns/activitystreams"], "name": "x"}
    bare |= {"attributedTo": owner}
    assert SECOND is not None
    pairs = ((KEYS.ed25519, "#ed25519-key"), (SECOND.private, "#mldsa44-key"))
    return proofs.gathered(
        [seals.sealed(bare, key=k, method=owner + m, created=START) for k, m in pairs]
    )


def known() -> dict[str, str]:
    assert SECOND is not None
    return {f"{US}#ed25519-key": KEYS.ed25519_public, f"{US}#mldsa44-key": SECOND.public}


def second(**more: Any) -> Any:
    return lambda d: d["proof"][1].update(more)


BENT = [
    (lambda d: None, "holds", ""),
    (lambda d: d.update(proof=d["proof"][0]), "holds", ""),
    (lambda d: d.update(proof=d["proof"][1]), "holds", ""),
    (lambda d: d.update(proof=d["proof"][:1]), "holds", ""),
    (lambda d: d["proof"].append({"type": "Other"}), "holds", ""),
    (lambda d: d["proof"].reverse(), "holds", ""),
    (second(created="2020-01-01T00:00:00Z"), "fails", "E_PROOF_INVALID"),
    (lambda d: d["proof"][0].update(created="2020-01-01T00:00:00Z"), "fails", "E_PROOF_INVALID"),
    (lambda d: d.update(name="y"), "fails", "E_PROOF_INVALID"),
    (lambda d: d["proof"].__setitem__(1, signed("https://birch.test/c/birch")["proof"][1]),
     "fails", "E_PROOF_OWNER"),
    (second(verificationMethod=f"{US}#another"), "unchecked", "E_PROOF_KEY"),
    (second(verificationMethod=f"{US}#ed25519-key"), "fails", "E_PROOF_SUITE"),
    (second(verificationMethod=7), "fails", "E_PROOF_FORM"),
    (second(expires="2020-01-01T00:00:00Z"), "fails", "E_PROOF_EXPIRED"),
    (lambda d: d["proof"].append(d["proof"][0]), "fails", "E_PROOF_FORM"),
    (lambda d: d["proof"].extend([{"type": "Other"}] * 3), "fails", "E_PROOF_FORM"),
    (lambda d: d["proof"].append("proof"), "fails", "E_PROOF_FORM"),
    (lambda d: d.update(proof=[]), "fails", "E_PROOF_FORM"),
    (lambda d: d.update(proof=[{"type": "Other"}]), "fails", "E_PROOF_SUITE"),
]  # fmt: skip


@pytest.mark.parametrize(("bend", "state", "code"), BENT)
def test_every_proof_of_a_set_counts(bend: Any, state: str, code: str) -> None:
    document = copy.deepcopy(signed())
    bend(document)

    found = seals.verdict(document, owner=US, keys=known(), now=START)

    assert (found.state, found.code) == (state, code)


@pytest.mark.parametrize(("bend", "state", "code"), BENT)
def test_the_check_on_receipt_says_the_same(bend: Any, state: str, code: str) -> None:
    document = copy.deepcopy(signed())
    bend(document)
    loaded = {id: proofs.from_multikey(key) for id, key in known().items()}
    here = checks.Known(now=START, key=loaded.get)

    if state == "fails":
        with pytest.raises(Malformed) as refused:
            checks.proven(document, here)
        assert refused.value.code == code
    else:
        checks.proven(document, here)


def test_where_the_library_knows_one_kind_the_other_is_passed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    document, bad = signed(), copy.deepcopy(signed())
    bad["proof"][0]["created"] = "2020-01-01T00:00:00Z"
    monkeypatch.setattr(proofs, "has_mldsa44", lambda: False)

    told = [seals.verdict(d, owner=US, keys=known(), now=START).code for d in (document, bad)]

    assert told == ["", "E_PROOF_INVALID"]
    assert make_second() is None


def test_a_file_with_a_key_of_a_kind_unknown_here_is_no_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Older:
        @staticmethod
        def from_public_bytes(_raw: bytes) -> Any:
            raise UnsupportedAlgorithm("older")

    rows = [{"id": id, "publicKeyMultibase": key} for id, key in known().items()]
    assert len(signing.keys_in(rows, [US])[0]) == 2
    monkeypatch.setattr(multikey, "MLDSA44PublicKey", Older)

    keys, faults = signing.keys_in(rows, [US])

    assert (list(keys), faults) == ([f"{US}#ed25519-key"], [])
    with pytest.raises(Malformed, match="E_KEY_HERE"):
        multikey.from_multikey(known()[f"{US}#mldsa44-key"])


# In files ------------------------------------------------------------------------------------


async def test_pages_and_files_say_of_each_signature_whether_it_holds(
    alder: Node, birch: Node, browse: Browse, clock: Clock, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    before = await decided(alder, clock, title="Lend our tools")
    await twice(alder, birch)
    found = await decided(alder, clock, title="Sell the van")
    await settle(alder, birch)
    visitor, ana = await browse(alder), await browse(birch, "ana")
    at_birch = await there(birch, found)
    whole, alone, theirs = (tmp_path / name for name in ("whole", "alone", "theirs"))
    whole.write_bytes((await visitor.get("/decisions/register.json")).content)
    alone.write_bytes((await visitor.get(f"/d/{found.slug}/signed.json")).content)
    theirs.write_text(json.dumps(at_birch.document))

    def run(*given: Path | str) -> tuple[int, list[list[str]]]:
        said = cli.main(["verify", "--data", str(tmp_path / "none"), *map(str, given)])
        return said, [line.split("\t")[:2] for line in capsys.readouterr().out.splitlines()]

    both = [["record 2", "holds"], *(["record 2, proof " + one, "holds"] for one in BOTH)]
    assert run(whole) == (
        0, [["record 1", "holds"], *both, ["checkpoint", "holds"], ["file", "holds"]]
    )  # fmt: skip
    for one in (alone, theirs):
        assert run(one, "--known", whole) == (0, [*both, ["file", "holds"]])

    abroad = f"/decisions/elsewhere/{at_birch.slug}"
    for page in (await visitor.get(f"/d/{found.slug}"), await ana.get(abroad)):
        shown = page.text.partition("<dt>Today’s signature (Ed25519)</dt>")[2]
        second = "<dt>The second signature (ML-DSA-44)</dt><dd>Holds</dd>"
        assert shown.startswith("<dd>Holds</dd>" + second)
    assert "Today’s signature" not in (await visitor.get(f"/d/{before.slug}")).text

    held = json.loads(whole.read_bytes())
    assert [one["id"].partition("#")[2] for one in held["keys"]] == ["ed25519-key", "mldsa44-key"]
    for place, other in ((0, 1), (1, 0)):
        bent = copy.deepcopy(held)
        bent["entries"][1]["record"]["proof"][place]["created"] = "2020-01-01T00:00:00Z"
        whole.write_text(json.dumps(bent))
        code, lines = run(whole)
        assert code == 1
        assert ["record 2", "E_PROOF_INVALID"] in lines
        assert ["record 2, proof " + BOTH[place], "E_PROOF_INVALID"] in lines
        assert ["record 2, proof " + BOTH[other], "holds"] in lines
    strange = copy.deepcopy(held)
    strange["entries"][1]["record"]["proof"].append({"type": "Other", "cryptosuite": "x"})
    whole.write_text(json.dumps(strange))
    assert ["record 2, proof x", "passed"] in run(whole)[1]
    assert run(whole)[0] == 0
    stripped = copy.deepcopy(held)
    del stripped["entries"][1]["record"]["proof"][1]
    whole.write_text(json.dumps(stripped))
    assert run(whole)[0] == 0  # nobody can tell it from one that was never signed twice


# Keys ----------------------------------------------------------------------------------------


async def page(wire: Wire, node: Node) -> dict[str, Any]:
    transport = httpx.ASGITransport(app=wire.apps[node.origin])
    async with httpx.AsyncClient(transport=transport, base_url=node.origin) as client:
        headers = {"accept": "application/activity+json"}
        found: dict[str, Any] = (await client.get(node.community.id, headers=headers)).json()
    return found


def names(listed: Any) -> list[str]:
    return [one["id"].partition("#")[2] for one in listed]


async def test_renewing_renews_both_and_what_was_signed_stays_provable(
    alder: Node, birch: Node, clock: Clock, wire: Wire
) -> None:
    await renewing.renew(alder, alder.community.id)
    assert await secret(alder) is None
    await twice(alder, birch)
    first, before = await decided(alder, clock, title="Lend our tools"), await secret(alder)

    await renewing.renew(alder, alder.community.id)
    await settle(alder, birch)
    clock.advance(days=3)
    last = await decided(alder, clock, title="Sell the van")
    await settle(alder, birch)

    assert await secret(alder) not in (None, before)
    shown = await page(wire, alder)
    assert names(shown["verificationMethod"]) == ["mldsa44-key-3", "mldsa44-key-2"]
    assert "mldsa" not in json.dumps(shown["assertionMethod"])
    assert "expires" in shown["verificationMethod"][1]
    assert "expires" not in shown["verificationMethod"][0]
    assert (await alder.write(renewing.state, alder.community.id)).before == 2
    for one, end in ((first, "2"), (last, "3")):
        assert [each["verificationMethod"][-1] for each in one.document["proof"]] == [end] * 2
        assert (await there(birch, one)).seal == "holds"
        us = await birch.account(alder.community.id)
        assert us is not None
        assert (await birch.write(handlers.judged, one.document, us)).state == "holds"
    held = await taken(alder)
    assert len([one for one in held["keys"] if "mldsa44" in one["id"]]) == 2
    assert [one for one in verify(proofs.jcs(held)) if one.wrong] == []

    await renewing.renew(alder, alder.community.service)
    service = await alder.account(alder.community.service)
    assert service is not None
    assert len(service.assertion_keys) == 1


async def test_a_keeper_asks_for_it_once_and_nobody_else_can(
    alder: Node, browse: Browse, wire: Wire
) -> None:
    ana, keeper = await browse(alder, "ana"), await browse(alder, "keeper")
    token = servers.hidden_fields((await ana.get("/me/keys")).text, "/me/keys")
    headers = {"origin": alder.origin, "sec-fetch-site": "same-origin"}
    refused = await ana.client.post("/desk/keys/twice", data=token, headers=headers)
    assert refused.status_code == 403
    assert await secret(alder) is None
    assert "verificationMethod" not in await page(wire, alder)
    before = (await keeper.get("/desk/keys")).text
    assert "Sign twice from now on" in before
    assert "/desk/keys/twice" not in (await ana.get("/me/keys")).text

    after = await keeper.post("/desk/keys/twice", {}, form="/desk/keys")
    held = await secret(alder)
    token = servers.hidden_fields((await keeper.get("/desk/keys")).text, "/desk/keys")
    again = await keeper.client.post("/desk/keys/twice", data=token, headers=headers)

    assert "From now on there are two signatures." in after.text
    assert "Sign twice from now on" not in after.text
    assert "earlier ones stay as they were" in after.text
    assert again.status_code == 200
    assert held is not None
    assert await secret(alder) == held
    assert names((await page(wire, alder))["verificationMethod"]) == ["mldsa44-key"]
    others = select(actor_key.c.account).where(actor_key.c.mldsa44.is_not(None))
    told = await alder.write(lambda unit: list(unit.db.scalars(others)))
    assert told == [alder.community.id]


@pytest.mark.sqlite
async def test_where_the_library_knows_no_such_signatures_a_keeper_is_told(
    alder: Node, browse: Browse, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = await browse(alder, "keeper")
    monkeypatch.setattr(proofs, "has_mldsa44", lambda: False)

    answer = await keeper.post("/desk/keys/twice", {}, form="/desk/keys")

    assert "OpenSSL 3.5" in answer.text
    assert await secret(alder) is None
    monkeypatch.undo()
    await twice(alder)
    monkeypatch.setattr(proofs, "has_mldsa44", lambda: False)
    assert suites((await decided(alder, clock)).document) == BOTH[:1]


async def test_a_restart_keeps_the_key(alder: Node, make_node: Any, clock: Clock) -> None:
    await twice(alder)
    held = await secret(alder)
    await alder.close()

    again = await make_node("alder", data=alder.settings.data, modules=alder.registry.modules)

    assert await secret(again) == held
    assert suites((await decided(again, clock)).document) == BOTH


# What leaves ---------------------------------------------------------------------------------


async def test_answers_carry_a_set_and_letters_and_words_of_chains_never(
    alder: Node, birch: Node, clock: Clock
) -> None:
    await twice(alder, birch)
    await twice(birch, alder)
    found = await decided(alder, clock)
    await settle(alder, birch)
    await birch.write(publishing.respond, found.id, Answer.NOTED)
    await settle(birch, alder)

    [answer] = await alder.read(queries.responses_to, found.id, moot.inside(alder))
    assert suites(answer.document) == BOTH
    assert answer.owner == birch.community.id
    bodies = [b for n in (alder, birch) for b in await n.write(_bodies)]
    assert any(isinstance(one["proof"], dict) for one in bodies if "proof" in one)
    carried = 0
    for one in bodies:
        assert not isinstance(one.get("proof"), list)
        held = one.get("object")
        if isinstance(held, dict) and isinstance(held.get("proof"), list):
            carried += 1
            assert held["kind"] in ("DecisionRecord", "DecisionResponse")
            schemas.outgoing(one)
            with pytest.raises(Malformed):
                schemas.outgoing({**one, "proof": held["proof"]})
    assert carried
    held = await taken(alder)
    assert isinstance(held["checkpoint"]["proof"], dict)


def _bodies(unit: Any) -> list[dict[str, Any]]:
    rows = unit.db.scalars(select(letter.c.body).where(letter.c.way == "out"))
    return [json.loads(body) for body in rows if body]


async def test_a_word_about_a_chain_with_a_set_is_not_taken(alder: Node, birch: Node) -> None:
    await twice(alder, birch)

    def said(unit: Any) -> list[dict[str, Any]]:
        us = accounts.community_account(unit.db)
        word = {"type": "Witness", "attributedTo": us.id, "about": "x", "number": 1}
        return [make(unit, us, word) for make in (chaining.sealed, chaining.sealed_twice)]

    words = await alder.write(said)
    them = await birch.account(alder.community.id)
    assert them is not None

    found = [
        await birch.write(lambda u, w=word: sightings._is_theirs(u, them, w, "Witness"))
        for word in words
    ]

    assert found == [True, False]


@pytest.mark.sqlite
async def test_ballots_and_ends_of_a_joint_decision_are_signed_twice_and_the_process_once(
    make_node: Any, clock: Clock
) -> None:
    three = await together.towns(make_node)
    for node in three:
        await twice(node, *three)

    one = await together.decide(three, clock, "yyn", kind=together.Kind.SHARE, threshold=(2, 3))
    await together.over(three, clock)

    assert await together.outcomes(three, one) == ["approved"] * 3
    for node in three:
        here = await together.at(node, one)
        file = await node.read(joint_file.joint, here.slug, moot.inside(node))
        assert suites(file["process"]) == BOTH[:1]
        signed_by_all = [*file["records"], *file["ends"]]
        assert len(signed_by_all) >= 4
        assert all(suites(each) == BOTH for each in signed_by_all)
        found = joint_verify(proofs.jcs(file))
        assert found is not None
        assert [each for each in found if each.wrong] == []
        assert sum(", proof " in each.part for each in found) == 2 * len(signed_by_all)
