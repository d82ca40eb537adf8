"""What decisions do when somebody goes: members keep no name in a box, strangers leave nothing."""

from typing import Any

from sqlalchemy import Connection, delete, select, update

from node.kernel.database import change_rows
from node.kernel.unit import Unit
from node.modules.accounts.api import Gone
from node.modules.decisions import handlers
from node.modules.decisions.opened import said
from node.modules.decisions.tables import (
    box,
    carried,
    delegation,
    guard,
    line,
    open_ballot,
    request,
    roster,
)
from node.modules.decisions.voices import LIVE, State


def export(db: Connection, account: str) -> dict[str, Any]:
    """Which votes a member could take part in, and whether they did; ballots carry no name."""
    taken = _taken_part(db, account)
    asked = select(request).where(request.c.asked_by == account).order_by(request.c.at)
    guarded = select(guard.c.box, guard.c.digest).where(guard.c.member == account)
    return {
        "votes": [{"about": name, "took_part": voted} for name, voted in taken],
        "asked_of_votes": [
            {"kind": row.kind, "reason": row.reason, "at": row.at.isoformat()}
            for row in db.execute(asked)
        ],
        "lots_guarded": [row.digest for row in db.execute(guarded)],
        "open_ballots": _open_ballots(db, account),
        "votes_given": [
            {"kind": row.kind, "state": row.state, "at": row.at.isoformat()}
            for row in db.execute(select(delegation).where(delegation.c.giver == account))
        ],
    }


def erase(unit: Unit, account: str) -> None:
    """Take a member's name off every list; the slots stay, so that the counts hold."""
    for table in (roster, open_ballot, line):
        change_rows(unit.db, table.c.member, account, member=None)
    unit.db.execute(delete(delegation).where(delegation.c.giver == account))
    held = {"holder": None, "state": State.GONE, "answered": unit.now}
    asked = (delegation.c.holder == account) & delegation.c.state.in_(LIVE)
    unit.db.execute(update(delegation).where(asked).values(held))
    change_rows(unit.db, delegation.c.holder, account, holder=None)
    for column in (carried.c.giver, carried.c.holder):
        unit.db.execute(update(carried).where(column == account).values({column: None}))
    unit.db.execute(delete(guard).where(guard.c.member == account))
    mine = {"asked_by": None, "reason": ""}
    change_rows(unit.db, request.c.asked_by, account, **mine)
    for column in (request.c.member, request.c.second):
        unit.db.execute(update(request).where(column == account).values({column: None}))


def _open_ballots(db: Connection, member: str) -> list[dict[str, Any]]:
    """What a member said in open votes that were counted."""
    mine = select(line, box.c.subject).join_from(line, box).where(line.c.member == member)
    return [
        {"about": str(row.subject.get("name", "")), "said": dict(said(row._mapping)),  # noqa: SLF001
         "reason": row.reason or ""}
        for row in db.execute(mine.order_by(box.c.opened))
    ]  # fmt: skip


def _taken_part(db: Connection, member: str) -> list[tuple[str, bool]]:
    """The subjects a member could vote on, and whether they did; for their own export."""
    mine = select(box.c.subject, roster.c.voted).join_from(roster, box)
    rows = db.execute(mine.where(roster.c.member == member).order_by(box.c.opened))
    return [(str(row.subject.get("name", "")), row.voted) for row in rows]


def gone(unit: Unit, event: Gone) -> None:
    """Somebody elsewhere is gone, and with them what they decided and answered."""
    handlers.forget(unit, event.account)


subscribers = ((Gone, gone),)
