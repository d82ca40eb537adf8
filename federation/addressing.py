"""From `to` and `cc` of a letter of ours to the inboxes it goes to.

Only collections of ours are expanded; somebody else's collection is never opened. Members
need no delivery: the handler has run here already. Pure looking: rows in, addresses out.
"""

import functools
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Select, or_, select

from federation import policy
from federation.origins import same_origin
from node.kernel.database import among, spread
from node.kernel.module import Registry
from node.kernel.tables import Account, account, account_of
from vocab.model import PUBLIC
from vocab.schemas import OWN_TYPES
from vocab.values import dataclass

RECIPIENTS_ONLY = "recipientsOnly"
OURS = "https://w3id.org/commons-node/ns#cap-"
"""How the names of what only our kind of node can do begin."""
AT_ONCE = 512
"""Ids asked for in one statement."""


@dataclass(frozen=True, kw_only=True)
class Addressees:
    """Where a letter goes: inboxes, each once, and actors nobody here has met yet."""

    inboxes: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def ours(origin: str, id: str) -> bool:
    """Whether an id lies at our origin."""
    return id == origin or id.startswith(origin + "/")


def addressees(
    db: Connection,
    registry: Registry,
    origin: str,
    body: bytes,
    handling: str,
    also: Iterable[str] = (),
    among: str | None = None,
) -> Addressees:
    """Everybody elsewhere that a letter is for.

    Args:
        db: to look accounts up with.
        registry: knows our collections and whom we refuse.
        origin: ours.
        body: the activity as JSON.
        handling: of the letter; recipients-only letters go to personal inboxes alone.
        also: ids of further addressees that do not stand in the letter (bto, bcc).
        among: a collection of ours; of those in others only who is in this one, too. One that no
            module knows leaves nobody out.
    """
    document = json.loads(body)
    named = dict.fromkeys((*_ids(document.get("to")), *_ids(document.get("cc")), *also))
    single, spread = _expanded(db, registry, origin, named)
    if among is not None and (inside := registry.audience(db, among)) is not None:
        spread = [id for id in spread if id in set(inside)]
    wide = is_wide(db, registry, origin, body, handling)
    found = {a.id: a for a in _accounts(db, (*single, *spread))}
    if document.get("type") in OWN_TYPES:  # W17: others answer 400 to what they do not know
        found = {id: one for id, one in found.items() if is_of_our_kind(one)}
        single = [id for id in single if id in found]
    inboxes = (inbox_of(one, shared=wide) for one in _reached(db, registry, found.values()))
    strangers = [id for id in single if id not in found and not ours(origin, id)]
    known = set(_collections(db, strangers))
    return Addressees(
        inboxes=tuple(dict.fromkeys(i for i in inboxes if not ours(origin, i))),
        unknown=tuple(
            id for id in strangers if id not in known and not policy.refuses(db, registry, id)
        ),
    )


def is_wide(db: Connection, registry: Registry, origin: str, body: bytes, handling: str) -> bool:
    """Whether one copy in a shared inbox will do: the letter is public or for a collection."""
    if handling == RECIPIENTS_ONLY:
        return False
    document = json.loads(body)
    named = [*_ids(document.get("to")), *_ids(document.get("cc"))]
    return PUBLIC in named or any(
        ours(origin, id) and registry.audience(db, id) is not None for id in named
    )


def inbox_of(one: Account, *, shared: bool) -> str:
    """Where a letter for an account goes: the shared inbox of its own server, if it may."""
    place = one.shared_inbox
    return place if shared and place and same_origin(place, one.id) else one.inbox


def reachable(db: Connection, registry: Registry, one: Account) -> bool:
    """Whether we have to do with a remote account at all."""
    if one.suspended or one.gone or policy.refuses(db, registry, one.id):
        return False
    return same_origin(one.inbox, one.id) or not policy.refuses(db, registry, one.inbox)


def _reached(db: Connection, registry: Registry, people: Iterable[Account]) -> Iterator[Account]:
    """Those of many remote accounts that are `reachable`, asked for all at once."""
    there = [one for one in people if not (one.local or one.suspended or one.gone)]
    names = {one.id for one in there}
    names |= {one.inbox for one in there if not same_origin(one.inbox, one.id)}
    out: set[str] = set()
    wanted = sorted(names)
    for start in range(0, len(wanted), AT_ONCE):
        out |= policy.refused(db, registry, wanted[start : start + AT_ONCE])
    for one in there:
        if one.id not in out and (same_origin(one.inbox, one.id) or one.inbox not in out):
            yield one


def is_of_our_kind(one: Account) -> bool:
    """Whether an actor says that its node understands our own vocabulary (FEP-844e)."""
    return any(href.startswith(OURS) for href in implemented(one.document or {}))


def implemented(document: Mapping[str, Any]) -> Iterator[str]:
    """What an actor, or the server behind it, says that it can do; addresses (FEP-844e)."""
    generator = document.get("generator")
    for place in (document, generator if isinstance(generator, dict) else {}):
        said = place.get("implements")
        for one in said if isinstance(said, list) else [said]:
            href = one.get("href") or one.get("id") if isinstance(one, dict) else one
            if isinstance(href, str):
                yield href


def _ids(said: Any) -> Iterator[str]:
    for one in said if isinstance(said, list) else [said]:
        if isinstance(one, str):
            yield one


def _expanded(
    db: Connection, registry: Registry, origin: str, named: Mapping[str, None]
) -> tuple[list[str], list[str]]:
    """The ids that are named one by one, and those in collections of ours."""
    single: list[str] = []
    within: list[str] = []
    for id in named:
        if id == PUBLIC:
            continue
        inside = registry.audience(db, id) if ours(origin, id) else None
        if inside is None:
            single.append(id)
        else:
            within += inside
    return single, within


def _accounts(db: Connection, ids: Iterable[str]) -> Iterator[Account]:
    wanted = list(dict.fromkeys(ids))
    for start in range(0, len(wanted), AT_ONCE):
        given = spread("ids", wanted[start : start + AT_ONCE])
        for row in db.execute(_these(len(given)), given):
            yield account_of(row)


@functools.cache
def _these(count: int) -> Select[Any]:
    return select(account).where(among(account.c.id, "ids", count))


def _collections(db: Connection, ids: Iterable[str]) -> Iterator[str]:
    """Which of these ids are somebody's followers collection, not an actor."""
    wanted = list(ids)[:AT_ONCE]
    if wanted:
        columns = or_(account.c.followers.in_(wanted), account.c.outbox.in_(wanted))
        for row in db.execute(select(account.c.followers, account.c.outbox).where(columns)):
            yield from (one for one in row if one in wanted)
