"""Proofs that a document carries with it: JCS, digests, eddsa-jcs-2022, mldsa44-jcs-2024; pure.

A proof holds for every field it has: an option that we do not understand the bounds of
(a domain, a challenge) makes it useless to us rather than wider. A document may carry a set of
proofs, each of which holds by itself (`each`); whatever else is asked here is asked of one.
Source: RFC 8785; W3C Data Integrity §2.1.1 (proof sets), Data Integrity EdDSA Cryptosuites §3.3,
Quantum-Resistant Cryptosuites (working draft of 2026-06-16; as Mastodon 4.7 reads it); FEP-8b32.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from vocab.model import Malformed
from vocab.multikey import (
    PublicKey,
    base58,
    base64url,
    from_base58,
    from_base64url,
    from_multibase,
    from_multikey,
    from_private_multikey,
    has_mldsa44,
    multibase,
    multikey,
    private_multikey,
)

__all__ = [
    "base58",
    "digest",
    "each",
    "from_base58",
    "from_multibase",
    "from_multikey",
    "from_private_multikey",
    "gathered",
    "has_mldsa44",
    "hash_data",
    "is_known",
    "jcs",
    "method_of",
    "multibase",
    "multikey",
    "private_multikey",
    "sign",
    "subject_digest",
    "verify",
]

MOST = 4
"""Proofs that a document may carry."""
SUITE = "eddsa-jcs-2022"
"""What we sign with."""
QUANTUM = "mldsa44-jcs-2024"
"""What holds where Ed25519 can be forged; what we sign decisions with a second time."""
SUITES = {SUITE: Ed25519PublicKey, QUANTUM: MLDSA44PublicKey}
"""What we read, and the kind of key each needs."""
PURPOSE = "assertionMethod"
SUBJECT = ("id", "name", "content", "options")

_SHA2_256 = b"\x12\x20"
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)", re.ASCII)


def jcs(value: Any) -> bytes:
    """The one canonical JSON text of a value; RFC 8785.

    Raises:
        Malformed: E_JCS; a number beyond 2^53, not a number, half a character.
    """
    try:
        return rfc8785.dumps(value)
    except (ValueError, TypeError, RecursionError) as error:
        raise Malformed("E_JCS", str(error)) from None


def digest(document: Mapping[str, Any]) -> str:
    """The digest of a document, whoever has signed it: SHA-256 multihash, base58btc.

    Taken over JCS of the document without `proof`; vocabulary.md §6.7.
    """
    return _multihash({name: value for name, value in document.items() if name != "proof"})


def subject_digest(document: Mapping[str, Any]) -> str:
    """The digest of what is decided on: `id`, `name`, `content`, `options` and nothing else.

    Stages, dates and counts may change while it stays the same.
    """
    return _multihash({name: document[name] for name in SUBJECT if name in document})


def sign(
    document: Mapping[str, Any],
    *,
    key: Ed25519PrivateKey | MLDSA44PrivateKey,
    method: str,
    created: datetime,
) -> dict[str, Any]:
    """The document with a proof of the key's suite, in place of any that it had.

    Args:
        document: what is signed; with `@context` it is signed too.
        key: of the owner.
        method: the address of the public key.
        created: with a zone; written in whole seconds.
    """
    proof: dict[str, Any] = {
        "type": "DataIntegrityProof",
        "cryptosuite": QUANTUM if isinstance(key, MLDSA44PrivateKey) else SUITE,
        "created": created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "verificationMethod": method,
        "proofPurpose": PURPOSE,
    }
    bare = {name: value for name, value in document.items() if name != "proof"}
    if "@context" in bare:
        proof["@context"] = bare["@context"]
    write = base64url if isinstance(key, MLDSA44PrivateKey) else multibase
    proof["proofValue"] = write(key.sign(hash_data(bare, proof)))
    return {**bare, "proof": proof}


def gathered(signed: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One document that was signed in several ways, with all its proofs as a set."""
    return {**signed[0], "proof": [one["proof"] for one in signed]}


def each(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The document once for each of its proofs, with that proof alone.

    In a set, a proof of a suite that we do not know is passed over: it neither helps nor harms.
    All others must hold, for whoever reads it to say so; nothing here says that they do.

    Raises:
        Malformed: E_PROOF_MISSING; E_PROOF_FORM, a set that is empty, has more than `MOST`,
            holds what is no proof, or two of one suite; E_PROOF_SUITE, a set of none we know.
    """
    held = document.get("proof")
    if not isinstance(held, list):
        _proof(document)
        return [document]
    if not 0 < len(held) <= MOST or not all(isinstance(one, Mapping) for one in held):
        raise Malformed("E_PROOF_FORM", "not a set of proofs")
    known = [one for one in held if is_known(one)]
    if not known:
        raise Malformed("E_PROOF_SUITE", "a set of none that we know")
    if len({one["cryptosuite"] for one in known}) < len(known):
        raise Malformed("E_PROOF_FORM", "two proofs of one suite")
    return [{**document, "proof": one} for one in known]


def is_known(proof: Mapping[str, Any]) -> bool:
    """Whether a proof is of a suite that can be checked here."""
    suite = proof.get("cryptosuite")
    if proof.get("type") != "DataIntegrityProof" or not isinstance(suite, str):
        return False
    return suite in SUITES and (suite != QUANTUM or has_mldsa44())


def verify(
    document: Mapping[str, Any],
    key: PublicKey,
    *,
    now: datetime,
    domain: str | None = None,
    challenge: str | None = None,
) -> None:
    """Accept the document's one proof by `key`, or raise.

    Whether the key is the owner's (`method_of`) is for the caller to know (E_PROOF_OWNER).

    Args:
        document: as it was read, nothing added or left out.
        key: the key that `method_of(document)` names.
        now: with a zone, for `expires`.
        domain: ours, if the proof may be bound to one.
        challenge: what we asked for, if we did.

    Raises:
        Malformed: E_PROOF_MISSING, E_PROOF_FORM, E_PROOF_SUITE, E_PROOF_PURPOSE,
            E_PROOF_EXPIRED, E_PROOF_DOMAIN, E_PROOF_CONTEXT, E_PROOF_INVALID.
    """
    proof = _proof(document)
    suite = proof.get("cryptosuite")
    kind = SUITES.get(suite) if isinstance(suite, str) else None
    if proof.get("type") != "DataIntegrityProof" or kind is None:
        raise Malformed("E_PROOF_SUITE", str(suite)[:80])
    if proof.get("proofPurpose") != PURPOSE:
        raise Malformed("E_PROOF_PURPOSE", str(proof.get("proofPurpose"))[:80])
    _check_times(proof, now)
    if proof.get("domain") != domain or proof.get("challenge") != challenge:
        raise Malformed("E_PROOF_DOMAIN", "made for somebody else")
    if isinstance(key, RSAPublicKey) or not isinstance(key, kind):
        raise Malformed("E_PROOF_SUITE", f"the key does not make {suite}")
    signed = hash_data(_secured(document, proof), _options(document, proof))
    try:
        key.verify(_signature(proof), signed)
    except InvalidSignature:
        raise Malformed("E_PROOF_INVALID", "signature does not verify") from None


def method_of(document: Mapping[str, Any]) -> str:
    """The address of the key that a document's one proof names.

    Raises:
        Malformed: E_PROOF_MISSING, E_PROOF_FORM.
    """
    return _text(_proof(document), "verificationMethod")


def hash_data(document: Mapping[str, Any], proof: Mapping[str, Any]) -> bytes:
    """The 64 bytes that are signed: the options' hash, then the document's; §3.3.4.

    A `signature` of the old kind is no part of the document (FEP-8b32).
    """
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    bare = {name: value for name, value in document.items() if name not in ("proof", "signature")}
    return hashlib.sha256(jcs(options)).digest() + hashlib.sha256(jcs(bare)).digest()


def _multihash(value: Mapping[str, Any]) -> str:
    return multibase(_SHA2_256 + hashlib.sha256(jcs(value)).digest())


def _proof(document: Mapping[str, Any]) -> Mapping[str, Any]:
    proof = document.get("proof")
    if proof is None:
        raise Malformed("E_PROOF_MISSING", "no proof")
    if not isinstance(proof, Mapping):
        raise Malformed("E_PROOF_FORM", "not one proof")
    return proof


def _text(proof: Mapping[str, Any], name: str) -> str:
    value = proof.get(name)
    if not isinstance(value, str):
        raise Malformed("E_PROOF_FORM", name)
    return value


def _options(document: Mapping[str, Any], proof: Mapping[str, Any]) -> Mapping[str, Any]:
    """The options as they are hashed: of the younger suite always with the document's context."""
    if proof.get("cryptosuite") != QUANTUM or "@context" not in document:
        return proof
    return {"@context": document["@context"], **proof}


def _signature(proof: Mapping[str, Any]) -> bytes:
    read = from_base64url if proof.get("cryptosuite") == QUANTUM else from_multibase
    try:
        return read(_text(proof, "proofValue"))
    except Malformed as error:
        raise Malformed("E_PROOF_FORM", error.message) from None


def _check_times(proof: Mapping[str, Any], now: datetime) -> None:
    times = {name: _time(_text(proof, name)) for name in ("created", "expires") if name in proof}
    if times.get("expires", now) < now:
        raise Malformed("E_PROOF_EXPIRED", str(proof["expires"]))


def _time(text: str) -> datetime:
    if not _TIME.fullmatch(text):
        raise Malformed("E_PROOF_FORM", f"time {text[:40]!r}")
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise Malformed("E_PROOF_FORM", f"time {text[:40]!r}") from None


def _secured(document: Mapping[str, Any], proof: Mapping[str, Any]) -> Mapping[str, Any]:
    """The document as it was signed: with the proof's context, which must begin its own; §3.3.2."""
    if "@context" not in proof:
        return document
    given, signed = _list(document.get("@context")), _list(proof["@context"])
    if given[: len(signed)] != signed:
        raise Malformed("E_PROOF_CONTEXT", "the document has another context than its proof")
    return {**document, "@context": proof["@context"]}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
