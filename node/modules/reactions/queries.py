"""All SQL about reactions."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, delete, func, select

from node.kernel.access import ANONYMOUS, Viewer
from node.kernel.database import insert_new
from node.kernel.tables import Account, account, account_of
from node.kernel.unit import Unit
from node.modules.reactions.rules import Verb
from node.modules.reactions.tables import reaction
from vocab.model import Activity
from vocab.types import Announce, Like
from vocab.values import dataclass

# Built once: each letter asks for them, and building takes longer than asking.
_MINE = and_(reaction.c.actor == bindparam("actor"), reaction.c.object == bindparam("id"))
_SAID = select(func.count()).select_from(reaction).where(_MINE)
_ACTIVITY = select(reaction.c.activity).where(
    _MINE, reaction.c.verb == bindparam("verb"), reaction.c.content == bindparam("content")
)
_DOCUMENT = select(reaction).where(reaction.c.activity == bindparam("id"))
_REMOVE = delete(reaction).where(
    reaction.c.activity == bindparam("said_as"), reaction.c.actor == bindparam("said_by")
)


@dataclass(frozen=True, kw_only=True)
class Emoji:
    """One emoji under a thing, and how many people chose it."""

    content: str
    icon: str | None
    count: int


@dataclass(frozen=True, kw_only=True)
class Reactions:
    """What people say of one thing: numbers, and what the viewer said."""

    likes: int = 0
    shares: int = 0
    emoji: tuple[Emoji, ...] = ()
    mine: frozenset[tuple[str, str]] = field(default_factory=frozenset)
    """(verb, content) of what the viewer did."""

    @property
    def liked(self) -> bool:
        """Whether the viewer likes it."""
        return (Verb.LIKE.value, "") in self.mine

    @property
    def shared(self) -> bool:
        """Whether the viewer shares it."""
        return (Verb.SHARE.value, "") in self.mine

    @property
    def chosen(self) -> frozenset[str]:
        """The emoji of the viewer."""
        return frozenset(content for verb, content in self.mine if content)


# Looking ------------------------------------------------------------------------------------


def of(db: Connection, ids: Collection[str], viewer: Viewer) -> dict[str, Reactions]:
    """What people say of each of some things; the emoji in the order in which they came."""
    if not ids:
        return {}
    said: dict[str, list[Any]] = {id: [] for id in ids}
    for row in db.execute(_counted(ids)):
        said[row.object].append(row)
    done: dict[str, set[tuple[str, str]]] = {id: set() for id in ids}
    if viewer.id is not None:
        for row in db.execute(_by(ids, viewer.id)):
            done[row.object].add((row.verb, row.content))
    return {id: _told(said[id], done[id]) for id in said}


def _counted(ids: Collection[str]) -> Select[Any]:
    return (
        select(
            reaction.c.object,
            reaction.c.verb,
            reaction.c.content,
            func.min(reaction.c.icon).label("icon"),
            func.count().label("number"),
        )
        .where(reaction.c.object.in_(ids))
        .group_by(reaction.c.object, reaction.c.verb, reaction.c.content)
        .order_by(func.min(reaction.c.at), reaction.c.content)
    )


def _by(ids: Collection[str], actor: str) -> Select[Any]:
    mine = and_(reaction.c.actor == actor, reaction.c.object.in_(ids))
    return select(reaction.c.object, reaction.c.verb, reaction.c.content).where(mine)


def _told(rows: Iterable[Any], mine: Iterable[tuple[str, str]]) -> Reactions:
    plain = {row.verb: row.number for row in rows if not row.content}
    emoji = [row for row in rows if row.content]
    return Reactions(
        likes=plain.get(Verb.LIKE, 0),
        shares=plain.get(Verb.SHARE, 0),
        emoji=tuple(Emoji(content=r.content, icon=r.icon, count=r.number) for r in emoji),
        mine=frozenset(mine),
    )


def total(db: Connection, id: str, verb: Verb) -> int:
    """How many people like a thing in whatever way, or share it."""
    people = select(func.count(reaction.c.actor.distinct())).where(_about(id, verb))
    return int(db.scalar(people) or 0)


def people(db: Connection, id: str, verb: Verb, most: int = 50) -> list[Account]:
    """Who likes or shares a thing, the first first; for its author alone."""
    first = func.min(reaction.c.at)
    found = (
        select(account)
        .join(reaction, reaction.c.actor == account.c.id)
        .where(_about(id, verb))
        .group_by(account.c.id)
        .order_by(first)
        .limit(most)
    )
    return [account_of(row) for row in db.execute(found)]


def _about(id: str, verb: Verb) -> ColumnElement[bool]:
    return and_(reaction.c.object == id, reaction.c.verb == verb)


def shared_by(actors: Select[Any] | Collection[str]) -> Select[Any]:
    """The things that some people share: object, and `at`, when one of them did so last."""
    theirs = and_(reaction.c.verb == Verb.SHARE, reaction.c.actor.in_(actors))
    last = func.max(reaction.c.at).label("at")
    return select(reaction.c.object, last).where(theirs).group_by(reaction.c.object)


def sharers(
    db: Connection, ids: Collection[str], actors: Select[Any] | Collection[str]
) -> dict[str, list[Account]]:
    """Who of some people shares each of some things, the last first."""
    theirs = and_(reaction.c.verb == Verb.SHARE, reaction.c.actor.in_(actors))
    found = (
        select(account, reaction.c.object)
        .join(reaction, reaction.c.actor == account.c.id)
        .where(theirs, reaction.c.object.in_(ids))
        .order_by(reaction.c.at.desc())
    )
    by: dict[str, list[Account]] = {}
    for row in db.execute(found):
        by.setdefault(row.object, []).append(account_of(row))
    return by


def lately(db: Connection, ids: Select[Any], since: datetime) -> dict[str, Reactions]:
    """What people say of some things of which somebody said something since a moment."""
    found = select(reaction.c.object).where(reaction.c.object.in_(ids), reaction.c.at > since)
    return of(db, list(db.scalars(found.distinct())), ANONYMOUS)


def activity_of(db: Connection, actor: str, id: str, verb: Verb, content: str = "") -> str | None:
    """The activity by which somebody did this with a thing; None if they did not."""
    said = {"id": id, "verb": verb.value, "actor": actor, "content": content}
    return db.scalar(_ACTIVITY, said)


def said_of(db: Connection, actor: str, id: str) -> int:
    """How many things somebody said of one thing."""
    return int(db.scalar(_SAID, {"actor": actor, "id": id}) or 0)


def document(db: Connection, id: str, viewer: Viewer) -> Activity | None:
    """The Like or Announce with this id: a share for everybody, a like for who likes."""
    row = db.execute(_DOCUMENT, {"id": id}).one_or_none()
    if row is None or (row.verb != Verb.SHARE and row.actor != viewer.id):
        return None
    return written(row)


def written(row: Any) -> Activity:
    """A row as the activity that it was."""
    cls = Announce if row.verb == Verb.SHARE else Like
    return cls(id=row.activity, actor=row.actor, object=row.object, content=row.content or None)


def of_actor(db: Connection, actor: str) -> list[Any]:
    """Everything somebody said, the oldest first."""
    mine = select(reaction).where(reaction.c.actor == actor)
    return list(db.execute(mine.order_by(reaction.c.at)))


# Keeping ------------------------------------------------------------------------------------


def add(unit: Unit, row: Mapping[str, Any]) -> bool:
    """Keep a reaction; false if it is known."""
    return insert_new(unit.db, reaction, {**row, "at": unit.now})


def remove(unit: Unit, actor: str, activity: str) -> bool:
    """Forget what somebody said; false if they did not."""
    done = unit.db.execute(_REMOVE, {"said_by": actor, "said_as": activity})
    return bool(done.rowcount)


def remove_of(unit: Unit, actor: str) -> None:
    """Forget everything somebody said."""
    unit.db.execute(delete(reaction).where(reaction.c.actor == actor))


def remove_about(unit: Unit, ids: Collection[str]) -> None:
    """Forget everything said of things that are gone."""
    unit.db.execute(delete(reaction).where(reaction.c.object.in_(ids)))
