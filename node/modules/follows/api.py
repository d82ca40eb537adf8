"""What other modules may use of follows."""

from node.kernel.errors import Missing
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.follows.queries import activity_of, followers, following, state
from node.modules.follows.rules import State
from vocab.types import Follow, Undo

__all__ = ["State", "follow", "followers", "following", "state", "unfollow"]


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
