"""What stands on the board of another community already when ours begins to follow or trust it.

Later notices come by themselves; the older ones are fetched once, and once a day whatever of
them we still do not know. The other node shows to each who asks what is for them.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from time import monotonic

from sqlalchemy import Connection

from federation import paging, resolving, taking
from federation.budget import Budget
from federation.origins import domain, same_origin
from node.kernel.errors import Problem, TryLater
from node.kernel.node import Node, find_account
from node.kernel.unit import Unit
from node.modules.follows import api as follows
from node.modules.listings import queries
from vocab.model import Malformed, id_of
from vocab.types import Community

MOST = 100
"""Notices that one look takes in; the next look, a little later, takes the rest."""
PAGES = 25
FETCHES = 2 * MOST + PAGES + 1
SECONDS = 120.0
BYTES = 4 * 1024 * 1024
SOON = timedelta(minutes=2)
"""A follow may be answered before both know of the trust that it belongs to."""


def begun(unit: Unit, event: follows.Followed) -> None:
    """Look at the board of a community that is followed from now on."""
    _later(unit, event.followed)


async def look_again(node: Node) -> None:
    """Job, daily: look at the boards of all communities that somebody here follows."""
    await node.write(_all)


def _all(unit: Unit) -> None:
    for id in sorted({bond.theirs for bond in follows.abroad(unit.db) if bond.outward}):
        _later(unit, id)


def _later(unit: Unit, id: str) -> None:
    if _board(unit.db, id) is not None:
        once = f"listings.board {id}"[:255]
        due = unit.now + SOON
        unit.later("listings.board", due=due, lane=domain(id), once=once, apart=True, of=id)


def _board(db: Connection, id: str) -> str | None:
    """The collection of what a community offers and needs; None for who is none, or follows on."""
    one = find_account(db, id)
    if one is None or one.local or one.gone is not None or one.kind != Community.kind:
        return None
    board = (one.document or {}).get("listings")
    theirs = isinstance(board, str) and same_origin(board, id)
    return board if theirs and follows.is_followed(db, id) else None


async def look(node: Node, *, of: str) -> None:
    """Job: take in what stands on a community's board and is not known here.

    Raises:
        TryLater: their server does not answer now.
    """
    board = await node.read(_board, of)
    if board is None:
        return
    budget = Budget(fetches=FETCHES, pages=PAGES, until=monotonic() + SECONDS, bytes=BYTES)
    try:
        found = await paging.items(node, board, budget=budget)
    except TryLater:
        raise
    except (Problem, Malformed):
        return  # they do not show it
    new = await node.write(_unknown, of, [id_of(one) for one in found.found])
    # the oldest first, as they were posted
    for id in reversed(new[:MOST]):
        await _take(node, id, budget)
    if len(new) > MOST:
        await node.write(_later, of)


def _unknown(unit: Unit, of: str, ids: Iterable[str | None]) -> Sequence[str]:
    theirs = [id for id in dict.fromkeys(ids) if id is not None and same_origin(id, of)]
    return [id for id in theirs if queries.stored(unit, id) is None]


async def _take(node: Node, id: str, budget: Budget) -> None:
    try:
        await taking.take(node, await resolving.fetch(node, id, budget=budget), budget)
    except TryLater:
        raise
    except (Problem, Malformed):
        return  # it is no notice, is over, or is none that we keep
