"""From a stranger's page to the row we keep of it; pure, with limits on everything long."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from federation.keys import load_public_pem
from federation.origins import LONGEST, base, domain, same_origin
from node.kernel.errors import Refused
from node.kernel.tables import Account
from vocab import html, wire
from vocab.model import Actor, Endpoints, Key, Malformed, Multikey, Object, id_of
from vocab.multikey import from_multikey, is_mldsa44
from vocab.types import Community, NodeService

NAME = 500
SUMMARY = 20_000
KEYS = 10
_HANDLE = re.compile(r"[\w.~%+-]{1,200}")


def row(actor: Object, document: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The values of `account` for an actor as its own server shows it.

    Raises:
        Refused: E_ACTOR, it is none or cannot be reached; E_KEY, its key is weak or not its own.
    """
    id = actor.id or ""
    if not isinstance(actor, Actor) or not domain(id):
        raise Refused("E_ACTOR", f"{id[:200]!r} is a {type(actor).__name__}")
    inbox = _here(actor.inbox, id)
    if inbox is None:
        raise Refused("E_ACTOR", f"{id} has no inbox at its own server")
    key = _rsa(actor)
    return {
        "id": id,
        "local": False,
        "type": actor.type,
        "kind": actor.kind,
        "handle": _handle(actor),
        "domain": domain(id),
        "name": html.line(actor.name, NAME),
        "summary": html.clean((actor.summary or "")[:SUMMARY]),
        "url": actor.url if actor.url and domain(actor.url) else None,
        "face": picture(actor.icon),
        "inbox": inbox,
        "shared_inbox": _here(actor.shared_inbox, id),
        "outbox": _here(actor.outbox, id),
        "followers": _here(actor.followers, id),
        "service": _service(actor),
        "key_id": key.id if key else None,
        "public_key": key.public_key_pem if key else None,
        "assertion_keys": dict(_assertions(actor, now)[:KEYS]),
        "locked": bool(actor.manually_approves_followers),
        "discoverable": bool(actor.discoverable),
        "indexable": bool(actor.indexable),
        "document": dict(document),
        "fetched": now,
        "gone": None,
    }


def sound(actor: Object, document: Mapping[str, Any], now: datetime) -> Object:
    """An actor as it may be believed: addresses at its own server, keys that are its own.

    Raises:
        Refused: as `row`.
    """
    kept = row(actor, document, now)
    assert isinstance(actor, Actor), "row() refuses anything else"
    key = _rsa(actor)
    return replace(
        actor,
        name=kept["name"],
        summary=kept["summary"],
        url=kept["url"],
        outbox=kept["outbox"],
        followers=kept["followers"],
        endpoints=Endpoints(shared_inbox=kept["shared_inbox"]),
        public_keys=(key,) if key else (),
        assertion_method=tuple(
            Multikey(id=id, controller=actor.id, public_key_multibase=written)
            for id, written in kept["assertion_keys"].items()
        ),
    )


def value(account: Account, types: wire.Types) -> Object:
    """An actor as an Object, from the row we keep of it."""
    if account.document is not None:
        return wire.load(account.document, types)
    cls = types.get((account.type, account.kind)) or types.get((account.type, None)) or Actor
    made = cls(
        id=account.id, name=account.name or None, summary=account.summary or None, url=account.url
    )
    for name, held in (
        ("preferred_username", account.handle),
        ("inbox", account.inbox),
        ("outbox", account.outbox),
        ("followers", account.followers),
    ):
        made.__dict__[name] = held
    return made


def _here(url: str | None, id: str) -> str | None:
    """An address, if it is at the actor's own server."""
    return url if url and len(url) <= LONGEST and same_origin(url, id) else None


def picture(held: Object | str | None) -> str | None:
    """Where a picture that somebody shows of themselves lies; at which server is their affair."""
    url = held.url if isinstance(held, Object) else held
    return url if url and domain(url) else None


def _handle(actor: Actor) -> str:
    said = (actor.preferred_username or "").strip()
    if _HANDLE.fullmatch(said):
        return said
    last = re.sub(r"[^\w.~%+-]", "", (actor.id or "").rstrip("/").rpartition("/")[2])
    return last[:200] or "nobody"


def _service(actor: Actor) -> str | None:
    if isinstance(actor, NodeService):
        return actor.id
    return _here(actor.node_service, actor.id or "") if isinstance(actor, Community) else None


def _rsa(actor: Actor) -> Key | None:
    """The first key that is the actor's own, at its own server, and strong enough."""
    for key in actor.public_keys[:KEYS]:
        if not isinstance(key, Key) or not key.public_key_pem or not key.id:
            continue
        if key.owner != actor.id or not same_origin(key.id, actor.id) or len(key.id) > LONGEST:
            raise Refused("E_KEY", f"{key.id} is not of {actor.id}")
        load_public_pem(key.public_key_pem)
        return key
    return None


def _assertions(actor: Actor, now: datetime) -> list[tuple[str, str]]:
    """FEP-521a: keys on the actor's own page whose controller it is, and that have not ended.

    Of the keys that stand there without a purpose, those for second signatures (decision 0058).
    """
    found = []
    for key in (*actor.assertion_method[: KEYS * 2], *_second(actor)):
        if not isinstance(key, Multikey) or not key.id or not key.public_key_multibase:
            continue
        if any(end is not None and end <= now for end in (key.expires, key.revoked)):
            continue
        if id_of(key.controller) == actor.id and base(key.id) == actor.id and _sound(key):
            found.append((key.id, key.public_key_multibase))
    return found


def _second(actor: Actor) -> list[Multikey]:
    found = [key for key in actor.verification_method[: KEYS * 2] if isinstance(key, Multikey)]
    return [key for key in found if is_mldsa44(key.public_key_multibase or "")]


def _sound(key: Multikey) -> bool:
    try:
        from_multikey(key.public_key_multibase or "")
    except Malformed:
        return False
    return True
