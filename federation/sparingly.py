"""What is asked of other servers once in a while only, whoever wants it and however often."""

import hashlib
from datetime import timedelta

from sqlalchemy import bindparam, delete, select

from federation.tables import asked
from node.kernel.database import upsert
from node.kernel.unit import Unit

FORGOTTEN = timedelta(days=30)
_LAST = select(asked.c.at).where(asked.c.hash == bindparam("hash"))


def may_ask(unit: Unit, what: str, every: timedelta) -> bool:
    """Whether something may be asked for now; if so, not again before `every` is over."""
    name = hashlib.sha256(what.encode()).digest()[:16]
    last = unit.db.scalar(_LAST, {"hash": name})
    if last is not None and unit.now - last < every:
        return False
    upsert(unit.db, asked, {"hash": name, "at": unit.now}, key=["hash"])
    return True


def forget(unit: Unit) -> None:
    """Let go what was asked long ago."""
    unit.db.execute(delete(asked).where(asked.c.at < unit.now - FORGOTTEN))
