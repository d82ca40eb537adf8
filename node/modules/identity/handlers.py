"""What a Move does, ours and theirs; and what follows when somebody's page says it took it back.

A Move is a claim of the old account only. It is believed once the new account, asked just
then, names the old one (FEP-7628); no right, vote, debt or agreement goes along (V17).
"""

import hashlib
from typing import Any

from federation.origins import domain
from node.kernel.act import Act
from node.kernel.errors import Refused
from node.kernel.module import Handlers
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.accounts.api import Gone
from node.modules.follows import api as follows
from node.modules.identity import queries, rules
from vocab.model import Activity, Actor, Object, id_of
from vocab.types import Move, Offer
from web.language import mark

handlers = Handlers()
DOUBTED = mark(
    "Their server was silent for long and came back with other keys, so nobody knows whether it is "
    "still theirs. Ask a %(word_keeper)s to look at it first."
)
MOVED = mark("You moved to another account. Write, like and follow from there.")


@handlers.on(Move, Actor)
def moved(unit: Unit, act: Act[Move, Actor]) -> None:
    """An account says that it lives elsewhere now; of one of ours this was looked at before.

    Raises:
        Refused: E_OWNER, E_TARGET, E_TOO_SOON.
    """
    old, new = act.actor, id_of(act.activity.target)
    if act.object.id != old.id:
        raise Refused("E_OWNER", f"{old.id} moves {act.object.id}")
    if not new or not domain(new) or new == old.id:
        raise Refused("E_TARGET", f"{old.id} moves to {str(new)[:200]}")
    last = queries.last_move(unit.db, old.id)
    if last is not None and unit.now - last[1] < rules.COOL:
        raise Refused("E_TOO_SOON", f"{old.id} moved on {last[1]}")
    if old.local:
        settle(unit, old, new)
    else:
        look(unit, old.id, new)


def look(unit: Unit, old: str, new: str) -> None:
    """Have both accounts looked at as they are now, before anything is believed."""
    name = hashlib.sha256(f"{old} {new}".encode()).hexdigest()[:32]
    unit.later("identity.look", lane=domain(new), once=f"identity.look {name}", old=old, new=new)


def settle(unit: Unit, old: Account, new: str) -> None:
    """Keep a move that is believed, and have every follower of ours told."""
    queries.keep_move(unit, old.id, new)
    for follower in follows.followers(unit.db, old.id):
        if unit.ours(follower) and follower != new:
            queries.tell(unit, follower, old.id, new)


def renewed(unit: Unit, before: Account, now: Account) -> None:
    """Somebody's page may say that they moved (FEP-7628, pull mode), or that they are back."""
    was, told = _shown(before), _shown(now)
    if told == was:
        return
    if told is None and now.moved:
        queries.end_move(unit, now.id)
    elif told is not None and told != now.moved and domain(told):
        look(unit, now.id, told)


def _shown(one: Account) -> str | None:
    said: Any = (one.document or {}).get("movedTo")
    return said if isinstance(said, str) and said else None


def bar(unit: Unit, actor: Account, activity: Activity, obj: Object) -> None:
    """Let nobody post from an account that lives elsewhere, nor offer anything to a doubted one.

    Raises:
        Refused: E_MOVED, E_QUARANTINE.
    """
    if actor.moved and rules.is_post(activity, obj):
        raise Refused("E_MOVED", f"{actor.id} lives in {actor.moved}", safe=MOVED)
    if isinstance(activity, Offer):
        for id in (*activity.to, *activity.cc):
            known = unit.account(id)
            if known is not None and known.doubted is not None:
                raise Refused("E_QUARANTINE", id, safe=DOUBTED)


def gone(unit: Unit, event: Gone) -> None:
    """Nobody has to be told of an old account that is gone for good."""
    queries.erase(unit, event.account)


subscribers = ((Gone, gone),)
