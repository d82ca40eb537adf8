"""Numbers about what comes in and goes out, for whoever watches over many nodes."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from federation import copies, pairs
from federation.tables import host, lost, pair
from node.kernel.tables import job, letter

MOST = 20
"""Servers that are named."""


def metrics(db: Connection) -> Mapping[str, float]:
    """What waits, what was given up, who is in trouble; no names."""
    waiting = select(letter.c.way, func.count()).where(letter.c.state == "waiting")
    by_way = {row[0]: row[1] for row in db.execute(waiting.group_by(letter.c.way))}
    deliver = job.c.kind == "federation.deliver"
    return {
        "letters_out_waiting": by_way.get("out", 0),
        "letters_in_waiting": by_way.get("in", 0),
        "deliveries_waiting": _number(db, select(func.count()).where(deliver, ~job.c.dead)),
        "deliveries_lost": _number(db, select(func.count()).select_from(lost)),
        "jobs_dead": _number(db, select(func.count()).where(job.c.dead)),
        "hosts_in_trouble": _number(db, select(func.count()).where(host.c.failures > 0)),
        "pairs": _number(db, select(func.count()).select_from(pair)),
        "pairs_in_trouble": _number(db, select(func.count()).where(pair.c.code.is_not(None))),
        "letters_fetched": _number(db, select(func.sum(pair.c.fetched))),
        "letters_missed": _number(db, select(func.sum(pair.c.missed))),
    }


def oldest(db: Connection) -> datetime | None:
    """Since when the letter waits that waits longest."""
    waits = select(func.min(job.c.at)).where(job.c.kind == "federation.deliver", ~job.c.dead)
    found: datetime | None = db.scalar(waits)
    return found


def stuck(db: Connection) -> list[str]:
    """What does not get on, in sentences for the command line; nothing if all does."""
    return [*_waiting(db), *_away(db), *_given_up(db), *_failed(db), *_apart(db)]


def _waiting(db: Connection) -> Iterator[str]:
    if since := oldest(db):
        number = metrics(db)["deliveries_waiting"]
        yield f"{number:g} letters wait to go out, the oldest since {since:%Y-%m-%d %H:%M}."


def _away(db: Connection) -> Iterator[str]:
    columns = select(host.c.domain, host.c.last_error, host.c.last_ok)
    away = columns.where(host.c.failures > 0).order_by(host.c.domain).limit(MOST)
    for row in db.execute(away):
        code = (row.last_error or "").partition(" ")[0]
        last = f", it answered last on {row.last_ok:%Y-%m-%d}" if row.last_ok else ""
        yield f"{row.domain} does not answer ({code}){last}."


def _given_up(db: Connection) -> Iterator[str]:
    gone = select(lost.c.domain, func.count().label("n")).group_by(lost.c.domain)
    for row in db.execute(gone.order_by(lost.c.domain).limit(MOST)):
        yield f"{row.n} letters for {row.domain} were given up."


def _failed(db: Connection) -> Iterator[str]:
    dead = select(job.c.kind, func.count().label("n")).where(job.c.dead).group_by(job.c.kind)
    for row in db.execute(dead.order_by(job.c.kind)):
        yield f"{row.n} jobs of the kind {row.kind} failed for good."


def _apart(db: Connection) -> Iterator[str]:
    for held in pairs.all_(db):
        if held.code or held.back:
            yield f"Catching up with {held.domain}: {held.code or 'it went back in time'}."
        if held.older:
            yield f"Two copies of {held.domain} are at work; only the later one is heard."
    if later := copies.displaced(db):
        yield f"{later.peer} hears another copy of this node, so this one sends nothing."
    if other := pairs.strange(db):
        yield f"{other[0]} has letters of ours that this node does not know."


def _number(db: Connection, query: Select[Any]) -> int:
    return int(db.scalar(query) or 0)
