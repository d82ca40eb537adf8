"""What is done about posts in the background: polls, quotes, conversations."""

from federation import resolving
from federation.budget import Budget
from node.kernel.errors import Missing, Problem, TryLater
from node.kernel.node import Node
from node.kernel.unit import Unit
from node.modules.notes import gathering, leaving, polls, queries, quotes
from vocab.model import Malformed, Object
from vocab.types import QuoteAuthorization, Tombstone


async def poll_news(node: Node, *, poll: str) -> None:
    """Let others know the numbers of a poll of ours."""
    await node.write(polls.tell, poll)


async def end_poll(node: Node, *, poll: str) -> None:
    """End a poll of ours."""
    await node.write(polls.end, poll)


async def ask_poll(node: Node, *, poll: str) -> None:
    """Ask for the last numbers of another's poll that a member answered.

    Raises:
        TryLater: its server does not answer now.
    """
    try:
        found, _ = await resolving.document(node, poll)
    except TryLater:
        raise
    except (Problem, Malformed):
        return  # what was heard last stands
    await node.write(_heard, poll, found)


async def check_quote(node: Node, *, post: str) -> None:
    """Ask whether a post may show what it quotes: its own server for both, and for the stamp.

    Args:
        node: ours.
        post: the quoting one.

    Raises:
        TryLater: a server does not answer now.
    """
    kept = await node.read(queries.stored, post)
    if kept is None or kept.quote is None or kept.consent is not None:
        return
    budget = Budget()
    try:
        await gathering.bring(node, kept.quote, budget, is_quoted=True)
        stamp = await _stamp(node, kept.stamp, budget) if kept.stamp else None
    except TryLater:
        raise
    except (Problem, Malformed):
        return  # it is not shown
    await node.write(quotes.checked, post, stamp)


async def gather(node: Node, *, post: str, answers: bool = False) -> None:
    """Fetch the posts above one; and, if a member wishes it, the answers to all of them."""
    budget = gathering.budget() if answers else Budget()
    await gathering.above(node, post, budget)
    if answers:
        await gathering.below(node, post, budget)


async def look_gone(node: Node, *, post: str) -> None:
    """Ask a post's own server whether it is there still; if not, its words go here, too.

    Raises:
        TryLater: its server does not answer now.
    """
    kept = await node.read(queries.stored, post)
    if kept is None or kept.local or kept.deleted is not None:
        return
    try:
        found, _ = await resolving.document(node, post)
    except TryLater:
        raise
    except Missing:
        await node.write(leaving.empty, [post])
    except (Problem, Malformed):
        return
    else:
        if isinstance(found, Tombstone):
            await node.write(leaving.empty, [post])


async def _stamp(node: Node, id: str, budget: Budget) -> QuoteAuthorization | None:
    found, _ = await resolving.document(node, id, budget=budget)
    return found if isinstance(found, QuoteAuthorization) else None


def _heard(unit: Unit, poll: str, found: Object) -> None:
    before = queries.stored(unit.db, poll)
    if before is not None and before.deleted is None and found.id == poll:
        polls.heard(unit, before, found, is_edit=False)
