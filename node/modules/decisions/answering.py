"""Taking back what our community answered to a decision of others. Units.

A note is taken back by a member, as it was taken. What rests on a decision of ours is taken back
when that decision is in force no longer, and by nothing less.
"""

from sqlalchemy import Connection, select

from node.kernel.errors import Conflict, Refused
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.decisions import forcing, publishing, queries, replies
from node.modules.decisions.replies import Answer
from node.modules.decisions.tables import response
from web.language import mark

DECIDED = mark(
    "Our answer rests on a decision of ours. Change that one, or take it back, and the answer is "
    "taken back with it."
)


def note(unit: Unit, record_id: str, member: str) -> None:
    """Take note of another community's decision.

    Raises:
        Missing, Refused: as `publishing.respond`; E_MEMBERS_ONLY.
    """
    if not accounts.is_member(unit.db, member):
        raise Refused("E_MEMBERS_ONLY", member)
    publishing.respond(unit, record_id, Answer.NOTED)


def take_back(unit: Unit, record_id: str, member: str) -> str:
    """Take back that we took note of another community's decision; the answer's id.

    Raises:
        Missing: the record is not here.
        Refused: E_MEMBERS_ONLY; E_NOTHING, there is no note; E_COUNTED.
        Conflict: E_DECIDED, what we answered was decided.
    """
    if not accounts.is_member(unit.db, member):
        raise Refused("E_MEMBERS_ONLY", member)
    us = unit.community.id
    stands = replies.standing(queries.said_before(unit.db, record_id, us))
    if replies.NEEDS_BASIS & stands:
        raise Conflict("E_DECIDED", record_id, safe=DECIDED)
    return publishing.respond(unit, record_id, Answer.RETRACTED)


def rested(unit: Unit, event: forcing.Ended) -> None:
    """A decision of ours is in force no longer: so is what we answered others on its strength."""
    for record_id in resting_on(unit.db, event.record, unit.community.id):
        try:
            publishing.respond(unit, record_id, Answer.RETRACTED)
        except Refused as problem:
            unit.log("decision.unanswered", unit.community.id, subject=record_id,
                     words=problem.code)  # fmt: skip


def resting_on(db: Connection, basis: str, owner: str) -> list[str]:
    """The records to which a community has answered on the strength of a decision of its own."""
    # every reach: what no longer rests on anything is taken back, whoever may see it
    mine = (response.c.basis == basis) & (response.c.owner == owner)
    return sorted(set(db.scalars(select(response.c.record).where(mine))))
