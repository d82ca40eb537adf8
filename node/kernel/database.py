"""One database behind two doors: read() for looking, write() for changing.

Both take a plain function over a SQLAlchemy Core connection. SQLite runs changes in
one writer thread that commits what has gathered together; PostgreSQL runs each in a
serializable transaction of its own and calls it again when two of them met.
"""

import functools
import importlib
import logging
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlalchemy import (
    Column,
    ColumnElement,
    CompoundSelect,
    Connection,
    DateTime,
    MetaData,
    Select,
    Table,
    TypeDecorator,
    Update,
    bindparam,
    exists,
    literal,
    select,
    update,
)

T = TypeVar("T")
log = logging.getLogger(__name__)

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}

SECRET = {"secret": True}
"""`Table(..., info=SECRET)`: only units may read it; the reading door refuses."""
AGAIN = {"again": True}
"""`Table(..., info=AGAIN)`: its rows can be had again from others, so no backup holds them."""


def new_metadata() -> MetaData:
    """The collection of one module's tables; constraint names are fixed for the migrations."""
    return MetaData(naming_convention=NAMES)


class Moment(TypeDecorator[datetime]):
    """An instant in UTC. SQLite forgets the zone of a time; this gives it back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Any) -> datetime | None:
        """Refuse a time without a zone, write the others in UTC."""
        if value is not None and value.tzinfo is None:
            message = f"a time without a zone: {value}"
            raise ValueError(message)
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Any) -> datetime | None:
        """Give back the zone that the column may have lost."""
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


class Health:
    """Writes into the log when a database begins to fail and when that is over, and no more."""

    def __init__(self) -> None:
        self._failing = False

    def fails(self, cause: object) -> None:
        """It cannot be used."""
        if not self._failing:
            self._failing = True
            log.error("the database fails: %s", cause)

    def works(self) -> None:
        """It has been used."""
        if self._failing:
            self._failing = False
            log.warning("the database works again")


class Database(Protocol):
    """What the kernel needs of a database; `sqlite.py` and `postgres.py` are the two."""

    sqlite: bool

    async def read(self, look: Callable[..., T], *args: Any) -> T:
        """Run `look(db, *args)` over a snapshot that can change nothing."""
        ...

    async def write(self, change: Callable[..., T], *args: Any) -> T:
        """Run `change(db, *args)` as one all-or-nothing change; it may be called again."""
        ...

    async def write_each(
        self, changes: Sequence[Callable[[Connection], T]]
    ) -> list[T | BaseException]:
        """Run changes in this order, each all-or-nothing by itself.

        Returns:
            For each what it gave back, or what it raised.
        """
        ...

    async def claim(self, change: Callable[..., T], *args: Any) -> T:
        """Like write(), for taking work from a queue that several workers share."""
        ...

    async def migrate(self, change: Callable[..., T], *args: Any) -> T:
        """Run `change(db, *args)` alone, with foreign keys checked at its end only."""
        ...

    async def close(self) -> None:
        """Finish what has begun and let go of all connections."""
        ...


def secret_tables(collections: Sequence[MetaData]) -> frozenset[str]:
    """The names of the tables that only units may read."""
    return frozenset(
        t.name for metadata in collections for t in metadata.tables.values() if t.info.get("secret")
    )


def tables_again(collections: Sequence[MetaData]) -> tuple[str, ...]:
    """The names of the tables whose rows can be had again, those that point to others first."""
    return tuple(
        t.name
        for metadata in collections
        for t in reversed(metadata.sorted_tables)
        if t.info.get("again")
    )


def sqlite_url(folder: Path) -> str:
    """The address of the database a data folder holds when nothing else is set."""
    return f"sqlite:///{folder / 'folkmoot.db'}"


def among(column: ColumnElement[Any], name: str, count: int) -> ColumnElement[bool]:
    """`column IN (…)` with `count` parameters, for the values that `spread` gives.

    For statements that are kept, one for each count: an expanding parameter is spelled anew
    whenever it is used, which takes longer than the query.
    """
    return column.in_([bindparam(f"{name}_{n}") for n in range(count)])


def one_of(column: ColumnElement[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """`column IN (…)` with the values that a query always has; it too is spelled once."""
    return column.in_([literal(one, column.type) for one in values])


def spread(name: str, values: Iterable[T]) -> dict[str, T | None]:
    """Values as the parameters of `among`: filled up, so that there are few different counts.

    >>> spread("id", ["a", "b", "c"])
    {'id_0': 'a', 'id_1': 'b', 'id_2': 'c', 'id_3': 'c'}
    """
    given: list[T | None] = list(values) or [None]
    room = 1 << (len(given) - 1).bit_length()
    given += given[-1:] * (room - len(given))
    return {f"{name}_{n}": one for n, one in enumerate(given)}


def plain(db: Connection, kept: Select[Any], values: Mapping[str, Any]) -> list[Any]:
    """The first column of a query that is kept, where it and all parameters are plain."""
    return [row[0] for row in plain_rows(db, kept, values)]


def plain_rows(
    db: Connection, kept: Select[Any] | CompoundSelect[Any], values: Mapping[str, Any]
) -> list[tuple[Any, ...]]:
    """The rows of a query that is kept, where all columns and all parameters are plain.

    Plain are texts, bytes, numbers and truth values: what SQLite takes and gives as it is, so
    that nothing has to be translated on the way, which takes eight times as long as asking.
    A moment may be a parameter and no column.
    """
    if db.dialect.name == "sqlite":
        spelled, order, fixed = _spelled(kept)
        named = map({**fixed, **values}.__getitem__, order)
        bare = [_bare(one) if isinstance(one, datetime) else one for one in named]
        driver: Any = db.connection.dbapi_connection
        try:
            rows: list[tuple[Any, ...]] = driver.execute(spelled, bare).fetchall()
        except sqlite3.Error:
            pass  # asked in the usual way, it fails in the usual way
        else:
            return rows
    return [tuple(row) for row in db.execute(kept, dict(values))]


def _bare(value: datetime) -> str:
    """A moment as SQLite keeps it: the text that `Moment` writes."""
    return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"


def holds(db: Connection, kept: Select[Any], values: Mapping[str, Any]) -> bool:
    """Whether a kept `select(exists(…))` holds; its parameters are plain."""
    return bool(plain(db, kept, values)[0])


def is_kept(db: Connection, column: Column[Any], value: str | bytes) -> bool:
    """Whether any row has this value there, whoever may see it.

    Most ids that somebody asks for are another module's: this is a tenth of the query that
    also judges who may see the row, and it is asked first.
    """
    return holds(db, _somewhere(column), {"value": value})


@functools.cache
def _somewhere(column: Column[Any]) -> Select[Any]:
    return select(exists().where(column == bindparam("value")))


@functools.cache
def _spelled(
    kept: Select[Any] | CompoundSelect[Any],
) -> tuple[str, Sequence[str], Mapping[str, Any]]:
    """A query in SQLite's words, the names of its parameters in order, and those of its own."""
    made = kept.compile(dialect=importlib.import_module("sqlalchemy.dialects.sqlite").dialect())
    order = made.positiontup
    assert order is not None, "SQLite takes parameters by their place"
    return str(made), order, made.params


def insert_for(db: Connection, table: Table) -> Any:
    """An INSERT in the words of this database, which may say ON CONFLICT."""
    return insert_in(db.dialect.name, table)


def insert_in(dialect: str, table: Table) -> Any:
    """The same for a statement that is kept, by the name of the dialect."""
    # only the dialect that is spoken here is loaded
    return importlib.import_module(f"sqlalchemy.dialects.{dialect}").insert(table)


def insert_new(db: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert a row unless one like it is there; true if it was new."""
    done = db.execute(_insert_new(db.dialect.name, table), dict(values))
    return bool(done.rowcount == 1)


def upsert(db: Connection, table: Table, values: Mapping[str, Any], *, key: Sequence[str]) -> None:
    """Insert a row, or give the one with the same `key` columns the other values."""
    db.execute(_upsert(db.dialect.name, table, tuple(values), tuple(key)), dict(values))


def change_rows(db: Connection, column: Column[Any], value: object, /, **values: Any) -> None:
    """Give other values, no expressions, to the rows that have this `value` in that column."""
    new = {f"new_{name}": one for name, one in values.items()}
    db.execute(_changed(column, tuple(values)), {"held": value, **new})


# Built once: building a statement takes longer than carrying it out.
@functools.cache
def _changed(column: Column[Any], names: tuple[str, ...]) -> Update:
    new: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
    return update(column.table).where(column == bindparam("held")).values(new)


@functools.cache
def _insert_new(dialect: str, table: Table) -> Any:
    return insert_in(dialect, table).on_conflict_do_nothing()


@functools.cache
def _upsert(dialect: str, table: Table, names: tuple[str, ...], key: tuple[str, ...]) -> Any:
    statement = insert_in(dialect, table)
    changed = {name: statement.excluded[name] for name in names if name not in key}
    if not changed:
        return statement.on_conflict_do_nothing()
    return statement.on_conflict_do_update(index_elements=list(key), set_=changed)
