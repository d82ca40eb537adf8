"""What a member does about vouches, as units; what they take along, and what goes with them."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection

from node.kernel.errors import Missing, Refused
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.vouches import queries
from node.modules.vouches.rules import What


def vouch(unit: Unit, member: str, about: str, whats: Collection[What]) -> None:
    """Say just this of another member; nothing takes everything back, at once.

    Raises:
        Refused: not a member.
        Missing: they are no member, or oneself.
    """
    if not accounts.is_member(unit.db, member):
        raise Refused("E_MEMBERS_ONLY", member)
    if about == member or not accounts.is_member(unit.db, about):
        raise Missing(detail=about)
    queries.put(unit, member, about, whats)


def export(db: Connection, account: str) -> Mapping[str, Any]:
    """What *Download my data* holds of vouches: what one said, and what others said of one."""
    found = queries.of(db, account)
    return {
        "vouches": [
            {"by": one.by, "about": one.about, "what": str(one.what), "at": one.at.isoformat()}
            for one in found
        ]
    }


def erase(unit: Unit, account: str) -> None:
    """Remove everything of a leaving member."""
    queries.forget(unit, account)


def gone(unit: Unit, event: accounts.Gone) -> None:
    """Somebody elsewhere deleted their account."""
    queries.forget(unit, event.account)
