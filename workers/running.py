"""Taking work from the queue and doing it; shared by both runners.

A job is claimed with a lease and a token. Whoever finishes it must still hold the
token, so a worker that slept through its lease cannot undo what another has done.
"""

import asyncio
import functools
import logging
import secrets
from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    Update,
    and_,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)

from node.kernel import causes
from node.kernel import log as sealed
from node.kernel.database import among, holds, spread
from node.kernel.errors import TryLater
from node.kernel.node import Node
from node.kernel.tables import job, letter
from node.kernel.unit import Unit
from vocab.values import dataclass

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
CLAIM = 50
PER_LANE = 4
"""Jobs of one lane (one host) that run at the same time, so that it crowds out no other."""
WAITS = (0.5, 1, 2, 4, 8, 16)
"""Seconds between tries to write down what became of a job; together less than a lease."""
FIRST = timedelta(seconds=5)
LONGEST = timedelta(hours=24)
ABSENT = timedelta(hours=24)
"""When a job is looked at again whose module is switched off or gone."""
TRIES = 20
"""Tries of a job that fails without saying when to try again, about three days."""


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """A job this worker holds until its lease ends."""

    id: int
    kind: str
    args: dict[str, Any]
    token: str
    tries: int
    cause: str | None = None
    """The letter that led to it, as `causes` writes it."""


@functools.cache
def _due(*, locking: bool) -> Select[Any]:
    """The jobs that are due at `moment`, oldest first, at most a few of each lane.

    Built once, as every worker asks at every wake and building costs more than asking.
    """
    now: Any = bindparam("moment", type_=job.c.due.type)
    untaken = and_(
        job.c.dead.is_(False),
        job.c.due <= now,
        or_(job.c.leased_until.is_(None), job.c.leased_until < now),
    )
    busy = (
        select(job.c.lane)
        .where(job.c.lane.is_not(None), job.c.leased_until >= now)
        .group_by(job.c.lane)
        .having(func.count() >= PER_LANE)
    )
    free = and_(untaken, or_(job.c.lane.is_(None), job.c.lane.not_in(busy)))
    place = func.row_number().over(partition_by=job.c.lane, order_by=job.c.due)
    ranked = select(job.c.id, job.c.lane, place.label("place")).where(free).subquery()
    fair = or_(ranked.c.lane.is_(None), ranked.c.place <= PER_LANE)
    # once more outside: PostgreSQL looks at a row again that another worker has just taken,
    # but not at what stands in the subquery
    wanted = select(job).join(ranked, ranked.c.id == job.c.id).where(fair, untaken)
    wanted = wanted.order_by(job.c.due, job.c.id).limit(bindparam("most"))
    return wanted.with_for_update(skip_locked=True, of=job) if locking else wanted


_ANY = select(
    exists().where(job.c.dead.is_(False), job.c.due <= bindparam("moment", type_=job.c.due.type))
)


def claim(unit_db: Connection, now: Any, most: int = CLAIM) -> list[Claimed]:
    """Take jobs that are due, oldest first, at most a few of each lane."""
    postgres = unit_db.dialect.name == "postgresql"
    # most that ask find nothing, and to look for that takes a tenth of choosing
    if not postgres and not holds(unit_db, _ANY, {"moment": now}):
        return []
    wanted = _due(locking=postgres)
    rows = unit_db.execute(wanted, {"moment": now, "most": most}).all()
    token = secrets.token_hex(16)
    if rows:
        ids = spread("ids", [row.id for row in rows])
        unit_db.execute(_taken(len(ids)), {**ids, "until": now + LEASE, "by": token})
    return [
        Claimed(id=r.id, kind=r.kind, args=dict(r.args), token=token, tries=r.tries, cause=r.cause)
        for r in rows
    ]


@functools.cache
def _taken(count: int) -> Update:
    taken = update(job).where(among(job.c.id, "ids", count))
    return taken.values(leased_until=bindparam("until"), token=bindparam("by"))


async def run(node: Node, work: Claimed) -> None:
    """Do one job; it is finished, put off, or set aside as dead. Never raises."""
    held = causes.current.set(causes.read(work.cause))
    try:
        if work.kind.startswith("event:"):
            await node.write(_handle, work)
            return
        await _job(node, work)
    except TryLater as later:
        await _note(node, _put_off, work, str(later), later.after, final=False)
    except asyncio.CancelledError:
        raise
    except Exception as error:
        log.exception("job %s %s failed", work.kind, work.id)
        await _note(node, _put_off, work, repr(error), None, final=work.tries + 1 >= TRIES)
    else:
        await _note(node, _finish, work)
    finally:
        causes.current.reset(held)


async def _note(
    node: Node, change: Callable[..., Any], work: Claimed, *args: Any, **kw: Any
) -> None:
    """Write down what became of a job, as soon as that can be; else its lease brings it back."""
    for wait in WAITS:
        try:
            await node.write(change, work, *args, **kw)
        except TryLater as later:
            log.info("job %s %s: %s", work.kind, work.id, later)
            await asyncio.sleep(wait)
        else:
            return


async def _job(node: Node, work: Claimed) -> None:
    if work.kind not in node.registry.jobs:
        message = f"nothing here does {work.kind}: its module is switched off or gone"
        raise TryLater(message, ABSENT)
    await node.registry.jobs[work.kind](node, **work.args)


def _handle(unit: Unit, work: Claimed) -> None:
    """Let one subscriber handle one event, and finish the job, in one unit."""
    name = work.kind.removeprefix("event:")
    if name not in unit.registry.subscribers:
        message = f"nothing here listens as {name}: its module is switched off or gone"
        raise TryLater(message, ABSENT)
    if not _finish(unit, work):
        return
    unit.depth = work.args["depth"]
    event = unit.registry.events[name](**work.args["event"])
    unit.registry.subscribers[name](unit, event)


def _finish(unit: Unit, work: Claimed) -> bool:
    return unit.db.execute(_DONE, {"held": work.id, "by": work.token}).rowcount == 1


_DONE = delete(job).where(job.c.id == bindparam("held"), job.c.token == bindparam("by"))


def _put_off(
    unit: Unit, work: Claimed, error: str, after: timedelta | None, *, final: bool
) -> None:
    held = and_(job.c.id == work.id, job.c.token == work.token)
    wait = after if after is not None else min(FIRST * 2 ** min(work.tries, 20), LONGEST)
    unit.db.execute(
        update(job)
        .where(held)
        .values(
            due=unit.now + wait,
            tries=work.tries + 1,
            leased_until=None,
            token=None,
            dead=final,
            error=error[:2000],
            # what is dead waits no longer, and must not keep another like it out
            **({"once": None} if final else {}),
        )
    )


def release(unit: Unit, works: Collection[Claimed]) -> None:
    """Give back jobs this worker holds and will not finish, so that another may begin at once."""
    for work in works:
        held = and_(job.c.id == work.id, job.c.token == work.token)
        unit.db.execute(update(job).where(held).values(leased_until=None, token=None))


def release_all(unit: Unit) -> None:
    """Give back what a killed process held: for the one process that works on this database."""
    for table in (job, letter):
        held = update(table).where(table.c.leased_until.is_not(None))
        unit.db.execute(held.values(leased_until=None, token=None))


async def pump(node: Node) -> int:
    """Let every module take what waits at its door; how many have more."""
    return sum([await take(node) for m in node.registry.modules for take in m.pumps])


async def take(node: Node, most: int = CLAIM) -> Sequence[Claimed]:
    """Claim up to `most` jobs that are due now."""
    return await node.database.claim(claim, node.now(), most)


async def once(node: Node) -> int:
    """Do what is due now and wait for its end; how much was done."""
    pumped = await pump(node)
    works = await take(node)
    if works:
        await asyncio.gather(*(run(node, w) for w in works))
    return len(works) + pumped


async def repeat(node: Node) -> None:
    """See that every job to be repeated waits for its next time, and chain the log."""
    await node.write(_repeat)
    while await node.write(sealed.seal) == sealed.MOST:
        pass


def _repeat(unit: Unit) -> None:
    for kind, every in unit.registry.every.items():
        unit.later(kind, once=kind, due=unit.now + every)
    unit.woken = False


async def settle(*nodes: Node, most: int = 200) -> None:
    """Do all that is due on these nodes until nothing is left (tests, demo, shutdown).

    Raises:
        RuntimeError: there was still work after `most` rounds.
    """
    for _ in range(most):
        if not sum([await once(node) for node in nodes]):
            return
    message = "work that never ends"
    raise RuntimeError(message)
