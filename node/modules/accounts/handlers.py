"""Actors that change or go, ours and theirs."""

from typing import Any

from sqlalchemy import update

from node.kernel.act import Act
from node.kernel.errors import Refused
from node.kernel.module import Handlers
from node.kernel.tables import Account, account
from node.kernel.unit import Unit
from node.modules.accounts.members import Gone
from vocab.model import Actor, Key, Multikey
from vocab.types import Delete, Update

handlers = Handlers()


@handlers.on(Update, Actor)
def changed(unit: Unit, act: Act[Update, Actor]) -> None:
    """An actor says how it is now; only it itself may.

    Raises:
        Refused: it speaks of somebody else.
    """
    _itself(act)
    values = _shown(act.object)
    if not act.actor.local:
        values |= _reached(act.object, act.actor) | {
            "document": act.document,
            "fetched": unit.now,
        }
    unit.db.execute(update(account).where(account.c.id == act.actor.id).values(values))


@handlers.on(Delete, Actor)
def gone(unit: Unit, act: Act[Delete, Actor]) -> None:
    """An actor goes for good; what is left says only that it was there.

    Raises:
        Refused: it speaks of somebody else.
    """
    _itself(act)
    if act.actor.gone is not None:
        return
    values: dict[str, Any] = {
        "name": "",
        "summary": "",
        "document": None,
        "discoverable": False,
        "gone": unit.now,
    }
    unit.db.execute(update(account).where(account.c.id == act.actor.id).values(values))
    if not act.actor.local:
        unit.tell(Gone(account=act.actor.id))


def _itself(act: Act[Any, Actor]) -> None:
    if act.object.id != act.actor.id:
        raise Refused("E_OWNER", f"{act.actor.id} speaks of {act.object.id}")


def _shown(said: Actor) -> dict[str, Any]:
    return {"name": (said.name or "")[:500], "summary": said.summary or ""}


def _reached(said: Actor, known: Account) -> dict[str, Any]:
    """Where a remote actor is reached and what it signs with; its origin was checked before."""
    values: dict[str, Any] = {
        "url": said.url,
        "inbox": said.inbox or known.inbox,
        "shared_inbox": said.shared_inbox,
        "outbox": said.outbox,
        "followers": said.followers,
        "locked": bool(said.manually_approves_followers),
        "discoverable": bool(said.discoverable),
    }
    key = said.public_key
    if isinstance(key, Key) and key.id and key.public_key_pem:
        values |= {"key_id": key.id, "public_key": key.public_key_pem}
    proving = {
        m.id: m.public_key_multibase
        for m in said.assertion_method
        if isinstance(m, Multikey) and m.id and m.public_key_multibase
    }
    return values | {"assertion_keys": proving}
