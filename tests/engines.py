"""What a node does once in its life is done once in a test process, for its thousands of nodes.

Statements are compiled once: SQLAlchemy compiles for each engine anew, but the dialects
here are equal to one another, and keep what they compile in one place. Connections
to PostgreSQL that a node closes stay open for the next node with the same database. And
keys, which all nodes have from one pool, are loaded once: a key signs for the first time
half as fast as after.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.util import LRUCache

from federation import signatures

_COMPILED: LRUCache[Any, Any] = LRUCache(5000)
_IDLE: defaultdict[str, list[Any]] = defaultdict(list)
"""Open connections that no engine has, by the name of the database and how they look."""
_NEW: WeakKeyDictionary[Any, str] = WeakKeyDictionary()
_DATABASES: WeakKeyDictionary[Any, str] = WeakKeyDictionary()
"""Which database a connection leads to; the new ones are not made ready yet."""
READING = " that reads"
MOST = 10
"""Connections to one database that stay open, as many as a node's pool has."""


class _Equal:
    """Dialects of a class are equal, and their engines keep what they compile in one place."""

    name: str
    heard: Callable[[str], None] | None = None
    """Is told the dialect's name before each statement; a listener of SQLAlchemy's costs more."""

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        engine.update_execution_options(compiled_cache=_COMPILED)

    def do_execute(self, *args: Any) -> None:
        if _Equal.heard:
            _Equal.heard(self.name)
        super().do_execute(*args)  # type: ignore[misc]

    def do_executemany(self, *args: Any) -> None:
        if _Equal.heard:
            _Equal.heard(self.name)
        super().do_executemany(*args)  # type: ignore[misc]


class Sqlite(_Equal, SQLiteDialect_pysqlite):
    supports_statement_cache = True


class Postgres(_Equal, PGDialect_asyncpg):
    supports_statement_cache = True
    _server: dict[str, Any] | None = None
    """What the first dialect asked of the server: its version and habits."""

    def initialize(self, connection: Connection) -> None:
        cls = type(self)
        if cls._server is None:
            super().initialize(connection)
            cls._server = {k: v for k, v in self.__dict__.items() if k != "dispatch"}
        self.__dict__.update(cls._server)

    def connect(self, *args: Any, **kw: Any) -> Any:
        idle = _IDLE[place := _place(kw)]
        while idle:
            if _usable(found := idle.pop()):
                return found
        made = super().connect(*args, **kw)
        _NEW[made.driver_connection] = place
        return made

    def on_connect(self) -> Any:
        prepare = super().on_connect()

        def once(connection: Any) -> None:
            driver = connection.driver_connection
            if driver in _NEW:
                prepare(connection)
                _DATABASES[driver] = _NEW.pop(driver)

        return once

    def do_close(self, connection: Any) -> None:
        idle = _IDLE[_DATABASES.get(connection.driver_connection, "")]
        if _usable(connection) and len(idle) < MOST:
            connection.readonly, connection.isolation_level = False, None
            idle.append(connection)
        else:
            super().do_close(connection)


def _place(kw: Mapping[str, Any]) -> str:
    """The database of a connection, and whether it only reads; its own settings stay with it."""
    return f"{kw['database']}{READING if kw.get('server_settings') else ''}"


def _usable(connection: Any) -> bool:
    """Whether somebody else may have a connection: open, in no transaction, of this loop."""
    driver = connection.driver_connection
    fit = not driver.is_closed() and not driver.is_in_transaction() and driver in _DATABASES
    return fit and driver._loop is asyncio.get_running_loop()


def idle(database: str) -> list[int]:
    """The server's numbers of the connections to a database that no node has."""
    both = [*_IDLE[database], *_IDLE[database + READING]]
    return [c.driver_connection.get_server_pid() for c in both if _usable(c)]


def lent(database: str) -> Any:
    """A driver's connection that writes, which no node has, to be used at once; None for none."""
    found = next((c for c in reversed(_IDLE[database]) if _usable(c)), None)
    return found and found.driver_connection


async def close(*databases: str) -> None:
    """Close the connections that no node has; to all databases if none is named."""
    for name in [n + r for n in databases for r in ("", READING)] or list(_IDLE):
        for connection in _IDLE.pop(name, ()):
            if _usable(connection):
                # a server that has stopped hears no farewell
                with contextlib.suppress(OSError):
                    await connection.driver_connection.close()


def hear(heard: Callable[[str], None]) -> None:
    """Have `heard` told the name of the database before each statement."""
    _Equal.heard = staticmethod(heard)


def share() -> None:
    """Have every engine made from now on share what is here."""
    registry.register("sqlite", __name__, "Sqlite")
    registry.register("postgresql.asyncpg", __name__, "Postgres")
    signatures.load_private_pem = cache(signatures.load_private_pem)
