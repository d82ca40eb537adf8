"""What decisions look up elsewhere: keys, records at their origin, the basis of an answer."""

from collections.abc import Mapping
from typing import Any

from federation import resolving
from node.kernel.errors import Missing, Problem, TryLater
from node.kernel.node import Node
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.decisions import chaining, handlers, queries
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


async def shown(node: Node, id: str) -> Mapping[str, Any] | None:
    """A document as its own server shows it; None if it shows none to us."""
    try:
        _, found = await resolving.document(node, id)
    except TryLater:
        raise
    except (Missing, Problem, Malformed):
        return None
    return found


async def sweep(node: Node) -> None:
    """Try again what could not be checked when it came; sign the end of our chain if need be."""
    await node.write(_again)
    await node.write(_confirm)


def _confirm(unit: Unit) -> None:
    if unit.community.ready:
        chaining.confirm(unit, accounts.community_account(unit.db))


def _again(unit: Unit) -> None:
    for id in queries.unproven(unit.db):
        once = f"decisions.check:{handlers.slug_of(id)}"
        unit.later("decisions.check", once=once, record=id)
    for id in queries.waiting_responses(unit.db):
        once = f"decisions.weigh:{handlers.slug_of(id)}"
        unit.later("decisions.weigh", once=once, response=id)
