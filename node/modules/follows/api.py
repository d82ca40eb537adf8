"""What other modules may use of follows."""

from sqlalchemy import Connection

from node.kernel.errors import Missing
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.follows.handlers import Followed, Gained, send_answer
from node.modules.follows.queries import (
    Bond,
    abroad,
    activity_of,
    end,
    followed_by,
    followers,
    following,
    is_followed,
    state,
)
from node.modules.follows.rules import State
from vocab.types import Follow, Reject, Undo

__all__ = [
    "FOLLOWABLE", "Bond", "Followed", "Gained", "State", "abroad", "circles", "follow",
    "followed_by", "followers", "following", "is_followed", "leave", "part", "state", "unfollow",
]  # fmt: skip

FOLLOWABLE = frozenset({"Person", "Group", "Organization", "Service"})
"""Types of actors that somebody may want to follow; an Application says nothing to people."""


def follow(unit: Unit, follower: Account, followed: Account) -> None:
    """Have an account of ours ask to follow another."""
    ask = Follow(id=unit.id("a"), actor=follower.id, object=followed.id, to=(followed.id,))
    unit.perform(ask, follower)


def unfollow(unit: Unit, follower: Account, followed: Account) -> None:
    """Have an account of ours stop following another.

    Raises:
        Missing: it did not.
    """
    activity = activity_of(unit.db, follower.id, followed.id)
    if activity is None:
        raise Missing(detail=f"{follower.id} does not follow {followed.id}")
    asked = Follow(id=activity, actor=follower.id, object=followed.id)
    unit.perform(
        Undo(id=unit.id("a"), actor=follower.id, object=asked, to=(followed.id,)), follower
    )


def part(unit: Unit, ours: Account, other: Account) -> None:
    """End the follows between an account of ours and another, both ways; the other is told."""
    if state(unit.db, ours.id, other.id) is not None:
        unfollow(unit, ours, other)
    asked = activity_of(unit.db, other.id, ours.id)
    if asked is not None:
        end(unit.db, other.id, ours.id)
        send_answer(unit, Reject, ours, other.id, asked)


def circles(db: Connection, who: str, of: Account) -> list[str]:
    """The collections of an actor's that somebody is in: who follows them, whom they follow."""
    found = []
    if of.followers and state(db, who, of.id) is State.ACCEPTED:
        found.append(of.followers)
    theirs = (of.document or {}).get("following")
    if isinstance(theirs, str) and state(db, of.id, who) is State.ACCEPTED:
        found.append(theirs)
    return found


def leave(unit: Unit, one: str, other: str) -> None:
    """Forget the follows between two accounts, without a word to anybody."""
    end(unit.db, one, other)
    end(unit.db, other, one)
