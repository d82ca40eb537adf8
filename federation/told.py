"""The header of follower synchronisation (FEP-8fcf) and its digest; pure."""

import hashlib
import re
from collections.abc import Iterable

from federation.origins import LONGEST, same_origin
from vocab.values import dataclass

NOBODY = "0" * 64
"""The digest of no followers."""
_PART = re.compile(r'\s*([A-Za-z]+)\s*=\s*"([^"\\]*)"\s*(?:,|$)')
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the header of a letter says about its sender's followers here."""

    collection: str
    url: str
    digest: str


def digest(ids: Iterable[str]) -> str:
    """What stands for a set of actors: the SHA-256 of each id, all joined by XOR, as hex.

    >>> digest([]) == NOBODY, digest(["a", "b"]) == digest(["b", "a"])
    (True, True)
    """
    mixed = 0
    for id in set(ids):
        mixed ^= int.from_bytes(hashlib.sha256(id.encode()).digest(), "big")
    return f"{mixed:064x}"


def parse(said: str, actor: str) -> Told | None:
    """The header of a letter of this actor; None if it says nothing we may act upon.

    The list has to lie at the actor's own server, and the digest has to be one.
    """
    if not said or len(said) > 3 * LONGEST:
        return None
    found, at = {}, 0
    while (part := _PART.match(said, at)) is not None:
        found[part[1].lower()] = part[2]
        at = part.end()
    url, mixed = found.get("url", ""), found.get("digest", "").lower()
    sound = at == len(said) and len(url) <= LONGEST and same_origin(url, actor)
    if not sound or not _DIGEST.fullmatch(mixed) or not found.get("collectionid"):
        return None
    return Told(collection=found["collectionid"], url=url, digest=mixed)
