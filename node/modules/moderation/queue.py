"""The health of what comes in and goes out: what waits, what failed, who does not answer.

Reads the kernel's rows of letters and jobs and federation's of hosts; changes them only to try
again at once or to give up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, update

from federation import letters
from federation.tables import host
from node.kernel.errors import Missing
from node.kernel.tables import job, letter
from node.kernel.unit import Unit
from node.modules.moderation.acts import must_keep
from node.modules.moderation.rules import reason_of

MOST = 50
DELIVER = "federation.deliver"
INTRODUCE = "federation.introduce"


@dataclass(frozen=True, kw_only=True)
class Away:
    """A server that does not answer: what waits for it, and when it is asked again."""

    domain: str
    failures: int
    retry_at: datetime | None
    last_ok: datetime | None
    error: str
    waiting: int


@dataclass(frozen=True, kw_only=True)
class Failed:
    """A letter that was refused, here or there; never its words."""

    way: str
    activity: str
    actor: str
    code: str
    state: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Dead:
    """A job that failed for good."""

    id: int
    kind: str
    lane: str
    tries: int
    error: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Health:
    """All of it; `counts` is (way, state) → how many letters."""

    counts: dict[tuple[str, str], int]
    jobs: int
    failed: Sequence[Failed]
    dead: Sequence[Dead]
    away: Sequence[Away]


def health(db: Connection) -> Health:
    """How the queue is now."""
    by_state = select(letter.c.way, letter.c.state, func.count().label("n"))
    counted = db.execute(by_state.group_by(letter.c.way, letter.c.state))
    waiting = select(func.count()).select_from(job).where(job.c.dead.is_(False))
    return Health(
        counts={(row.way, row.state): int(row.n) for row in counted},
        jobs=int(db.scalar(waiting) or 0),
        failed=_failed(db),
        dead=_dead(db),
        away=_away(db),
    )


def _failed(db: Connection) -> list[Failed]:
    wanted = select(letter).where(letter.c.state.in_(("refused", "dead")))
    rows = db.execute(wanted.order_by(letter.c.id.desc()).limit(MOST))
    return [
        Failed(way=r.way, activity=r.activity, actor=r.actor, code=r.code or "", state=r.state,
               at=r.at)
        for r in rows
    ]  # fmt: skip


def _dead(db: Connection) -> list[Dead]:
    rows = db.execute(select(job).where(job.c.dead).order_by(job.c.id.desc()).limit(MOST))
    return [
        Dead(id=r.id, kind=r.kind, lane=r.lane or "", tries=r.tries, error=(r.error or "")[:300],
             at=r.at)
        for r in rows
    ]  # fmt: skip


def _away(db: Connection) -> list[Away]:
    waits = select(job.c.lane, func.count().label("n")).where(job.c.dead.is_(False))
    waiting = {row.lane: int(row.n) for row in db.execute(waits.group_by(job.c.lane))}
    wanted = select(host).where(host.c.failures > 0).order_by(host.c.retry_at, host.c.domain)
    return [
        Away(
            domain=row.domain,
            failures=row.failures,
            retry_at=row.retry_at,
            last_ok=row.last_ok,
            error=(row.last_error or "")[:300],
            waiting=waiting.get(row.domain, 0),
        )
        for row in db.execute(wanted.limit(MOST))
    ]


def ask_again(unit: Unit, domain: str, *, by: str, reason: str) -> None:
    """Ask a server at once that is being left alone, with all that waits for it.

    Raises:
        Invalid: no reason.
        Missing: we do not know it.
        Refused: not a keeper.
    """
    must_keep(unit, by)
    reason = reason_of(reason)
    known = update(host).where(host.c.domain == domain).values(retry_at=None)
    if not unit.db.execute(known).rowcount:
        raise Missing(detail=domain)
    late = (job.c.lane == domain) & job.c.dead.is_(False) & job.c.leased_until.is_(None)
    unit.db.execute(update(job).where(late).values(due=unit.now))
    unit.woken = True
    unit.log("queue.again", by, subject=domain, words=reason)


def drop_letters(unit: Unit, domain: str, *, by: str, reason: str) -> int:
    """Give up all letters that wait for a server; how many.

    Raises:
        Invalid, Refused: as `ask_again`.
    """
    must_keep(unit, by)
    reason = reason_of(reason)
    mine = (job.c.lane == domain) & job.c.kind.in_((DELIVER, INTRODUCE))
    rows = unit.db.execute(select(job.c.kind, job.c.args).where(mine)).all()
    for row in rows:
        place = row.args["inbox" if row.kind == DELIVER else "actor"]
        letters.finish(unit, row.args["activity"], place, "E_DROPPED")
    unit.log("queue.drop", by, subject=domain, words=reason)
    return len(rows)


def again(unit: Unit, id: int, *, by: str, reason: str) -> None:
    """Try a job once more that failed for good.

    Raises:
        Invalid, Refused: as `ask_again`.
        Missing: there is no such job.
    """
    must_keep(unit, by)
    reason = reason_of(reason)
    mine = update(job).where(job.c.id == id, job.c.dead)
    if not unit.db.execute(mine.values(dead=False, tries=0, due=unit.now, error=None)).rowcount:
        raise Missing(detail=str(id))
    unit.woken = True
    unit.log("queue.again", by, subject=f"job {id}", words=reason)


def drop(unit: Unit, id: int, *, by: str, reason: str) -> None:
    """Give up a job that failed for good.

    Raises:
        Invalid, Refused: as `ask_again`.
        Missing: there is no such job.
    """
    must_keep(unit, by)
    reason = reason_of(reason)
    row = unit.db.execute(select(job).where(job.c.id == id, job.c.dead)).one_or_none()
    if row is None:
        raise Missing(detail=str(id))
    if row.kind == DELIVER:
        letters.finish(unit, row.args["activity"], row.args["inbox"], "E_DROPPED")
    unit.db.execute(delete(job).where(job.c.id == id))
    unit.log("queue.drop", by, subject=f"job {id}", words=reason)
