"""Looking at both ends of a move, just then, before it is believed."""

import logging

from federation import policy, resolving
from node.kernel.errors import Missing, Refused
from node.kernel.node import Node
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.identity import aliases, handlers, queries, rules
from vocab.model import Malformed

log = logging.getLogger(__name__)


async def look(node: Node, *, old: str, new: str) -> None:
    """Job: believe a move, or do not.

    Raises:
        TryLater: one of the two servers does not answer now.
    """
    known = await node.account(old)
    if known is None or known.local or known.gone is not None:
        return
    try:
        there = await resolving.account(node, new, fresh=True)
        here = await _as_now(node, known)
    except (Refused, Missing, Malformed) as problem:
        log.info("the move of %s to %s is not believed: %s", old, new, problem)
        return
    page, was = aliases.page_of(node, there), aliases.page_of(node, here)
    if was is not None and rules.taken_back(told=new, shown=was.moved_to):
        log.info("the move of %s to %s was taken back", old, new)
        return
    named = page.also_known_as if page else await node.read(queries.named, there.id)
    lives_in = page.moved_to if page else None
    code = await node.write(_believe, here.id, there.id, old in named, lives_in)
    if code:
        log.info("the move of %s to %s is not believed: %s", old, new, code)


async def _as_now(node: Node, known: Account) -> Account:
    """The old account as its page is now; as it is known here if the page is gone for good."""
    try:
        return await resolving.refresh(node, known)
    except Missing:
        return known


def _believe(unit: Unit, old: str, new: str, named_back: bool, lives_in: str | None) -> str:  # noqa: FBT001
    here, there, last = unit.account(old), unit.account(new), queries.last_move(unit.db, old)
    if here is None or there is None or there.gone is not None or there.suspended is not None:
        return "E_UNKNOWN"
    if not there.local and policy.refuses(unit.db, unit.registry, new):
        return "E_BLOCKED"
    if here.doubted is not None:
        return "E_QUARANTINE"
    code = rules.refused(
        old=old,
        new=new,
        named_back=named_back,
        lives_in=there.moved if there.local else lives_in,
        last=last[1] if last and last[0] != new else None,
        now=unit.now,
    )
    if not code and here.moved != new:
        handlers.settle(unit, here, new)
    return code
