"""A group's double word: what is said in it goes to each follower in the form that suits them.

Microblogs take the id of a post and show a boost; groups of FEP-1b12 (Lemmy, PieFed, Mbin, NodeBB)
take the activity itself, word for word. Who is of which kind is said by two collections that a
module may fill; where none does, everybody gets the id and nobody the activity.

Source: FEP-1b12; federation reference 3.3, 3.4.
"""

import json
from typing import Any

from federation import queries
from node.kernel.tables import Account
from node.kernel.unit import Unit
from vocab.model import PUBLIC, Activity, Carried, Malformed
from vocab.types import Announce


def readers_of_acts(group: Account) -> str:
    """The collection of those followers who want activities."""
    return f"{group.followers}#activities"


def readers_of_things(group: Account) -> str:
    """The collection of those followers who want ids."""
    return f"{group.followers}#objects"


def hand_on(unit: Unit, group: Account, activity: str) -> str | None:
    """Have a group of ours hand on an activity, as it was sent to us or by us.

    Returns:
        The id of the Announce; None if the activity is not here any more, or may not be handed on.
    """
    look = queries.sent if unit.ours(activity) else queries.came
    row = look(unit.db, activity)
    if row is None or row.body is None:
        return None
    document: dict[str, Any] = json.loads(row.body)
    return carry(unit, group, document)


def carry(unit: Unit, group: Account, document: dict[str, Any]) -> str | None:
    """Have a group of ours announce an activity, word for word.

    Returns:
        The id of the Announce; None if it may not leave, or nobody takes it.
    """
    return say(unit, group, Carried(id=document.get("id"), document=document))


def say(unit: Unit, group: Account, act: Activity) -> str | None:
    """Have a group of ours announce an activity to those who take such, as `carry`."""
    if not unit.registry.audience(unit.db, readers_of_acts(group)):
        return None
    told = Announce(
        id=unit.id("a"),
        actor=group.id,
        object=act,
        to=(PUBLIC,),
        cc=(group.followers or "",),
        published=unit.now,
    )
    try:
        unit.door.write(told)
    except Malformed:
        return None  # what its author wrote has keys that never leave here
    unit.send(told, among=readers_of_acts(group))
    return told.id


def forget(unit: Unit, group: Account, announced: str) -> None:
    """Have it known that the group took back an Announce, so that nobody reads it here."""
    queries.forget(unit.db, group.id, announced, unit.now)
