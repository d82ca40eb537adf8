"""Making and checking the proof on a public document. Pure: keys and bytes in, a verdict out."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
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
        key: the owner's private Ed25519 key, PEM.
        method: the address of the public key.
        created: with a zone.
    """
    private = load_pem_private_key(key.encode(), None)
    assert isinstance(private, Ed25519PrivateKey), "actor_key.ed25519 holds Ed25519 keys"
    return proofs.sign(document, key=private, method=method, created=created)


def verdict(
    document: Mapping[str, Any], *, owner: str, keys: Mapping[str, str], now: datetime
) -> Verdict:
    """What a document's proof is worth.

    Args:
        document: as received, nothing added or left out.
        owner: the actor who must have made it.
        keys: the assertion keys of that actor that we know, by address, as Multikey.
        now: with a zone.

    Returns:
        UNCHECKED if the key it names may be the owner's and we do not know it (yet).
    """
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
