"""A small module for tests of the kernel: it keeps pins, tells of them, and has work to do."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from sqlalchemy import Column, Connection, Integer, String, Table, insert, select

import federation
from node.kernel.database import SECRET, new_metadata
from node.kernel.module import Handlers, Module
from node.kernel.node import Node
from node.kernel.tables import job, letter
from node.kernel.unit import Unit
from node.modules import accounts, follows
from vocab.model import PUBLIC
from vocab.types import Create, Note

T = TypeVar("T")

metadata = new_metadata()
pin = Table("pin", metadata, Column("id", Integer, primary_key=True), Column("word", String(200)))
vote = Table("vote", metadata, Column("id", Integer, primary_key=True), info=SECRET)


@dataclass(frozen=True, kw_only=True)
class Pinned:
    """A pin was put up."""

    word: str


@dataclass(frozen=True, kw_only=True)
class Echoed:
    """Somebody heard of an echo."""

    times: int


def put(unit: Unit, word: str) -> None:
    unit.db.execute(insert(pin).values(word=word))


def words(db: Connection) -> list[str]:
    return list(db.scalars(select(pin.c.word).order_by(pin.c.id)))


def hear(unit: Unit, event: Pinned) -> None:
    put(unit, f"heard {event.word}")


def hear_and_fail(unit: Unit, event: Pinned) -> None:
    put(unit, "half of it")
    raise ValueError(event.word)


def echo(unit: Unit, event: Echoed) -> None:
    put(unit, f"echo {event.times}")
    unit.tell(Echoed(times=event.times + 1))


async def work(node: Node, *, word: str) -> None:
    await node.write(put, word)


async def fail(node: Node, *, word: str = "") -> None:
    raise RuntimeError(word)


handlers = Handlers()


@handlers.on(Create, Note)
def made(unit: Unit, act: "object") -> None:
    put(unit, act.object.content)  # type: ignore[attr-defined]


def make(**more: object) -> Module:
    """The module, with what a test adds or changes."""
    given = {
        "name": "pins",
        "metadata": metadata,
        "handlers": handlers,
        "jobs": {"work": work, "fail": fail},
        "every": {"work": timedelta(hours=1)},
        "subscribers": ((Pinned, hear), (Echoed, echo)),
        "requires": ("accounts",),
    }
    return Module(**{**given, **more})


def around(*modules: Module) -> list[Module]:
    """These modules with the few that a node cannot be without."""
    return [federation.module, accounts.module, follows.module, *modules]


async def seen(node: Node, look: Callable[[Connection], T]) -> T:
    """What a unit sees; readers have no right to these tables on PostgreSQL."""
    return await node.write(lambda unit: look(unit.db))


def jobs(db: Connection) -> list[tuple[str, str | None, bool]]:
    """Kind, name and whether it is dead, of every job."""
    rows = db.execute(select(job.c.kind, job.c.once, job.c.dead).order_by(job.c.id))
    return [tuple(row) for row in rows]


def letters(db: Connection) -> list[str]:
    """The activities of the letters on their way out."""
    found = select(letter.c.activity).where(letter.c.way == "out").order_by(letter.c.id)
    return list(db.scalars(found))


def note(
    unit: Unit,
    actor: str,
    *,
    content: str = "<p>Hello</p>",
    name: str | None = None,
    to: tuple[str, ...],
) -> Create:
    """A new note of somebody of ours."""
    id = unit.id("o")
    made = Note(id=id, attributed_to=actor, content=content, name=name, to=to, published=unit.now)
    return Create(id=unit.id("a"), actor=actor, object=made, to=to, published=unit.now)


__all__ = ["PUBLIC", "Echoed", "Pinned", "hear_and_fail", "make", "pin", "vote"]
