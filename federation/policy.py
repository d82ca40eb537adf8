"""With whom this node has nothing to do, and how much it takes from one server at a time."""

from collections.abc import Iterable
from time import monotonic

from sqlalchemy import Connection, bindparam, select

from federation.origins import domain, parents
from node.kernel.module import Registry
from node.kernel.tables import account, setting

ALLOWED = "federation.allowed"
"""The setting that holds the only hosts we talk to; not set: all but the refused ones."""


_SUSPENDED = select(account.c.suspended).where(account.c.id == bindparam("actor"))
_ALLOWED = select(setting.c.value).where(setting.c.name == ALLOWED)


def refuses(db: Connection, registry: Registry, actor: str) -> bool:
    """Whether an actor, its server, or a domain above it is kept out.

    Args:
        db: any connection.
        registry: asked for every name.
        actor: its id, or the id of anything at the server.
    """
    names = list(parents(domain(actor)))
    if any(registry.refuses(db, name, actor) for name in names):
        return True
    return _suspended(db, actor) or not _allowed(db, names)


def _suspended(db: Connection, actor: str) -> bool:
    return db.scalar(_SUSPENDED, {"actor": actor}) is not None


def _allowed(db: Connection, names: Iterable[str]) -> bool:
    kept = db.scalar(_ALLOWED)
    return kept is None or any(name in kept for name in names)


class Bucket:
    """So many at once, so many a second after that, for each name."""

    def __init__(self, *, burst: float, each_second: float, names: int = 10_000) -> None:
        self._burst = burst
        self._rate = each_second
        self._names = names
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, name: str) -> bool:
        """Take one for this name; false if there is none left."""
        now = monotonic()
        left, since = self._left.pop(name, (self._burst, now))
        left = min(self._burst, left + (now - since) * self._rate)
        if len(self._left) >= self._names:
            del self._left[next(iter(self._left))]
        self._left[name] = (left - 1 if left >= 1 else left, now)
        return left >= 1
