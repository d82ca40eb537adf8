"""With whom this node has nothing to do: the one place that says so, before anything is asked.

Servers and actors are kept out by modules (hook `refuses`), or let in by a list of the only
ones. A server is judged by its own name and those above it, with a port and without.
"""

import functools
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, select

from federation.origins import domain, parents
from node.kernel.database import among, is_kept, plain, spread
from node.kernel.errors import Refused, mark
from node.kernel.module import Registry
from node.kernel.tables import Account, account, setting

if TYPE_CHECKING:
    from node.kernel.node import Node

ALLOWED = "federation.allowed"
"""The setting that holds the only hosts we talk to; not set: all but the refused ones."""
APART = mark("Your community has nothing to do with this server.")
DEEP = 4
"""How far inside of a letter its parts are looked at."""
MANY = 20
"""Other servers that one letter may speak of."""

_OWNERS = ("actor", "attributedTo")
_PARTS = ("object", "inReplyTo", "target", "origin", "result", "instrument", *_OWNERS)
"""Where in a letter it is said what it is about, and of whom."""
_BACK = frozenset({"Undo", "Delete", "Remove"})
"""Letters that only take away; of whatever they speak, they are welcome."""


@functools.cache
def _suspended(actors: int) -> Select[Any]:
    named = among(account.c.id, "actors", actors)
    return select(account.c.id).where(named, account.c.suspended.is_not(None))


_SERVICES = (
    select(account.c.id, account.c.domain)
    .where(account.c.kind == "NodeService", account.c.local.is_(False))
    .order_by(account.c.domain)
)
_ALLOWED = select(setting.c.value).where(setting.c.name == ALLOWED)


def refuses(db: Connection, registry: Registry, actor: str) -> bool:
    """Whether an actor, its server, or a domain above it is kept out.

    Args:
        db: any connection.
        registry: asked for every name.
        actor: its id, or the id of anything at the server.
    """
    return bool(refused(db, registry, (actor,)))


def refused(db: Connection, registry: Registry, actors: Collection[str]) -> set[str]:
    """Those of several actors that are kept out, as `refuses` says of one."""
    given = spread("actors", actors)
    suspended = plain(db, _suspended(len(given)), given)
    return _unwelcome(db, registry, actors) | set(suspended)


def shuts_out(db: Connection, registry: Registry, who: Account) -> bool:
    """Whether an actor whose row is at hand is kept out, as `refuses` says of its id."""
    return who.suspended is not None or bool(_unwelcome(db, registry, (who.id,)))


def _unwelcome(db: Connection, registry: Registry, actors: Collection[str]) -> set[str]:
    """Those whose name or server is kept out; a suspension stands in the actor's own row."""
    names = {actor: {actor, *parents(domain(actor))} for actor in actors}
    out = registry.refuses(db, set().union(*names.values()))
    kept = only(db)
    return {
        actor
        for actor, its in names.items()
        if its & out or not (kept is None or domain(actor) in kept)
    }


def only(db: Connection) -> frozenset[str] | None:
    """The only hosts that we talk to; None if we talk to all that are not kept out."""
    # hardly any node has such a list, and every letter asks
    kept = db.scalar(_ALLOWED) if is_kept(db, setting.c.name, ALLOWED) else None
    return None if kept is None else frozenset(kept)


def trusted(db: Connection, registry: Registry) -> list[str]:
    """The hosts of the nodes that we trust, in order."""
    rows = db.execute(_SERVICES).all()
    return [row.domain for row in rows if registry.trusts(db, row.id)]


def admit(
    db: Connection, registry: Registry, home: str, actor: str, documents: Iterable[Any]
) -> None:
    """Let in what an actor says, if nothing in it is of somebody who is kept out.

    Args:
        db: any connection.
        registry: asked for every name.
        home: our origin.
        actor: who says it, and was judged already.
        documents: the letter, and what was fetched for it.

    Raises:
        Refused: E_BLOCKED; E_TOO_MANY.
    """
    home, judged = domain(home), {domain(home), domain(actor)}
    asked: dict[str, None] = {}
    for id, is_owner in _told(documents):
        if id == actor or (domain(id) in judged and not is_owner):
            continue
        if len(judged) > MANY:
            raise Refused("E_TOO_MANY", f"{actor} speaks of many servers")
        if domain(id) != home:
            asked[id] = None
        judged.add(domain(id))
    if asked and (out := refused(db, registry, asked)):
        raise Refused("E_BLOCKED", f"{actor} speaks of {min(out)[:200]}")


async def check(node: "Node", url: str) -> None:
    """Let a URL be asked, if its server is not kept out.

    Raises:
        Refused: E_BLOCKED.
    """
    if await node.read(refuses, node.registry, url):
        raise Refused("E_BLOCKED", url, safe=APART)


def _told(documents: Iterable[Any]) -> Iterator[tuple[str, bool]]:
    """Every address in letters that says what they are about, each once; whether it is an owner."""
    found: dict[tuple[str, bool], None] = {}
    for document in documents:
        if not _takes_back(document.get("type")):
            found.update(dict.fromkeys(_about(document, DEEP, is_owner=False)))
    return iter(found)


def _takes_back(kind: Any) -> bool:
    """Whether a letter takes away and is nothing else: of several types any may be the one read."""
    said = kind if isinstance(kind, list) else [kind]
    return bool(said) and all(isinstance(one, str) and one in _BACK for one in said)


def _about(held: Any, deep: int, *, is_owner: bool) -> Iterator[tuple[str, bool]]:
    for one in held if isinstance(held, list) else [held]:
        if isinstance(one, str) and domain(one):
            yield one, is_owner
        elif isinstance(one, Mapping) and deep:
            yield from _about(one.get("id"), 0, is_owner=is_owner)
            for name in _PARTS:
                yield from _about(one.get(name), deep - 1, is_owner=name in _OWNERS)
