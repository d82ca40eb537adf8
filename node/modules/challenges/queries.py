"""All SQL about challenges."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from node.kernel.access import Viewer
from node.kernel.database import insert_new
from node.kernel.unit import Unit
from node.modules.challenges.rules import Ground, State
from node.modules.challenges.tables import Challenge, backing, challenge


def _challenges(db: Connection, *which: Any) -> list[Challenge]:
    rows = db.execute(
        select(challenge).where(*which).order_by(challenge.c.at, challenge.c.id)
    ).all()
    backed = backing.c.challenge.in_([row.id for row in rows])
    backers: dict[str, list[str]] = {row.id: [] for row in rows}
    wanted = select(backing).where(backed).order_by(backing.c.member)
    for one in db.execute(wanted) if rows else ():
        backers[one.challenge].append(one.member)
    return [
        Challenge(
            id=row.id,
            matter=row.matter,
            author=row.author,
            ground=Ground(row.ground),
            text=row.text,
            state=State(row.state),
            at=row.at,
            backers=tuple(backers[row.id]),
            hidden=row.hidden is not None,
        )
        for row in rows
    ]


def on(db: Connection, matter: str, viewer: Viewer) -> list[Challenge]:
    """The challenges of a decision, the oldest first; hidden words, for author and keepers.

    Only words can be hidden: else a keeper could keep from all that there is a challenge.
    """
    found = _challenges(db, challenge.c.matter == matter)
    return [
        replace(one, text="")
        if one.hidden and not viewer.is_admin and one.author != viewer.id
        else one
        for one in found
    ]


def by_id(db: Connection, id: str) -> Challenge | None:
    """A challenge."""
    return next(iter(_challenges(db, challenge.c.id == id)), None)


def still_open(db: Connection, since: datetime) -> list[Challenge]:
    """Those since a moment that have not been backed by enough."""
    return _challenges(db, challenge.c.state == State.OPEN, challenge.c.at > since)


def made_by(db: Connection, once: str) -> str | None:
    """The challenge that a form has made already."""
    return db.scalar(select(challenge.c.id).where(challenge.c.once == once))


def of_member(db: Connection, member: str) -> dict[str, list[dict[str, Any]]]:
    """What a member challenged and backed, for their own export."""
    mine = select(challenge).where(challenge.c.author == member).order_by(challenge.c.at)
    backs = select(challenge.c.text).join_from(backing, challenge)
    return {
        "challenged": [
            {"at": row.at.isoformat(), "ground": row.ground, "text": row.text}
            for row in db.execute(mine)
        ],
        "backed": [
            {"text": row.text} for row in db.execute(backs.where(backing.c.member == member))
        ],
    }


# Changes --------------------------------------------------------------------------------------


def add(unit: Unit, **values: Any) -> None:
    """Keep a challenge."""
    unit.db.execute(insert(challenge).values(at=unit.now, state=State.OPEN, **values))


def back(unit: Unit, id: str, member: str) -> None:
    """Keep that a member backs a challenge."""
    insert_new(unit.db, backing, {"challenge": id, "member": member})


def end(unit: Unit, id: str) -> None:
    """A challenge is backed by enough."""
    mine = challenge.c.id == id
    unit.db.execute(update(challenge).where(mine).values(state=State.BACKED))


def forget(unit: Unit, member: str) -> None:
    """Remove a member's backing and their open challenges, and their name and words from others."""
    unit.db.execute(delete(backing).where(backing.c.member == member))
    mine = challenge.c.author == member
    unit.db.execute(delete(challenge).where(mine, challenge.c.state == State.OPEN))
    unit.db.execute(update(challenge).where(mine).values(author=None, text=""))
