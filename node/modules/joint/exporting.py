"""A joint decision as somebody takes it along: the records and keys to count again by."""

from typing import Any, Final

from sqlalchemy import Connection

from node.kernel.access import Viewer
from node.kernel.errors import Missing
from node.kernel.node import find_account
from node.modules.decisions import api as decisions
from node.modules.joint import queries, rules
from node.modules.joint.rules import Standing
from vocab.wire import moment

FORMAT: Final = "folkmoot-joint/1"


def joint(db: Connection, slug: str, viewer: Viewer) -> dict[str, Any]:
    """A process with its ballots, its ends and the keys of all who take part.

    Raises:
        Missing: there is none.
    """
    one = queries.by_slug(db, slug, viewer)
    if one is None:
        raise Missing
    case = queries.case_of(db, one)
    votes = [decisions.any_record(db, each.record) for each in case.votes]
    ends = [decisions.any_record(db, each.record) for each in queries.ends(db, one.id)]
    return {
        "format": FORMAT,
        "process": one.document,
        **({"conflict": one.conflict} if one.conflict else {}),
        "records": [each.document for each in votes if each is not None],
        "ends": [each.document for each in ends if each is not None],
        "late": [v.record for v in case.votes if rules.standing(case, v) is Standing.LATE],
        "left": [{"community": c, "at": moment(g.said)} for c, g in sorted(case.left.items())],
        "keys": [key for community in one.invited for key in _keys(db, community)],
    }


def _keys(db: Connection, community: str) -> list[dict[str, Any]]:
    found = find_account(db, community)
    return decisions.keys_of(db, found) if found else []
