"""Our actors as others see them: members, the community, the node itself.

What a module adds comes through the registry; every actor has an RSA key, which every server
verifies, beside an Ed25519 key for what must be provable later (FEP-521a).
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, exists, func, select

from federation import keyring
from node.kernel.module import Registry
from node.kernel.tables import Account, account, account_of, letter
from vocab import html
from vocab.model import Endpoints, Key, Object
from vocab.types import (
    Application,
    Community,
    Image,
    Link,
    MatchPolicy,
    NodeService,
    Person,
    Tombstone,
)

CORE = (
    Link(
        href="https://datatracker.ietf.org/doc/html/rfc9421",
        name="RFC-9421: HTTP Message Signatures",
    ),
    Link(href="https://w3id.org/fep/844e", name="FEP-844e: Capability discovery"),
    Link(href="https://w3id.org/fep/8b32", name="FEP-8b32: Object integrity proofs"),
)
"""What every node of ours implements, whatever modules run."""

NO_MATCHING = MatchPolicy(
    accepts_from="nobody", max_requests_per_hour=1, max_results=1, min_anonymity_set=5
)
"""What stands where no module says otherwise."""


def actor(
    db: Connection, registry: Registry, community: str, one: Account, now: datetime
) -> Object:
    """An actor of ours as a document; what is left of one that is gone is a Tombstone.

    Args:
        db: for the modules' own fields.
        registry: the modules.
        community: the id of the community's actor.
        one: a local account.
        now: the moment, for what ends by the clock.
    """
    if one.gone is not None and not _still_speaking(db, one):
        former = one.type or "Person"
        return Tombstone(id=one.id, former_type=former, deleted=one.gone)
    if one.kind == Community.kind:
        return community_actor(db, registry, one, now)
    if one.kind == NodeService.kind:
        return service_actor(db, registry, community, one, now)
    return person_actor(db, registry, community, one, now)


def person_actor(
    db: Connection, registry: Registry, community: str, one: Account, now: datetime
) -> Person:
    """A member; `discoverable` and `indexable` are what they chose for both."""
    fields = {
        **_common(db, one, now),
        "following": f"{one.id}/following",
        "featured": f"{one.id}/featured",
        "manually_approves_followers": one.locked,
        "discoverable": one.discoverable,
        "indexable": one.discoverable,
        "member_of": (community,),
        "generator": _generator(registry, one),
    }
    return Person(**_with_modules(db, registry, one, fields, now))


def community_actor(db: Connection, registry: Registry, one: Account, now: datetime) -> Community:
    """The community: followable everywhere, owner of listings and decisions."""
    fields = {
        **_common(db, one, now),
        "following": f"{one.id}/following",
        "featured": f"{one.id}/featured",
        "manually_approves_followers": one.locked,
        "discoverable": one.discoverable,
        "indexable": one.discoverable,
        "node_service": one.service,
        "listings": f"{one.id}/listings",
        "decisions": f"{one.id}/decisions",
        "in_force": f"{one.id}/in-force",
        "generator": _generator(registry, one),
    }
    return Community(**_with_modules(db, registry, one, fields, now))


def service_actor(
    db: Connection, registry: Registry, community: str, one: Account, now: datetime
) -> NodeService:
    """The node itself: signs what we fetch, and says what we can (FEP-844e)."""
    fields = {
        **_common(db, one, now),
        "following": f"{one.id}/following",
        "manually_approves_followers": True,
        "communities": (community,),
        "implements": _implemented(registry),
        "match_policy": NO_MATCHING,
    }
    return NodeService(**_with_modules(db, registry, one, fields, now))


def find(db: Connection, id: str) -> Account | None:
    """The actor of ours with this id."""
    row = db.execute(_OURS, {"id": id}).one_or_none()
    return account_of(row) if row else None


def named(db: Connection, handle: str) -> Account | None:
    """The actor of ours with this handle, in any case of letters."""
    row = db.execute(_NAMED, {"handle": handle.lower()}).first()
    return account_of(row) if row else None


_OURS = select(account).where(account.c.id == bindparam("id"), account.c.local)
_NAMED = (
    select(account)
    .where(account.c.local, account.c.gone.is_(None))
    .where(func.lower(account.c.handle) == bindparam("handle"))
    .order_by(account.c.id)
)


def _common(db: Connection, one: Account, now: datetime) -> dict[str, Any]:
    return {
        "id": one.id,
        "preferred_username": one.handle,
        "webfinger": f"{one.handle}@{one.domain}",
        "name": one.label,
        "summary": _summary(one.summary),
        "url": one.url,
        # The day is enough: an exact time could be matched with other traces.
        "published": one.created.replace(hour=0, minute=0, second=0, microsecond=0),
        "inbox": one.inbox,
        "outbox": one.outbox,
        "followers": one.followers,
        "endpoints": Endpoints(shared_inbox=one.shared_inbox),
        "icon": _icon(one),
        "suspended": True if one.suspended else None,
        "public_keys": (Key(id=one.key_id, owner=one.id, public_key_pem=one.public_key),),
    } | keyring.shown(db, one, now)


def _summary(said: str) -> str | None:
    """What somebody says of themselves as HTML; plain text becomes a paragraph."""
    text = said.strip()
    return (html.clean(text) if text.startswith("<p>") else html.from_text(text)) or None


def _icon(one: Account) -> Image:
    origin = one.id.split("/", 3)
    return Image(
        url=f"{'/'.join(origin[:3])}/face/{one.handle}.png", media_type="image/png", name=one.label
    )


def _generator(registry: Registry, one: Account) -> Application:
    """The node behind an actor, so that a peer knows at once what to send."""
    return Application(id=one.service, implements=_implemented(registry))


def _implemented(registry: Registry) -> tuple[Link, ...]:
    return CORE + tuple(link for m in registry.modules for link in m.capabilities)


def _with_modules(
    db: Connection, registry: Registry, one: Account, fields: dict[str, Any], now: datetime
) -> dict[str, Any]:
    """The fields with those of all modules: lists are joined, single values replaced."""
    for added in _added(db, registry, one, now):
        for name, value in added.items():
            before = fields.get(name)
            joined = isinstance(before, tuple) and isinstance(value, tuple)
            fields[name] = (*before, *value) if joined and before is not None else value
    return {name: value for name, value in fields.items() if value is not None}


def _added(
    db: Connection, registry: Registry, one: Account, now: datetime
) -> Iterator[Mapping[str, Any]]:
    for m in registry.modules:
        for hook in m.actor:
            yield hook(db, one, now)


def _still_speaking(db: Connection, one: Account) -> bool:
    """Whether letters are under way that others verify with this actor's key."""
    under_way = select(letter.c.id).where(
        letter.c.actor == one.id, letter.c.way == "out", letter.c.state == "waiting"
    )
    return bool(db.scalar(select(exists(under_way))))
