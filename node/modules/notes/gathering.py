"""Asking other servers for posts: one that is quoted, and the rest of a conversation.

Each post is believed as its own server shows it, and kept only if it is for all and answers
something that is here. A conversation is asked for with one budget of fetches, bytes, seconds.

Source: FEP-7888, FEP-f228; security.md V35.
"""

from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from time import monotonic

from federation import resolving
from federation.budget import SPENT, Budget
from federation.origins import same_origin
from federation.trust import Wanted
from node.kernel.errors import Problem
from node.kernel.node import Node
from node.modules.notes import fetched, queries
from node.modules.notes.queries import Post
from vocab.model import Collection, Malformed, Object, OrderedCollection, id_of

UP = 20
"""Posts above one that are asked for."""
DOWN = 3
"""Answers to answers that are asked for, where a conversation has no collection of its own."""
PAGES = 5
"""Pages of one collection."""
FETCHES = 60
SECONDS = 60.0


def budget() -> Budget:
    """What one conversation may cost that a member asks for."""
    return Budget(fetches=FETCHES, until=monotonic() + SECONDS)


async def bring(node: Node, id: str, budget: Budget, *, is_quoted: bool = False) -> Post | None:
    """A post that is for all, from here or from its own server; None if it cannot be had.

    `is_quoted` as in `fetched.keep`.

    Raises:
        Missing, Refused, TryLater, Malformed: as `resolving.fetch`.
    """
    known = await node.read(queries.stored, id)
    if known is not None:
        return known
    found, _ = await resolving.document(node, id, budget=budget)
    return await keep(node, found, budget, is_quoted=is_quoted)


async def keep(
    node: Node, found: Object, budget: Budget, *, is_quoted: bool = False
) -> Post | None:
    """Keep what was fetched, with its author.

    Raises:
        Missing, Refused, TryLater, Malformed: as `resolving.account`.
    """
    how = {"look_further": False, "is_quoted": is_quoted}
    try:
        await node.write(fetched.keep, found, **how)
    except Wanted as author:
        await resolving.account(node, author.id, budget=budget)
        await node.write(fetched.keep, found, **how)
    return await node.read(queries.stored, found.id or "")


async def above(node: Node, id: str, budget: Budget) -> None:
    """Bring what a post answers, and what that answers, up to the first."""
    kept = await node.read(queries.stored, id)
    for _ in range(UP):
        if kept is None or kept.in_reply_to is None:
            return
        try:
            kept = await bring(node, kept.in_reply_to, budget)
        except (Problem, Malformed):
            return


async def below(node: Node, id: str, budget: Budget) -> None:
    """Bring the answers of a conversation: from its collection, else from those of its posts."""
    kept = await node.read(queries.stored, id)
    root = await node.read(queries.stored, kept.thread) if kept else None
    if kept is None:
        return
    search = _Search(node=node, budget=budget)
    try:
        if root is not None and root.context and not root.local:
            await search.read(root.context)
        elif root is not None:
            await search.spread(root)
        await search.spread(kept)
    except Problem:
        return  # the budget is spent; what came is here


@dataclass(kw_only=True)
class _Search:
    """One looking for answers; what was asked for is not asked for again."""

    node: Node
    budget: Budget
    seen: set[str] = field(default_factory=set)

    async def spread(self, start: Post) -> None:
        """From a post to its answers, and to theirs."""
        waiting = deque([(start, 0)])
        while waiting:
            post, depth = waiting.popleft()
            if post.answers and not post.local and depth < DOWN:
                waiting += [(one, depth + 1) for one in await self.read(post.answers)]

    async def read(self, collection: str) -> list[Post]:
        """The posts of a collection that belong to something here."""
        found = []
        async for item in self._items(collection):
            id = id_of(item)
            if id is None or id in self.seen:
                continue
            self.seen.add(id)
            if (post := await self._one(item, id, collection)) is not None:
                found.append(post)
        return found

    async def _one(self, item: Object | str, id: str, collection: str) -> Post | None:
        known = await self.node.read(queries.stored, id)
        if known is not None:
            return known
        # what a server shows of its own posts inside of a collection, it shows
        whole = isinstance(item, Object) and same_origin(id, collection)
        found = item if whole else await self._fetched(id)
        if not isinstance(found, Object) or not found.in_reply_to:
            return None
        if await self.node.read(queries.stored, found.in_reply_to) is None:
            return None
        try:
            return await keep(self.node, found, self.budget)
        except (Problem, Malformed) as problem:
            _unless_spent(problem)
            return None

    async def _items(self, collection: str) -> AsyncIterator[Object | str]:
        """What is in a collection, page after page, all of one server."""
        at: Object | str | None = collection
        for _ in range(PAGES + 1):
            page = await self._page(at, collection)
            if page is None:
                return
            items = _ordered(page) or page.items or ()
            for item in items:
                yield item
            at = page.next if items or page.first is None else page.first

    async def _page(self, at: Object | str | None, of: str) -> Collection | None:
        if isinstance(at, Collection) and (at.next or at.items or _ordered(at)):
            return at
        id = id_of(at)
        if id is None or id in self.seen or not same_origin(id, of):
            return None
        self.seen.add(id)
        found = await self._fetched(id)
        return found if isinstance(found, Collection) else None

    async def _fetched(self, id: str) -> Object | None:
        try:
            return (await resolving.document(self.node, id, budget=self.budget))[0]
        except (Problem, Malformed) as problem:
            _unless_spent(problem)
            return None


def _ordered(page: Collection) -> tuple[Object | str, ...]:
    return (page.ordered_items if isinstance(page, OrderedCollection) else None) or ()


def _unless_spent(problem: Problem | Malformed) -> None:
    """Go on without what cannot be had, as long as anything may be asked at all."""
    if isinstance(problem, Problem) and problem.code in SPENT:
        raise problem
