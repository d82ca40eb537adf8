"""SQLite behind the two doors.

One writer thread owns the only writing connection and also checkpoints (SQLite
before 3.51.3 can corrupt a database when two do). It takes what has gathered in its
queue, runs each change in a savepoint of its own, and commits once for all of them.
Readers are a few threads, each with a connection that can only query.
"""

import asyncio
import contextlib
import fcntl
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from node.kernel.database import Health
from node.kernel.errors import Unread, Unwritten
from node.kernel.waiting import Entry, Outcome, Readers, tell

T = TypeVar("T")

MOST = 256
"""Changes that share a commit, at the most."""

LONGEST = 0.02
"""Seconds after which a gathered commit takes no further change."""

STATEMENTS = 1000
"""Statements that a connection keeps prepared: more than there are; the driver's own number, 128,
is fewer than one page needs."""

READERS = 4
"""Threads that read while the first of them is held up; otherwise it reads alone."""

_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")


_BROKEN = frozenset(
    {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}
)
"""Errors of the disk, not of a statement; nothing of their transaction can be relied on."""


class _Failed(Exception):
    """A commit that did not come about."""


def _for_its_owner_alone(path: Path) -> None:
    """Make folder and file where there are none; SQLite gives what lies beside them the same mode.

    Keys, passwords' hashes and all that is not public stand in it.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():  # where a disk can only be read, an old one is still read
        path.touch(mode=0o600)


class Sqlite:
    """A database in one file; `secret` names the tables that readers may not see."""

    sqlite = True

    def __init__(self, url: str, *, secret: frozenset[str] = frozenset()) -> None:
        self._secret = secret
        self._path = Path(url.removeprefix("sqlite:///"))
        _for_its_owner_alone(self._path)
        self._engine = _engine(url)
        self._queue: queue.SimpleQueue[Entry | None] = queue.SimpleQueue()
        self._local = threading.local()
        self._open: list[Connection] = []
        self._readers = Readers(READERS, self._look)
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._started = False
        self._health = Health()

    async def read(self, look: Callable[..., T], *args: Any) -> T:
        """Run `look(db, *args)` over a snapshot that can change nothing.

        Raises:
            Unread: the disk is failing.
        """
        return cast("T", await self._readers.ask(look, args))

    async def write(self, change: Callable[..., T], *args: Any) -> T:
        """Run `change(db, *args)` in the writer thread; back after its commit.

        Raises:
            Unwritten: the disk is full or failing; whether it was kept is not known.
        """
        return cast("T", await self._put(change, args))

    claim = write

    async def write_each(
        self, changes: Sequence[Callable[[Connection], T]]
    ) -> list[T | BaseException]:
        """Run changes in this order, each by itself; those that wait together share a commit."""
        waiting = [self._put(change, ()) for change in changes]
        done: list[T | BaseException] = await asyncio.gather(*waiting, return_exceptions=True)
        return done

    async def migrate(self, change: Callable[..., T], *args: Any) -> T:
        """Run `change(db, *args)` alone, with foreign keys checked at its end only.

        With foreign keys on, a table that is rebuilt would empty the tables that cascade from it.
        """
        return await asyncio.to_thread(self._migrate, change, args)

    async def close(self) -> None:
        """Let the writer finish what it has, then close every connection."""
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        if self._started:
            self._queue.put(None)
            self._thread.join()
        self._readers.close()
        for connection in self._open:
            connection.close()
        self._engine.dispose()

    def _put(self, change: Callable[..., Any], args: tuple[Any, ...]) -> "asyncio.Future[Any]":
        if not self._started:
            self._started = True
            self._thread.start()
        future = asyncio.get_running_loop().create_future()
        self._queue.put(Entry(change, args, future))
        return future

    def _look(self, look: Callable[..., T], args: tuple[Any, ...]) -> T:
        db: Connection | None = getattr(self._local, "db", None)
        if db is None:
            db = self._reader()
        try:
            driver = _driver(db)
            driver.execute("BEGIN")
            try:
                return look(db, *args)
            finally:
                driver.rollback()
        except OperationalError as error:
            # a look that would change something is a mistake of ours, and no fault of the disk
            if not _is_broken(error) or _code(error) == sqlite3.SQLITE_READONLY:
                raise
            raise Unread(str(error.orig)) from error

    def _reader(self) -> Connection:
        try:
            db = self._engine.connect()
        except OperationalError as error:
            raise Unread(str(error.orig)) from error
        self._prepare_reader(_driver(db))
        self._local.db = db
        self._open.append(db)
        return db

    def _migrate(self, change: Callable[..., T], args: tuple[Any, ...]) -> T:
        with self._lock().open("a") as lock, _held(lock.fileno()), self._engine.connect() as db:
            _driver(db).execute("PRAGMA foreign_keys=OFF")
            with _begun(db):
                result = change(db, *args)
                broken = db.exec_driver_sql("PRAGMA foreign_key_check").all()
                if broken:
                    message = f"foreign keys broken: {broken[:3]}"
                    raise RuntimeError(message)
        return result

    def _run(self) -> None:
        while (entry := self._queue.get()) is not None:
            if not self._serve(entry):
                return

    def _serve(self, entry: Entry | None) -> bool:
        """Commit what comes until something fails; false when the queue was closed.

        The connection goes with what failed, which left it in a state of its own.
        """
        try:
            with self._engine.connect() as db, self._lock().open("a") as lock:
                while entry is not None and self._commit(db, lock.fileno(), entry):
                    entry = self._queue.get()
        except _Failed:
            return True
        except Exception as error:  # noqa: BLE001 - it could not even be opened
            self._fail([entry] if entry else [], error)
            return True
        return False

    def _lock(self) -> Path:
        return self._path.parent / "write.lock"

    def _commit(self, db: Connection, lock: int, first: Entry) -> bool:
        """Run what has gathered and commit once; false when the queue was closed.

        Raises:
            _Failed: it could not be committed; everybody has been told.
        """
        taken: list[Entry] = []
        done: list[Outcome] = []
        last: list[None] = []
        try:
            with _held(lock), _begun(db):
                for entry in self._gathered(first, last):
                    taken.append(entry)
                    done.append(Outcome(entry.future, *_attempt(db, entry)))
        except Exception as error:
            self._fail(taken or [first], error)
            if last:
                return False
            raise _Failed from error
        tell(done)
        self._health.works()
        return not last

    def _fail(self, entries: Sequence[Entry], error: Exception) -> None:
        """Tell everybody concerned; write it down once, however long it lasts."""
        cause = str(getattr(error, "orig", error))
        self._health.fails(cause)
        problem = Unwritten(cause)
        tell([Outcome(entry.future, None, problem) for entry in entries])

    def _gathered(self, first: Entry, last: list[None]) -> Iterator[Entry]:
        until = time.monotonic() + LONGEST
        yield first
        for _ in range(MOST - 1):
            if time.monotonic() > until:
                return
            try:
                entry = self._queue.get_nowait()
            except queue.Empty:
                return
            if entry is None:
                last.append(None)
                return
            yield entry

    def _prepare_reader(self, connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA query_only=ON")
        connection.execute("PRAGMA wal_autocheckpoint=0")
        secret = self._secret

        def allowed(action: int, table: str | None, *_rest: str | None) -> int:
            refused = action == sqlite3.SQLITE_READ and table in secret
            return sqlite3.SQLITE_DENY if refused else sqlite3.SQLITE_OK

        if secret:
            connection.set_authorizer(allowed)


@contextlib.contextmanager
def _held(lock: int) -> Iterator[None]:
    """Hold the data folder's write lock, which commands beside a running node also take."""
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(lock, fcntl.LOCK_UN)


def _attempt(db: Connection, entry: Entry) -> tuple[Any, BaseException | None]:
    """Run one change in a savepoint; what it raises undoes that change alone."""
    driver = _driver(db)
    driver.execute("SAVEPOINT change")
    try:
        result = entry.task(db, *entry.args)
    except OperationalError as error:
        if _is_broken(error):
            raise
        _undo(driver)
        return None, error
    except Exception as error:  # noqa: BLE001 - handed to whoever asked for the change
        _undo(driver)
        return None, error
    driver.execute("RELEASE change")
    return result, None


def _is_broken(error: OperationalError) -> bool:
    return _code(error) in _BROKEN


def _code(error: OperationalError) -> int:
    """The primary result code of SQLite; 0 if there is none."""
    return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF


def _undo(driver: sqlite3.Connection) -> None:
    driver.execute("ROLLBACK TO change")
    driver.execute("RELEASE change")


@contextlib.contextmanager
def _begun(db: Connection) -> Iterator[None]:
    """A transaction for writing, of the driver's own.

    The one that SQLAlchemy begins with a connection's first statement is never ended: it
    would take as long as two statements, and begin when there is nothing to lock yet.
    """
    driver = _driver(db)
    driver.execute("BEGIN IMMEDIATE")
    try:
        yield
        driver.commit()
    except BaseException:
        driver.rollback()
        raise


def _driver(db: Connection) -> sqlite3.Connection:
    connection = db.connection.dbapi_connection
    return cast("sqlite3.Connection", connection)


def _engine(url: str) -> Engine:
    # what members write has no place in the words of an error, which go into the log
    engine = create_engine(
        url,
        poolclass=NullPool,
        hide_parameters=True,
        connect_args={"check_same_thread": False, "cached_statements": STATEMENTS},
    )

    @event.listens_for(engine.pool, "connect")
    def _connected(connection: sqlite3.Connection, _record: object) -> None:
        # The driver would begin and commit by itself, around DDL and before reads.
        connection.isolation_level = None
        connection.execute("PRAGMA busy_timeout=10000")
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    return engine
