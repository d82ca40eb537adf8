"""Canonical JSON, digests and proofs, against vectors that others published."""

import base64
import copy
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import load_der_public_key
from hypothesis import given
from hypothesis import strategies as st

from tests.servers import SHARED, absent
from vocab.model import Malformed
from vocab.proofs import (
    base58,
    digest,
    each,
    from_base58,
    from_multibase,
    from_multikey,
    from_private_multikey,
    gathered,
    hash_data,
    jcs,
    method_of,
    multibase,
    multikey,
    private_multikey,
    sign,
    subject_digest,
    verify,
)

VECTORS = SHARED / "vectors"
W3C = VECTORS / "eddsa-jcs-2022"
VOCAB = SHARED / "vocab"

shared = pytest.mark.skipif(absent(SHARED), reason="../shared is not here")

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
KEY = Ed25519PrivateKey.generate()
METHOD = "https://alder.test/community#ed25519-key"
RECORD = {
    "@context": ["https://www.w3.org/ns/activitystreams", {"kind": "x:kind"}],
    "id": "https://alder.test/records/1",
    "type": "Note",
    "content": "We buy the mill.",
    "count": 3,
}


def _json(path: Path):
    return json.loads(path.read_text()) if path.is_file() else []


def _signed(**more):
    return sign({**RECORD, **more}, key=KEY, method=METHOD, created=NOW)


def _code(document, key=None, **how) -> str:
    with pytest.raises(Malformed) as refusal:
        verify(document, key or KEY.public_key(), **{"now": NOW, **how})
    return refusal.value.code


def _with_options(**options):
    """A proof with other options, rightly signed: they are part of what is signed."""
    document = _signed()
    proof = {**document["proof"], **options}
    proof = {name: value for name, value in proof.items() if value is not None}
    proof["proofValue"] = multibase(KEY.sign(hash_data(document, proof)))
    return {**document, "proof": proof}


# canonical JSON ----------------------------------------------------------------------------


@shared
@pytest.mark.parametrize("name", ["arrays", "french", "structures", "unicode", "values", "weird"])
def test_json_has_one_canonical_text(name) -> None:
    folder = VECTORS / "jcs-rfc8785"
    value = json.loads((folder / "input" / f"{name}.json").read_bytes())

    assert jcs(value) == (folder / "output" / f"{name}.json").read_bytes()


@pytest.mark.parametrize(
    "value", [1 << 53, float("nan"), float("inf"), "\ud800", {"a": {1, 2}}, {1: 2}, b"x"]
)
def test_what_has_no_canonical_text_is_refused(value) -> None:
    assert jcs([(1 << 53) - 1]) == b"[9007199254740991]"
    with pytest.raises(Malformed, match="E_JCS"):
        jcs([value])


def test_a_bottomless_value_is_refused() -> None:
    value: list = []
    for _ in range(100_000):
        value = [value]

    with pytest.raises(Malformed, match="E_JCS"):
        jcs(value)


# multibase and keys ------------------------------------------------------------------------


@given(st.binary(max_size=200))
def test_base58_comes_back(data) -> None:
    assert from_base58(base58(data)) == data


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"Hello World!", "2NEpo7TZRRrLZSi2U"),
        (b"\0\0\x28\x7f\xb4\xcd", "11233QC4"),
        (b"", ""),
        (b"\0", "1"),
    ],
)
def test_base58_is_that_of_the_draft(data, text) -> None:
    assert base58(data) == text
    assert from_base58(text) == data


@pytest.mark.parametrize("text", ["z0", "zO", "zI", "zl", "z ", "zé", "", "f00", "u00", "z" * 5000])
def test_what_is_not_multibase_is_refused(text) -> None:
    with pytest.raises(Malformed, match="E_MULTIBASE"):
        from_multibase(text)


def test_an_ed25519_key_is_written_as_fep_521a_says() -> None:
    raw = bytes.fromhex("2e6fcce36701dc791488e0d0b1745cc1e33a4c1c9fcc41c63bd343dbbe0970e6")
    key = Ed25519PublicKey.from_public_bytes(raw)

    assert multikey(key) == "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
    assert from_multikey(multikey(key)) == key


@shared
def test_an_rsa_key_is_written_as_fep_521a_says() -> None:
    text = (VECTORS / "eddsa-jcs-2022/fep-521a.feature.txt").read_text()
    der = bytes.fromhex(text.split('hex string "')[2].split('"')[0])
    expected = text.split('"publicKeyMultibase": "')[2].split('"')[0]
    key = load_der_public_key(der)

    assert multikey(key) == expected
    assert from_multikey(expected) == key


def test_a_private_key_comes_back() -> None:
    text = private_multikey(KEY)

    assert from_private_multikey(text).private_bytes_raw() == KEY.private_bytes_raw()
    with pytest.raises(Malformed, match="E_KEY"):
        from_private_multikey(multikey(KEY.public_key()))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xed",
        b"\xed\x01" + bytes(31),
        b"\xed\x01" + bytes(32),
        b"\xed\x01" + b"\x01" + bytes(30) + b"\x80",
        b"\xec\x01" + b"\x07" * 32,
        b"\x85\x24" + b"\x30\x03\x02\x01\x01",
        b"\x90\x24" + b"\x07" * 1311,
    ],
    ids=["empty", "half", "short", "zero", "one", "x25519", "no rsa", "ml-dsa"],
)
def test_a_key_that_proves_nothing_is_refused(data) -> None:
    with pytest.raises(Malformed, match="E_KEY"):
        from_multikey(multibase(data))


def test_a_short_rsa_key_is_refused() -> None:
    short = generate_private_key(public_exponent=65537, key_size=1024).public_key()

    with pytest.raises(Malformed, match="E_KEY"):
        from_multikey(multikey(short))


# digests -----------------------------------------------------------------------------------


def test_a_digest_does_not_change_with_the_proof() -> None:
    assert digest(_signed()) == digest(RECORD)
    assert digest({**RECORD, "count": 4}) != digest(RECORD)
    assert digest(RECORD).startswith("zQm")


def test_the_subject_is_what_is_decided_and_nothing_else() -> None:
    proposal = {**RECORD, "name": "The mill", "options": [{"id": "#1", "name": "Buy"}]}

    assert subject_digest({**proposal, "stage": "voting", "count": 4}) == subject_digest(proposal)
    for name in ("id", "name", "content", "options"):
        assert subject_digest({**proposal, name: "other"}) != subject_digest(proposal)


@shared
def test_the_digests_of_the_examples_are_ours() -> None:
    def read(name):
        return _json(VOCAB / "examples" / name)["object"]

    proposal = read("41-governance-proposal-update-stage.json")
    record = read("43-decision-record-create.json")
    ratified = read("46-decision-ratified-create.json")

    assert record["subjectDigest"] == subject_digest(proposal)
    assert ratified["respondsToDigest"] == digest(record)


# proofs ------------------------------------------------------------------------------------


CASES = _json(W3C / "integrity-proofs.json")


@shared
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["note"][:40])
def test_published_proofs_are_judged_as_published(case) -> None:
    key = from_multikey(case["publicKeyMultibase"])

    if case["expect"] == "accept":
        verify(case["document"], key, now=NOW)
    else:
        assert _code(case["document"], key) == "E_PROOF_EXPIRED"
        verify(case["document"], key, now=datetime(2023, 2, 24, tzinfo=UTC))


@shared
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["note"][:40])
def test_published_proofs_hold_for_nothing_else(case) -> None:
    key, document = from_multikey(case["publicKeyMultibase"]), case["document"]
    value, early = document["proof"]["proofValue"], datetime(2023, 2, 24, tzinfo=UTC)
    bent = value[:20] + ("A" if value[20] != "A" else "B") + value[21:]

    other = {**document, "extra": 1}
    assert _code(other, key, now=early) == "E_PROOF_INVALID"
    forged = {**document, "proof": {**document["proof"], "proofValue": bent}}
    assert _code(forged, key, now=early) in {"E_PROOF_INVALID", "E_PROOF_FORM"}
    suites = {"eddsa-jcs-2022", "mldsa44-jcs-2024"} - {case["cryptosuite"]}
    for suite in (*suites, "eddsa-rdfc-2022", None, ["eddsa-jcs-2022"]):
        swapped = {**document, "proof": {**document["proof"], "cryptosuite": suite}}
        assert _code(swapped, key, now=early) == "E_PROOF_SUITE"


@pytest.mark.parametrize(
    "text", ["u", "uAB=", "uA", "uAB", "zAB", "u+/+/", "u" + "A" * 5000, "ukCQAAAA", "u7QEAAA"]
)
def test_a_key_in_base64_is_whole_and_has_one_spelling(text: str) -> None:
    with pytest.raises(Malformed):
        from_multikey(text)


def test_an_ml_dsa_key_makes_its_own_proofs_only() -> None:
    key = MLDSA44PrivateKey.generate()
    spelt = "u" + b64(b"\x90\x24" + key.public_key().public_bytes_raw())
    document = _signed()
    proof = {**document["proof"], "cryptosuite": "mldsa44-jcs-2024"}
    proof["proofValue"] = "u" + b64(key.sign(hash_data(document, proof)))
    held = {**document, "proof": proof}

    verify(held, from_multikey(spelt), now=NOW)
    assert _code(held, KEY.public_key()) == "E_PROOF_SUITE"
    assert _code(document, from_multikey(spelt)) == "E_PROOF_SUITE"
    as_z = {**held, "proof": {**proof, "proofValue": multibase(b"x" * 2420)}}
    assert _code(as_z, from_multikey(spelt)) == "E_PROOF_FORM"


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@shared
def test_each_step_of_the_w3c_example_is_ours() -> None:
    def text(name: str) -> str:
        return (W3C / f"w3c-eddsa-jcs-2022__{name}").read_text().strip()

    unsigned, signed = json.loads(text("unsigned.json")), json.loads(text("signedJCS.json"))
    keys = json.loads(text("keyPair.json"))
    key = from_private_multikey(keys["privateKeyMultibase"])
    method = signed["proof"]["verificationMethod"]

    made = sign(
        unsigned, key=key, method=method, created=datetime(2023, 2, 24, 23, 36, 38, tzinfo=UTC)
    )

    assert jcs(unsigned).decode() == text("canonDocJCS.txt")
    assert hash_data(signed, signed["proof"]).hex() == text("combinedHashJCS.txt")
    assert multikey(key.public_key()) == keys["publicKeyMultibase"]
    assert made == signed
    assert made["proof"]["proofValue"] == text("sigBTC58JCS.txt")


@shared
def test_an_identity_proof_without_context_is_right() -> None:
    """FEP-c390."""
    text = (VECTORS / "fep/c390/fep-c390.feature").read_text()
    claim = json.loads(text.split("the identity proof is")[1].split('"""')[1])

    verify(claim, from_multikey(claim["subject"].removeprefix("did:key:")), now=NOW)


@shared
def test_what_fedify_really_sent_is_proven() -> None:
    """Its documents carry a signature of the old kind too, which is no part of ours."""
    keys: dict[str, str] = {}
    documents = []
    for path in sorted((SHARED / "captures").glob("*/*.json")):
        exchange = _json(path)
        for side in ("request", "response"):
            body = exchange.get(side, {}).get("body")
            if isinstance(body, dict):
                methods = body.get("assertionMethod") or []
                methods = methods if isinstance(methods, list) else [methods]
                keys |= {key["id"]: key["publicKeyMultibase"] for key in methods}
                if side == "request" and "proof" in body:
                    documents.append(body)
    known = [document for document in documents if method_of(document) in keys]

    for document in known:
        verify(document, from_multikey(keys[method_of(document)]), now=NOW)
        changed = {**document, "actor": "https://evil.test/"}
        assert _code(changed, from_multikey(keys[method_of(document)])) == "E_PROOF_INVALID"

    assert len(known) >= 5


@shared
@pytest.mark.parametrize("folder", ["examples", "wire"])
def test_the_records_of_our_examples_are_proven(folder) -> None:
    actor = _json(VOCAB / "wire/02-community-actor.json")
    methods = {key["id"]: key["publicKeyMultibase"] for key in actor["assertionMethod"]}
    proven = 0

    for path in sorted((VOCAB / folder).glob("*.json")):
        document = _json(path).get("object")
        if not isinstance(document, dict) or "proof" not in document:
            continue
        if method_of(document) in methods:
            verify(document, from_multikey(methods[method_of(document)]), now=NOW)
            proven += 1

    assert proven >= 2


def test_what_we_sign_is_proven() -> None:
    signed = _signed()

    verify(signed, KEY.public_key(), now=NOW)
    verify(json.loads(json.dumps(signed)), KEY.public_key(), now=NOW)
    assert method_of(signed) == METHOD
    assert signed["proof"]["created"] == "2026-11-20T12:00:00Z"
    assert signed["proof"]["@context"] == RECORD["@context"]


def test_signing_again_takes_the_place_of_the_first_proof() -> None:
    assert sign(_signed(), key=KEY, method=METHOD, created=NOW) == _signed()


def test_a_document_without_context_is_signed_without() -> None:
    bare = {name: value for name, value in RECORD.items() if name != "@context"}
    signed = sign(bare, key=KEY, method=METHOD, created=NOW)

    verify(signed, KEY.public_key(), now=NOW)
    assert "@context" not in signed["proof"]


@pytest.mark.parametrize("name", ["id", "type", "content", "count", "extra", "@context"])
def test_every_word_of_a_document_is_held(name) -> None:
    changed = {**_signed(), name: "other"}

    assert _code(changed) in ("E_PROOF_INVALID", "E_PROOF_CONTEXT")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("created", "2026-11-20T12:00:01Z"),
        ("verificationMethod", "https://evil.test/#key"),
        ("nonce", "x"),
        ("id", "urn:x"),
        ("expires", "2030-01-01T00:00:00Z"),
        ("@context", ["https://www.w3.org/ns/activitystreams"]),
    ],
)
def test_every_option_of_a_proof_is_held(name, value) -> None:
    changed = copy.deepcopy(_signed())
    changed["proof"][name] = value

    assert _code(changed) == "E_PROOF_INVALID"
    if name != "@context":
        verify(_with_options(**{name: value}), KEY.public_key(), now=NOW)


def test_another_key_does_not_fit() -> None:
    assert _code(_signed(), Ed25519PrivateKey.generate().public_key()) == "E_PROOF_INVALID"


def test_a_key_of_another_kind_does_not_fit() -> None:
    key = generate_private_key(public_exponent=65537, key_size=2048).public_key()

    assert _code(_signed(), key) == "E_PROOF_SUITE"


def test_a_proof_ends() -> None:
    verify(_with_options(expires="2026-11-20T12:00:00Z"), KEY.public_key(), now=NOW)

    assert _code(_with_options(expires="2026-11-20T11:59:59Z")) == "E_PROOF_EXPIRED"
    assert _code(_with_options(expires="2026-11-20T12:59:59+01:00")) == "E_PROOF_EXPIRED"


def test_a_proof_for_another_place_is_not_for_us() -> None:
    bound = _with_options(domain="alder.test", challenge="abc")

    verify(bound, KEY.public_key(), now=NOW, domain="alder.test", challenge="abc")
    assert _code(bound) == "E_PROOF_DOMAIN"
    assert _code(bound, domain="birch.test", challenge="abc") == "E_PROOF_DOMAIN"
    assert _code(bound, domain="alder.test", challenge="abd") == "E_PROOF_DOMAIN"
    assert _code(_signed(), challenge="abc") == "E_PROOF_DOMAIN"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"type": "Ed25519Signature2020"}, "E_PROOF_SUITE"),
        ({"cryptosuite": "eddsa-rdfc-2022"}, "E_PROOF_SUITE"),
        ({"cryptosuite": None}, "E_PROOF_SUITE"),
        ({"proofPurpose": "authentication"}, "E_PROOF_PURPOSE"),
        ({"proofPurpose": None}, "E_PROOF_PURPOSE"),
        ({"created": "yesterday"}, "E_PROOF_FORM"),
        ({"created": "2026-13-01T00:00:00Z"}, "E_PROOF_FORM"),
        ({"created": "2026-11-20T12:00:00"}, "E_PROOF_FORM"),
        ({"created": 5}, "E_PROOF_FORM"),
        ({"expires": "soon"}, "E_PROOF_FORM"),
    ],
)
def test_options_that_we_do_not_know_are_refused(options, code) -> None:
    assert _code(_with_options(**options)) == code


@pytest.mark.parametrize("value", ["", "z", "u" + "A" * 86, "zzz", 5, None, ["z"]])
def test_a_signature_that_cannot_be_read_is_refused(value) -> None:
    changed = copy.deepcopy(_signed())
    changed["proof"]["proofValue"] = value

    assert _code(changed) in ("E_PROOF_FORM", "E_PROOF_INVALID")


@pytest.mark.parametrize(
    ("proof", "code"),
    [(None, "E_PROOF_MISSING"), ([], "E_PROOF_FORM"), ("x", "E_PROOF_FORM"), ({}, "E_PROOF_SUITE")],
)
def test_exactly_one_proof_is_read(proof, code) -> None:
    assert _code({**RECORD, "proof": proof}) == code
    assert _code({**RECORD, "proof": [_signed()["proof"]]}) == "E_PROOF_FORM"


def test_the_context_of_the_proof_begins_that_of_the_document() -> None:
    """W3C vc-di-eddsa §3.3.2: another server may have added words of its own behind."""
    signed = _signed()
    longer = {**signed, "@context": [*RECORD["@context"], "https://other.test/context"]}
    other = {**signed, "@context": ["https://other.test/context", *RECORD["@context"]]}

    verify(longer, KEY.public_key(), now=NOW)
    assert _code(other) == "E_PROOF_CONTEXT"
    assert _code({**signed, "@context": RECORD["@context"][:1]}) == "E_PROOF_CONTEXT"


# sets of proofs ----------------------------------------------------------------------------

SECOND = MLDSA44PrivateKey.generate()
OTHER = "https://alder.test/community#mldsa44-key"


def _twice() -> dict:
    second = sign(RECORD, key=SECOND, method=OTHER, created=NOW)
    return gathered([_signed(), second])


def test_each_proof_of_a_set_is_read_and_checked_by_itself() -> None:
    document = _twice()
    first, second = each(document)

    verify(first, KEY.public_key(), now=NOW)
    verify(second, from_multikey(multikey(SECOND.public_key())), now=NOW)

    assert [method_of(first), method_of(second)] == [METHOD, OTHER]
    assert digest(document) == digest(RECORD) == digest(first)
    assert each(first) == [first]
    assert each({**document, "proof": document["proof"][:1]}) == [first]
    assert multikey(SECOND.public_key()).startswith("u")
    assert _code(document) == "E_PROOF_FORM"
    assert _code({**second, "content": "We sell it."}, SECOND.public_key()) == "E_PROOF_INVALID"
    assert _code(second, MLDSA44PrivateKey.generate().public_key()) == "E_PROOF_INVALID"


@pytest.mark.parametrize(
    ("proofs", "code"),
    [
        (lambda a, b: None, "E_PROOF_MISSING"),
        (lambda a, b: [], "E_PROOF_FORM"),
        (lambda a, b: [a, a], "E_PROOF_FORM"),
        (lambda a, b: [a, b, b], "E_PROOF_FORM"),
        (lambda a, b: [a, b, {}, {}, {}], "E_PROOF_FORM"),
        (lambda a, b: [a, [b]], "E_PROOF_FORM"),
        (lambda a, b: [a, None], "E_PROOF_FORM"),
        (lambda a, b: [{**a, "cryptosuite": "another"}], "E_PROOF_SUITE"),
        (lambda a, b: [{**a, "type": "Other"}, {**b, "cryptosuite": 7}], "E_PROOF_SUITE"),
    ],
)
def test_what_is_no_set_of_proofs_is_refused(proofs, code) -> None:
    document = _twice()
    first, second = document["proof"]
    strange = {"type": "DataIntegrityProof", "cryptosuite": "another"}
    assert len(each({**document, "proof": [strange, first, second, strange]})) == 2

    with pytest.raises(Malformed) as refusal:
        each({**document, "proof": proofs(first, second)})

    assert refusal.value.code == code
