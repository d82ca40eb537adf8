"""Keys and digests as multibase text: base58btc, Multikey (FEP-521a), multihash; pure.

Only what is in use among ActivityPub servers: Ed25519, RSA and ML-DSA-44 keys, SHA-256 digests.
"""

import base64
import binascii
from functools import cache

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from vocab.model import Malformed

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {sign: value for value, sign in enumerate(_ALPHABET)}
LONGEST = 4096

_ED25519 = b"\xed\x01"
_ED25519_PRIVATE = b"\x80\x26"
_RSA = b"\x85\x24"
_MLDSA44 = b"\x90\x24"

PublicKey = Ed25519PublicKey | RSAPublicKey | MLDSA44PublicKey

# The points of small order, in every encoding that is accepted for them (sign bit left out):
# with such a key one signature fits every text. Computed from RFC 8032 §5.1; as in libsodium.
_SMALL_ORDER = frozenset(
    bytes.fromhex(text)
    for text in (
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    )
)


def base58(data: bytes) -> str:
    """Write bytes in base58btc, without the multibase prefix."""
    number = int.from_bytes(data, "big")
    signs = []
    while number:
        number, value = divmod(number, 58)
        signs.append(_ALPHABET[value])
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "1" * zeros + "".join(reversed(signs))


def from_base58(text: str) -> bytes:
    """Read base58btc, without the multibase prefix.

    Raises:
        Malformed: E_MULTIBASE.
    """
    if len(text) > LONGEST:
        raise Malformed("E_MULTIBASE", "too long")
    number = 0
    for sign in text:
        value = _VALUES.get(sign)
        if value is None:
            raise Malformed("E_MULTIBASE", repr(sign))
        number = number * 58 + value
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def multibase(data: bytes) -> str:
    """Write bytes as multibase base58btc, `z…`."""
    return "z" + base58(data)


def from_multibase(text: str) -> bytes:
    """Read multibase base58btc.

    Raises:
        Malformed: E_MULTIBASE.
    """
    if not text.startswith("z"):
        raise Malformed("E_MULTIBASE", text[:40])
    return from_base58(text[1:])


def from_base64url(text: str) -> bytes:
    """Read multibase base64url without padding, `u…`, in its one spelling.

    Raises:
        Malformed: E_MULTIBASE.
    """
    held = text[1:]
    if not text.startswith("u") or len(held) > LONGEST or "=" in held:
        raise Malformed("E_MULTIBASE", text[:40])
    try:
        data = base64.b64decode(held + "=" * (-len(held) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise Malformed("E_MULTIBASE", text[:40]) from None
    if base64.urlsafe_b64encode(data).rstrip(b"=").decode() != held:
        raise Malformed("E_MULTIBASE", "not in its one spelling")
    return data


def base64url(data: bytes) -> str:
    """Write bytes as multibase base64url without padding, `u…`."""
    return "u" + base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def multikey(key: PublicKey) -> str:
    """Write a key as `publicKeyMultibase`; FEP-521a, and `u…` as its suite asks for ML-DSA."""
    if isinstance(key, MLDSA44PublicKey):
        return base64url(_MLDSA44 + key.public_bytes_raw())
    if isinstance(key, RSAPublicKey):
        form = serialization.PublicFormat.PKCS1
        return multibase(_RSA + key.public_bytes(serialization.Encoding.DER, form))
    return multibase(_ED25519 + key.public_bytes_raw())


def from_multikey(text: str) -> PublicKey:
    """Read a `publicKeyMultibase`, `z…` or `u…`.

    Raises:
        Malformed: E_MULTIBASE, E_KEY; of another type, or weak. E_KEY_HERE; the library on this
            machine knows none of its kind.
    """
    data = from_base64url(text) if text.startswith("u") else from_multibase(text)
    key = _loaded(data[:2], data[2:])
    fault = weakness(key)
    if fault:
        raise Malformed("E_KEY", fault)
    return key


def is_mldsa44(text: str) -> bool:
    """Whether a `publicKeyMultibase` is that of an ML-DSA-44 key."""
    try:
        return isinstance(from_multikey(text), MLDSA44PublicKey)
    except Malformed:
        return False


def private_multikey(key: Ed25519PrivateKey) -> str:
    """Write a private key as `secretKeyMultibase`."""
    return multibase(_ED25519_PRIVATE + key.private_bytes_raw())


def from_private_multikey(text: str) -> Ed25519PrivateKey:
    """Read a `secretKeyMultibase`.

    Raises:
        Malformed: E_MULTIBASE, E_KEY.
    """
    data = from_multibase(text)
    if data[:2] != _ED25519_PRIVATE or len(data) != 34:
        raise Malformed("E_KEY", "not a private Ed25519 key")
    return Ed25519PrivateKey.from_private_bytes(data[2:])


@cache
def has_mldsa44() -> bool:
    """Whether the library on this machine knows ML-DSA-44; with an older OpenSSL it does not."""
    try:
        MLDSA44PublicKey.from_public_bytes(bytes(1312))
    except UnsupportedAlgorithm:
        return False
    return True


def weakness(key: PublicKey) -> str:
    """What is wrong with a key, or nothing: too short, too long, odd exponent, small order."""
    if isinstance(key, RSAPublicKey):
        if not 2048 <= key.key_size <= 8192:
            return f"RSA with {key.key_size} bits"
        exponent = key.public_numbers().e
        return "" if 65537 <= exponent < 1 << 32 else f"RSA exponent {exponent}"
    if isinstance(key, MLDSA44PublicKey):
        return ""
    raw = key.public_bytes_raw()
    unsigned = raw[:31] + bytes([raw[31] & 0x7F])
    return "Ed25519 point of small order" if unsigned in _SMALL_ORDER else ""


def _loaded(prefix: bytes, data: bytes) -> PublicKey:
    try:
        if prefix == _ED25519:
            return Ed25519PublicKey.from_public_bytes(data)
        if prefix == _MLDSA44:
            return MLDSA44PublicKey.from_public_bytes(data)
        key = serialization.load_der_public_key(data) if prefix == _RSA else None
    except UnsupportedAlgorithm as error:  # where OpenSSL is older
        raise Malformed("E_KEY_HERE", str(error)) from None
    except ValueError as error:
        raise Malformed("E_KEY", str(error)) from None
    if not isinstance(key, RSAPublicKey):
        raise Malformed("E_KEY", f"type {prefix.hex()}")
    return key
