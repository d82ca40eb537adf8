"""What a keeper does about things and members of ours, as units.

Whatever a keeper does has a reason, and is written in the log with it: without one nothing
happens.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, or_, update

from node.kernel.database import upsert
from node.kernel.errors import Missing, Refused
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.moderation import openly, queries
from node.modules.moderation.rules import Ground, reason_of
from node.modules.moderation.tables import block, hiding, report, shade, suspension
from vocab.values import dataclass
from web.language import mark


@dataclass(frozen=True, kw_only=True)
class Hidden:
    """Something was hidden by a keeper; it keeps its row, and its `hidden` is set."""

    id: str


@dataclass(frozen=True, kw_only=True)
class Shown:
    """Something that was hidden is shown again."""

    id: str


def must_keep(unit: Unit, by: str) -> None:
    """Refuse whoever is not a keeper.

    Raises:
        Refused: E_KEEPERS_ONLY.
    """
    if not accounts.is_admin(unit.db, by):
        raise Refused("E_KEEPERS_ONLY", by, safe=mark("Only the %(word_keepers)s can do this."))


@dataclass(frozen=True, kw_only=True)
class Parted:
    """A member, or with None the whole community, has no more to do with some hosts, accounts."""

    member: str | None
    subjects: Sequence[str]


# Hiding -------------------------------------------------------------------------------------


def hide(unit: Unit, id: str, *, by: str, reason: str, ground: str = Ground.OTHER) -> None:
    """Take something from everybody's sight but its owner's and the keepers'.

    Args:
        unit: the unit.
        id: of a thing in a table with the columns `id` and `hidden`.
        by: the keeper.
        reason: what the owner is told.
        ground: by which rule, a value of `rules.Ground`.

    Raises:
        Invalid: no reason.
        Missing: there is no such thing.
        Refused: not a keeper.
    """
    must_keep(unit, by)
    reason = reason_of(reason)
    _set_hidden(unit, id, unit.now)
    row = {"object": id, "by": by, "reason": reason, "at": unit.now}
    upsert(unit.db, hiding, row, key=["object"])
    unit.log("moderation.hide", by, subject=id, words=reason)
    openly.note(unit, "hide", ground=ground)
    unit.tell(Hidden(id=id))


def show(unit: Unit, id: str, *, by: str, reason: str) -> None:
    """Give back to everybody what was hidden.

    Raises:
        Invalid, Missing, Refused: as `hide`.
    """
    must_keep(unit, by)
    reason = reason_of(reason)
    _set_hidden(unit, id, None)
    unit.db.execute(delete(hiding).where(hiding.c.object == id))
    unit.log("moderation.show", by, subject=id, words=reason)
    openly.note(unit, "show")
    unit.tell(Shown(id=id))


def _set_hidden(unit: Unit, id: str, moment: Any) -> None:
    table = queries.place(unit.db, unit.registry, id)
    if table is None:
        raise Missing(detail=id)
    unit.db.execute(update(table).where(table.c.id == id).values(hidden=moment))


# Members ------------------------------------------------------------------------------------


def suspend(unit: Unit, member: str, *, by: str, reason: str, ground: str = Ground.OTHER) -> None:
    """Shut a member out until a keeper lets them in again; their sessions end at once.

    Raises:
        Invalid: no reason.
        Conflict: nobody else would keep the node.
        Missing: no member of ours.
        Refused: not a keeper.
    """
    must_keep(unit, by)
    reason = reason_of(reason)
    accounts.suspend(unit, member)
    row = {"account": member, "by": by, "reason": reason, "at": unit.now}
    upsert(unit.db, suspension, row, key=["account"])
    unit.log("moderation.suspend", by, subject=member, words=reason)
    openly.note(unit, "suspend", ground=ground)


def unsuspend(unit: Unit, member: str, *, by: str, reason: str) -> None:
    """Let a member in again.

    Raises:
        Invalid, Missing, Refused: as `suspend`.
    """
    must_keep(unit, by)
    reason = reason_of(reason)
    accounts.unsuspend(unit, member)
    unit.db.execute(delete(suspension).where(suspension.c.account == member))
    unit.log("moderation.unsuspend", by, subject=member, words=reason)
    openly.note(unit, "unsuspend")


# Leaving ------------------------------------------------------------------------------------


def erase(unit: Unit, member: str) -> None:
    """Forget a leaving member's blocks and who made their reports; what others said stays."""
    unit.db.execute(delete(block).where(or_(block.c.member == member, block.c.subject == member)))
    unit.db.execute(delete(shade).where(shade.c.who == member))
    unit.db.execute(delete(suspension).where(suspension.c.account == member))
    mine = update(report).where(report.c.by == member)
    unit.db.execute(mine.values(by=None, words="", once=None))
    about = (report.c.owner == member) & report.c.closed.is_not(None)
    unit.db.execute(delete(report).where(about))
