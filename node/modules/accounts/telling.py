"""Letting others know how an actor of ours is now."""

from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.accounts.objects import actor_of
from vocab.model import PUBLIC
from vocab.types import Update


def tell_changed(unit: Unit, who: Account, **changed: str) -> None:
    """Change an actor of ours and let its followers know.

    Args:
        unit: the unit.
        who: the account as it was.
        **changed: attributes of the actor (`name`, `summary`) as they are now.
    """
    news = Update(
        id=unit.id("a"),
        actor=who.id,
        object=actor_of(unit, who, **changed),
        to=(PUBLIC,),
        cc=tuple(place for place in (who.followers,) if place),
        published=unit.now,
    )
    unit.perform(news, who)
