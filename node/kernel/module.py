"""What a module is, and the registry of what all modules together can do.

A module is a value: it lists what it adds and runs nothing on import. The modules we
ship come in by the same entry point as anyone else's (`folkmoot.modules`).
"""

import functools
import importlib.resources
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import field
from datetime import datetime, timedelta
from importlib.metadata import Distribution, EntryPoint, entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, MetaData

from node.kernel.access import Viewer
from node.kernel.choices import Choice
from node.kernel.finds import Finder
from node.kernel.ordering import in_order
from node.kernel.tables import Account, metadata
from vocab.model import Activity, Object
from vocab.origins import origin
from vocab.types import CORE, Link
from vocab.values import dataclass

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from node.kernel.act import Act
    from node.kernel.node import Node
    from node.kernel.unit import Unit

log = logging.getLogger(__name__)

Handler = Callable[["Unit", "Act[Any, Any]"], None]
JobFunction = Callable[..., Awaitable[None]]
Subscriber = Callable[["Unit", Any], None]
Path_ = tuple[type[Object], ...]
H = TypeVar("H", bound=Handler)


class Clash(Exception):
    """Two modules claim one name, or one needs another that is not there."""


class Handlers:
    """Which function carries out which activity; filled by the @on decorator of one module."""

    def __init__(self) -> None:
        self.table: dict[Path_, Handler] = {}
        self.objects: frozenset[type[Object]] = frozenset()

    def on(self, *path: type[Object]) -> Callable[[H], H]:
        """Carry out activities of this path of types.

        `on(Create, Note)`; `on(Accept, Follow)`; `on(Accept, Offer, Relationship)` is an
        Accept of an Offer of a Relationship. `on(Update, Object)` takes what no class claims.
        """

        def add(handler: H) -> H:
            self.objects |= set(path[1:2])
            if path in self.table:
                message = f"{_spell(path)} is handled twice"
                raise Clash(message)
            self.table[path] = handler
            return handler

        return add


@dataclass(frozen=True, kw_only=True)
class Collected:
    """One page of a collection: what a viewer may see, newest first.

    `total` counts what this viewer may see; `next` is the cursor of the page after.
    """

    total: int
    items: tuple[Object | str, ...]
    next: str | None = None


Collection = Callable[[Connection, Account, Viewer, str | None, int, datetime], Collected]
"""(db, owner, viewer, cursor or None, how many, the moment) → a page."""


@dataclass(frozen=True, kw_only=True)
class Module:
    """One feature of the community. Every field but the name may be left out."""

    name: str
    title: str = ""
    metadata: MetaData | None = None
    package: str = ""
    """Where templates/, static/ and migrations/ lie."""
    types: tuple[type[Object], ...] = ()
    handlers: Handlers = field(default_factory=Handlers)
    routes: "tuple[BaseRoute, ...]" = ()
    jobs: Mapping[str, JobFunction] = field(default_factory=dict)
    every: Mapping[str, timedelta] = field(default_factory=dict)
    """Jobs of this module to repeat, and how often."""
    pumps: "tuple[Callable[[Node], Awaitable[bool]], ...]" = ()
    """Run at every wake; true if there is more to do at once."""
    subscribers: tuple[tuple[type, Subscriber], ...] = ()
    slots: "Mapping[str, Callable[[Node, Viewer], Awaitable[list[Any]]]]" = field(
        default_factory=dict
    )
    about: "Mapping[str, Callable[[Node, Viewer, str], Awaitable[list[Any]]]]" = field(
        default_factory=dict
    )
    """Places of a page that is about one thing, such as a proposal; the last is its slug."""
    menu: tuple[tuple[str, str], ...] = ()
    """Further places of the keeper's desk: (path, words)."""
    tools: tuple[tuple[str, str, str], ...] = ()
    """For members, in the top bar of every page: (path, picture, words)."""
    words: Mapping[str, str] = field(default_factory=dict)
    """Nouns that a community may rename: name to the default, in English."""
    requires: tuple[str, ...] = ()
    """The modules whose api.py this one uses."""
    essential: bool = False
    """Cannot be switched off."""
    shelved: bool = False
    """Is switched off."""
    collections: Mapping[str, Collection] = field(default_factory=dict)
    audiences: tuple[Callable[[Connection, str], list[str] | None], ...] = ()
    """Collection id → ids of the accounts in it, None if the id is not of this module."""
    documents: tuple[Callable[[Connection, str, Viewer], Object | None], ...] = ()
    """Id → the object, if it is of this module and the viewer may fetch it."""
    actor: tuple[Callable[[Connection, Account, datetime], Mapping[str, Any]], ...] = ()
    """Fields this module adds to an actor of ours at a moment (attribute names of vocab.types)."""
    refuses: tuple[Callable[[Connection, AbstractSet[str]], Iterable[str]], ...] = ()
    """Names of hosts and ids of actors → those of them we have nothing to do with."""
    blocks: tuple[Callable[[Connection, str, str], bool], ...] = ()
    """(id of an account of ours, actor id) → whether the first wants nothing of the second."""
    silences: tuple[Callable[[Connection, str], bool], ...] = ()
    """Actor id → whether we show it to those who follow it only."""
    met: "tuple[Callable[[Unit, Account], None], ...]" = ()
    """Called when an account of another server becomes known."""
    renewed: "tuple[Callable[[Unit, Account, Account], None], ...]" = ()
    """Called when the page of an account of another server is kept anew: as it was, as it is."""
    bars: "tuple[Callable[[Unit, Account, Activity, Object], None], ...]" = ()
    """(…, account of ours, what it is about to do, its object): raises Refused if it may not."""
    trusts: tuple[Callable[[Connection, str], bool], ...] = ()
    """Id of a node's service → whether our communities trust each other."""
    intents: Mapping[str, str] = field(default_factory=dict)
    """What people who live here may be sent to do by other servers (FEP-3b86): type of activity
    to the path of a page, with its parameters in braces."""
    finds: Mapping[str, Finder] = field(default_factory=dict)
    """What can be found here, by a heading in English: for searching, and on actors' pages."""
    identify: "Callable[[Node, Request], Awaitable[Viewer]] | None" = None
    picture: "Callable[[Node, str, str, bool], str | None] | None" = None
    """The address of a picture elsewhere, the host of who shows it (or ""), and whether it is
    wanted small → the path of our copy of it; None if there is none."""
    shows: tuple[Callable[[Connection, str, Viewer], bool], ...] = ()
    """Id → whether it is a thing of this module that the viewer may see, on whatever page."""
    checks: Mapping[type[Object], Callable[..., None]] = field(default_factory=dict)
    """Receipt checks of a class: (document, …) raising Malformed."""
    choices: tuple[Choice, ...] = ()
    """What it chooses for people, so that they see it and can change it (`choosing.change`)."""
    warrants: tuple[Callable[[Connection, str, Choice, Any], bool], ...] = ()
    """(id of a decision, a setting, a value) → whether it is in force and sets this to that."""
    powers: tuple[Callable[[Connection, str, datetime], AbstractSet[str]], ...] = ()
    """(id of a member, a moment) → what they may do beside what every member may."""
    capabilities: tuple[Link, ...] = ()
    """What the node's actor says we implement (FEP-844e)."""
    export: Callable[[Connection, str], Mapping[str, Any]] | None = None
    """Account id → what *Download my data* holds of this module."""
    erase: "Callable[[Unit, str], None] | None" = None
    """Remove everything of an account id that is going."""
    rehome: "Callable[[Unit, str, str], None] | None" = None
    """After our ids moved from one origin to another: mend what is more than an id."""
    metrics: Callable[[Connection], Mapping[str, float]] | None = None

    @property
    def handles(self) -> frozenset[type[Object]]:
        """The classes that activities here are about."""
        return self.handlers.objects

    def folder(self, name: str) -> Path | None:
        """The module's folder of this name, if it has one."""
        return _folder(self.package, name) if self.package else None


@functools.cache
def _folder(package: str, name: str) -> Path | None:
    """A folder of a package; to find out is dear, and every start asks for each module twice."""
    found = Path(str(importlib.resources.files(package))) / name
    return found if found.is_dir() else None


def shelved(module: Module) -> Module:
    """A module that is switched off: its data stays, with its export and its erasure."""
    names = ("name", "title", "package", "metadata", "requires", "choices", "export", "erase")
    kept: dict[str, Any] = {name: getattr(module, name) for name in names}
    return Module(**kept, rehome=module.rehome, shelved=True)


class Registry:
    """Everything the loaded modules can do. Built once at start; a clash stops the start."""

    def __init__(self, modules: Iterable[Module]) -> None:
        self.modules = tuple(_in_order({m.name: m for m in modules}))
        self.types: dict[tuple[str, str | None], type[Object]] = {}
        self.handlers: dict[Path_, Handler] = {}
        self.jobs: dict[str, JobFunction] = {}
        self.every: dict[str, timedelta] = {}
        self.collections: dict[str, Collection] = {}
        self.checks: dict[type[Object], Callable[..., None]] = {}
        self.intents: dict[str, str] = {}
        self.subscribers: dict[str, Subscriber] = {}
        self.events: dict[str, type] = {}
        self.choices: dict[str, Choice] = {}
        _merge(self.types, {(t.type, t.kind): t for t in CORE}, "core: type")
        for m in self.modules:
            self._add(m)
        self._finders = tuple(find for m in self.modules for find in m.documents)
        self.chosen = frozenset(one.key for one in self.choices.values() if one.settable)
        """Settings that only `choosing.change` may touch."""
        self.identify = next((m.identify for m in self.modules if m.identify), None)
        self.picture = next((m.picture for m in self.modules if m.picture), None)

    def _add(self, m: Module) -> None:
        mine = f"module {m.name}:"
        _merge(self.types, {(t.type, t.kind): t for t in m.types}, f"{mine} type")
        _merge(self.handlers, m.handlers.table, f"{mine} handler")
        _merge(self.jobs, {f"{m.name}.{k}": v for k, v in m.jobs.items()}, f"{mine} job")
        _merge(self.every, {f"{m.name}.{k}": v for k, v in m.every.items()}, f"{mine} repeat")
        _merge(self.collections, m.collections, f"{mine} collection")
        _merge(self.checks, m.checks, f"{mine} check")
        _merge(self.intents, m.intents, f"{mine} intent")
        _merge(self.choices, {one.name: one for one in m.choices}, f"{mine} choice")
        for event, subscriber in m.subscribers:
            name = f"{m.name}.{subscriber.__name__}"
            _merge(self.subscribers, {name: subscriber}, f"{mine} subscriber")
            self.events[name] = event

    @property
    def metadatas(self) -> tuple[MetaData, ...]:
        """The tables of the kernel, then of each module by what it requires."""
        return (metadata, *(m.metadata for m in self.modules if m.metadata is not None))

    def handler(self, activity: Activity, obj: Object) -> Handler | None:
        """The function for the longest path of types that an activity and its object follow."""
        kinds: list[type[Object]] = [type(activity)]
        current: Object | str | None = obj
        while isinstance(current, Object) and len(kinds) < 4:
            kinds.append(type(current))
            current = getattr(current, "object", None)
        for length in range(len(kinds), 1, -1):
            if found := self._nearest(tuple(kinds[:length])):
                return found
        return self.handlers.get((type(activity),))

    def _nearest(self, path: Path_) -> Handler | None:
        *head, last = path
        for cls in last.__mro__:
            if issubclass(cls, Object) and (found := self.handlers.get((*head, cls))):
                return found
        return None

    def listening(self, event: object) -> list[str]:
        """The names of the subscribers to this kind of event."""
        return [name for name, kind in self.events.items() if kind is type(event)]

    def refuses(self, db: Connection, names: AbstractSet[str]) -> set[str]:
        """Those hosts and actors with which some module wants nothing to do."""
        return {name for m in self.modules for ask in m.refuses for name in ask(db, names)}

    def blocks(self, db: Connection, who: str, actor: str) -> bool:
        """Whether an account of ours wants nothing to do with an actor."""
        return any(ask(db, who, actor) for m in self.modules for ask in m.blocks)

    def silences(self, db: Connection, actor: str) -> bool:
        """Whether some module shows an actor to those who follow it only."""
        return any(ask(db, actor) for m in self.modules for ask in m.silences)

    def met(self, unit: "Unit", new: Account) -> None:
        """Tell the modules, in this unit, that somebody elsewhere has become known."""
        for m in self.modules:
            for take in m.met:
                take(unit, new)

    def shows(self, db: Connection, id: str, viewer: Viewer) -> bool:
        """Whether some module has this thing and shows it to this viewer."""
        return any(ask(db, id, viewer) for m in self.modules for ask in m.shows)

    def trusts(self, db: Connection, service: str) -> bool:
        """Whether some module says that this node is trusted."""
        return any(ask(db, service) for m in self.modules for ask in m.trusts)

    def powers(self, db: Connection, member: str, now: datetime) -> frozenset[str]:
        """What a member may do by the word of some module, beside what every member may."""
        given = (ask(db, member, now) for m in self.modules for ask in m.powers)
        return frozenset().union(*given)

    def document(
        self, db: Connection, id: str, viewer: Viewer, *, like: type[Object] | None = None
    ) -> Object | None:
        """The object with this id (J05: an address), if there is one and the viewer may fetch it.

        With `like` only modules that handle this class are asked; it spares the others a query.
        """
        for find in (self._keepers(like) if like else self._finders) if origin(id) else ():
            if (found := find(db, id, viewer)) is not None:
                if like is None:  # most letters are about posts: who had the last is asked first
                    self._finders = (find, *(one for one in self._finders if one is not find))
                return found
        return None

    def _keepers(self, cls: type[Object]) -> Sequence[Callable[..., Object | None]]:
        """What finds things of the nearest class of this one that is handled; all if none is."""
        for each in cls.__mro__:
            found = [find for m in self.modules if each in m.handles for find in m.documents]
            if found:
                return found
        return self._finders

    def audience(self, db: Connection, id: str) -> list[str] | None:
        """The accounts in a collection of ours, None if no module knows the collection."""
        for m in self.modules:
            for expand in m.audiences:
                if (found := expand(db, id)) is not None:
                    return found
        return None


def _merge(into: dict[Any, Any], more: Mapping[Any, Any], what: str) -> None:
    for key, value in more.items():
        if key in into:
            message = f"{what} {key!r} is already taken"
            raise Clash(message)
        into[key] = value


def _in_order(modules: Mapping[str, Module]) -> list[Module]:
    """Modules by name, each after those it requires; a cycle or a missing one is refused."""
    try:
        return [modules[name] for name in in_order({m.name: m.requires for m in modules.values()})]
    except ValueError as problem:
        raise Clash(str(problem)) from None


def _spell(path: Path_) -> str:
    return "(".join(t.__name__ for t in path) + ")" * (len(path) - 1)


def installed(disabled: frozenset[str] = frozenset()) -> list[Module]:
    """The modules installed beside us; of the disabled ones and those that need them the data only.

    One that cannot be loaded, and those that need it, are left out and logged: a broken
    module never takes the node down, and none takes the place of one of ours.
    """
    found: dict[str, Module] = {}
    outside = functools.cache(_outside)
    points = entry_points(group="folkmoot.modules")
    for point in sorted(points, key=lambda point: outside(point.dist)):
        module = _loaded(point)
        if module is None:
            continue
        if module.name in found:
            log.error("module %s is left out: there is a %s already", point.name, module.name)
        else:
            off = not module.essential and {point.name, module.name} & disabled
            found[module.name] = shelved(module) if off else module
    while lame := [m for m in found.values() if not set(m.requires) <= set(found)]:
        for module in lame:
            log.error("module %s is left out: it requires %s", module.name, module.requires)
            del found[module.name]
    return _without_shelved(found)


def _without_shelved(found: dict[str, Module]) -> list[Module]:
    """Shelve what requires a shelved module, too."""
    off = {m.name for m in found.values() if m.shelved}
    while more := [m for m in found.values() if m.name not in off and off & set(m.requires)]:
        off |= {m.name for m in more}
        found |= {m.name: shelved(m) for m in more}
    return list(found.values())


def _outside(source: Distribution | None) -> bool:
    # to ask for the name reads a whole file, and one source brings many modules
    return source is None or source.name != "folkmoot"


def _loaded(point: EntryPoint) -> Module | None:
    try:
        module = point.load()
    except Exception:
        log.exception("module %s cannot be loaded", point.name)
        return None
    if not isinstance(module, Module):
        log.error("module %s cannot be loaded: %s is no Module", point.name, point.value)
        return None
    return module
