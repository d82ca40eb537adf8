"""What a member takes along of juries, and what goes with them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from node.kernel.unit import Unit
from node.modules.jury import queries, sitting
from node.modules.jury.rules import Part, Stage


def export(db: Connection, account: str) -> Mapping[str, Any]:
    """What *Download my data* holds: juries one asked for, was drawn for, and words of lots."""
    return queries.of_member(db, account)


def erase(unit: Unit, account: str) -> None:
    """Take a leaving member's name and words away; where they took part, the next is asked."""
    empty = []
    for found in queries.going(unit.db):
        for one in found.people:
            if one.member == account and one.part in (Part.ASKED, Part.SITS):
                queries.place(unit, one.id, part=Part.GONE.value, until=None, stands=False)
                empty.append(found)
    queries.forget(unit, account)
    for found in empty:
        if found.stage is Stage.SITS:
            sitting.call(unit, found.matter)
