"""Mending what comes in and goes out: try again at once, or give up; each with its reason.

Changes the kernel's rows of letters and jobs and federation's of hosts and losses.
"""

from sqlalchemy import delete, select, update

from federation import copies, letters, losses
from federation.tables import host
from node.kernel.errors import Missing
from node.kernel.tables import job
from node.kernel.unit import Unit
from node.modules.moderation.acts import must_keep
from node.modules.moderation.rules import reason_of
from node.modules.moderation.stuck import DELIVER, INTRODUCE


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
        letters.finish(unit, row.args["activity"], _place(row.kind, row.args), "E_DROPPED")
    unit.log("queue.drop", by, subject=domain, words=reason)
    return len(rows)


def _place(kind: str, args: dict[str, str]) -> str:
    return args["inbox" if kind == DELIVER else "actor"]


def stand(unit: Unit, _about: object, *, by: str, reason: str) -> None:
    """Let this copy of the node be the one that is heard.

    Raises:
        Invalid: no reason.
        Missing: no other is known.
        Refused: not a keeper.
    """
    must_keep(unit, by)
    reason = reason_of(reason)
    if not copies.stand(unit):
        raise Missing
    unit.log("queue.stand", by, words=reason)


# What was given up --------------------------------------------------------------------------


def revive(unit: Unit, domain: str, *, by: str, reason: str) -> int:
    """Try all letters once more that were given up for a server; how many that could be.

    Raises:
        Invalid, Refused: as `ask_again`.
    """
    must_keep(unit, by)
    reason = reason_of(reason)
    unit.db.execute(update(host).where(host.c.domain == domain).values(retry_at=None))
    tried = losses.all_again(unit, domain)
    unit.log("queue.again", by, subject=domain, words=reason)
    return tried


def let_go(unit: Unit, domain: str, *, by: str, reason: str) -> int:
    """Clear away what was given up for a server; how many letters.

    Raises:
        Invalid, Refused: as `ask_again`.
    """
    must_keep(unit, by)
    reason = reason_of(reason)
    gone = losses.let_all_go(unit, domain)
    unit.log("queue.drop", by, subject=domain, words=reason)
    return gone


def letter_again(unit: Unit, name: str, *, by: str, reason: str) -> None:
    """Try one letter at once, whether it waits or was given up.

    Raises:
        Invalid, Refused: as `ask_again`; E_EMPTY, what it said is gone.
        Missing: it neither waits nor was given up.
    """
    must_keep(unit, by)
    reason = reason_of(reason)
    row = unit.db.execute(select(job).where(job.c.once == name, job.c.dead.is_(False))).first()
    if row is None:
        losses.again(unit, name)
    elif row.leased_until is None:
        unit.db.execute(update(job).where(job.c.id == row.id).values(due=unit.now))
        unit.db.execute(update(host).where(host.c.domain == row.lane).values(retry_at=None))
        unit.woken = True
    unit.log("queue.again", by, subject=name, words=reason)


def letter_gone(unit: Unit, name: str, *, by: str, reason: str) -> None:
    """Give one letter up, or clear one away that was.

    Raises:
        Invalid, Missing, Refused: as `letter_again`.
    """
    must_keep(unit, by)
    reason = reason_of(reason)
    row = unit.db.execute(select(job).where(job.c.once == name)).first()
    if row is not None and row.kind in (DELIVER, INTRODUCE):
        letters.finish(unit, row.args["activity"], _place(row.kind, row.args), "E_DROPPED")
    else:
        losses.let_go(unit, name)
    unit.log("queue.drop", by, subject=name, words=reason)


# Jobs ---------------------------------------------------------------------------------------


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
    if row.kind in (DELIVER, INTRODUCE):
        letters.finish(unit, row.args["activity"], _place(row.kind, row.args), "E_DROPPED")
    unit.db.execute(delete(job).where(job.c.id == id))
    unit.log("queue.drop", by, subject=f"job {id}", words=reason)
