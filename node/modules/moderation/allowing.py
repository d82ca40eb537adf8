"""Talking only with the servers on a list: what it would cut, and the switch, as units.

The list itself is a setting that `federation.policy` reads; what is not on it is refused there,
before anything is asked. A name on it means that server, and nothing under it.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable

from sqlalchemy import Connection, select

from federation import policy
from federation.origins import domain
from node.kernel.errors import Conflict
from node.kernel.module import Registry
from node.kernel.tables import account, setting
from node.kernel.unit import Unit
from node.modules.follows import api as follows
from node.modules.moderation import lists, openly, shading
from node.modules.moderation.acts import must_keep
from node.modules.moderation.lists import Unread
from node.modules.moderation.rules import reason_of
from vocab.values import dataclass
from web.language import mark

LISTED = "federation.listed"
"""The setting that keeps the list while it is not in force."""


@dataclass(frozen=True, kw_only=True)
class State:
    """Whether we talk only with some servers, and with which."""

    only: bool
    hosts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Cut:
    """A server that would not be talked with any more, and what that touches."""

    host: str
    outward: int
    """Follows of ours."""
    inward: int
    """Follows of theirs."""
    trusted: bool


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What the switch would do: whom it cuts off, whom it lets in again, what is left out."""

    hosts: tuple[str, ...]
    cuts: tuple[Cut, ...]
    back: tuple[str, ...]
    unread: tuple[Unread, ...]

    @property
    def digest(self) -> str:
        """By which a plan that was looked at is known again."""
        plain = json.dumps([self.hosts, [one.host for one in self.cuts], self.back])
        return hashlib.sha256(plain.encode()).hexdigest()


def state(db: Connection) -> State:
    """How it is now."""
    only = policy.only(db)
    if only is not None:
        return State(only=True, hosts=tuple(sorted(only)))
    kept = db.scalar(select(setting.c.value).where(setting.c.name == LISTED))
    return State(only=False, hosts=tuple(kept or ()))


def near(db: Connection, registry: Registry) -> tuple[str, ...]:
    """The servers that we have to do with now: follows, and nodes that we trust."""
    found = {one.domain for one in follows.abroad(db)} | set(policy.trusted(db, registry))
    return tuple(sorted(found))


def plan(db: Connection, registry: Registry, origin: str, text: str, *, only: bool) -> Plan:
    """What talking only with the servers of a list would do now; nothing is changed."""
    read = lists.read(text)
    hosts = tuple(sorted({one.host for one in read.entries} - {domain(origin)}))
    before = policy.only(db)
    known = [*db.scalars(select(account.c.domain).where(account.c.local.is_(False)).distinct())]
    was = {host for host in known if before is None or host in before}
    then = {host for host in known if not only or host in hosts}
    return Plan(
        hosts=hosts,
        cuts=tuple(_cuts(db, registry, was - then)),
        back=tuple(sorted(then - was)),
        unread=read.unread,
    )


def _cuts(db: Connection, registry: Registry, hosts: Iterable[str]) -> list[Cut]:
    bonds = follows.abroad(db)
    ways = Counter((one.domain, one.outward) for one in bonds)
    trusted = set(policy.trusted(db, registry))
    found = [
        Cut(host=host, outward=ways[host, True], inward=ways[host, False], trusted=host in trusted)
        for host in sorted(hosts)
    ]
    return [one for one in found if one.outward or one.inward or one.trusted]


def switch(unit: Unit, text: str, *, only: bool, digest: str, by: str, reason: str) -> Plan:
    """Talk only with the servers of a list, or with all that are not kept out.

    Follows stay as they are; those of a server that is cut off rest until it is let in again.

    Args:
        unit: the unit.
        text: the list, in any form of `lists.read`; kept also while it is not in force.
        only: whether it is in force.
        digest: of the plan that was looked at.
        by: the keeper.
        reason: for the log.

    Raises:
        Conflict: something has changed since; look again.
        Invalid: no reason.
        Refused: not a keeper.
    """
    must_keep(unit, by)
    reason = reason_of(reason)
    found = plan(unit.db, unit.registry, unit.origin, text, only=only)
    if found.digest != digest:
        raise Conflict("E_CHANGED", safe=CHANGED)
    unit.set(LISTED, list(found.hosts) or None)
    unit.set(policy.ALLOWED, list(found.hosts) if only else None)
    shading.renew(unit)
    unit.log("moderation.only" if only else "moderation.open", by, words=reason)
    openly.note(unit, "only" if only else "open")
    return found


CHANGED = mark("Something has changed since you looked. Look again.")
