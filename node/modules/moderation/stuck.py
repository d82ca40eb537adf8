"""What comes in and goes out, as a keeper sees it: what waits, for whom, since when, and why.

Reads the kernel's rows of letters and jobs and federation's of hosts and losses; no letter's
words.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, func, select

from federation import catching, copies, losses, pairs
from federation.catching import Absence
from federation.copies import Displaced
from federation.pairs import Pair
from federation.tables import host, lost
from node.kernel.node import find_account
from node.kernel.tables import job, letter
from vocab.values import dataclass

MOST = 50
DELIVER = "federation.deliver"
INTRODUCE = "federation.introduce"


@dataclass(frozen=True, kw_only=True)
class Place:
    """A server that does not get what it should: what waits, what was given up, what it said.

    `code` is its last answer (`E_HTTP_503`, `E_NAME`), `lost` code → letters given up for it.
    """

    domain: str
    waiting: int = 0
    since: datetime | None = None
    failures: int = 0
    retry_at: datetime | None = None
    last_ok: datetime | None = None
    code: str = ""
    lost: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A letter of ours that waits for a server or was given up; `name` is of its job or loss."""

    name: str
    what: str
    """The type of activity; empty if it is not kept any more."""
    by: str
    place: str
    since: datetime
    code: str = ""
    tries: int = 0
    due: datetime | None = None
    given_up: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Failed:
    """A letter that came in and was refused; never its words."""

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
    """All of it; `counts` is (way, state) → how many letters.

    `strange`: a node that knows letters of ours which we do not know, and when that was seen.
    `displaced`: another copy of this node that began later.
    """

    counts: Mapping[tuple[str, str], int]
    jobs: int
    failed: Sequence[Failed]
    dead: Sequence[Dead]
    places: Sequence[Place]
    pairs: Sequence[Pair]
    away: Sequence[Absence]
    strange: tuple[str, datetime] | None
    displaced: Displaced | None


def health(db: Connection) -> Health:
    """How the queue is now."""
    by_state = select(letter.c.way, letter.c.state, func.count().label("n"))
    counted = db.execute(by_state.group_by(letter.c.way, letter.c.state))
    waiting = select(func.count()).select_from(job).where(job.c.dead.is_(False))
    return Health(
        counts={(row.way, row.state): int(row.n) for row in counted},
        jobs=int(db.scalar(waiting) or 0),
        failed=_failed(db),
        dead=dead(db),
        places=places(db)[:MOST],
        pairs=pairs.all_(db),
        away=catching.absences(db),
        strange=pairs.strange(db),
        displaced=copies.displaced(db),
    )


def _failed(db: Connection) -> list[Failed]:
    came = (letter.c.way == "in") & letter.c.state.in_(("refused", "dead"))
    rows = db.execute(select(letter).where(came).order_by(letter.c.id.desc()).limit(MOST))
    return [
        Failed(activity=r.activity, actor=r.actor, code=r.code or "", state=r.state, at=r.at)
        for r in rows
    ]


def dead(db: Connection) -> list[Dead]:
    """The jobs that failed for good, newest first."""
    rows = db.execute(select(job).where(job.c.dead).order_by(job.c.id.desc()).limit(MOST))
    return [
        Dead(id=r.id, kind=r.kind, lane=r.lane or "", tries=r.tries, error=(r.error or "")[:300],
             at=r.at)
        for r in rows
    ]  # fmt: skip


# Servers ------------------------------------------------------------------------------------


def places(db: Connection) -> list[Place]:
    """Every server that does not answer, or never got something; longest waiting first."""
    waits, gone = _waiting(db), _lost(db)
    troubled = {row.domain: row for row in db.execute(select(host).where(host.c.failures > 0))}
    found = [
        _place(name, waits.get(name), troubled.get(name), gone.get(name, {}))
        for name in {*gone, *troubled}
    ]
    return sorted(found, key=lambda one: (one.since is None, one.since, one.domain))


def place(db: Connection, domain: str) -> Place | None:
    """One server, if we know it or something waits for it."""
    waits, gone = _waiting(db).get(domain), _lost(db).get(domain, {})
    row = db.execute(select(host).where(host.c.domain == domain)).one_or_none()
    if waits is None and not gone and row is None:
        return None
    return _place(domain, waits, row, gone)


def _place(
    domain: str, waits: Row[Any] | None, row: Row[Any] | None, gone: Mapping[str, int]
) -> Place:
    told = row is not None and row.failures
    return Place(
        domain=domain,
        waiting=int(waits.n) if waits is not None else 0,
        since=waits.since if waits is not None else None,
        failures=row.failures if row is not None else 0,
        retry_at=row.retry_at if row is not None else None,
        last_ok=row.last_ok if row is not None else None,
        code=(row.last_error or "").partition(" ")[0] if row is not None and told else "",
        lost=gone,
    )


def _waiting(db: Connection) -> dict[str, Row[Any]]:
    """Domain → how many letters wait for it (`n`), and `since` when the oldest does."""
    under_way = job.c.kind.in_((DELIVER, INTRODUCE)) & job.c.dead.is_(False)
    counted = select(job.c.lane, func.count().label("n"), func.min(job.c.at).label("since"))
    rows = db.execute(counted.where(under_way).group_by(job.c.lane))
    return {row.lane: row for row in rows}


def _lost(db: Connection) -> dict[str, dict[str, int]]:
    counted = select(lost.c.domain, lost.c.code, func.count().label("n"))
    found: dict[str, dict[str, int]] = {}
    rows = db.execute(counted.group_by(lost.c.domain, lost.c.code).order_by(lost.c.code))
    for row in rows:
        found.setdefault(row.domain, {})[row.code] = int(row.n)
    return found


# Letters ------------------------------------------------------------------------------------


def waiting_for(db: Connection, domain: str) -> list[Sent]:
    """The letters that wait for a server, oldest first."""
    under_way = job.c.kind.in_((DELIVER, INTRODUCE)) & job.c.dead.is_(False)
    rows = db.execute(
        select(job).where(under_way, job.c.lane == domain).order_by(job.c.id).limit(MOST)
    )
    return [
        _sent(db, row.args["activity"], name=row.once or "", since=row.at, due=row.due,
              place=row.args.get("inbox") or row.args.get("actor", ""),
              code=(row.error or "").partition(" ")[0], tries=row.tries)
        for row in rows.all()
    ]  # fmt: skip


def given_up(db: Connection, domain: str) -> list[Sent]:
    """The letters that a server never got, newest first."""
    return [
        _sent(db, row.activity, name=row.name, since=row.since, place=row.place, code=row.code,
              given_up=row.at)
        for row in losses.of(db, domain, MOST)
    ]  # fmt: skip


def _sent(db: Connection, activity: str, **known: Any) -> Sent:
    ours = (letter.c.way == "out") & (letter.c.activity == activity)
    row = db.execute(select(letter.c.actor, letter.c.body).where(ours)).first()
    by = find_account(db, row.actor) if row is not None else None
    body = orjson.loads(row.body) if row is not None and row.body else {}
    return Sent(what=str(body.get("type") or ""), by=by.label if by else "", **known)
