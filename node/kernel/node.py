"""The node itself: what is shared by everything that runs, handed on, never global."""

import asyncio
import random
import secrets
from collections.abc import Callable, Iterable
from functools import cache
from importlib.metadata import version
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Select, select, text

from node.kernel import causes, migrating
from node.kernel import community as communities
from node.kernel.clock import Clock, utc
from node.kernel.community import Community
from node.kernel.database import Database, among, secret_tables, spread
from node.kernel.keys import KeyMaker, make_keys
from node.kernel.module import Module, Registry
from node.kernel.network import Network, Transport
from node.kernel.settings import Settings, safe_for
from node.kernel.sqlite import Sqlite
from node.kernel.tables import Account, account, account_of, setting
from node.kernel.unit import ONE_ACCOUNT, Unit
from vocab.leaving import Door

VERSION = version("folkmoot")
SECRET = "secret"  # noqa: S105 - the name of a setting
AT_ONCE = 512
"""Actors that are looked up by one statement; a database takes some 32,000 values."""

P = ParamSpec("P")
T = TypeVar("T")


class Node:
    """One community's node. Several can live in one process, and in the tests they do."""

    def __init__(
        self,
        settings: Settings,
        modules: Iterable[Module],
        *,
        transport: Transport | None = None,
        clock: Clock = utc,
        make_keys: KeyMaker = make_keys,
        seed: int | None = None,
    ) -> None:
        self.settings = settings
        self.registry = Registry(modules)
        self.database = open_database(settings, self.registry)
        self.network = Network(
            allow=settings.allow_addresses, allow_http=settings.allow_http, transport=transport
        )
        self.now = clock
        self.make_keys = make_keys
        self.random = random.Random(seed)  # noqa: S311 - delays and rotation, no secrets
        self.community = Community(origin=settings.origin or f"http://localhost:{settings.port}")
        self.waiting = asyncio.Event()
        self.wake: Callable[[], object] = self.waiting.set
        self.secret = secrets.token_bytes(32)
        """With it we sign what only we read again; the same in all processes of this node."""
        self.memory: dict[str, Any] = {}
        """Caches of what runs here, by the name of who keeps them; never the truth."""

    @property
    def origin(self) -> str:
        """The base address of this node; never taken from a request."""
        return self.community.origin

    @property
    def ready(self) -> bool:
        """Whether the first-run wizard is done."""
        return self.community.ready

    async def start(self) -> None:
        """Bring the tables up to date and read the community.

        Raises:
            Unusable: the guard lets test networks through and the origin is a public name.
        """
        await migrating.upgrade(self.database, self.registry)
        await self.write(_keep_secret)
        await self.refresh()

    async def refresh(self) -> None:
        """See what commands beside us have changed."""
        self.community, kept = await self.read(_kept, self.origin)
        self.secret = kept or self.secret
        safe_for(self.settings, self.origin)
        self.network.agent = f"Folkmoot/{VERSION} (+{self.origin})"

    async def read(
        self, look: Callable[Concatenate[Connection, P], T], *args: P.args, **kw: P.kwargs
    ) -> T:
        """Run `look(db, …)` over a snapshot that can change nothing."""
        return await self.database.read(lambda db: look(db, *args, **kw))

    async def write(
        self, change: Callable[Concatenate[Unit, P], T], *args: P.args, **kw: P.kwargs
    ) -> T:
        """Run `change(unit, …)` as one all-or-nothing change; it may be called again."""
        cause = causes.current.get()

        def run(db: Connection) -> tuple[T, Unit]:
            unit = self.unit(db)
            unit.cause = cause
            return change(unit, *args, **kw), unit

        result, unit = await self.database.write(run)
        await self._after(unit)
        return result

    async def write_each(
        self, change: Callable[..., T], arguments: Iterable[tuple[Any, ...]]
    ) -> list[T | BaseException]:
        """Run `change(unit, *args)` for each of the arguments, in order, each by itself.

        Returns:
            For each what it gave back, or what it raised.
        """

        def prepared(args: tuple[Any, ...]) -> Callable[[Connection], T]:
            def run(db: Connection) -> T:
                units.append(self.unit(db))
                return change(units[-1], *args)

            return run

        units: list[Unit] = []
        done = await self.database.write_each([prepared(args) for args in arguments])
        for unit in units:
            await self._after(unit)
        return done

    async def _after(self, unit: Unit) -> None:
        if unit.settings_changed:
            await self.refresh()
        if unit.woken:
            self.wake()

    def unit(self, db: Connection) -> Unit:
        """A unit over a connection whose transaction somebody else ends."""
        return Unit(db, self.now(), self.community, self.registry, door=self.door)

    @property
    def door(self) -> Door:
        """The one way out for documents."""
        # a node at home has an http address, and what it says stays with it
        return Door(
            mode="url" if self.settings.context_mode == "url" else "inline",
            allow_http=self.settings.allow_http or self.community.at_home,
        )

    async def account(self, id: str) -> Account | None:
        """The actor with this id, if we know it."""
        return await self.read(find_account, id)

    async def close(self) -> None:
        """Let go of the database and the network."""
        await self.network.close()
        await self.database.close()


_SECRET = select(setting.c.value).where(setting.c.name == SECRET)


def _kept(db: Connection, origin: str) -> tuple[Community, bytes | None]:
    """The community and the secret, as the rows have them."""
    secret = db.scalar(_SECRET)
    return communities.load(db, origin), bytes.fromhex(secret) if secret else None


def _keep_secret(unit: Unit) -> None:
    if unit.setting(SECRET) is None:
        unit.set(SECRET, secrets.token_hex(32))


def find_account(db: Connection, id: str) -> Account | None:
    """The actor with this id, if we know it."""
    row = db.execute(ONE_ACCOUNT, {"id": id}).one_or_none()
    return account_of(row) if row else None


def find_accounts(db: Connection, ids: Iterable[str]) -> dict[str, Account]:
    """Those of these actors that we know, by their ids; for none, nothing is asked."""
    wanted = sorted(set(ids))
    found: dict[str, Account] = {}
    for start in range(0, len(wanted), AT_ONCE):
        values = spread("id", wanted[start : start + AT_ONCE])
        rows = db.execute(_among(len(values)), values)
        found |= {one.id: one for one in map(account_of, rows)}
    return found


@cache
def _among(count: int) -> Select[Any]:
    return select(account).where(among(account.c.id, "id", count))


def open_database(settings: Settings, registry: Registry) -> Database:
    """The database the settings name, with the modules' secret tables shut to readers."""
    secret = secret_tables(registry.metadatas)
    if settings.database_url.startswith("sqlite:"):
        return Sqlite(settings.database_url, secret=secret)
    # it brings SQLAlchemy's ORM along, a tenth of the start
    from node.kernel.postgres import Postgres

    return Postgres(settings.database_url, reader=migrating.READER)


def alive(db: Connection) -> bool:
    """Whether the database answers."""
    return bool(db.scalar(text("SELECT 1")) == 1)
