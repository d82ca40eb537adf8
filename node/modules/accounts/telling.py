"""Letting others know how an actor of ours is now."""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import update

from federation import ourselves
from node.kernel.tables import Account, account
from node.kernel.unit import Unit
from vocab.model import PUBLIC
from vocab.types import Update


def tell_changed(
    unit: Unit,
    who: Account,
    *,
    name: str,
    summary: str | None = None,
    also: Iterable[str] = (),
) -> str:
    """Change an actor of ours and let its followers know.

    Args:
        unit: the unit.
        who: the account as it was.
        name: what it is called now.
        summary: what it says of itself now; as before if left out.
        also: ids of others who are to know.

    Returns:
        The id of the letter.
    """
    one = replace(who, name=name, summary=who.summary if summary is None else summary)
    change = update(account).where(account.c.id == who.id)
    unit.db.execute(change.values(name=one.name, summary=one.summary))
    shown = ourselves.actor(unit.db, unit.registry, unit.community.id, one, unit.now)
    news = Update(
        id=unit.id("a"),
        actor=who.id,
        object=replace(shown, updated=unit.now),
        to=(PUBLIC,),
        cc=tuple(place for place in (who.followers,) if place),
        bcc=tuple(also),
        published=unit.now,
    )
    unit.perform(news, who)
    return str(news.id)
