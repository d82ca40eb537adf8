"""The keys an actor of ours signs with: RSA for requests, Ed25519 for what is proven later.

A community may have one more, ML-DSA-44, to sign its decisions a second time.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from vocab import proofs
from vocab.values import dataclass

EDWARDS, QUANTUM = "#ed25519-key", "#mldsa44-key"
"""How the ids of our keys for what is proven later go on after the actor's."""


@dataclass(frozen=True, kw_only=True)
class Keys:
    """A pair of each kind: private as PEM, RSA public as PEM, Ed25519 public as Multikey."""

    rsa: str
    rsa_public: str
    ed25519: str
    ed25519_public: str


@dataclass(frozen=True, kw_only=True)
class Second:
    """A pair for second signatures (ML-DSA-44): private as PEM, public as Multikey."""

    private: str
    public: str


KeyMaker = Callable[[], Keys]


def make_keys() -> Keys:
    """New keys: RSA-2048, which every server verifies, and Ed25519 (FEP-521a).

    Takes about 0.1 s; call it in a thread.
    """
    rsa = generate_private_key(public_exponent=65537, key_size=2048)
    edwards = Ed25519PrivateKey.generate()
    public = rsa.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return Keys(
        rsa=_pem(rsa),
        rsa_public=public.decode(),
        ed25519=_pem(edwards),
        ed25519_public=proofs.multikey(edwards.public_key()),
    )


def make_second() -> Second | None:
    """A new pair for second signatures, of nothing that we have; None where the library has none.

    Takes a few milliseconds.
    """
    if not proofs.has_mldsa44():
        return None
    made = MLDSA44PrivateKey.generate()
    return Second(private=_pem(made), public=proofs.multikey(made.public_key()))


def method(keys: Mapping[str, str], kind: str) -> str | None:
    """The id of the key of a kind, among those that an actor of ours has now."""
    return next((id for id in keys if kind in id), None)


@lru_cache(maxsize=256)
def edwards(pem: str) -> Ed25519PrivateKey:
    """A private key of our own, from our own rows; loaded once."""
    key = load_pem_private_key(pem.encode("ascii"), None)
    assert isinstance(key, Ed25519PrivateKey), "actor_key.ed25519 holds Ed25519 keys"
    return key


def _pem(key: RSAPrivateKey | Ed25519PrivateKey | MLDSA44PrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
