"""What a member takes along of loans, and what goes with them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from node.kernel.unit import Unit
from node.modules.shelf import queries, rules
from node.modules.shelf.rules import Party, State
from node.modules.shelf.tables import Loan


def export(db: Connection, account: str) -> Mapping[str, Any]:
    """What *Download my data* holds: what one lent and borrowed, and what one said of it."""
    return {
        "loans": [
            {
                "what": one.title,
                "as": one.party(account),
                "first": one.first.isoformat(),
                "last": one.last.isoformat(),
                "state": str(one.state),
                "said": [
                    {"at": each.at.isoformat(), "words": each.words}
                    for each in queries.steps(db, one.slug)
                    if each.by == account and each.words
                ],
            }
            for one in queries.everything_of(db, account)
        ]
    }


def erase(unit: Unit, account: str) -> None:
    """Remove everything of a leaving member.

    What they still have of somebody, or somebody of them, stays as that other's business:
    without their name, and without words. What was only agreed ahead is off.
    """
    gone: list[str] = []
    for one in queries.everything_of(unit.db, account):
        if one.state not in rules.LIVE or one.owner == one.borrower:
            gone.append(one.slug)
            continue
        if one.state in rules.BEFORE:
            queries.move(unit, one.slug, State.CANCELLED, None)
        queries.empty(unit, one.slug, _without(one, account))
    queries.forget(unit, account, gone)


def _without(one: Loan, account: str) -> dict[str, Any]:
    # what a thing was called are its owner's words
    is_owner = one.party(account) is Party.OWNER
    return {"owner": None, "title": ""} if is_owner else {"borrower": None}
