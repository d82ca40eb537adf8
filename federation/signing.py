"""Our own keys, loaded once, and requests signed with them.

Private keys are rows that only a unit may read; the loaded objects are kept in the node's
memory. Signing takes 0.2 ms and is done in place: handing it to a thread costs as much.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from federation import signatures
from federation.keys import PrivateKey
from federation.signatures import Digests, Form
from node.kernel.errors import Missing
from node.kernel.node import Node
from node.kernel.tables import actor_key
from node.kernel.unit import Unit

ACCEPT = (
    "application/activity+json, "
    'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
)
MOST = 500
"""Loaded keys that are kept; the oldest goes first."""


@dataclass(frozen=True, kw_only=True)
class Signer:
    """An actor of ours that can sign requests now."""

    key_id: str
    key: PrivateKey


async def signer(node: Node, actor: str) -> Signer:
    """The signer for an actor of ours, by its id.

    Raises:
        Missing: E_NO_KEY; it is none of ours, or has been erased.
    """
    kept: dict[str, Signer] = node.memory.setdefault("federation.signers", {})
    if actor not in kept:
        pem = await node.write(_private, actor)
        if pem is None:
            raise Missing("E_NO_KEY", actor)
        while len(kept) >= MOST:
            del kept[next(iter(kept))]
        kept[actor] = Signer(key_id=f"{actor}#main-key", key=signatures.load_private_pem(pem))
    return kept[actor]


def _private(unit: Unit, actor: str) -> str | None:
    found: str | None = unit.db.scalar(select(actor_key.c.rsa).where(actor_key.c.account == actor))
    return found


def posting(
    node: Node, by: Signer, body: bytes, digested: Digests, form: Form
) -> Callable[[str, str], Mapping[str, str]]:
    """The headers of a signed POST, as a function of method and URL for `network.post`."""

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
