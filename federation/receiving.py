"""A stored letter to its effects: once, in one unit, and never in another's way.

The pump takes letters that wait; what can be judged from our rows is carried out at once.
A letter that needs something from another server goes to a job in that server's lane.
"""

import asyncio
import logging
import secrets
from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import bindparam, update

from federation import policy, queries, reading, resolving, returning, senders, trust
from federation.budget import Budget
from federation.letters import PRIVATE
from federation.origins import base, domain
from federation.queries import Held
from federation.reading import Read
from federation.trust import Case, Document, Wanted
from node.kernel.access import Viewer
from node.kernel.causes import Cause
from node.kernel.errors import Problem, Refused, TryLater
from node.kernel.node import Node
from node.kernel.tables import Account, letter
from node.kernel.unit import Unit
from vocab import checks, multikey, reader
from vocab.checks import Known
from vocab.model import Actor, Malformed, id_of
from vocab.types import Delete, Undo

log = logging.getLogger(__name__)

FIRST = timedelta(seconds=5)
LONGEST = timedelta(hours=24)
GIVE_UP = timedelta(days=7)
TRIES = 10
"""Unexpected failures of one letter before it is set aside."""
FALLBACK = timedelta(hours=1)
"""When the pump takes a letter back whose job has not ended it."""
KEPT = timedelta(days=30)
"""How long the body of a finished letter is kept."""


async def receive(node: Node) -> bool:
    """Carry out the letters that wait, those of one actor in the order they came.

    Returns:
        Whether there were any.
    """
    letters = await node.database.claim(queries.claim, node.now())
    by_actor: dict[str, list[tuple[Held, Read | Exception]]] = defaultdict(list)
    # all are read before the first is written: what waits together shares a commit
    for one in letters:
        by_actor[one.actor].append((one, _read(node, one)))
    await asyncio.gather(*(_in_order(node, group) for group in by_actor.values()))
    return bool(letters)


async def resolve(node: Node, *, letter: int, token: str) -> None:
    """Job: fetch what a letter speaks of, then carry it out.

    Args:
        node: ours.
        letter: its row.
        token: by which this job holds it.
    """
    held = await node.read(queries.held, letter, token)
    if held is not None:
        try:
            await _asking(node, held, Budget())
        except Exception as problem:  # noqa: BLE001 - judged and written down
            await _stopped(node, held, problem)


async def sweep(node: Node) -> None:
    """Job, daily: take away the bodies of letters that were finished long ago."""
    await node.write(_sweep)


async def _in_order(node: Node, reads: list[tuple[Held, Read | Exception]]) -> None:
    """Carry out the letters of one actor; one that cannot be stops no other."""
    readable: list[tuple[Held, Read, dict[str, Document]]] = [
        (held, read, {}) for held, read in reads if isinstance(read, Read)
    ]
    done = iter(await node.write_each(carry, readable))
    for held, read in reads:
        problem = next(done) if isinstance(read, Read) else read
        if problem is None and isinstance(read, Read):
            _heard(node, held, read)
            continue
        try:
            await _stopped(node, held, problem)
        except Exception:
            # Not even its failure could be written down: the lease brings it back.
            log.exception("letter %s", held.activity)


def _read(node: Node, held: Held) -> Read | Exception:
    try:
        return reading.understand(
            held.body, node.registry.types, allow_http=node.settings.allow_http
        )
    except Exception as fault:  # noqa: BLE001 - judged and written down
        return fault


async def _stopped(node: Node, held: Held, problem: BaseException | None) -> None:
    """Write down why a letter could not be carried out, and when it is tried again."""
    match problem:
        case Wanted():
            await node.write(_hand_over, held, problem.id)
        case TryLater():
            await node.write(_put_off, held, problem.code, problem.after, final=False)
        case Problem() | Malformed():
            log.info("letter %s refused: %s", held.activity, problem)
            await node.write(_end, held, "refused", problem.code)
        case _:
            log.error("letter %s failed", held.activity, exc_info=problem)
            final = held.tries + 1 >= TRIES
            await node.write(_put_off, held, "E_INTERNAL", None, final=final)


async def _asking(node: Node, held: Held, budget: Budget) -> None:
    """Carry out a letter, asking other servers for what it takes.

    Raises:
        Problem, Malformed: it may not be, or not now.
    """
    read = reading.understand(held.body, node.registry.types, allow_http=node.settings.allow_http)
    fetched: dict[str, Document] = {}
    while True:
        try:
            await node.write(carry, held, read, dict(fetched))
            break
        except Wanted as wanted:
            if wanted.id in fetched:
                raise Refused("E_OBJECT", f"{wanted.id} was asked for in vain") from None
            await _fetch(node, held, wanted.id, fetched, budget)
    _heard(node, held, read)


def _heard(node: Node, held: Held, read: Read) -> None:
    """Read an actor's keys anew after it spoke of itself."""
    if id_of(read.activity.object) == held.actor:
        senders.of(node).forget(held.actor)


async def _fetch(
    node: Node, held: Held, id: str, fetched: dict[str, Document], budget: Budget
) -> None:
    if id == held.actor:
        actor = await resolving.account(node, id, budget=budget)
        fetched[id] = actor.document or {}
    else:
        value, found = await resolving.document(node, id, budget=budget)
        if isinstance(value, Actor):
            await resolving.keep(node, id, found)
        types, allow_http = node.registry.types, node.settings.allow_http
        fetched[id] = reading.judged(found, types, allow_http=allow_http)


def carry(
    unit: Unit,
    held: Held,
    read: Read,
    fetched: Mapping[str, Document],
) -> None:
    """Carry out one letter and end it; nothing if its lease went to somebody else.

    Args:
        unit: the unit.
        held: the letter.
        read: what it says.
        fetched: what other servers were asked for it.

    Raises:
        Wanted: another server must be asked first.
        Problem, Malformed: it may not be, or not now.
    """
    if not queries.begin(unit.db, held):
        return
    unit.cause = unit.cause or Cause(letter=held.id)
    case = Case(
        activity=read.activity,
        document=read.document,
        actor=_sender(unit, held, read),
        held=held,
        fetched=fetched,
        raw=read.raw,
    )
    said = (read.document, *fetched.values())
    policy.admit(unit.db, unit.registry, unit.origin, held.actor, said)
    if not _done(unit, case, read):
        unit.db.execute(_HERE, {"held": held.id, "state": "ignored"})
    if _hidden(unit, held, read.raw):
        unit.db.execute(_HERE, {"held": held.id, "body": reading.stub(read.raw)})


_HERE = update(letter).where(letter.c.id == bindparam("held"))


def _hidden(unit: Unit, held: Held, raw: Document) -> bool:
    """Whether nothing of what a letter said may stay: it is private, or for one who left."""
    named = filter(unit.ours, reading.addressees(raw))
    return held.handling in PRIVATE or queries.left_us(unit.db, named)


def _sender(unit: Unit, held: Held, read: Read) -> Account:
    """The account of the sender, if we still have to do with it.

    Raises:
        Refused: E_BLOCKED, E_GONE, E_UNDONE.
        TryLater: E_QUARANTINE, its server came back with other keys (`returning`).
        Wanted: we know it no more.
    """
    actor = unit.account(held.actor)
    if actor is None:
        if policy.refuses(unit.db, unit.registry, held.actor):
            raise Refused("E_BLOCKED", held.actor)
        raise Wanted(held.actor)
    if policy.shuts_out(unit.db, unit.registry, actor):
        raise Refused("E_BLOCKED", held.actor)
    if actor.gone is not None:
        raise Refused("E_GONE", held.actor)
    if actor.doubted is not None and not returning.is_open(read.activity):
        raise TryLater(f"{actor.domain} is under doubt", returning.HOLD, code=returning.DOUBTED)
    ids = {held.activity}
    if not isinstance(read.activity, Delete | Undo) and (id := id_of(read.activity.object)):
        ids.add(id)
    if queries.forgotten(unit.db, held.actor, ids):
        raise Refused("E_UNDONE", f"{ids} was taken back before")
    return actor


def _done(unit: Unit, case: Case, read: Read) -> bool:
    """Whether somebody here does such things, and this one is done."""
    activity, actor = case.activity, case.actor
    if not any(path[0] is type(activity) for path in unit.registry.handlers):
        return False
    here, registry = known(unit, case.viewer), unit.registry
    checks.run(case.document, here, types=registry.types, by_class=registry.checks)
    found = trust.trusted(unit, case)
    for fetched in case.fetched.values():
        checks.run(fetched, here, types=registry.types, by_class=registry.checks)
    embedded = read.raw.get("object")
    raw = embedded if found.embedded and isinstance(embedded, dict) else found.document
    return unit.perform(activity, actor, found.object, raw)


def known(unit: Unit, viewer: Viewer) -> Known:
    """What the checks on receipt may ask of us, as this viewer may see it."""
    return Known(
        now=unit.now,
        stored=lambda wanted: trust.stored(unit, wanted, viewer),
        key=lambda method: _key(unit, method),
    )


def _key(unit: Unit, method: str) -> multikey.PublicKey | None:
    """The key a proof names, if it is on the page of an account we know."""
    owner = unit.account(base(method))
    written = owner.assertion_keys.get(method) if owner else None
    return multikey.from_multikey(written) if written else None


def _end(unit: Unit, held: Held, state: str, code: str) -> None:
    try:
        raw = reader.read_object(held.body)
    except Malformed:
        raw = {}
    body = {"body": None} if _hidden(unit, held, raw) else {}
    queries.change(
        unit.db, held, state=state, code=code[:60], token=None, leased_until=None, **body
    )


def _wait(held: Held, after: timedelta | None) -> timedelta:
    doubled: timedelta = FIRST * (1 << min(held.tries, 20))
    return max(after or FIRST, min(doubled, LONGEST))


def _put_off(unit: Unit, held: Held, code: str, after: timedelta | None, *, final: bool) -> None:
    """Try again, later each time; after a week, or finally, set it aside."""
    wait = _wait(held, after)
    late = unit.now + wait > held.at + GIVE_UP
    queries.change(
        unit.db,
        held,
        state="dead" if final or late else "waiting",
        code=code[:60],
        due=unit.now + wait,
        tries=held.tries + 1,
        token=None,
        leased_until=None,
    )


def _hand_over(unit: Unit, held: Held, id: str) -> None:
    """Have a job fetch what a letter needs; it takes the letter with it."""
    token = secrets.token_hex(16)
    if queries.change(unit.db, held, token=token, leased_until=None, due=unit.now + FALLBACK):
        unit.cause = Cause(letter=held.id)
        unit.later("federation.resolve", lane=domain(id), letter=held.id, token=token)


def _sweep(unit: Unit) -> None:
    queries.sweep(unit.db, unit.now - KEPT)
