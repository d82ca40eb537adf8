"""All SQL about rounds."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select

from node.kernel.database import upsert
from node.kernel.unit import Unit
from node.modules.rounds.rules import Round
from node.modules.rounds.tables import Turn, standing, turn


def stands(db: Connection, matter: str) -> tuple[Round, datetime] | None:
    """The round a matter is in and when it ends; None: still the first, as it began."""
    row = db.execute(select(standing).where(standing.c.matter == matter)).one_or_none()
    return (Round(row.round), row.ends) if row else None


def turns(db: Connection, matter: str) -> list[Turn]:
    """What was said in all rounds of a matter, in order."""
    wanted = select(turn).where(turn.c.matter == matter).order_by(turn.c.at, turn.c.member)
    return [
        Turn(round=Round(r.round), member=r.member, passed=r.passed, text=r.text, at=r.at)
        for r in db.execute(wanted)
    ]


def set_round(unit: Unit, matter: str, round_: Round, ends: datetime) -> None:
    """Have a matter be in a round until a time."""
    row = {"matter": matter, "round": round_, "ends": ends}
    upsert(unit.db, standing, row, key=["matter"])


def take(unit: Unit, matter: str, round_: Round, member: str, text: str | None) -> None:
    """Keep what a member says in a round; None: they pass."""
    row = {"matter": matter, "round": round_, "member": member, "at": unit.now}
    said = {"passed": text is None, "text": text}
    upsert(unit.db, turn, {**row, **said}, key=["matter", "round", "member"])


def clear(unit: Unit, matter: str, round_: Round) -> None:
    """Have a round begin anew: nobody has had their turn."""
    here = (turn.c.matter == matter) & (turn.c.round == round_)
    unit.db.execute(delete(turn).where(here))


def of_member(db: Connection, member: str) -> list[dict[str, Any]]:
    """A member's turns, for their own export."""
    mine = select(turn).where(turn.c.member == member).order_by(turn.c.at)
    return [
        {"at": r.at.isoformat(), "round": r.round, "passed": r.passed, "text": r.text}
        for r in db.execute(mine)
    ]


def forget(unit: Unit, member: str) -> None:
    """Remove a member's turns."""
    unit.db.execute(delete(turn).where(turn.c.member == member))
