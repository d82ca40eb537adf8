"""Bringing a database up to date: Alembic, one folder and one version table per module.

All modules migrate in one transaction, the kernel first, so a node that is killed on
the way is whole or not begun. A database newer than this program is refused.
"""

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import (
    CompoundSelect,
    Connection,
    MetaData,
    column,
    inspect,
    literal,
    select,
    table,
    text,
    union_all,
)

from node.kernel.database import Database, Moment, plain_rows, secret_tables
from node.kernel.errors import Refused
from node.kernel.module import Registry
from node.kernel.tables import metadata

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

READER = "folkmoot_reader"
"""The PostgreSQL role of reading connections: no grant on the secret tables."""

KERNEL = Path(__file__).parents[1] / "migrations"

_SAID = re.compile(
    r"""^(down_revision|revision)\b[^=\n]*=\s*(?:["']([^"'\n]+)["']|None)\s*$""", re.MULTILINE
)
"""How a migration says its number and the one before it."""

_TEMPLATE = '''"""{message}."""

import sqlalchemy as sa
from alembic import op

from node.kernel.database import Moment

revision = "{revision}"
down_revision = {down!r}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """{message}."""
{upgrade}
'''


async def upgrade(database: Database, registry: Registry) -> None:
    """Bring every module's tables to the newest version.

    Raises:
        Refused: the database is of a newer version than this program (`E_NEWER`).
    """
    # SQLite looks through all rows for broken keys at the end; most starts find nothing to do
    if database.sqlite and not await database.read(waiting, registry):
        return
    await database.migrate(_upgrade, registry)


async def let_read(database: Database, registry: Registry) -> None:
    """Give the reading role its rights again, which a backup does not hold (PostgreSQL)."""
    await database.migrate(_grant, registry)


def waiting(db: Connection, registry: Registry) -> list[str]:
    """The names of the modules whose tables are not up to date."""
    places = list(_places(registry))
    have = _versions(db, [name for name, _, _ in places])
    return [name for name, folder, _ in places if _behind(name, folder, have.get(name))]


def _upgrade(db: Connection, registry: Registry) -> None:
    names = waiting(db, registry)
    for name, folder, _ in _places(registry):
        if name in names:
            _run(db, name, folder)
    if names and db.dialect.name == "postgresql":
        _grant(db, registry)


def _places(registry: Registry) -> Iterator[tuple[str, Path, MetaData]]:
    yield "kernel", KERNEL, metadata
    for m in registry.modules:
        folder = m.folder("migrations")
        if m.metadata is not None and folder:
            yield m.name, folder, m.metadata


@functools.cache
def _scripts(folder: Path) -> "ScriptDirectory":
    # Alembic takes a tenth of the start, and nearly every start finds nothing to do.
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(folder), version_locations=[str(folder)])


def _options(name: str) -> dict[str, Any]:
    return {"version_table": _table(name), "render_item": _render}


def _table(name: str) -> str:
    return f"alembic_version_{name}"


def _versions(db: Connection, names: Sequence[str]) -> dict[str, str]:
    """The version that each module's tables have, of those that have any."""
    there = set(inspect(db).get_table_names())
    known = tuple(name for name in names if _table(name) in there)
    return dict(plain_rows(db, _asking(known), {})) if known else {}


@functools.cache
def _asking(names: tuple[str, ...]) -> CompoundSelect[Any]:
    selects: list[Any] = [
        select(literal(name).label("name"), column("version_num")).select_from(table(_table(name)))
        for name in names
    ]
    return union_all(*selects)


def _behind(name: str, folder: Path, have: str | None) -> bool:
    known = _chain(folder)
    if have is not None and have not in known:
        message = f"the tables of {name} are at {have}, which this program does not know"
        safe = "This database is newer than the program. Install the newer program again."
        raise Refused("E_NEWER", message, safe=safe)
    return have is None or have in known.values()


def _chain(folder: Path) -> Mapping[str, str | None]:
    """Every version in a folder, with the one before it."""
    return _read(folder, folder.stat().st_mtime_ns)


@functools.cache
def _read(folder: Path, _changed: int) -> Mapping[str, str | None]:
    # many nodes may start in one process, and each would read a hundred files
    found: dict[str, str | None] = {}
    for file in folder.glob("[!_]*.py"):
        said = dict(_SAID.findall(file.read_text("utf-8")))
        if "revision" not in said or "down_revision" not in said:
            # written in some other way: Alembic itself knows
            return {one.revision: _before(one) for one in _scripts(folder).walk_revisions()}
        found[said["revision"]] = said["down_revision"] or None
    return found


def _before(one: Any) -> str | None:
    return one.down_revision if isinstance(one.down_revision, str) else None


def _run(db: Connection, name: str, folder: Path) -> None:
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    scripts = _scripts(folder)

    def steps(revision: Any, _context: Any) -> Any:
        return scripts._upgrade_revs("head", revision)  # noqa: SLF001 - as alembic's own command

    context = MigrationContext.configure(db, opts={**_options(name), "fn": steps})
    with Operations.context(context):
        context.run_migrations()


def _grant(db: Connection, registry: Registry) -> None:
    """Let the reading role see everything but the secret tables."""
    secret = secret_tables(registry.metadatas)
    if not db.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :r"), {"r": READER}):
        db.exec_driver_sql(f'CREATE ROLE "{READER}" NOLOGIN')
    # From PostgreSQL 16 on, whoever makes a role is its member without the right to take it.
    right = "SET" if (db.dialect.server_version_info or (0,)) >= (16,) else "MEMBER"
    if not db.scalar(text("SELECT pg_has_role(CURRENT_USER, :r, :w)"), {"r": READER, "w": right}):
        db.exec_driver_sql(f'GRANT "{READER}" TO CURRENT_USER')
    db.exec_driver_sql(f'GRANT USAGE ON SCHEMA public TO "{READER}"')
    for name in inspect(db).get_table_names():
        verb, word = ("REVOKE", "FROM") if name in secret else ("GRANT", "TO")
        db.exec_driver_sql(f'{verb} SELECT ON "{name}" {word} "{READER}"')


def revise(db: Connection, registry: Registry, module: str, message: str) -> Path:
    """Write the next migration of a module: what differs between its tables and this database.

    Args:
        db: a database at the newest version.
        registry: with the module.
        module: its name, or "kernel".
        message: what the migration does, one short sentence without a full stop.
    """
    from alembic.autogenerate import produce_migrations, render_python_code
    from alembic.migration import MigrationContext

    name, folder, tables = next(p for p in _places(registry) if p[0] == module)
    options = {**_options(name), "include_name": _only(tables), "render_as_batch": True}
    context = MigrationContext.configure(db, opts=options)
    ops = produce_migrations(context, tables).upgrade_ops
    assert ops is not None, "autogenerate always gives operations"
    body = render_python_code(ops, render_item=_render, render_as_batch=True)
    head = _scripts(folder).get_current_head()
    number = int(head or 0) + 1
    slug = re.sub(r"\W+", "_", message.lower()).strip("_")
    path = folder / f"{number:04d}_{slug}.py"
    lines = [line for line in body.splitlines() if not line.strip().startswith("# ###")]
    path.write_text(
        _TEMPLATE.format(
            message=message[:1].upper() + message[1:],
            revision=f"{number:04d}",
            down=head,
            upgrade="\n".join(lines).strip("\n") or "    pass",
        )
    )
    _scripts.cache_clear()
    return path


def differences(db: Connection, registry: Registry) -> list[str]:
    """What the tables of a migrated database lack against what the modules say, for tests."""
    from alembic.autogenerate import produce_migrations
    from alembic.migration import MigrationContext

    found = []
    for name, _, tables in _places(registry):
        options = {**_options(name), "include_name": _only(tables), "compare_type": False}
        context = MigrationContext.configure(db, opts=options)
        ops = produce_migrations(context, tables).upgrade_ops
        found += [f"{name}: {op}" for op in (ops.as_diffs() if ops else ())]
    return found


def _only(tables: MetaData) -> Any:
    """Leave the tables of others alone, and do not even read how they are made."""

    def mine(name: str | None, kind: str, _within: Any) -> bool:
        return kind != "table" or name in tables.tables

    return mine


def _render(kind: str, obj: Any, _context: Any) -> str | Literal[False]:
    return "Moment()" if kind == "type" and isinstance(obj, Moment) else False
