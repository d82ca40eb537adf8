"""What proposals hand a member, and what goes when the member goes."""

from typing import Any

from sqlalchemy import Connection, delete

from node.kernel.database import change_rows
from node.kernel.unit import Unit
from node.modules.proposals import drafts, moves, queries
from node.modules.proposals.tables import comment, lead, plan


def export(db: Connection, account: str) -> dict[str, Any]:
    """The proposals a member brought or keeps as drafts, and what they said to any."""
    kept = [dict(one.said) for one in drafts.all_of(db, account)]
    return {**queries.of_member(db, account), "drafts": kept}


def erase(unit: Unit, account: str) -> None:
    """Take away what a member said and kept, and their name from what they brought."""
    unit.db.execute(delete(comment).where(comment.c.author == account))
    change_rows(unit.db, plan.c.author, account, author=None)
    drafts.drop_all(unit, account)
    unit.db.execute(delete(lead).where(lead.c.member == account))
    for found in queries.named(unit.db, account):
        if found.ours:
            moves.unname(unit, found)
