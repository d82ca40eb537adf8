"""What is told of who holds a role elsewhere does here: it is kept as long as it is so."""

from typing import Any, Final

from federation.origins import same_origin
from federation.queries import forget
from node.kernel.access import Reach
from node.kernel.act import Act
from node.kernel.errors import Refused
from node.kernel.module import Handlers
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.peers import api as peers
from node.modules.roles import showing
from node.modules.roles.objects import Membership
from vocab.model import PUBLIC
from vocab.types import Create, Delete, Update

handlers = Handlers()

MOST: Final = 100
"""So many roles one community can tell us of."""


@handlers.on(Create, Membership)
def told(unit: Unit, act: Act[Create, Membership]) -> None:
    """A trusted community says who holds a role of its own.

    Raises:
        Refused: as `_row`; E_RATE, it says so much.
    """
    if act.actor.local:
        return  # its row was written with the holder's yes (`telling.tell`)
    row = _row(unit, act)
    if showing.stored(unit.db, row["id"]) is None:
        _keep(unit, row)


@handlers.on(Update, Membership)
def changed(unit: Unit, act: Act[Update, Membership]) -> None:
    """A role elsewhere is called otherwise, or its holder was recalled: then it is forgotten.

    Raises:
        Refused: as `told`; E_OWNER, it is of somebody else; E_REVISION, it is older.
    """
    if act.actor.local:
        return
    id = act.object.id or ""
    before = showing.stored(unit.db, id)
    if before is not None and before.owner != act.actor.id:
        raise Refused("E_OWNER", f"{id} is of {before.owner}")
    if act.object.lifecycle != "active":
        if before is not None:
            showing.drop(unit, id)
        # what was under way before comes too late
        forget(unit.db, act.actor.id, id, unit.now)
        return
    row = _row(unit, act)
    if before is None:
        _keep(unit, row)
        return
    if before.member != row["member"]:
        raise Refused("E_OWNER", f"{id} is about {before.member}")
    if row["revision"] <= before.revision:
        raise Refused("E_REVISION", f"{id} is at {before.revision}")
    showing.change(unit, id, row)


@handlers.on(Delete, Membership)
def removed(unit: Unit, act: Act[Delete, Membership]) -> None:
    """It is told no longer.

    Raises:
        Refused: E_OWNER.
    """
    before = showing.stored(unit.db, act.object.id or "")
    if before is None:
        return
    if before.owner != act.actor.id:
        raise Refused("E_OWNER", f"{before.id} is of {before.owner}")
    showing.drop(unit, before.id)


def _keep(unit: Unit, row: dict[str, Any]) -> None:
    if showing.count_of(unit.db, row["owner"]) >= MOST:
        raise Refused("E_RATE", f"{row['owner']} tells of too many")
    showing.add(unit, row)
    if unit.account(row["member"]) is None:
        once = f"roles.meet {row['member']}"[:255]
        unit.later("roles.meet", once=once, account=row["member"])


def _row(unit: Unit, act: Act[Any, Membership]) -> dict[str, Any]:
    """The row of what another community tells us, if it may.

    Raises:
        Refused: E_NOT_TRUSTED; E_OWNER, somebody else's community or member; E_AUDIENCE, it is
            for more than trusted nodes; E_EXPIRED, its term is over or has no end; E_STATE.
    """
    value, owner = act.object, act.actor
    _trusted(unit, owner)
    if value.organization != owner.id or not same_origin(value.member or "", owner.id):
        raise Refused("E_OWNER", f"{owner.id} speaks of {value.member} at {value.organization}")
    heard = (*act.activity.to, *act.activity.cc, *value.to, *value.cc)
    if value.handling != "trustedPeers" or PUBLIC in heard:
        raise Refused("E_AUDIENCE", f"{value.id} is for more than trusted nodes")
    if value.end_time is None or value.end_time <= unit.now:
        raise Refused("E_EXPIRED", f"{value.id} was until {value.end_time}")
    if value.lifecycle != "active" or value.recallable is not True or value.role is None:
        raise Refused("E_STATE", f"{value.id} is {value.lifecycle}")
    return {
        "id": value.id or "",
        "owner": owner.id,
        # what a peer tells us is for our members, and not for our own peers (vocabulary.md 5)
        "reach": Reach.COMMUNITY,
        "holding": None,
        "member": value.member,
        "label": (value.role.pref_label or "")[:100],
        "powers": [one[:200] for one in value.role.powers[:20]],
        "begins": value.start_time or unit.now,
        "ends": value.end_time,
        "mandate": value.mandate,
        "revision": value.revision or 0,
        "published": value.published or unit.now,
    }


def _trusted(unit: Unit, owner: Account) -> None:
    """Refuse whoever is not the community of a node that we trust."""
    service = unit.account(owner.service or "")
    if service is None or not peers.trusted(unit.db, service.id):
        raise Refused("E_NOT_TRUSTED", owner.id)
    whole = peers.community_of(unit.db, service)
    if whole is None or whole.id != owner.id:
        raise Refused("E_OWNER", f"{owner.id} is not the community of {service.id}")
