"""What members have said suits them or does not, as it is kept."""

from sqlalchemy import Connection, bindparam, delete, insert, select

from node.kernel.unit import Unit
from node.modules.matching.filters import NONE, Wishes
from node.modules.matching.tables import wish


def of(db: Connection, account: str) -> Wishes:
    """What a member has said suits them or does not."""
    row = db.execute(_WISHES, {"of": account}).one_or_none()
    if row is None:
        return NONE
    return Wishes(
        farthest=row.farthest,
        not_days=frozenset(row.not_days),
        languages=frozenset(row.languages),
    )


_WISHES = select(wish).where(wish.c.account == bindparam("of"))


def keep(unit: Unit, account: str, said: Wishes) -> None:
    """Keep what a member says."""
    unit.db.execute(delete(wish).where(wish.c.account == account))
    if said != NONE:
        row = {"not_days": sorted(said.not_days), "languages": sorted(said.languages)}
        values = {"account": account, "farthest": said.farthest, **row}
        unit.db.execute(insert(wish), values)
