"""A member's own lists: whom they block or do not see, brought from another server and taken along.

Whoever is not known here yet is looked up in the background; nobody is told of a block that
came in a list.
"""

from datetime import timedelta
from enum import StrEnum

from sqlalchemy import Connection

from federation import finding
from federation.origins import domain
from node.kernel.errors import Invalid
from node.kernel.node import find_account
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.moderation import blocking, lists, queries, rules, shading
from node.modules.moderation.lists import Unread
from node.modules.moderation.queries import WAITING, Block
from node.modules.moderation.rules import Kind
from vocab.values import dataclass
from web.language import mark

MOST = 1000
"""New lines of one list."""
PACE = timedelta(seconds=6)
"""How long after each other the accounts of a list are looked up."""


class What(StrEnum):
    """The lists that people carry from server to server, by the names of their files."""

    BLOCKED = "blocked_accounts"
    MUTED = "muted_accounts"
    SERVERS = "blocked_domains"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What bringing a list would do: ids of known accounts, addresses to look up, servers."""

    known: tuple[Account, ...]
    waiting: tuple[str, ...]
    hosts: tuple[str, ...]
    same: int
    unread: tuple[Unread, ...]

    @property
    def count(self) -> int:
        """How many are new."""
        return len(self.known) + len(self.waiting) + len(self.hosts)


def plan(db: Connection, origin: str, member: Account, text: str, what: What) -> Plan:
    """What bringing a list would do now; nothing is changed."""
    mine = {one.subject: one for one in queries.blocks_of(db, member.id)}
    kind = Kind.MUTE if what is What.MUTED else Kind.BLOCK
    if what is What.SERVERS:
        return _servers(origin, text, mine, kind)
    found, unread = lists.addresses(text)
    known: list[Account] = []
    waiting: list[str] = []
    for address in found:
        handle, _, host = address.partition("@")
        one = finding.known(db, domain(origin), (handle, host))
        if one is not None and (one.id == member.id or (one.local and one.type != "Person")):
            continue
        if _is_news(mine.get(one.id if one else WAITING + address), kind):
            known.append(one) if one else waiting.append(address)
    here = domain(origin)
    lost = [address for address in waiting if address.endswith(f"@{here}")]
    nobody = [Unread(line=0, text=one, why=lists.NO_ADDRESS) for one in lost]
    return Plan(
        known=tuple(known),
        waiting=tuple(one for one in waiting if one not in lost),
        hosts=(),
        same=len(found) - len(known) - len(waiting),
        unread=(*unread, *nobody),
    )


def _servers(origin: str, text: str, mine: dict[str, Block], kind: str) -> Plan:
    read = lists.read(text)
    here = domain(origin)
    others = [one.host for one in read.entries if not rules.within(here, one.host)]
    new = [host for host in others if _is_news(mine.get(host), kind)]
    return Plan(known=(), waiting=(), hosts=tuple(new), same=len(others) - len(new),
                unread=read.unread)  # fmt: skip


def _is_news(before: Block | None, kind: str) -> bool:
    return before is None or rules.strictest((before.kind, kind)) != before.kind


def take(unit: Unit, member: Account, text: str, what: What) -> Plan:
    """Bring a list, all of it at once.

    Raises:
        Invalid: too many lines (field `text`).
    """
    todo = plan(unit.db, unit.origin, member, text, what)
    if todo.count > MOST:
        raise Invalid({"text": mark("That is too much at once. Bring it in parts of 1,000 lines.")})
    kind = Kind.MUTE if what is What.MUTED else Kind.BLOCK
    for one in todo.known:
        blocking.keep(unit, member.id, one.id, is_host=False, kind=kind)
    for host in todo.hosts:
        blocking.keep(unit, member.id, host, is_host=True, kind=kind)
    for number, address in enumerate(todo.waiting):
        subject, lane = WAITING + address, address.partition("@")[2]
        blocking.keep(unit, member.id, subject, is_host=False, kind=kind)
        due = unit.now + PACE * number
        unit.later("moderation.find", due=due, lane=lane, member=member.id, address=subject)
    shading.renew(unit, member.id)
    if kind == Kind.BLOCK:
        blocking.part(unit, member, {*(one.id for one in todo.known), *todo.hosts})
    return todo


def file(db: Connection, member: str, what: What) -> str:
    """A member's list, as other servers take it in."""
    found = queries.blocks_of(db, member)
    if what is What.SERVERS:
        return "".join(f"{one.subject}\n" for one in found if one.is_host)
    kind = Kind.MUTE if what is What.MUTED else Kind.BLOCK
    named = [_named(db, one) for one in found if not one.is_host and one.kind == kind]
    people = sorted(name for name in named if name)
    return lists.as_muted(people) if what is What.MUTED else "".join(f"{p}\n" for p in people)


def _named(db: Connection, one: Block) -> str:
    if one.waits:
        return one.subject.removeprefix(WAITING)
    known = find_account(db, one.subject)
    return (known.acct or f"{known.handle}@{known.domain}") if known else ""
