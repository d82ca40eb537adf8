"""What we remember of other servers: how they want signatures, and whether they answer.

A server that does not answer is left alone as a whole: all that waits for it waits together,
one probe at a time, and everything goes out when it is back.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, select, update

from federation.claims import Form
from federation.events import Returned
from federation.outcomes import pause
from federation.returning import LONG
from federation.tables import host
from node.kernel.database import change_rows, insert_new
from node.kernel.tables import job
from node.kernel.unit import Unit
from vocab.values import dataclass

REMEMBERED = timedelta(days=30)
"""How long the spelling that worked is taken for granted."""
NEWS = timedelta(hours=1)
"""How old `last_ok` may grow before a success is worth a write."""
AWAY = timedelta(hours=6)
"""A server that failed and did nothing for us for so long was away."""


@dataclass(frozen=True, kw_only=True)
class Host:
    """What we know of a server, as a value."""

    domain: str
    form: Form | None = None
    failures: int = 0
    retry_at: datetime | None = None
    last_ok: datetime | None = None
    back: datetime | None = None

    def resting(self, now: datetime) -> bool:
        """Whether it is being left alone now."""
        return self.retry_at is not None and self.retry_at > now


def known(db: Connection, domain: str, now: datetime) -> Host:
    """What we know of a server; nothing yet of a new one."""
    row = _row(db, domain)
    if row is None:
        return Host(domain=domain)
    fresh = row.form and row.form_at and now - row.form_at < REMEMBERED
    return Host(
        domain=domain,
        form=Form(row.form) if fresh else None,
        failures=row.failures,
        retry_at=row.retry_at,
        last_ok=row.last_ok,
        back=row.back,
    )


def answered(unit: Unit, domain: str, form: Form | None = None) -> None:
    """Note that a server answered us, or spoke to us; what waited for it may go now.

    A server that asked for patience in so many words has it until a letter is accepted.

    Args:
        unit: the change this is part of.
        domain: host and port.
        form: the spelling of the signature that it accepted, if it did.
    """
    row = _row(unit.db, domain)
    if row is None:
        insert_new(unit.db, host, {"domain": domain, "failures": 0, "first_seen": unit.now})
        row = _row(unit.db, domain)
    if row is None or not _news(row, unit.now, form):
        return
    if form is None and row.failures and (row.last_error or "").startswith("E_HTTP_"):
        return
    values: dict[str, Any] = {"failures": 0, "retry_at": None, "last_ok": unit.now}
    if row.last_ok is not None and unit.now - row.last_ok >= LONG:
        values |= {"silent_since": row.last_ok, "back": unit.now}
    if form:
        values |= {"form": form.value, "form_at": unit.now}
    change_rows(unit.db, host.c.domain, domain, **values)
    if row.failures and row.last_ok and unit.now - row.last_ok > AWAY:
        unit.tell(Returned(domain=domain, since=row.last_ok.isoformat()))
    if row.failures:
        late = and_(_waiting(domain), job.c.due > unit.now)
        unit.db.execute(update(job).where(late).values(due=unit.now))
        unit.woken = True


def failed(
    unit: Unit, domain: str, started: datetime, error: str, wait: timedelta | None, luck: float
) -> datetime:
    """Note that a server is in trouble; all that waits for it waits until the time returned.

    Several tries may fail together; only the first of them counts.

    Args:
        unit: the change this is part of.
        domain: host and port.
        started: when the try began.
        error: what happened, for admins.
        wait: what the server asked for.
        luck: see `outcomes.pause`.
    """
    insert_new(unit.db, host, {"domain": domain, "failures": 0, "first_seen": unit.now})
    row = _row(unit.db, domain)
    assert row is not None
    if row.retry_at is not None and row.retry_at > started:
        already: datetime = max(row.retry_at, unit.now)
        return already
    own = pause(row.failures, luck)
    until = unit.now + (max(own, wait) if wait else own)
    values = {"failures": row.failures + 1, "retry_at": until, "last_error": error[:500]}
    change_rows(unit.db, host.c.domain, domain, **values)
    unit.db.execute(update(job).where(_waiting(domain), job.c.due < until).values(due=until))
    return until


def _row(db: Connection, domain: str) -> Row[Any] | None:
    return db.execute(_ONE, {"domain": domain}).one_or_none()


_ONE = select(host).where(host.c.domain == bindparam("domain"))


def _news(row: Row[Any], now: datetime, form: Form | None) -> bool:
    if row.failures or row.last_ok is None or now - row.last_ok > NEWS:
        return True
    return form is not None and row.form != form.value


def _waiting(domain: str) -> ColumnElement[bool]:
    return and_(
        job.c.lane == domain,
        job.c.kind == "federation.deliver",
        job.c.dead.is_(False),
        job.c.leased_until.is_(None),
    )
