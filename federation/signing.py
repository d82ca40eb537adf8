"""Our own keys, loaded once, and requests signed with them.

Private keys are rows that only a unit may read; the loaded objects are kept in the node's
memory. Signing takes 0.2 ms and is done in place: handing it to a thread costs as much.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import Row, bindparam, select

from federation import signatures
from federation.keys import PrivateKey
from federation.signatures import Digests, Form
from node.kernel.errors import Missing
from node.kernel.node import Node
from node.kernel.tables import actor_key
from node.kernel.unit import Unit
from vocab.values import dataclass

ACCEPT = (
    "application/activity+json, "
    'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
)
MOST = 500
"""Loaded keys that are kept; the oldest goes first."""


FRESH = timedelta(seconds=2)
"""After so long a loaded key is compared with our rows: another process may have renewed it."""


@dataclass(frozen=True, kw_only=True)
class Signer:
    """An actor of ours that can sign requests now."""

    key_id: str
    key: PrivateKey


@dataclass(frozen=True, kw_only=True)
class Held:
    """The keys of an actor of ours: the one it has, and the one before, for one letter."""

    now: Signer
    looked: datetime
    before: Signer | None = None
    until: datetime | None = None
    told: str | None = None


async def signer(node: Node, actor: str, *, telling: str | None = None) -> Signer:
    """The signer for an actor of ours, by its id.

    Args:
        node: ours.
        actor: whose key.
        telling: the letter that is sent; the one that tells of a new key is signed with the
            old one, which is known where it goes (federation.md 1.5).

    Raises:
        Missing: E_NO_KEY; it is none of ours, or has been erased.
    """
    kept: dict[str, Held] = node.memory.setdefault("federation.signers", {})
    held = kept.get(actor)
    if held is None or node.now() - held.looked >= FRESH:
        held = await _held(node, actor, held)
        kept.pop(actor, None)
        while len(kept) >= MOST:
            del kept[next(iter(kept))]
        kept[actor] = held
    if held.before is not None and held.until is not None and telling == held.told is not None:
        return held.before if node.now() < held.until else held.now
    return held.now


def forget(node: Node, actor: str) -> None:
    """Load an actor's keys anew, because they were renewed."""
    node.memory.get("federation.signers", {}).pop(actor, None)


async def _held(node: Node, actor: str, before: Held | None) -> Held:
    """The keys of an actor as they are in our rows, loaded unless they are loaded already."""
    known = await node.account(actor)
    key_id = known.key_id if known is not None and known.local else None
    if before is not None and key_id == before.now.key_id:
        return replace(before, looked=node.now())
    row = await node.write(_private, actor)
    if row is None or key_id is None:
        raise Missing("E_NO_KEY", actor)
    old = row.old_rsa and signatures.load_private_pem(row.old_rsa)
    return Held(
        now=Signer(key_id=key_id, key=signatures.load_private_pem(row.rsa)),
        looked=node.now(),
        before=Signer(key_id=row.old_key_id, key=old) if old else None,
        until=row.old_until,
        told=row.told,
    )


def _private(unit: Unit, actor: str) -> Row[Any] | None:
    return unit.db.execute(_PRIVATE, {"account": actor}).one_or_none()


_PRIVATE = select(actor_key).where(actor_key.c.account == bindparam("account"))


def posting(
    node: Node,
    by: Signer,
    body: bytes,
    digested: Digests,
    form: Form,
    more: Mapping[str, str] = MappingProxyType({}),
) -> Callable[[str, str], Mapping[str, str]]:
    """The headers of a signed POST, as a function of method and URL for `network.post`.

    Args:
        node: ours.
        by: who signs.
        body: the raw bytes.
        digested: its digests.
        form: which of the two spellings.
        more: headers that go along, covered by the signature.
    """

    def headers(method: str, url: str) -> Mapping[str, str]:
        signed = signatures.sign(
            method,
            url,
            body,
            key_id=by.key_id,
            private_key=by.key,
            now=node.now(),
            form=form,
            digested=digested,
            more=more,
        )
        return {"Accept": ACCEPT, **signed}

    return headers


def fetching(
    node: Node, by: Signer, form: Form = Form.CAVAGE
) -> Callable[[str, str], Mapping[str, str]]:
    """The headers of a signed GET, made anew for every hop."""

    def headers(method: str, url: str) -> Mapping[str, str]:
        signed = signatures.sign(
            method, url, key_id=by.key_id, private_key=by.key, now=node.now(), form=form
        )
        return {"Accept": ACCEPT, **signed}

    return headers
