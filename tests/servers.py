"""What tests need from the machine: PostgreSQL, Redis, Chromium, Node.js, the shared folder.

Each is used where it is found. A missing one skips the test and says why; with
FOLKMOOT_TEST_STRICT=1 it fails the test instead. Import the fixtures with
`pytest_plugins = ["tests.servers"]`. (PYTEST_DONT_REWRITE: conftest.py imports it first.)
"""

import contextlib
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from lxml import etree

from tests import engines
from tests.oracles import packages

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("FOLKMOOT_SHARED", ROOT.parent / "shared")).resolve()
"""Reference documents: corpus, captures, vectors."""
TOOLS = Path(__file__).parent / "tools"
PEER = Path(__file__).parent / "interop" / "fedify"
JUDGE = Path(__file__).parent / "interop" / "judge"
PUBBY = Path(__file__).parent / "interop" / "pubby"

BROWSER_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
"""Chromium's flags for a machine without a screen, quiet towards the outside."""


CHROMIUM = ("chromium-headless-shell", "chromium", "chromium-browser")
"""The first is without a window, and takes two thirds of the time of the others."""


def keep_to_a_core(worker: str | None) -> None:
    """Keep one of several test processes, and what it starts, to one core of the machine.

    A node's loop, writer and readers hand work to one another all the time and seldom work at
    once: between two cores each handing on wakes one that sleeps, which takes three times as long.
    One process more than there are cores goes wherever the others wait.
    """
    if worker is not None and hasattr(os, "sched_setaffinity"):
        cores, number = sorted(os.sched_getaffinity(0)), int(worker.removeprefix("gw"))
        if number < len(cores):
            os.sched_setaffinity(0, {cores[number]})


# What is there ------------------------------------------------------------------------------


def missing(what: str, remedy: str) -> NoReturn:
    """Skip the test, or fail it when the run is strict; both say what to do."""
    reason = f"{what} was not found: {remedy}"
    if os.environ.get("FOLKMOOT_TEST_STRICT") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def absent(folder: Path) -> bool:
    """Whether a test skips for want of this folder; a strict run goes on, and fails there."""
    return not folder.is_dir() and os.environ.get("FOLKMOOT_TEST_STRICT") != "1"


def swift() -> Path:
    """A folder in memory, where nobody waits for a disk, if there is room; else /tmp."""
    memory = Path("/dev/shm")
    there = memory.is_dir() and shutil.disk_usage(memory).free > 2 * 1024**3
    return memory if there else Path("/tmp")


def need(what: str) -> Path:
    """Where something that some tests need is; without it the test goes no further.

    Args:
        what: postgres (folder of its programs), redis, chromium, node, strace (programs),
            shared (folder of reference material), oracles (folder of programs to compare with),
            root (the right to make networks).
    """
    find, remedy = _NEEDS[what]
    found = find()
    return found if found is not None else missing(what, remedy)


def _program(*names: str) -> Path | None:
    return next((Path(p) for n in names if (p := shutil.which(n))), None)


def _postgres() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[4]))
    return found[-1].parent if found else None


def _node() -> Path | None:
    """Node.js 22 or later: the one that npm installed for us, else the machine's."""
    for found in (*PEER.glob("node_modules/node-linux-*/bin/node"), _program("node", "nodejs")):
        if found and _major(found) >= 22:
            return found
    return None


def _major(node: Path) -> int:
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return 0
    return int(said.stdout.strip().removeprefix("v").partition(".")[0])


def _shared() -> Path | None:
    return SHARED if (SHARED / "corpus").is_dir() else None


def _root() -> Path | None:
    able = os.geteuid() == 0 and _program("unshare") and _program("ip")
    return TOOLS / "isolated" if able else None


_NEEDS = {
    "postgres": (_postgres, "apt install postgresql"),
    "redis": (lambda: _program("redis-server"), "apt install redis-server"),
    "chromium": (lambda: _program(*CHROMIUM), "apt install chromium-headless-shell"),
    "node": (_node, "Node.js 22 or later, which npm brings along (apt install nodejs npm)"),
    "shared": (_shared, "set FOLKMOOT_SHARED to the folder of reference documents"),
    "oracles": (packages.folder, "`make test` installs what requirements-oracles.lock names"),
    "strace": (lambda: _program("strace"), "apt install strace"),
    "root": (_root, "networks of their own need root, unshare and ip (apt install iproute2)"),
}


# Databases ----------------------------------------------------------------------------------


@dataclass(kw_only=True)
class Postgres:
    """A throw-away server; `url` names a database of it."""

    folder: Path
    url: str
    made: int = 0
    """How many databases were made; their names count on."""
    like: dict[str, str] = field(default_factory=dict)
    """What databases made from a template must still be like to be used again."""
    spare: dict[str, list[str]] = field(default_factory=dict)
    """Databases that stand empty, by their template."""

    def at(self, name: str) -> str:
        """The address of one of its databases."""
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{name}"))

    def restarting(self) -> "subprocess.Popen[bytes]":
        """Stop it without a farewell to anybody, and start it again."""
        words = [need("postgres") / "pg_ctl", "-D", f"{self.folder}/data", "-m", "immediate", "-s"]
        more = ["-l", f"{self.folder}/log", "-w", "restart"]
        return subprocess.Popen([*_as_postgres(), *words, *more], cwd="/")

    async def run(self, *statements: str) -> None:
        """Carry out statements outside a transaction, such as CREATE DATABASE."""
        db = await asyncpg.connect(self.url.replace("+asyncpg", ""))
        try:
            for statement in statements:
                await db.execute(statement)
        finally:
            await db.close()

    async def create(self, template: str = "template0") -> str:
        """Make a database, empty or like another, and return its name.

        One that is like another and was given back is taken first.
        """
        if spare := self.spare.get(template):
            return spare.pop()
        self.made += 1
        name = f"t{self.made}"
        # page by page through the log, as is usual, it costs three times as much
        await self.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return name

    async def give_back(self, name: str, template: str) -> None:
        """Empty a database for the next test, which is cheaper than making a new one.

        What is no longer like its template, or still in use, is removed.
        """
        if template in self.like and await self._emptied(name) == self.like[template]:
            self.spare.setdefault(template, []).append(name)
        else:
            await self.drop(name)

    async def keep(self, template: str) -> None:
        """Let databases that were made like this one be used again; it holds no rows."""
        await engines.close(template)
        self.like[template] = await self._emptied(template)

    async def _emptied(self, name: str) -> str:
        """Delete every row but the versions; what the tables, rights and versions are then."""
        if (db := engines.lent(name)) is not None:
            return await self._deleted(db, name)
        db = await asyncpg.connect(self.at(name).replace("+asyncpg", ""))
        try:
            return await self._deleted(db, name)
        finally:
            await db.close()

    async def _deleted(self, db: "asyncpg.Connection", name: str) -> str:
        await db.execute(_EMPTY)
        return str(await db.fetchval(_LIKENESS, engines.idle(name)))

    async def drop(self, *names: str) -> None:
        """Remove databases, whoever still uses them."""
        await engines.close(*names)
        await self.run(*(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)" for name in names))


_EMPTY = """
DO $$ DECLARE one record; BEGIN
  SET LOCAL session_replication_role = replica;
  FOR one IN
    SELECT oid::regclass AS name, pg_relation_size(oid) AS size FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
      AND relname NOT LIKE 'alembic_version%' AND pg_relation_size(oid) > 0
  LOOP
    IF one.size > 65536 THEN
      EXECUTE format('TRUNCATE %s CASCADE', one.name);
    ELSIF one.name = 'setting'::regclass THEN
      DELETE FROM setting WHERE name <> 'secret';
    ELSE
      EXECUTE format('DELETE FROM %s', one.name);
    END IF;
  END LOOP;
  PERFORM setval(seqrelid, seqstart, false) FROM pg_sequence
    WHERE pg_sequence_last_value(seqrelid) IS NOT NULL;
END $$
"""
"""Only what was written to is touched; what grew is made small again.

The secret that a node makes at its first start stays, as it does in a copied file of SQLite:
what begins alike is put back instead of built (tests/again.py).
"""

_LIKENESS = """
SELECT md5(string_agg(part, E'\\n' ORDER BY part)) FROM (
  SELECT concat_ws(' ', relname, relacl, relnatts)
    FROM pg_class WHERE relnamespace = 'public'::regnamespace
  UNION ALL
  SELECT concat_ws(' ', count(*), sum(hashtext(xmin::text)))
    FROM pg_attribute WHERE attrelid >= 16384
  UNION ALL
  SELECT concat_ws(' ', relname, query_to_xml(format('TABLE %I', relname), true, true, ''))
    FROM pg_class WHERE relkind = 'r' AND relname LIKE 'alembic_version%'
  UNION ALL
  SELECT concat_ws(' ', 'in use', pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
      AND backend_type = 'client backend' AND pid <> ALL($1::int[])
) AS parts(part)
"""
"""A digest of tables, columns, rights and versions, and of who else is connected.

A column is the same as long as the change that wrote its row is: a copy of the template has it.
(What a database was delivered with has numbers below 16384.)
"""


@dataclass(kw_only=True)
class Backend:
    """Where the nodes of one test keep their rows."""

    kind: str
    """sqlite or postgres."""
    server: Postgres | None = None
    names: dict[Path, str] = field(default_factory=dict)
    """Data folder to the database made for it."""
    templates: dict[str, str] = field(default_factory=dict)
    """What each database was made from."""

    async def database(
        self, folder: Path, *, fresh: bool = True, template: str = "template0"
    ) -> str:
        """The setting `database` of a node with this data folder.

        Args:
            folder: the node's data folder.
            fresh: start with nothing; otherwise go on with what the folder had before.
            template: the database that a new one is like.
        """
        if self.server is None:
            return ""
        if fresh and folder in self.names:
            await self.server.drop(self.names.pop(folder))
        if folder not in self.names:
            name = self.names[folder] = await self.server.create(template)
            self.templates[name] = template
        return self.server.at(self.names[folder])

    async def close(self) -> None:
        """Give back what was made."""
        if self.server is not None:
            for name in self.names.values():
                await self.server.give_back(name, self.templates[name])


@contextlib.contextmanager
def running_postgres(parent: Path) -> Iterator[Postgres]:
    """Start a server with its files under a folder that everyone may enter."""
    programs = need("postgres")
    said = subprocess.run(
        [TOOLS / "postgres-up"],
        env={**os.environ, "TMPDIR": str(parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    if said.returncode:
        pytest.fail(f"PostgreSQL did not start:\n{said.stdout}{said.stderr}", pytrace=False)
    folder, url = said.stdout.split()
    try:
        yield Postgres(folder=Path(folder), url=url)
    finally:
        stop = [programs / "pg_ctl", "-D", f"{folder}/data", "-m", "immediate", "-s", "stop"]
        subprocess.run([*_as_postgres(), *stop], cwd="/", check=False, capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)


def _as_postgres() -> list[str]:
    """PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One PostgreSQL for all tests of this process."""
    with running_postgres(swift()) as server:
        yield server


@pytest.fixture(scope="session")
async def connections() -> AsyncIterator[None]:
    """Connections that nodes leave open are closed at the end."""
    yield
    await engines.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def backend(request: pytest.FixtureRequest, connections: None) -> AsyncIterator[Backend]:
    """Each test that asks for it runs on SQLite and on PostgreSQL.

    `@pytest.mark.sqlite` leaves out the second, `@pytest.mark.sqlite(but=1)` all but one case
    on it; docs/decisions/0029 says when.
    """
    server = request.getfixturevalue("postgres") if request.param == "postgres" else None
    found = Backend(kind=request.param, server=server)
    yield found
    await found.close()


# Redis, browser, Node.js --------------------------------------------------------------------


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """The address of a Redis that keeps nothing on disk. Tests may empty it at any moment."""
    need("redis")
    said = subprocess.run([TOOLS / "redis-up"], capture_output=True, text=True, check=True)
    url = said.stdout.strip()
    yield url
    port = str(urlsplit(url).port)
    subprocess.run(
        ["redis-cli", "-p", port, "shutdown", "nosave"], check=False, capture_output=True
    )


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Chromium, for Playwright's `executable_path`."""
    return str(need("chromium"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference documents: corpus, captures, vectors."""
    return need("shared")


@pytest.fixture(scope="session")
def peer_program() -> list[str]:
    """The command that starts the Fedify server of tests/interop/fedify."""
    _installed(PEER / "package-lock.json", PEER / "node_modules" / ".package-lock.json")
    return [str(need("node")), str(PEER / "server.mjs")]


@pytest.fixture(scope="session")
def pubby_program() -> list[str]:
    """The command that starts the Pubby server of tests/interop/pubby."""
    _installed(PUBBY / "requirements.lock", PUBBY / ".venv" / "installed")
    return [str(PUBBY / ".venv" / "bin" / "python"), str(PUBBY / "server.py")]


@pytest.fixture(scope="session")
def judge_program() -> list[str]:
    """The command of activitypub-testing; add `test actor URL`."""
    _installed(JUDGE / "package-lock.json", JUDGE / "node_modules" / ".package-lock.json")
    program = JUDGE / "node_modules" / "activitypub-testing" / "src" / "cli.js"
    return [str(need("node")), str(program)]


def _installed(lock: Path, done: Path) -> None:
    """Go no further unless `make test` has installed what this lock names."""
    if not done.exists() or done.stat().st_mtime < lock.stat().st_mtime:
        missing(f"what {lock.relative_to(ROOT)} names", "`make test` installs it, if npm is there")


# Forms --------------------------------------------------------------------------------------


class _Forms:
    """The hidden fields of a page's forms, with the address each form goes to.

    It is told of the tags by libxml2: every form that a test sends is read first.
    """

    def __init__(self) -> None:
        self.found: list[tuple[str | None, dict[str, str]]] = []
        self.inside = False

    def start(self, tag: str, given: Mapping[str, str]) -> None:
        if tag == "form":
            self.inside = True
            self.found.append((given.get("action"), {}))
        hidden = tag == "input" and given.get("type") == "hidden" and given.get("name")
        if hidden and self.inside:
            self.found[-1][1][hidden] = given.get("value") or ""

    def end(self, tag: str) -> None:
        self.inside = self.inside and tag != "form"

    def close(self) -> None:
        """Nothing is left open."""


def hidden_fields(html: str, path: str) -> dict[str, str]:
    """The hidden fields of the form that goes to `path`; of the first form without an address
    if none names it, as a form without one goes to its own page.

    Raises:
        AssertionError: the page has no such form.
    """
    parser = _Forms()
    etree.fromstring(html.encode() or b"<p>", etree.HTMLParser(target=parser, encoding="utf-8"))
    wanted = path.partition("?")[0]
    for action, fields in parser.found:
        if action and urlsplit(action).path == wanted:
            return fields
    for action, fields in parser.found:
        if not action:
            return fields
    raise AssertionError(f"no form goes to {path}; there are {[a for a, _ in parser.found]}")
