"""The items of somebody else's collection, page after page, within a budget.

All pages have to lie at the collection's own server. What the items are worth is for whoever
asked to judge.
"""

from collections.abc import Iterator

from federation import resolving
from federation.budget import Budget
from federation.origins import same_origin
from node.kernel.errors import Refused
from node.kernel.node import Node
from vocab.model import Collection, Object, OrderedCollection, id_of
from vocab.values import dataclass


@dataclass(frozen=True, kw_only=True)
class Items:
    """What a collection holds, in its order; `whole` if that is all of it."""

    found: tuple[Object | str, ...]
    whole: bool


async def items(node: Node, id: str, *, budget: Budget) -> Items:
    """Read a collection.

    Args:
        node: asks.
        id: of the collection.
        budget: of whoever asks.

    Raises:
        Missing, Refused, TryLater, Malformed: as `resolving.document`; E_COLLECTION, it is none.
    """
    found: list[Object | str] = []
    seen: set[str] = set()
    at: Object | str | None = id
    while True:
        page = await _page(node, at, id, seen, budget)
        inside = tuple(_inside(page))
        found += inside
        at = page.next if inside or page.first is None else page.first
        if at is None:
            return Items(found=tuple(found), whole=True)
        if id_of(at) in seen or not await budget.turn(node):
            return Items(found=tuple(found), whole=False)


async def _page(
    node: Node, at: Object | str | None, of: str, seen: set[str], budget: Budget
) -> Collection:
    if isinstance(at, Collection) and (at.next or tuple(_inside(at))):
        return at
    id = id_of(at)
    if id is None or not same_origin(id, of):
        raise Refused("E_COLLECTION", f"{of} goes on at {id}")
    seen.add(id)
    value, _ = await resolving.document(node, id, budget=budget)
    if not isinstance(value, Collection):
        raise Refused("E_COLLECTION", f"{id} is a {value.type}")
    return value


def _inside(page: Collection) -> Iterator[Object | str]:
    if isinstance(page, OrderedCollection):
        yield from page.ordered_items or ()
    yield from page.items or ()
