"""Keys over time: what was signed with a key while it held stays provable after it.

The keys that an actor has now are in its row. A key that ended is kept with its day, ours to
be shown on and theirs as we saw it go, so that an old record can be checked for ever.

Source: FEP-521a; W3C Controlled Identifiers (`expires`, `revoked`); federation.md 1.5.
"""

import logging
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, exists, insert, select, update

from federation.origins import base
from federation.tables import kept_key
from node.kernel.keys import QUANTUM
from node.kernel.tables import Account
from node.kernel.unit import Unit
from vocab import proofs
from vocab.checks import moment_of
from vocab.model import Malformed, Multikey
from vocab.multikey import LONGEST
from vocab.values import dataclass

log = logging.getLogger(__name__)

MOST = 8
"""Ended keys that a page shows; others read ten in all (Mastodon 4.6)."""


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A key that an actor had until a moment."""

    key_id: str
    multikey: str
    until: datetime
    revoked: bool


def keys(db: Connection, one: Account, document: Mapping[str, Any]) -> dict[str, str]:
    """The keys that a document's proofs name and that its actor may sign with; by id, as Multikey.

    Those it has, and those it had when a proof says that it was made: each proof has a time of
    its own. One that others may have had proves nothing new of a stranger; of ours we know
    ourselves what we signed.
    """
    try:
        signed = proofs.each(document)
        asked = [(proofs.method_of(each), moment_of(each["proof"], "created")) for each in signed]
    except Malformed:
        return {}
    # where two proofs name one key, it is of the other suite than one of them, which then fails
    found = [(method, _then(db, one, made).get(method)) for method, made in asked]
    return {method: key for method, key in found if key is not None}


def _then(db: Connection, one: Account, made: datetime | None) -> dict[str, str]:
    """The keys that an actor has, or had at a moment."""
    found = {id: key for id, key in one.assertion_keys.items() if holds(one, id, made)}
    if made is not None:
        for old in ended(db, one.id):
            if old.until >= made and (one.local or not old.revoked):
                found[old.key_id] = old.multikey
    return found


def holds(one: Account, key_id: str, at: datetime | None) -> bool:
    """Whether a key that an actor's page lists has not ended at a moment, by what the page says."""
    end = ends(one.document, key_id)
    return end is None or (at is not None and at <= end)


def ends(document: Mapping[str, Any] | None, key_id: str) -> datetime | None:
    """When a key ends, or ended, by its actor's page."""
    for written in listed(document):
        if written.get("id") == key_id:
            times = [moment_of(written, name) for name in ("expires", "revoked")]
            return min((one for one in times if one is not None), default=None)
    return None


def listed(document: Mapping[str, Any] | None) -> Iterator[Mapping[str, Any]]:
    """The keys on an actor's page, as they are written there."""
    for relation in ("assertionMethod", "verificationMethod"):
        said = (document or {}).get(relation)
        for one in said if isinstance(said, list) else [said]:
            if isinstance(one, Mapping):
                yield one


def ended(db: Connection, account: str) -> list[Ended]:
    """The keys an actor had, the last one first."""
    return [
        Ended(key_id=row.key_id, multikey=row.multikey, until=row.until, revoked=row.revoked)
        for row in db.execute(_KEPT, {"account": account})
    ]


_KEPT = (
    select(kept_key)
    .where(kept_key.c.account == bindparam("account"))
    .order_by(kept_key.c.until.desc(), kept_key.c.id.desc())
)


def retire(unit: Unit, account: str, key_id: str, multikey: str, until: datetime, *,
           revoked: bool = False) -> None:  # fmt: skip
    """Keep a key that ends; one that is kept already keeps its day, or gets a later one.

    Two pages may have been read in the wrong order: a key that was gone in between came back.
    """
    same = (kept_key.c.account == account) & (kept_key.c.key_id == key_id)
    same &= kept_key.c.multikey == multikey
    if unit.db.scalar(select(exists().where(same))):
        early = same & kept_key.c.revoked.is_(False) & (kept_key.c.until < until)
        unit.db.execute(update(kept_key).where(early).values(until=until))
        return
    row = {"account": account, "key_id": key_id, "multikey": multikey, "until": until}
    unit.db.execute(insert(kept_key), {**row, "revoked": revoked})


def renewed(unit: Unit, before: Account | None, now: Account) -> None:
    """Keep the keys that somebody's page lists no longer, and those it says have ended."""
    if before is not None and before.public_key != now.public_key:
        log.info("%s has another key", now.id)
    for id, key in before.assertion_keys.items() if before else ():
        if now.assertion_keys.get(id) != key and ends(now.document, id) is None:
            retire(unit, now.id, id, key, unit.now)
    for written in list(listed(now.document))[: MOST * 2]:
        _note(unit, now, written)


def _note(unit: Unit, one: Account, written: Mapping[str, Any]) -> None:
    """Keep a key that its page says has ended."""
    id, key = written.get("id"), written.get("publicKeyMultibase")
    if not isinstance(id, str) or not isinstance(key, str) or len(key) > LONGEST:
        return
    end = ends(one.document, id)
    if end is not None and end <= unit.now and base(id) == one.id:
        retire(unit, one.id, id, key, end, revoked=moment_of(written, "revoked") is not None)


def shown(db: Connection, one: Account, now: datetime) -> dict[str, tuple[Multikey, ...]]:
    """The keys on the page of an actor of ours: those it has, then those it had, with their end.

    An old key for requests stands there while it still holds; one for records stays. Keys for
    second signatures stand apart: Fedify reads no page that has one among the others.
    """
    current = [
        Multikey(id=id, controller=one.id, public_key_multibase=key)
        for id, key in one.assertion_keys.items()
    ]
    old = [
        Multikey(
            id=each.key_id,
            controller=one.id,
            public_key_multibase=each.multikey,
            expires=None if each.revoked else each.until,
            revoked=each.until if each.revoked else None,
        )
        for each in ended(db, one.id)
        if each.until > now or "#main-key" not in each.key_id
    ]
    held = (*current, *old)
    second = [key for key in held if QUANTUM in (key.id or "")]
    plain = [key for key in held if key not in second]
    return {
        "assertion_method": tuple(plain[: MOST + 1]),
        "verification_method": tuple(second[: MOST + 1]),
    }
