"""What somebody whom we follow wrote before we heard of it: from their outbox, once in a while.

When a member begins to follow somebody, when this node was away, and when another server was: a
few public posts, newest first, as their own server shows them. Nobody is told of old things.
"""

from datetime import timedelta
from time import monotonic

from sqlalchemy import Connection

from federation import paging, sparingly
from federation.budget import Budget
from federation.events import Awoke, Returned
from federation.origins import same_origin
from node.kernel.errors import Problem, TryLater
from node.kernel.node import Node, find_account
from node.kernel.unit import Unit
from node.modules.follows import api as follows
from node.modules.notes import gathering
from vocab.model import Malformed, Object, id_of
from vocab.types import Create
from vocab.types import Post as Said

POSTS = 20
"""Posts of one person that are kept."""
PAGES = 3
FETCHES = 12
SECONDS = 30.0
BYTES = 2 * 1024 * 1024
EVERY = timedelta(hours=12)
"""How often one outbox is read."""


def began(unit: Unit, event: follows.Followed) -> None:
    """A member follows somebody from now on."""
    _ask(unit, event.followed)


def awoke(unit: Unit, event: Awoke) -> None:
    """This node was away: everybody we follow may have written meanwhile."""
    _ask_all(unit, None)


def returned(unit: Unit, event: Returned) -> None:
    """A server was away, or could not reach us: its people may have written meanwhile."""
    _ask_all(unit, event.domain)


def _ask_all(unit: Unit, domain: str | None) -> None:
    followed = {bond.theirs for bond in follows.abroad(unit.db) if bond.outward}
    for id in sorted(followed):
        if domain is None or same_origin(id, f"https://{domain}/"):
            _ask(unit, id)


def _ask(unit: Unit, id: str) -> None:
    one = unit.account(id)
    if one is None or one.local or not one.outbox or one.gone is not None:
        return
    if sparingly.may_ask(unit, f"outbox {id}", EVERY):
        once = f"notes.look_back {id}"[:255]
        unit.later("notes.look_back", lane=one.domain, once=once, apart=True, actor=id)


async def look_back(node: Node, *, actor: str) -> None:
    """Job: read the newest pages of somebody's outbox.

    Raises:
        TryLater: their server does not answer now.
    """
    outbox = await node.read(_outbox, actor)
    if outbox is None:
        return
    budget = Budget(fetches=FETCHES, pages=PAGES, until=monotonic() + SECONDS, bytes=BYTES)
    try:
        found = await paging.items(node, outbox, budget=budget)
    except TryLater:
        raise
    except (Problem, Malformed):
        return  # they do not show it
    posts = [post for item in found.found if (post := _post(item, actor)) is not None]
    # the oldest first, as they were written
    for post in reversed(posts[:POSTS]):
        try:
            await gathering.keep(node, post, budget)
        except TryLater:
            raise
        except (Problem, Malformed):
            continue


def _outbox(db: Connection, actor: str) -> str | None:
    """The outbox of somebody whom one of ours follows still."""
    one = find_account(db, actor)
    if one is None or one.local or not one.outbox or not same_origin(one.outbox, one.id):
        return None
    ours = (find_account(db, id) for id in follows.followers(db, actor))
    return one.outbox if any(who is not None and who.local for who in ours) else None


def _post(item: Object | str, actor: str) -> Said | None:
    """The post that an entry of an outbox made, if it is that actor's own and answers nobody else.

    What a server shows of its own people's posts in their outbox, it shows (FEP-fe34).
    """
    made = item.object if isinstance(item, Create) and id_of(item.actor) == actor else item
    if not isinstance(made, Said) or made.id is None or not same_origin(made.id, actor):
        return None
    mine = id_of(made.attributed_to) == actor
    answers = made.in_reply_to
    return made if mine and (answers is None or same_origin(answers, actor)) else None


subscribers = ((follows.Followed, began), (Awoke, awoke), (Returned, returned))
