"""Seeing with another server whether we agree on who of ours follows its people (FEP-8fcf).

Whoever its list lacks follows nobody there; whom it wrongly names, takes that back in so many
words. Each list is read once a day at most, and nothing follows from one that is not whole.
"""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import select

from federation import paging, sparingly
from federation.budget import Budget
from federation.events import FollowersTold
from federation.told import digest
from node.kernel.errors import Problem, TryLater
from node.kernel.node import Node
from node.kernel.unit import Unit
from node.modules.follows import queries
from node.modules.follows.rules import State
from node.modules.follows.tables import follow
from vocab.model import Malformed, id_of
from vocab.types import Follow, Undo

EVERY = timedelta(days=1)
FETCHES = 12
YOUNG = timedelta(hours=1)
"""A follow that is younger may not have reached the other side's list yet."""


def told(unit: Unit, event: FollowersTold) -> None:
    """Ask for the list of an actor's followers here, if it is not what we know."""
    actor = unit.account(event.actor)
    if actor is None or actor.local or actor.gone or actor.followers != event.collection:
        return
    ours = [id for id in queries.followers(unit.db, actor.id) if unit.ours(id)]
    if digest(ours) == event.digest:
        return
    if sparingly.may_ask(unit, f"followers {actor.id}", EVERY):
        once = f"follows.agree {actor.id}"[:255]
        unit.later("follows.agree", lane=actor.domain, once=once, actor=actor.id, url=event.url)


async def agree(node: Node, *, actor: str, url: str) -> None:
    """Job: read the list, and do as it says.

    Raises:
        TryLater: the other server does not answer now.
    """
    try:
        found = await paging.items(node, url, budget=Budget(fetches=FETCHES))
    except TryLater:
        raise
    except (Problem, Malformed):
        return  # what it says is no list: nothing changes
    if found.whole:
        listed = frozenset(id for one in found.found if (id := id_of(one)))
        await node.write(_as_listed, actor, listed)


def _as_listed(unit: Unit, actor: str, listed: Collection[str]) -> None:
    one = unit.account(actor)
    if one is None or one.local:
        return
    held = select(follow.c.follower).where(
        follow.c.followed == actor,
        follow.c.state == State.ACCEPTED,
        follow.c.at < unit.now - YOUNG,
    )
    for id in unit.db.scalars(held).all():
        if unit.ours(id) and id not in listed:
            queries.end(unit.db, id, actor)
    for id in sorted(filter(unit.ours, listed)):
        if queries.state(unit.db, id, actor) in (None, State.REFUSED):
            _take_back(unit, id, actor)


def _take_back(unit: Unit, follower: str, followed: str) -> None:
    """Tell the other side that somebody of ours does not follow; only they could have asked."""
    mine = unit.account(follower)
    if mine is None or not mine.local or mine.gone is not None:
        return
    asked = Follow(id=unit.id("a"), actor=follower, object=followed)
    unit.send(Undo(id=unit.id("a"), actor=follower, object=asked, to=(followed,)))
