"""Keys as other servers write them, loaded once and judged before they are believed.

A key decides by its type how it signs: RSA with PKCS#1 v1.5 and SHA-256, or Ed25519.
"""

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from federation.claims import BadSignature
from vocab.multikey import weakness

Key = RSAPublicKey | Ed25519PublicKey
PrivateKey = RSAPrivateKey | Ed25519PrivateKey

PEM_LENGTH = 16_384


def load_public_pem(pem: str) -> Key:
    """Load a `publicKeyPem`; keep the result, loading costs as much as using it.

    Raises:
        BadSignature: E_KEY; not a key, of another type, or a weak one.
    """
    if len(pem) > PEM_LENGTH:
        raise BadSignature("E_KEY", "too long")
    try:
        key = serialization.load_pem_public_key(pem.strip().encode("ascii"))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadSignature("E_KEY", str(error)) from None
    if not isinstance(key, RSAPublicKey | Ed25519PublicKey):
        raise BadSignature("E_KEY", type(key).__name__)
    fault = weakness(key)
    if fault:
        raise BadSignature("E_KEY", fault)
    return key


def load_private_pem(pem: str) -> PrivateKey:
    """Load a key of our own, from our own database.

    Its RSA numbers are not checked again (27 ms), because we made it ourselves.

    Raises:
        ValueError: it is not such a key.
    """
    key = serialization.load_pem_private_key(
        pem.encode("ascii"), password=None, unsafe_skip_rsa_key_validation=True
    )
    if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
        raise ValueError(type(key).__name__)  # noqa: TRY004
    return key


def is_rsa(key: Key | PrivateKey) -> bool:
    """Whether a key signs with RSA; the alternative is Ed25519."""
    return isinstance(key, RSAPublicKey | RSAPrivateKey)


def matches(key: Key, signature: bytes, text: bytes) -> bool:
    """Whether the owner of a key signed a text.

    Raises:
        BadSignature: E_KEY, a key that proves nothing.
    """
    if isinstance(key, RSAPublicKey) and key.key_size < 2048:
        raise BadSignature("E_KEY", f"RSA with {key.key_size} bits")
    try:
        if isinstance(key, RSAPublicKey):
            key.verify(signature, text, PKCS1v15(), hashes.SHA256())
        else:
            key.verify(signature, text)
    except InvalidSignature:
        return False
    return True


def seal(key: PrivateKey, text: bytes) -> bytes:
    """Sign a text."""
    if isinstance(key, RSAPrivateKey):
        return key.sign(text, PKCS1v15(), hashes.SHA256())
    return key.sign(text)
