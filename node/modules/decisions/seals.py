"""Making and checking the proof on a public document. Pure: keys and bytes in, a verdict out."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from vocab import proofs
from vocab.model import Malformed
from vocab.origins import base
from vocab.values import dataclass


class State(StrEnum):
    """What we know of a seal. On screen `UNCHECKED` is "not checked yet"."""

    HOLDS = "holds"
    UNCHECKED = "unchecked"
    FAILS = "fails"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The state of a seal, and the code of what is wrong with it."""

    state: State
    code: str = ""


def sealed(
    document: Mapping[str, Any], *, key: str, method: str, created: datetime
) -> dict[str, Any]:
    """The document with our proof, in place of any that it had.

    Args:
        document: what is signed, with its context.
        key: a private key of the owner's, PEM: Ed25519, or ML-DSA-44.
        method: the address of the public key.
        created: with a zone.
    """
    private = load_pem_private_key(key.encode(), None)
    assert isinstance(private, Ed25519PrivateKey | MLDSA44PrivateKey), "nothing else signs records"
    return proofs.sign(document, key=private, method=method, created=created)


def verdict(
    document: Mapping[str, Any], *, owner: str, keys: Mapping[str, str], now: datetime
) -> Verdict:
    """What a document's proof is worth; of a set, what the weakest of those that we know is.

    Args:
        document: as received, nothing added or left out.
        owner: the actor who must have made it.
        keys: the assertion keys of that actor that we know, by address, as Multikey.
        now: with a zone.

    Returns:
        UNCHECKED if a key it names may be the owner's and we do not know it (yet), whatever
        else holds: whoever cannot forge one signature is not to gain by adding another.
    """
    try:
        found = [verdict for _, verdict in of_each(document, owner=owner, keys=keys, now=now)]
    except Malformed as problem:
        return Verdict(state=State.FAILS, code=problem.code)
    return max(found, key=lambda one: _WORSE.index(one.state))


_WORSE = (State.HOLDS, State.UNCHECKED, State.FAILS)


def of_each(
    document: Mapping[str, Any], *, owner: str, keys: Mapping[str, str], now: datetime
) -> list[tuple[str, Verdict]]:
    """What each of a document's proofs is worth, by its suite; arguments as of `verdict`.

    Raises:
        Malformed: E_PROOF_…, as `proofs.each`.
    """
    return [
        (str(one["proof"].get("cryptosuite")), _of_one(one, owner=owner, keys=keys, now=now))
        for one in proofs.each(document)
    ]


def _of_one(
    document: Mapping[str, Any], *, owner: str, keys: Mapping[str, str], now: datetime
) -> Verdict:
    try:
        method = proofs.method_of(document)
        if base(method) != owner:
            return Verdict(state=State.FAILS, code="E_PROOF_OWNER")
        if method not in keys:
            return Verdict(state=State.UNCHECKED, code="E_PROOF_KEY")
        proofs.verify(document, proofs.from_multikey(keys[method]), now=now)
    except Malformed as problem:
        return Verdict(state=State.FAILS, code=problem.code)
    return Verdict(state=State.HOLDS)
