"""What deliveries hand a member, and what goes when the member goes."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection

from node.kernel.unit import Unit
from node.modules.deliveries import queries

PEOPLE: Final = {"by": "you_wrote_it", "second": "you_agreed", "owner": "you_carry_it_out",
                 "checker": "you_check_it", "maker": "you_wrote_it_down"}  # fmt: skip
OWN: Final = {"done_when": "maker", "proof": "owner", "link": "owner", "returned": "checker",
              "reasons": "by", "found": "by"}  # fmt: skip
"""Words that are of one of the people of a row, and so in the file of that one alone."""


def export(db: Connection, account: str) -> Mapping[str, Any]:
    """What *Download my data* holds: one's part in measures, steps and reviews, nobody else's."""
    found = queries.of_member(db, account)
    return {name: [_mine(row, account) for row in rows] for name, rows in found.items()}


def _mine(row: Mapping[str, Any], account: str) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for name, value in row.items():
        if name in PEOPLE:
            told[PEOPLE[name]] = value == account
        elif name != "once" and (name not in OWN or row.get(OWN[name]) == account):
            told[name] = value.isoformat() if hasattr(value, "isoformat") else value
    return told


def erase(unit: Unit, account: str) -> None:
    """Remove the words of a leaving member, and their name."""
    queries.forget(unit, account)
