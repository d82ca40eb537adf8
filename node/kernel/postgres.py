"""PostgreSQL behind the two doors: the same plain functions, by `run_sync`.

Each change is a serializable transaction of its own, called again when PostgreSQL
says that two of them met. Reading connections are others than those of changes: they can
change nothing, and have from their beginning a role without the grant on the secret tables.
"""

import asyncio
import random
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.util import greenlet_spawn

from node.kernel.database import Health
from node.kernel.errors import TryLater, Unread, Unwritten

T = TypeVar("T")

STATEMENTS = 1000
"""Statements that a connection keeps prepared: more than there are, as preparing one costs more
than carrying it out."""

TRIES = 8
_MET = frozenset({"40001", "40P01"})
_AWAY = ("08", "53", "57P", "58")
"""Beginnings of SQLSTATE: no connection, no room, stopping or starting, a failing disk.

Source: PostgreSQL, appendix A.
"""

_LOOKING = {
    "default_transaction_isolation": "repeatable read",
    "default_transaction_read_only": "on",
}
"""Of connections that only look."""


class Postgres:
    """A database on a PostgreSQL server, reached through asyncpg."""

    sqlite = False

    def __init__(self, url: str, *, reader: str | None = None, pool: int = 10) -> None:
        self._health = Health()
        looking = {**_LOOKING, **({"role": reader} if reader else {})}
        self._writing = _engine(url, {}, pool_size=pool)
        # who looks waits for nobody's lock, so that those who wait for a connection soon have one
        self._reading = _engine(url, looking, pool_size=pool, max_overflow=0)
        self._engine = self._writing.sync_engine
        self._snapshot = self._reading.sync_engine
        self._serializable = self._engine.execution_options(isolation_level="SERIALIZABLE")

    async def read(self, look: Callable[..., T], *args: Any) -> T:
        """Run `look(db, *args)` over a snapshot that can change nothing.

        Raises:
            Unread: the server is away.
        """
        try:
            found = await self._look(look, args)
        except Exception as error:
            if not _is_away(error):
                raise
            raise Unread(self._away(error)) from error
        self._health.works()
        return found

    def _away(self, error: Exception) -> str:
        cause = str(getattr(error, "orig", error))
        self._health.fails(cause)
        return cause

    async def _look(self, look: Callable[..., T], args: tuple[Any, ...]) -> T:
        # all of it in one greenlet: each step in its own takes longer than the query
        def looked() -> T:
            with self._snapshot.connect() as db, db.begin() as transaction:
                try:
                    return look(db, *args)
                finally:
                    transaction.rollback()

        return await greenlet_spawn(looked)

    async def write(self, change: Callable[..., T], *args: Any) -> T:
        """Run `change(db, *args)`, serializable, again if it met another.

        Raises:
            TryLater: it met others eight times.
            Unwritten: the server is away; whether it was kept is not known.
        """
        return await self._repeat(self._serializable, change, args)

    async def write_each(
        self, changes: Sequence[Callable[[Connection], T]]
    ) -> list[T | BaseException]:
        """Run changes one after the other, each in a transaction of its own."""
        done: list[T | BaseException] = []
        for change in changes:
            try:
                done.append(await self.write(change))
            except Exception as error:  # noqa: BLE001 - handed to whoever asked for the change
                done.append(error)
        return done

    async def claim(self, change: Callable[..., T], *args: Any) -> T:
        """Run a change that takes rows with SKIP LOCKED, at READ COMMITTED."""
        return await self._repeat(self._engine, change, args)

    async def migrate(self, change: Callable[..., T], *args: Any) -> T:
        """Run `change(db, *args)` alone among all processes that migrate this database.

        Raises:
            Unwritten: the server is away.
        """

        def alone(db: Connection) -> T:
            db.exec_driver_sql("SELECT pg_advisory_xact_lock(7026)")
            return change(db, *args)

        return await self._repeat(self._engine, alone, ())

    async def close(self) -> None:
        """Close every connection."""
        await self._reading.dispose()
        await self._writing.dispose()

    async def _repeat(self, engine: Engine, change: Callable[..., T], args: tuple[Any, ...]) -> T:
        def changed() -> T:
            with engine.connect() as db, db.begin():
                return change(db, *args)

        for attempt in range(TRIES):
            try:
                return await greenlet_spawn(changed)
            except Exception as error:
                if _is_away(error):
                    raise Unwritten(self._away(error)) from error
                if _state(error) not in _MET:
                    raise
            await asyncio.sleep(random.uniform(0.001, 0.01) * 2**attempt)  # noqa: S311 - jitter
        message = f"met other changes {TRIES} times"
        raise TryLater(message, code="E_BUSY")


def _engine(url: str, settings: dict[str, str], **pool: int) -> AsyncEngine:
    """A pool of connections; `settings` are the server's, from the beginning of each."""
    given = {"prepared_statement_cache_size": STATEMENTS, "server_settings": settings}
    engine = create_async_engine(url, hide_parameters=True, connect_args=given, **pool)
    event.listen(engine.sync_engine, "checkout", _open)
    return engine


def _open(connection: Any, *_: Any) -> None:
    """Have the pool take another connection where the server has closed this one.

    The driver knows that without asking; a question before each use (`pool_pre_ping`)
    would cost three journeys to the server.
    """
    if connection.driver_connection.is_closed():
        raise DisconnectionError


def _state(error: BaseException) -> str | None:
    """The SQLSTATE of an error, as the server or its driver gives it."""
    found = getattr(getattr(error, "orig", error), "sqlstate", None)
    return found if isinstance(found, str) else None


def _is_away(error: BaseException) -> bool:
    # who cannot even connect gets the driver's own error, or the system's
    state = _state(error)
    if state is not None:
        return state.startswith(_AWAY)
    return isinstance(error, OSError) or bool(getattr(error, "connection_invalidated", False))
