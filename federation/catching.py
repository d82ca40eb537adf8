"""Fetching what we missed from other nodes of our kind, and noticing that we were away.

Their letters are taken as if they had come by themselves: each once, by the same handlers, and
only what is of the node's own origin. Where we are with a node is kept after every page, so
whatever breaks off goes on there.
"""

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import orjson
from sqlalchemy import Connection, select

from federation import copies, hosts, inbox, pairs, queries, resolving
from federation.budget import Budget
from federation.events import Awoke
from federation.origins import LONGEST, domain, same_origin
from federation.pairs import Pair
from federation.queries import Arrived
from federation.resolving import Document
from node.kernel.errors import Missing, Problem, TryLater
from node.kernel.node import Node
from node.kernel.tables import setting
from node.kernel.unit import Unit
from vocab.model import Malformed
from vocab.values import dataclass

log = logging.getLogger(__name__)

PAGES = 20
"""Pages that one look reads; what is left comes in the next."""
BYTES = 12 * 1024 * 1024
SECONDS = 120.0
AWAY = timedelta(hours=6)
"""A node that was not at work for so long was away."""
REMEMBERED = 10
"""Absences of ours that are remembered."""
SEEN = "federation.seen"
"""The setting that says when this node was last at work."""
ABSENCES = "federation.absences"
"""The setting that lists when this node was away: [from, to], the newest first."""
_AFTER = re.compile(r"[?&]after=(\d{1,15})(?:-[0-9a-f]{16})?$")


@dataclass(frozen=True, kw_only=True)
class Read:
    """One page of another node's letters for us."""

    letters: Sequence[Arrived]
    start: int
    newest: int
    next: str
    number: int


# Fetching -----------------------------------------------------------------------------------


async def catch_up(node: Node, *, peer: str) -> None:
    """Job: ask a node for what it sent us since we last looked.

    Raises:
        TryLater: it does not answer now, or there is more.
    """
    held = await node.read(pairs.one, peer)
    if held is None or node.community.at_home:
        return
    known = await node.read(hosts.known, peer, node.now())
    if known.retry_at is not None and known.resting(node.now()):
        raise TryLater(f"{peer} is left alone", known.retry_at - node.now())
    try:
        more = await _read_on(node, held)
    except (Problem, Malformed) as problem:
        await node.write(_failed, peer, problem.code)
        if isinstance(problem, TryLater):
            raise
        log.info("nothing can be fetched from %s: %s", peer, problem)
        return
    if more:
        await node.write(pairs.ask, peer)


def _failed(unit: Unit, peer: str, code: str) -> None:
    pairs.note(unit, peer, code=code[:60], looked=unit.now)


async def _read_on(node: Node, held: Pair) -> bool:
    """Read page after page from where we are; whether there is more than one look takes."""
    budget = Budget(fetches=PAGES + 3, until=monotonic() + SECONDS, bytes=BYTES)
    at, number = held.cursor, held.number
    for _ in range(PAGES):
        try:
            at = at or await _beginning(node, held.service, budget)
            found = await _page(node, at, number, budget, held.service)
        except Missing:
            if at is None or at != held.cursor:
                raise
            at, number = None, 0  # it counts anew, as after a restored backup
            continue
        await node.write(_take, held.domain, found, number)
        if found.number >= found.newest or found.next == at:
            return False
        at, number = found.next, found.number
    return True


async def _beginning(node: Node, service: str, budget: Budget) -> str:
    found = await resolving.fetch(node, f"{service}/letters", budget=budget)
    return _address(found.get("first"), service)


async def _page(node: Node, at: str, number: int, budget: Budget, service: str) -> Read:
    found = await resolving.fetch(node, at, budget=budget)
    onward = _address(found.get("next"), service)
    last, start, newest = _after(onward), found.get("startIndex"), found.get("totalItems")
    if not isinstance(start, int) or not isinstance(newest, int) or min(start, newest) < 0:
        raise Malformed("E_LETTERS", f"{at} counts {start} to {newest}")
    went_back = start <= number or newest < number
    if last < number and not went_back:
        raise Malformed("E_LETTERS", f"{at} leads back to {onward}")
    return Read(
        letters=tuple(_letters(found, service)),
        start=start,
        newest=newest,
        next=onward,
        number=last,
    )


def _address(said: Any, service: str) -> str:
    """Where a node says its letters go on: at the same place and nowhere else."""
    if not isinstance(said, str) or len(said) > LONGEST or not said.startswith(service + "/"):
        raise Malformed("E_LETTERS", f"{service} leads to {str(said)[:200]}")
    _after(said)
    return said


def _after(address: str) -> int:
    found = _AFTER.search(address)
    if found is None:
        raise Malformed("E_LETTERS", address[:200])
    return int(found[1])


def _letters(page: Document, service: str) -> Iterator[Arrived]:
    """The letters on a page that are of the node itself; the rest is not believed."""
    items = page.get("orderedItems")
    for item in items if isinstance(items, list) else ():
        found = _letter(item, page, service) if isinstance(item, Mapping) else None
        if found is not None:
            yield found


def _letter(item: Mapping[str, Any], page: Document, service: str) -> Arrived | None:
    id, actor = item.get("id"), item.get("actor")
    for one in (id, actor):
        if not isinstance(one, str) or len(one) > LONGEST or not same_origin(one, service):
            return None
    whole = {"@context": page.get("@context"), **item}
    return Arrived(
        activity=str(id),
        actor=str(actor),
        body=orjson.dumps(whole),
        handling=inbox.handling(whole),
        domain=domain(service),
    )


def _take(unit: Unit, peer: str, found: Read, number: int) -> None:
    """Keep the letters of a page that are new to us, and where we are."""
    held = pairs.one(unit.db, peer)
    if held is None:
        return
    new = [one for one in found.letters if not queries.has_come(unit.db, one.actor, one.activity)]
    queries.store(unit, new)
    went_back = number > 0 and (found.start <= number or found.newest < number)
    gap = max(0, found.start - 1 - number) if number and not went_back else 0
    pairs.note(
        unit,
        peer,
        cursor=found.next,
        number=found.number,
        looked=unit.now,
        code=None,
        back=unit.now if went_back else held.back,
        fetched=held.fetched + len(new),
        missed=held.missed + gap,
    )
    unit.woken = True


async def acquaint(node: Node, *, service: str) -> None:
    """Job: get to know the service of a node that can catch up.

    Raises:
        TryLater: it does not answer now.
    """
    try:
        await resolving.account(node, service, fresh=True)
    except TryLater:
        raise
    except (Problem, Malformed) as problem:
        log.info("%s is no node to keep count with: %s", service, problem)


# The clock ----------------------------------------------------------------------------------


async def reconcile(node: Node) -> None:
    """Job, daily: compare with every node whether something was lost, and tidy up."""
    await node.write(_reconcile)


def _reconcile(unit: Unit) -> None:
    for held in pairs.all_(unit.db):
        pairs.seal(unit, held.domain)
        pairs.ask(unit, held.domain)
    pairs.forget(unit)


async def wake_up(node: Node) -> None:
    """Job, every quarter of an hour: note that we are at work; after an absence, catch up."""
    await node.write(at_work)


def at_work(unit: Unit) -> None:
    """Note that this node is at work now, and what follows if it was not for long."""
    copies.ensure(unit)
    said = unit.setting(SEEN)
    unit.set(SEEN, unit.now.isoformat())
    if not said or unit.now - datetime.fromisoformat(said) < AWAY:
        return
    before = unit.setting(ABSENCES) or []
    unit.set(ABSENCES, [[said, unit.now.isoformat()], *before][:REMEMBERED])
    for held in pairs.all_(unit.db):
        pairs.ask(unit, held.domain)
    unit.tell(Awoke(since=said))


@dataclass(frozen=True, kw_only=True)
class Absence:
    """When this node was not at work, and when it was again."""

    since: datetime
    until: datetime


def absences(db: Connection) -> list[Absence]:
    """The last times that this node was away, the newest first."""
    found = db.scalar(select(setting.c.value).where(setting.c.name == ABSENCES))
    return [
        Absence(since=datetime.fromisoformat(since), until=datetime.fromisoformat(until))
        for since, until in found or ()
    ]
