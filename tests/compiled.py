"""Statements are compiled once in a test process, not once for each of its thousands of nodes.

A node has engines of its own, and SQLAlchemy compiles for each engine anew. The two
dialects here are ours' own, but equal to one another, so that all engines of a kind
share what was compiled.
"""

from typing import Any

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Engine
from sqlalchemy.util import LRUCache

_COMPILED: LRUCache[Any, Any] = LRUCache(5000)


class _Equal:
    """Dialects of a class are equal, and their engines keep what they compile in one place."""

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        engine.update_execution_options(compiled_cache=_COMPILED)


class Sqlite(_Equal, SQLiteDialect_pysqlite):
    supports_statement_cache = True


class Postgres(_Equal, PGDialect_asyncpg):
    supports_statement_cache = True


def share() -> None:
    """Have every engine made from now on compile what no other has."""
    registry.register("sqlite", __name__, "Sqlite")
    registry.register("postgresql.asyncpg", __name__, "Postgres")
