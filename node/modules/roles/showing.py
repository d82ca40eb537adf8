"""The rows of roles that are told: ours, by the holder's consent, and those of others."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from node.kernel.access import Viewer, visible
from node.kernel.database import change_rows, is_kept
from node.kernel.tables import Account, account, account_of
from node.kernel.unit import Unit
from node.modules.moderation.api import kept_out
from node.modules.roles.tables import Told, holding, told
from vocab.values import dataclass


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Somebody elsewhere to turn to; `powers` as on the wire."""

    who: Account
    label: str
    powers: tuple[str, ...]
    ends: datetime


def _told(row: Row[Any]) -> Told:
    return Told(**{**row._mapping, "powers": tuple(row.powers)})  # noqa: SLF001


def stored(db: Connection, id: str) -> Told | None:
    """What is told under this id, for units."""
    # every reach: what is known is known, whoever may see it
    row = db.execute(select(told).where(told.c.id == id)).one_or_none()
    return _told(row) if row else None


def of_holding(db: Connection, id: str) -> Told | None:
    """What is told of a term of ours, if its holder said yes; for its holder and for units."""
    # every reach: whoever holds it asks for their own
    row = db.execute(select(told).where(told.c.holding == id)).one_or_none()
    return _told(row) if row else None


def of_role(db: Connection, role: str) -> list[Told]:
    """What is told of all who hold a role of ours, for units."""
    # every reach: the community changes what it tells
    mine = select(told).join(holding, told.c.holding == holding.c.id)
    return [_told(row) for row in db.execute(mine.where(holding.c.role == role))]


def of_member(db: Connection, member: str) -> list[Told]:
    """What is told of a member of ours, for units and for their own export."""
    # every reach: it is their own
    mine = select(told).where(told.c.member == member, told.c.holding.is_not(None))
    return [_told(row) for row in db.execute(mine.order_by(told.c.begins, told.c.id))]


def ours(db: Connection, now: datetime) -> list[Told]:
    """Everything that is told of ours now, for units."""
    # every reach: a node that is trusted from now on hears of all of it
    mine = select(told).where(told.c.holding.is_not(None), told.c.ends > now)
    return [_told(row) for row in db.execute(mine.order_by(told.c.id))]


def by_id(db: Connection, id: str, viewer: Viewer) -> Told | None:
    """What is told of ours under this id, if this viewer may see it and the member is with us."""
    if not is_kept(db, told.c.id, id):
        return None
    here = select(told).join(account, told.c.member == account.c.id)
    mine = here.where(told.c.id == id, told.c.holding.is_not(None), visible(told, viewer))
    row = db.execute(mine.where(account.c.suspended.is_(None))).one_or_none()
    return _told(row) if row else None


def to_turn_to(db: Connection, viewer: Viewer, at: str, now: datetime) -> list[Contact]:
    """Who holds a role at a trusted node, as it told us; whose name is not known yet is left out.

    Args:
        db: where they are.
        viewer: who looks.
        at: the id of the other node's service.
        now: a role whose term is over is nobody's any more.
    """
    theirs = select(account.c.id).where(account.c.service == at, ~account.c.local)
    wanted = (
        select(account, told.c.label, told.c.powers, told.c.ends)
        .join(told, told.c.member == account.c.id)
        .where(
            visible(told, viewer), told.c.owner.in_(theirs), told.c.holding.is_(None),
            told.c.begins <= now, told.c.ends > now,
            account.c.gone.is_(None), account.c.suspended.is_(None),
            account.c.id.not_in(kept_out()), told.c.owner.not_in(kept_out()),
        )
        .order_by(told.c.label, told.c.id)
    )  # fmt: skip
    return [
        Contact(who=account_of(row), label=row.label, powers=tuple(row.powers), ends=row.ends)
        for row in db.execute(wanted)
    ]  # fmt: skip


def count_of(db: Connection, owner: str) -> int:
    """How much one community has told us, for units."""
    # every reach: it is counted, not shown
    mine = select(func.count()).select_from(told).where(told.c.owner == owner)
    return db.scalar(mine) or 0


# Changes ------------------------------------------------------------------------------------


def add(unit: Unit, values: Mapping[str, Any]) -> None:
    """Keep what is told."""
    unit.db.execute(insert(told), values)


def change(unit: Unit, id: str, values: Mapping[str, Any]) -> None:
    """Keep what is told now, in place of what was."""
    change_rows(unit.db, told.c.id, id, **values)


def drop(unit: Unit, id: str) -> None:
    """Forget what was told."""
    unit.db.execute(delete(told).where(told.c.id == id))


def drop_over(unit: Unit) -> None:
    """Forget what was told of terms that are over, ours and others'."""
    unit.db.execute(delete(told).where(told.c.ends <= unit.now))


def drop_of(unit: Unit, account_: str) -> None:
    """Forget what was told of somebody elsewhere, or by them."""
    theirs = (told.c.member == account_) | (told.c.owner == account_)
    unit.db.execute(delete(told).where(theirs, told.c.holding.is_(None)))


def drop_at(unit: Unit, service: str) -> None:
    """Forget what another node told us."""
    # every reach: all of it goes
    theirs = select(account.c.id).where(account.c.service == service, ~account.c.local)
    mine = told.c.owner.in_(theirs), told.c.holding.is_(None)
    unit.db.execute(delete(told).where(*mine))
