"""By what name an actor may be called: where the actor and the name's own host agree.

A name is shown only once it is proven: the host that it names leads to the actor, and the actor
calls itself so (security.md V20). Until then an actor is called by the place of its page.

Source: FEP-2c59, with Mastodon's way for those who do not say it.
"""

import logging
from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, update

from federation import finger
from federation.budget import Budget
from federation.finger import Finger, Name
from federation.origins import domain
from node.kernel.errors import Problem
from node.kernel.node import Node
from node.kernel.tables import Account, account
from node.kernel.unit import Unit
from vocab.model import Malformed

log = logging.getLogger(__name__)

FETCHES = 2


async def find_out(node: Node, *, account: str) -> None:
    """Job: prove the name of an actor that is new here, or calls itself something new."""
    one = await node.account(account)
    if one is not None and not one.local and one.gone is None and one.acct is None:
        await named(node, one, Budget(fetches=FETCHES))


async def named(node: Node, one: Account, budget: Budget, seen: Finger | None = None) -> Account:
    """The actor with its name, or without one if it is called otherwise now.

    As it was if nobody answers.
    """
    try:
        name = await prove(node, one, budget, seen)
    except (Problem, Malformed) as problem:
        log.info("the name of %s: %s", one.id, problem)
        return one
    await node.write(keep, one, name)
    return await node.account(one.id) or one


async def prove(
    node: Node, one: Account, budget: Budget, seen: Finger | None = None
) -> Name | None:
    """The name on which an actor and its host agree; None if they do not.

    Args:
        node: asks.
        one: the actor, with its page as its own server showed it.
        budget: of whoever wants to know.
        seen: what a host has said already.

    Raises:
        Missing, Refused, TryLater, Malformed: as `finger.ask`.
    """
    said = claimed(one.document or {})
    name = said or finger.name_of(f"{one.handle}@{domain(one.id)}")
    for _ in range(FETCHES):
        if name is None:
            return None
        if seen is None or seen.asked != name:
            seen = await finger.ask(node, name, budget)
        if seen.actor != one.id:
            return None
        if seen.subject is None or seen.subject == name:
            return name
        if said:
            return None
        # The server of its page calls it by another host's name: that host is to say so, too.
        name = seen.subject if seen.subject[0] == one.handle.lower() else None
    return None


def claimed(document: Mapping[str, Any]) -> Name | None:
    """What an actor's page says that it wants to be called (FEP-2c59)."""
    said = document.get("webfinger")
    name = finger.name_of(said) if isinstance(said, str) else None
    return name if name is not None and name[1] else None


def keep(unit: Unit, one: Account, name: Name | None) -> None:
    """Write down a proven name, or that there is none; whoever had it before has it no more."""
    acct = "@".join(name) if name else None
    if acct is not None:
        unit.db.execute(_OTHERS, {"taken": acct, "who": one.id})
    unit.db.execute(_SAME, {"who": one.id, "called": one.handle, "acct": acct})


_OTHERS = (
    update(account)
    .where(account.c.acct == bindparam("taken"), account.c.id != bindparam("who"))
    .values(acct=None)
)
_SAME = (
    update(account)
    .where(account.c.id == bindparam("who"), account.c.handle == bindparam("called"))
    .values(acct=bindparam("acct"))
)
