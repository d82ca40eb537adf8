"""Notices that somebody links on their page, as Mitra and Epicyon do: looked at, never sent to us.

They are looked at when somebody here begins to follow them, and once a day while somebody does.
"""

from collections.abc import Sequence

from federation import resolving, taking
from federation.budget import Budget
from federation.origins import domain, same_origin
from federation.resolving import Document
from node.kernel.errors import Missing, Problem, TryLater
from node.kernel.node import Node
from node.kernel.unit import Unit
from node.modules.follows import api as follows
from node.modules.listings import queries
from node.modules.listings.events import Closed
from vocab import listings_elsewhere, spellings
from vocab.model import Malformed
from vocab.types import Update

MOST = 5
"""Notices of one page."""


def followed(unit: Unit, event: follows.Followed) -> None:
    """Look at the page of whoever is followed from now on."""
    _later(unit, event.followed)


async def look_again(node: Node) -> None:
    """Job, daily: look at the pages of all who are followed and link notices."""
    await node.write(_all)


def _all(unit: Unit) -> None:
    for id in sorted({bond.theirs for bond in follows.abroad(unit.db) if bond.outward}):
        _later(unit, id)


def _later(unit: Unit, id: str) -> None:
    who = unit.account(id)
    if who is not None and not who.local and listings_elsewhere.linked(who.document or {}):
        unit.later("listings.linked", lane=domain(id), once=f"listings.linked {id}"[:255], of=id)


async def look(node: Node, *, of: str) -> None:
    """Job: take in what a page links, and let go what its server has no more.

    Raises:
        TryLater: their server does not answer now.
    """
    budget = Budget()
    who = await resolving.account(node, of, budget=budget, fresh=True)
    for id in _meant(who.document or {}, of):
        try:
            await _take(node, id, of, budget)
        except TryLater:
            raise
        except Missing:
            await node.write(_forget, id, of)
        except (Problem, Malformed):
            continue  # what it links is no notice, or none that we keep


def _meant(page: Document, of: str) -> Sequence[str]:
    linked = listings_elsewhere.linked(page)
    return [one for one in linked if same_origin(one, of)][:MOST]


async def _take(node: Node, id: str, of: str, budget: Budget) -> None:
    """Take in one notice, if it is whose page links it."""
    found = await resolving.fetch(node, id, budget=budget)
    if of in spellings.ids(found, "attributedTo"):
        await taking.take(node, found, budget, how=Update)


def _forget(unit: Unit, id: str, of: str) -> None:
    kept = queries.stored(unit, id)
    if kept is not None and kept.owner == of:
        queries.remove(unit, id)
        unit.tell(Closed(id=id))
