"""Servers that were silent for long and come back with other keys: perhaps somebody else's now.

A domain that lapsed can be bought, and whoever has it answers under the old ids. So keys that
nobody here knew, on a page that was not read since a long silence, put the whole server
under doubt: what is public is read on, nothing private goes there or is taken from there, and
nothing is agreed, until a keeper says that it is the one we knew. An `Update` that an old key
signed is no reason for doubt. Source: security.md V21 and S16.
"""

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, select, update

from federation.tables import host
from node.kernel.database import insert_new
from node.kernel.tables import Account, account, job, letter
from node.kernel.unit import Unit
from vocab.model import PUBLIC, Activity, Object
from vocab.types import (
    Announce,
    Block,
    Create,
    Delete,
    Dislike,
    EmojiReact,
    Like,
    Undo,
    Update,
)
from vocab.values import dataclass

log = logging.getLogger(__name__)

LONG = timedelta(days=60)
"""A silence after which a server may have another owner."""
HOLD = timedelta(hours=6)
"""How often it is looked whether what is held may go."""
DOUBTED = "E_QUARANTINE"

OPEN = (Create, Update, Announce, Like, Dislike, EmojiReact)
"""What goes on if it is for everybody."""
BACK = (Delete, Undo, Block)
"""What only takes away."""


@dataclass(frozen=True, kw_only=True)
class Returned:
    """A server under doubt, for people."""

    domain: str
    silent_since: datetime | None
    doubted: datetime


def is_strange(
    *, before: frozenset[str], after: frozenset[str], seen: datetime | None,
    last_ok: datetime | None, back: datetime | None, now: datetime,
) -> bool:  # fmt: skip
    """Whether an actor's keys are others than before, across a long silence of its server.

    Old keys are public, so that the page still shows them proves nothing: one new key is enough.

    Args:
        before: the keys that were known, none if nobody knew the actor.
        after: the keys on the page now.
        seen: when the page was read before.
        last_ok: the last sign of life of the server.
        back: when it came back from its last long silence.
        now: the moment.
    """
    if not before or not after - before:
        return False
    return is_unread(seen=seen, last_ok=last_ok, back=back, now=now)


def is_unread(
    *, seen: datetime | None, last_ok: datetime | None, back: datetime | None, now: datetime
) -> bool:
    """Whether an actor's page was not read since a long silence of its server; see `is_strange`."""
    alive = max((one for one in (seen, last_ok) if one is not None), default=now)
    return now - alive >= LONG or (back is not None and (seen is None or seen < back))


def is_open(activity: Activity) -> bool:
    """Whether a doubted server's letter may be carried out: it is for everybody, or takes back."""
    if isinstance(activity, BACK):
        return True
    held = activity.object
    of_it = (*held.to, *held.cc) if isinstance(held, Object) else ()
    private = activity.handling not in (None, "public")
    return (
        isinstance(activity, OPEN)
        and not private
        and PUBLIC in (*activity.to, *activity.cc, *of_it)
    )


def keys_of(one: Account) -> frozenset[str]:
    """All keys of an account."""
    return frozenset(key for key in (one.public_key, *one.assertion_keys.values()) if key)


# Built once: asked for each actor that is read.
_HOST = select(host).where(host.c.domain == bindparam("domain"))


def look(unit: Unit, before: Account | None, now: Account, *, told: bool) -> Account:
    """Doubt a server if an actor's page says so; let a new actor of a doubted one be doubted.

    Args:
        unit: the change this is part of.
        before: the account as it was known.
        now: the account as it is kept.
        told: the actor said so itself, in a letter that a known key signed.

    Returns:
        The account as it is kept after that.
    """
    row = unit.db.execute(_HOST, {"domain": now.domain}).one_or_none()
    if row is not None and row.doubted is not None:
        _mark(unit, now.domain, row.doubted)
        return replace(now, doubted=row.doubted)
    if before is None or told:
        return now
    back = row.back if row is not None else None
    if back is not None and row is not None and row.confirmed is not None and row.confirmed > back:
        back = None
    strange = is_strange(
        before=keys_of(before),
        after=keys_of(now),
        seen=before.fetched,
        last_ok=row.last_ok if row is not None else None,
        back=back,
        now=unit.now,
    )
    if not strange:
        return now
    _doubt(unit, now.domain, before.fetched)
    return replace(now, doubted=unit.now)


def _doubt(unit: Unit, domain: str, seen: datetime | None) -> None:
    log.warning("%s came back with other keys and is under doubt", domain)
    insert_new(unit.db, host, {"domain": domain, "failures": 0, "first_seen": unit.now})
    here = update(host).where(host.c.domain == domain)
    unit.db.execute(here.values(doubted=unit.now))
    unknown = here.where(host.c.silent_since.is_(None))
    unit.db.execute(unknown.values(silent_since=seen))
    _mark(unit, domain, unit.now)
    unit.log("server.doubt", unit.community.service, subject=domain)


def _mark(unit: Unit, domain: str, since: datetime | None) -> None:
    theirs = update(account).where(account.c.domain == domain, account.c.local.is_(False))
    if since is not None:
        theirs = theirs.where(account.c.doubted.is_(None))
    unit.db.execute(theirs.values(doubted=since))


def believe(unit: Unit, domain: str, *, by: str) -> bool:
    """Let a server be the one we knew; what was held goes on. False if it is not doubted.

    Args:
        unit: the unit.
        domain: host and port.
        by: the keeper who says so.
    """
    mine = (host.c.domain == domain) & host.c.doubted.is_not(None)
    done = unit.db.execute(update(host).where(mine).values(doubted=None, confirmed=unit.now))
    if not done.rowcount:
        return False
    _mark(unit, domain, None)
    held = update(job).where(job.c.lane == domain, job.c.dead.is_(False))
    unit.db.execute(held.where(job.c.leased_until.is_(None)).values(due=unit.now))
    theirs = select(account.c.id).where(account.c.domain == domain)
    waiting = (letter.c.way == "in") & (letter.c.state == "waiting") & (letter.c.code == DOUBTED)
    came = update(letter).where(waiting, letter.c.actor.in_(theirs))
    unit.db.execute(came.values(due=unit.now))
    unit.woken = True
    unit.log("server.believe", by, subject=domain)
    return True


def returned(db: Connection) -> list[Returned]:
    """The servers under doubt, by name."""
    wanted = select(host).where(host.c.doubted.is_not(None)).order_by(host.c.domain)
    return [
        Returned(domain=row.domain, silent_since=row.silent_since, doubted=row.doubted)
        for row in db.execute(wanted)
    ]
