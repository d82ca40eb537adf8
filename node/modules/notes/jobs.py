"""What is done about posts in the background: numbers of polls."""

from federation import resolving
from node.kernel.errors import Problem, TryLater
from node.kernel.node import Node
from node.kernel.unit import Unit
from node.modules.notes import polls, queries
from vocab.model import Malformed, Object


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


def _heard(unit: Unit, poll: str, found: Object) -> None:
    before = queries.stored(unit.db, poll)
    if before is not None and before.deleted is None and found.id == poll:
        polls.heard(unit, before, found, is_edit=False)
