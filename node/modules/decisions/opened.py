"""Open ballots: members see after the close who voted how. Units, apart from the secret ones.

They have a table of their own, which no page can read, and nothing here touches the other: a
vote is the one or the other from its opening on. Nobody sees how it stands before the close,
but for one's own ballot, and for whoever asked somebody to vote for them that one's.
"""

import json
import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from node.kernel.tables import account
from node.kernel.unit import Unit
from node.modules.decisions.methods.face import Marks
from node.modules.decisions.tables import line, open_ballot, roster
from vocab.values import dataclass


@dataclass(frozen=True, kw_only=True)
class Line:
    """Who voted how; `member` is None for somebody who was erased. `voices` of others beside."""

    member: str | None
    name: str
    handle: str
    said: Marks
    reason: str
    voices: int


def put(unit: Unit, box_id: str, member: str, row: dict[str, Any]) -> None:
    """Put an open ballot into a box, in place of the one that was there."""
    mine = (open_ballot.c.box == box_id) & (open_ballot.c.member == member)
    if unit.db.execute(update(open_ballot).where(mine).values(row)).rowcount:
        return
    slot = secrets.token_hex(16)
    unit.db.execute(insert(open_ballot), {"slot": slot, "box": box_id, "member": member, **row})
    listed = (roster.c.box == box_id) & (roster.c.member == member)
    unit.db.execute(update(roster).where(listed).values(voted=True))


def ballot_of(unit: Unit, box_id: str, member: str) -> Marks | None:
    """What the open ballot of a member says now; None if they cast none.

    For themselves, and for who asked them to vote for them. A unit, since no page may read it.
    """
    mine = (open_ballot.c.box == box_id) & (open_ballot.c.member == member)
    row = unit.db.execute(select(open_ballot).where(mine)).one_or_none()
    return said(row._mapping) if row else None  # noqa: SLF001


def said(paper: Any) -> Marks:
    """What a row of a ballot says, of either kind."""
    if paper["marks"] is not None:
        return {str(key): int(number) for key, number in json.loads(paper["marks"]).items()}
    return {paper["option"] or paper["position"]: 1}


def papers(unit: Unit, box_id: str) -> list[dict[str, Any]]:
    """All open ballots of a box, in the order of random words."""
    mine = select(open_ballot).where(open_ballot.c.box == box_id).order_by(open_ballot.c.slot)
    return [dict(row._mapping) for row in unit.db.execute(mine)]  # noqa: SLF001


def tell(unit: Unit, box_id: str, voices: dict[str, int]) -> None:
    """Lay what was counted open for members.

    Args:
        unit: the unit.
        box_id: a box that was counted.
        voices: of others, by whose ballot they counted with.
    """
    names = ("slot", "box", "member", "position", "option", "reason", "marks")
    rows = [
        {**{name: one[name] for name in names}, "voices": voices.get(one["member"] or "", 0)}
        for one in papers(unit, box_id)
    ]
    clear(unit, box_id)
    if rows:
        unit.db.execute(insert(line), rows)


def clear(unit: Unit, box_id: str) -> None:
    """Take the open ballots out of a box."""
    unit.db.execute(delete(open_ballot).where(open_ballot.c.box == box_id))


def lines(db: Connection, box_id: str) -> Sequence[Line]:
    """Who voted how in a vote that was counted, by name; for members here alone."""
    names = (account.c.name, account.c.handle)
    joined = line.c.member == account.c.id
    found = select(line, *names).join_from(line, account, joined, isouter=True)
    rows = db.execute(found.where(line.c.box == box_id)).all()
    made = [
        Line(
            member=row.member, name=row.name or row.handle or "", handle=row.handle or "",
            said=said(row._mapping), reason=row.reason or "", voices=row.voices,  # noqa: SLF001
        )
        for row in rows
    ]  # fmt: skip
    return sorted(made, key=lambda one: (one.member is None, one.name.casefold(), one.handle))
