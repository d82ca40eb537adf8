"""When an inbox is not there any more: is its owner gone, or only moved?

An owner is believed gone only after two looks a day apart (a server that is being repaired
often says 404 or 410 of everything).
"""

import hashlib
import logging
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection, and_, or_, select, update

from federation import addressing, letters, policy, resolving, signing
from federation.origins import domain
from node.kernel.errors import Missing, Refused, TryLater
from node.kernel.node import Node, find_account
from node.kernel.tables import Account, account
from node.kernel.unit import Unit
from vocab.model import Malformed

log = logging.getLogger(__name__)

BETWEEN = timedelta(days=1)
"""The time between the two looks."""
MOST = 20
"""Owners looked after for one inbox; a shared inbox may have many."""
MISSING = frozenset({404, 410})


def suspect(unit: Unit, inbox: str, activity: str) -> None:
    """Have it looked after whether the owners of an inbox are gone."""
    unit.later(
        "federation.look_after",
        lane=domain(inbox),
        once=_name("first", inbox),
        inbox=inbox,
        activity=activity,
    )


def _name(which: str, inbox: str) -> str:
    return f"absence {which} {hashlib.sha256(inbox.encode()).hexdigest()[:32]}"


async def look_after(
    node: Node, *, inbox: str, activity: str, missed: Sequence[str] | None = None
) -> None:
    """Look for the owners of an inbox.

    Args:
        node: ours.
        inbox: what was not there.
        activity: the letter that came back; it goes after an owner who has moved.
        missed: the owners that the first look did not find; None on the first look.

    Raises:
        TryLater: their server does not answer now.
    """
    gone = []
    for one in await node.read(_owners, inbox, missed):
        if await _is_there(node, one):
            await _welcome(node, one, activity)
        else:
            gone.append(one.id)
    if gone and missed is None:
        await node.write(_look_again, inbox, activity, gone)
    elif gone:
        await node.write(_mark, gone)


async def _is_there(node: Node, one: Account) -> bool:
    by = await signing.signer(node, node.community.service)
    headers = signing.fetching(node, by)
    try:
        await policy.check(node, one.id)
        answer = await node.network.get(
            one.id, headers=headers, may=lambda to: policy.check(node, to)
        )
    except Refused:
        return True  # nobody may ask, so nobody knows better
    if answer.status in MISSING:
        return False
    if answer.status >= 500:
        raise TryLater(f"{one.id} answers {answer.status}")
    return True


async def _welcome(node: Node, one: Account, activity: str) -> None:
    """Read the page of an owner who is there, and send the letter after them if they moved."""
    try:
        now = await resolving.account(node, one.id, fresh=True)
    except (Refused, Missing, Malformed) as refusal:
        log.info("%s cannot be read: %s", one.id, refusal)
        return
    if now.inbox not in (one.inbox, one.shared_inbox):
        await node.write(_send_after, activity, now)


def _send_after(unit: Unit, activity: str, one: Account) -> None:
    if addressing.reachable(unit.db, unit.registry, one):
        letters.post(unit, activity, one.inbox)


def _owners(db: Connection, inbox: str, missed: Sequence[str] | None) -> list[Account]:
    if missed is not None:
        found = [find_account(db, id) for id in missed]
        return [one for one in found if one is not None and one.gone is None]
    behind = or_(account.c.inbox == inbox, account.c.shared_inbox == inbox)
    here = and_(account.c.domain == domain(inbox), account.c.local.is_(False))
    alive = and_(here, behind, account.c.gone.is_(None))
    ids = db.scalars(select(account.c.id).where(alive).order_by(account.c.id).limit(MOST))
    return [one for id in ids if (one := find_account(db, id)) is not None]


def _look_again(unit: Unit, inbox: str, activity: str, gone: list[str]) -> None:
    unit.later(
        "federation.look_after",
        due=unit.now + BETWEEN,
        lane=domain(inbox),
        once=_name("second", inbox),
        inbox=inbox,
        activity=activity,
        missed=gone,
    )


def _mark(unit: Unit, gone: list[str]) -> None:
    log.info("gone: %s", ", ".join(gone))
    unit.db.execute(update(account).where(account.c.id.in_(gone)).values(gone=unit.now))
