"""What a member takes along: what was suggested to them, and what they said."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from node.modules.flows import queries


def export(db: Connection, account: str) -> Mapping[str, Any]:
    """What *Download my data* holds of flows; what others said is not in it."""
    return {
        "suggestions": [
            {
                "at": one.at.isoformat(),
                "state": str(one.state),
                "i_said": {None: "nothing", True: "yes", False: "no"}[one.answers[account]],
                "i_give": [e.offer for e in one.edges if e.giver == account],
                "i_receive": [e.need for e in one.edges if e.receiver == account],
            }
            for one in queries.all_of(db, account)
        ]
    }
