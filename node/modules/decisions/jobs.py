"""What decisions look up elsewhere: keys, records, the basis of an answer; and the clock."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from federation import reading, receiving, resolving
from federation.budget import Budget
from node.kernel.access import Reach, Viewer
from node.kernel.errors import Problem, Refused, TryLater
from node.kernel.node import Node
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.decisions import chaining, forcing, handlers, publishing, queries, tables
from vocab import checks
from vocab.model import Malformed


async def check(node: Node, *, record: str) -> None:
    """Ask a record's owner for its keys, and its server for the record; then look again.

    Raises:
        TryLater: its server does not answer; the job comes back.
    """
    found = await node.read(queries.any_record, record)
    if found is None or found.ours or found.seal == "holds":
        return
    await _keys(node, found.owner)
    await node.write(handlers.recheck, record, await shown(node, record))


async def weigh(node: Node, *, response: str) -> None:
    """Fetch what an answer rests on, once, and decide whether it counts.

    Raises:
        TryLater: the server does not answer; the job comes back.
    """
    found = await node.read(queries.any_response, response)
    if found is None or found.state != "waiting":
        return
    await _keys(node, found.owner)
    basis = await shown(node, found.basis) if found.basis else None
    await node.write(handlers.weighed, response, basis)


async def _keys(node: Node, owner: str) -> None:
    """Read an actor's page anew, for the keys on it."""
    try:
        await resolving.account(node, owner, fresh=True)
    except TryLater:
        raise
    except (Problem, Malformed):
        return


async def shown(node: Node, id: str, *, budget: Budget | None = None) -> Mapping[str, Any] | None:
    """A document as its own server shows it, judged as in the inbox; None if it shows none to us.

    Args:
        node: asks.
        id: of a thing of another server.
        budget: of the letter for which it is asked.

    Raises:
        TryLater: its server does not answer, or the budget is spent; the job comes back.
    """
    try:
        _, found = await resolving.document(node, id, budget=budget)
        types, allow_http = node.registry.types, node.settings.allow_http
        await node.write(_sound, reading.judged(found, types, allow_http=allow_http))
    except TryLater:
        raise
    except Refused as problem:
        if problem.code == "E_BUDGET":
            raise TryLater(id) from problem
        return None
    except (Problem, Malformed):
        return None
    return found


def _sound(unit: Unit, document: Mapping[str, Any]) -> None:
    """Refuse what the inbox would refuse.

    Raises:
        Malformed: as `checks.run`.
    """
    known = receiving.known(unit, Viewer())
    checks.run(document, known, types=unit.registry.types, by_class=unit.registry.checks)


async def come(node: Node, *, record: str) -> None:
    """Have a decision come into force whose time to cool off is over."""
    await node.write(forcing.come, record)


async def end(node: Node, *, record: str) -> None:
    """End a decision whose last day has come."""
    await node.write(forcing.end_in_time, record)


async def keep_time(node: Node) -> None:
    """Have decisions come into force and end whose time has come, whatever became of their job."""
    for step, record in await node.read(forcing.due, node.now()):
        await node.write(DUE[step], record)


def settle_here(unit: Unit, record_id: str) -> None:
    """Keep a decision here that nobody has chosen for, if its days are over; else nothing.

    Who may see it can still be chosen: it has not left.
    """
    found = queries.any_record(unit.db, record_id)
    ends = forcing.grace_ends(unit.db, found) if found is not None and found.ours else None
    if ends is not None and ends <= unit.now:
        publishing.settle(unit, record_id, Reach.COMMUNITY, by=unit.community.id)


DUE = {
    "come": forcing.come,
    "settle": settle_here,
    "end": forcing.end_in_time,
}
"""What is done with a decision whose time has come. Units."""


async def sweep(node: Node) -> None:
    """Try again what could not be checked when it came; sign the end of our chain if need be."""
    await node.write(_again)
    await node.write(_confirm)


def _confirm(unit: Unit) -> None:
    if unit.community.ready:
        chaining.confirm(unit, accounts.community_account(unit.db))


def _again(unit: Unit) -> None:
    for id in unproven(unit.db):
        once = f"decisions.check:{handlers.slug_of(id)}"
        unit.later("decisions.check", once=once, record=id)
    for id in waiting_responses(unit.db):
        once = f"decisions.weigh:{handlers.slug_of(id)}"
        unit.later("decisions.weigh", once=once, response=id)


def unproven(db: Connection) -> list[str]:
    """Records of others whose seal is still to be checked."""
    # every reach: the check is for members and strangers alike
    waiting = select(tables.record.c.id).where(tables.record.c.seal != "holds")
    return list(db.scalars(waiting))


def waiting_responses(db: Connection) -> list[str]:
    """Answers to our records whose proof or basis is still to be looked at."""
    # every reach: the check is for members and strangers alike
    return list(
        db.scalars(select(tables.response.c.id).where(tables.response.c.state == "waiting"))
    )
