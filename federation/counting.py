"""Numbers about what comes in and goes out, for whoever watches over many nodes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from federation.tables import host, lost, pair
from node.kernel.tables import job, letter


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


def _number(db: Connection, query: Select[Any]) -> int:
    return int(db.scalar(query) or 0)
