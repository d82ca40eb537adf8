"""What a member takes along of roles, and what goes with them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from node.kernel.unit import Unit
from node.modules.roles import holding, queries, showing
from node.modules.roles.rules import State, Why


def export(db: Connection, account: str) -> Mapping[str, Any]:
    """What *Download my data* holds: roles held, and what one said in choosing and recalling."""
    told = [
        {"role": one.label, "since": one.published.isoformat(), "until": one.ends.isoformat()}
        for one in showing.of_member(db, account)
    ]
    return queries.of_member(db, account) | {"told_to_trusted": told}


def erase(unit: Unit, account: str) -> None:
    """End what a leaving member holds, and take away their name and words."""
    for one in queries.of_person(unit.db, account):
        if one.state in (State.HELD, State.ASKED, State.PROPOSED):
            holding.end(unit, one, Why.LEFT, by=unit.community.id)
    queries.forget(unit, account)
