"""What is asked of other servers once in a while only, whoever wants it and however often."""

import hashlib
from datetime import timedelta

from sqlalchemy import delete, select

from federation.tables import asked
from node.kernel.database import upsert
from node.kernel.unit import Unit

FORGOTTEN = timedelta(days=30)


def may_ask(unit: Unit, what: str, every: timedelta) -> bool:
    """Whether something may be asked for now; if so, not again before `every` is over."""
    name = hashlib.sha256(what.encode()).digest()[:16]
    last = unit.db.scalar(select(asked.c.at).where(asked.c.hash == name))
    if last is not None and unit.now - last < every:
        return False
    upsert(unit.db, asked, {"hash": name, "at": unit.now}, key=["hash"])
    return True


def forget(unit: Unit) -> None:
    """Let go what was asked long ago."""
    unit.db.execute(delete(asked).where(asked.c.at < unit.now - FORGOTTEN))
