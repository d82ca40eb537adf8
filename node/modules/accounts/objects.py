"""The actors of this node as they go out."""

from typing import Any, Final

from node.kernel.tables import Account
from node.kernel.unit import Unit
from vocab.model import Actor, Endpoints, Key, Multikey
from vocab.types import Community, NodeService, Person

_CLASSES: Final[dict[str, type[Actor]]] = {
    "Person": Person,
    "Group": Community,
    "Application": NodeService,
}


def actor_of(unit: Unit, who: Account, **changed: Any) -> Actor:
    """An actor of ours as others see it, with what the modules add.

    Args:
        unit: the unit.
        who: an account of ours.
        **changed: attributes that are about to change.
    """
    fields: dict[str, Any] = {
        "id": who.id,
        "name": who.label,
        "summary": who.summary or None,
        "preferred_username": who.handle,
        "url": who.url,
        "inbox": who.inbox,
        "outbox": who.outbox,
        "followers": who.followers,
        "following": f"{who.id}/following",
        "endpoints": Endpoints(shared_inbox=who.shared_inbox),
        "manually_approves_followers": who.locked,
        "discoverable": who.discoverable,
        "published": who.created,
        "updated": unit.now,
        "public_keys": (Key(id=who.key_id, owner=who.id, public_key_pem=who.public_key),),
        "assertion_method": tuple(
            Multikey(id=id, controller=who.id, public_key_multibase=key)
            for id, key in who.assertion_keys.items()
        ),
    }
    for module in unit.registry.modules:
        for adds in module.actor:
            fields |= adds(unit.db, who)
    return _CLASSES[who.type](**(fields | changed))
