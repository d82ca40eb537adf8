"""New keys for an actor of ours, so that nothing under way is lost and nothing signed is void.

Requests are signed with the new key from now on; one letter, signed with the old one, tells
of it. The old key for requests stands on the actor's page for two more days, the old one for
records for good, with the day it ended (`federation.keyring`). A community that signs its
decisions a second time gets a new key for that as well (decision 0058).
"""

import asyncio
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, select, update

from federation import keyring, signing
from federation.keys import load_public_pem
from node.kernel.errors import Missing, Refused
from node.kernel.keys import EDWARDS, QUANTUM, Keys, Second, make_second, method
from node.kernel.node import Node, find_account
from node.kernel.tables import Account, account, actor_key
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from vocab.multikey import multikey
from vocab.values import dataclass
from web.language import mark

GRACE: Final = timedelta(hours=48)
"""How long the old key for requests still stands on the page."""


@dataclass(frozen=True, kw_only=True)
class State:
    """The keys of an actor of ours, for people: since when, and how many it had before."""

    id: str
    label: str
    since: datetime
    before: int
    twice: bool = False
    """Whether it signs its decisions a second time."""


async def renew(node: Node, actor: str, *, by: str | None = None, lost: bool = False) -> None:
    """Give an actor of ours new keys.

    Args:
        node: ours.
        actor: its id.
        by: who does it, for the log; the node's service if left out.
        lost: somebody else may have the old keys, so that they end at once.

    Raises:
        Missing: none of ours, or gone.
    """
    keys, second = await asyncio.to_thread(node.make_keys), await asyncio.to_thread(make_second)
    await node.write(change, actor, keys, second, by=by, lost=lost)
    signing.forget(node, actor)


def change(
    unit: Unit, actor: str, keys: Keys, second: Second | None = None, *,
    by: str | None = None, lost: bool = False,
) -> None:  # fmt: skip
    """Write new keys down, keep what is needed of the old ones, and let others know.

    The second one is for whoever has one now, and ends without another where there is none.

    Raises:
        Missing: none of ours, or gone.
    """
    one = unit.account(actor)
    mine = actor_key.c.account == actor
    held = unit.db.execute(select(actor_key).where(mine)).one_or_none()
    if one is None or not one.local or one.gone is not None or held is None or not one.key_id:
        raise Missing(detail=actor)
    until = unit.now if lost else unit.now + GRACE
    for id, old in one.assertion_keys.items():
        keyring.retire(unit, actor, id, old, unit.now, revoked=lost)
    rsa = multikey(load_public_pem(one.public_key or ""))
    keyring.retire(unit, actor, one.key_id, rsa, until, revoked=lost)
    new = f"-{_number(one.key_id) + 1}"
    fresh = {f"{actor}{EDWARDS}{new}": keys.ed25519_public}
    other = second if held.mldsa44 is not None else None
    if other is not None:
        fresh[f"{actor}{QUANTUM}{new}"] = other.public
    now = replace(one, key_id=f"{actor}#main-key{new}", public_key=keys.rsa_public,
                  assertion_keys=fresh)  # fmt: skip
    public = {"key_id": now.key_id, "public_key": now.public_key, "assertion_keys": fresh}
    unit.db.execute(update(account).where(account.c.id == actor).values(public))
    told = _tell(unit, now)
    private: dict[str, Any] = {"rsa": keys.rsa, "ed25519": keys.ed25519, "renewed": unit.now}
    private["mldsa44"] = other.private if other is not None else None
    old_one = {"old_rsa": held.rsa, "old_key_id": one.key_id, "old_until": until, "told": told}
    private |= dict.fromkeys(old_one) if lost else old_one
    unit.db.execute(update(actor_key).where(mine).values(private))
    unit.log("keys.renew", by or unit.community.service, subject=actor)


def _tell(unit: Unit, now: Account) -> str | None:
    """Let followers and trusted nodes know of an actor's keys; the id of the letter."""
    peers = unit.registry.audience(unit.db, unit.community.peers or "") or ()
    return accounts.tell_changed(unit, now, name=now.name, also=sorted(peers))


def _number(key_id: str) -> int:
    """Which of an actor's keys it is: what stands behind its name, for an id is used once."""
    number = re.search(r"-key-(\d+)$", key_id)
    return int(number[1]) if number else 1


async def sign_twice(node: Node, *, by: str) -> None:
    """Have the community sign its decisions a second time from now on; once is enough.

    Raises:
        Refused: E_NO_MLDSA, the library here knows no such signatures.
    """
    second = await asyncio.to_thread(make_second)
    if second is None:
        raise Refused("E_NO_MLDSA", safe=NO_MLDSA)
    await node.write(add, second, by=by)


NO_MLDSA: Final = mark(
    "The programs on this machine know no such signatures. They do with OpenSSL 3.5 or newer."
)


def add(unit: Unit, second: Second, *, by: str) -> None:
    """Give the community a key for second signatures, unless it has one, and let others know."""
    us = accounts.community_account(unit.db)
    mine = actor_key.c.account == us.id
    if unit.db.scalar(select(actor_key.c.mldsa44).where(mine)) is not None:
        return
    number = _number(us.key_id or "")
    id = f"{us.id}{QUANTUM}{'' if number == 1 else f'-{number}'}"
    now = replace(us, assertion_keys={**us.assertion_keys, id: second.public})
    listed = update(account).where(account.c.id == us.id)
    unit.db.execute(listed.values(assertion_keys=now.assertion_keys))
    unit.db.execute(update(actor_key).where(mine).values(mldsa44=second.private))
    _tell(unit, now)
    unit.log("keys.second", by, subject=us.id)


def state(unit: Unit, actor: str) -> State:
    """Since when an actor of ours has its keys.

    Raises:
        Missing: none of ours.
    """
    one = unit.account(actor)
    since = select(actor_key.c.renewed).where(actor_key.c.account == actor)
    if one is None or not one.local:
        raise Missing(detail=actor)
    return State(
        id=actor,
        label=one.label,
        since=unit.db.scalar(since) or one.created,
        before=sum("#main-key" in old.key_id for old in keyring.ended(unit.db, actor)),
        twice=method(one.assertion_keys, QUANTUM) is not None,
    )


def of_all(db: Connection) -> list[str]:
    """The actors whose keys the keepers renew: the community's and the node's."""
    return [accounts.community_account(db).id, accounts.service_account(db).id]


async def sweep(node: Node) -> None:
    """Job, daily: forget old private keys whose time is over."""
    await node.write(_sweep)


def _sweep(unit: Unit) -> None:
    over = actor_key.c.old_until <= unit.now
    none = dict.fromkeys(("old_rsa", "old_key_id", "old_until", "told"))
    unit.db.execute(update(actor_key).where(over).values(none))


__all__ = [
    "GRACE", "State", "add", "change", "find_account", "of_all", "renew", "sign_twice", "state",
    "sweep",
]  # fmt: skip
