"""Letters that another server passes on: whose word they are is proven, or asked for.

A letter with a proof by a key of its actor is the actor's, whoever brings it (FEP-8b32). One
with the older `signature` alone (RsaSignature2017) is never believed for it: what it speaks of
is asked of the actor's own server, and that answer is carried out instead (security.md V07).
Only what is for everybody, or takes back, is taken from a third hand (V19).
"""

import contextlib
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from federation import keyring, policy, queries, reading, resolving, senders
from federation.budget import Budget
from federation.limits import Bucket
from federation.origins import LONGEST, base, domain, same_origin
from federation.queries import Arrived
from node.kernel.errors import Missing, Refused, TryLater
from node.kernel.node import Node
from node.kernel.unit import Unit
from vocab import proofs
from vocab.model import PUBLIC, Malformed
from vocab.multikey import from_multikey

Document = Mapping[str, Any]

PASSED_ON = frozenset({"Create", "Update", "Announce", "Like", "Dislike", "EmojiReact"})
TAKEN_BACK = frozenset({"Delete", "Undo"})
ASKED = frozenset({"Create", "Update", "Delete"})
"""What can be asked for by its object where the letter itself cannot be had."""


def may_be(document: Document, actor: str) -> bool:
    """Whether a letter may come by another server than its actor's."""
    kind, id = document.get("type"), document.get("id")
    if not isinstance(kind, str) or not isinstance(id, str) or len(id) > LONGEST:
        return False
    for_all = PUBLIC in reading.addressees(document)
    wide = kind in TAKEN_BACK or (kind in PASSED_ON and for_all)
    return wide and same_origin(id, actor) and domain(actor) != ""


async def prove(node: Node, document: Document, actor: str) -> None:
    """Accept a letter as its actor's by the proof that it carries.

    Raises:
        Malformed: E_PROOF_…; it carries none that holds.
        Refused, TryLater: as `Senders.meet`; E_BLOCKED.
    """
    method = proofs.method_of(document)
    if base(method) != actor or len(method) > LONGEST:
        raise Malformed("E_PROOF_OWNER", "the key is not the actor's")
    await policy.check(node, actor)
    one = await node.account(actor)
    keys = await node.read(keyring.keys, one, document) if one is not None else {}
    if method not in keys:
        await senders.of(node).meet(method, actor)
        one = await node.account(actor)
        keys = await node.read(keyring.keys, one, document) if one is not None else {}
    if one is None or one.local or one.gone is not None or method not in keys:
        raise Malformed("E_PROOF_KEY", f"{actor} does not list it")
    proofs.verify(document, from_multikey(keys[method]), now=node.now())


def is_passed_on(document: Document, actor: str, key_id: str) -> bool:
    """Whether a letter comes by another server, in a way that is looked into."""
    signed = "proof" in document or is_signed_the_old_way(document)
    return signed and not same_origin(key_id, actor) and may_be(document, actor)


def is_signed_the_old_way(document: Document) -> bool:
    """Whether a letter carries a Linked Data Signature; its worth is nothing, but it is a hint."""
    held = document.get("signature")
    return isinstance(held, Mapping) and held.get("type") == "RsaSignature2017"


async def ask(node: Node, document: Document, actor: str, by: str) -> None:
    """Have a letter that somebody passed on asked for where it comes from.

    Raises:
        TryLater: they pass on more than we can ask.
        Refused: E_BLOCKED.
    """
    await policy.check(node, actor)
    asking = node.memory.setdefault("federation.forwarded", Bucket(burst=60, each_second=1))
    if not asking.take(domain(by)):
        raise TryLater(f"{domain(by)} passes on much")
    held = document.get("object")
    about = held.get("id") if isinstance(held, Mapping) else held
    await node.write(
        _later, str(document["id"]), actor, str(document["type"]), about if _is(about) else None
    )


def _is(id: Any) -> bool:
    return isinstance(id, str) and len(id) <= LONGEST


def _later(unit: Unit, activity: str, actor: str, kind: str, about: str | None) -> None:
    if queries.has_come(unit.db, actor, activity):
        return
    once = f"forwarded {hashlib.sha256(activity.encode()).hexdigest()[:32]}"
    unit.later(
        "federation.forwarded",
        lane=domain(actor),
        once=once,
        activity=activity,
        actor=actor,
        what=kind,
        about=about,
    )


async def forwarded(node: Node, *, activity: str, actor: str, what: str, about: str | None) -> None:
    """Job: ask an actor's server for a letter that came by another one, and take that in.

    Raises:
        TryLater: the server does not answer now.
    """
    budget = Budget(fetches=4)
    found: Document | None = None
    with contextlib.suppress(Missing, Refused, Malformed):
        found = await resolving.fetch(node, activity, budget=budget)
    if found is None or found.get("id") != activity or _named(found, "actor") != actor:
        found = await _rebuilt(node, activity, actor, what, about, budget)
    if found is None:
        return
    with contextlib.suppress(Missing, Refused, Malformed):
        await resolving.account(node, actor, budget=budget)
        body = json.dumps(found, ensure_ascii=False).encode()
        letter = Arrived(
            activity=activity, actor=actor, body=body, handling="public", domain=domain(actor)
        )
        await node.write(queries.store, [letter])
        node.wake()


async def _rebuilt(
    node: Node, activity: str, actor: str, kind: str, about: str | None, budget: Budget
) -> Document | None:
    """What a letter says, by the thing it speaks of as its own server shows it; None if nothing."""
    if kind not in ASKED or about is None or not same_origin(about, actor):
        return None
    plain = {"id": activity, "type": kind, "actor": actor, "to": [PUBLIC]}
    try:
        held = await resolving.fetch(node, about, budget=budget)
    except Missing:
        return {**plain, "type": "Delete", "object": about} if kind == "Delete" else None
    except (Refused, Malformed):
        return None
    if kind == "Delete":
        gone = held.get("type") == "Tombstone"
        return {**plain, "object": about} if gone else None
    if _named(held, "attributedTo") != actor:
        return None
    return {"@context": held.get("@context"), **plain, "object": held}


def _named(document: Document, key: str) -> str | None:
    held = document.get(key)
    found = held.get("id") if isinstance(held, Mapping) else held
    return found if isinstance(found, str) else None
