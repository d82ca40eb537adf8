"""Pointing a proposal that was overtaken at the decision that holds now. A unit, and what it asks.

Another decision came first in the place that it was for, so what it would change is no longer in
force. Whoever brought or leads it can have it come in place of that other one, as it is written;
everybody is asked again, as for any other change.
"""

from typing import Final

from sqlalchemy import Connection

from node.kernel.database import change_rows
from node.kernel.errors import Conflict, Refused
from node.kernel.unit import Unit
from node.modules.decisions import api as decisions
from node.modules.proposals import changing, following, moves, queries, rules, stepping
from node.modules.proposals.events import Changed
from node.modules.proposals.queries import Plan, Proposal
from node.modules.proposals.tables import plan
from web.language import mark


def onto(db: Connection, made: Plan) -> decisions.Record | None:
    """The decision in force in the place that a proposal was for; None: there is none, or it is
    that for which it was brought.
    """
    place, seen = (made.replaces or {}).get("record"), set[str]()
    held = decisions.in_place_of(db, place) if place else None
    while held is not None and not held.holds and held.id not in seen:
        seen.add(held.id)
        held = decisions.in_place_of(db, held.id)
    return held if held is not None and held.holds else None


def fault(db: Connection, found: Proposal, made: Plan) -> str:
    """Why a proposal cannot be pointed at what holds now, as a marked sentence; "" if it can."""
    held = onto(db, made)
    if not rules.may_change(stage=found.stage, author=True, joint=made.joint is not None):
        return changing.FIXED
    if following.stopped(made):
        return STOPPED
    if held is None:
        return GONE
    how = (made.replaces or {}).get("how", "")
    if how == "confirm" and decisions.expires(db, held) is None:
        return LASTS
    return following.too_weak(db, made.method, {"record": held.id, "how": how}, made.text)


STOPPED: Final = mark("It was challenged, so it stays what it was voted on. Bring another one.")
GONE: Final = mark("Nothing is in force any more in the place that this was for.")
LASTS: Final = mark("What holds now does not end by itself, so there is nothing to confirm.")
OTHER: Final = mark("Another decision has come since. Look at this again.")


def point(unit: Unit, slug: str, member: str, record_id: str) -> None:
    """Have a proposal come in place of the decision that holds now.

    Args:
        unit: the unit.
        slug: which proposal.
        member: who brought it, or leads it.
        record_id: the decision that they were shown.

    Raises:
        Missing: there is no such proposal.
        Refused: E_NOT_YOURS.
        Conflict: E_POINT, it cannot be (`fault`); E_OTHER, another decision holds by now.
    """
    found, made = moves.ours(unit, slug)
    if not stepping.leads(unit, made, member):
        raise Refused("E_NOT_YOURS", member, safe=stepping.LEADS)
    if wrong := fault(unit.db, found, made):
        raise Conflict("E_POINT", slug, safe=wrong)
    held = onto(unit.db, made)
    if held is None or held.id != record_id:
        raise Conflict("E_OTHER", slug, safe=OTHER)
    queries.keep_version(unit, found, made)
    kept = {"replaces": {**(made.replaces or {}), "record": held.id}, "changed": unit.now}
    change_rows(unit.db, plan.c.proposal, found.id, **kept)
    moves.move(unit, changing.put_off(unit, found, made), found.stage, sent=True)
    unit.log("proposal.change", member, subject=found.id, words=f"in place of {held.slug}")
    stepping.look_again(unit, slug)
    unit.tell(Changed(slug=slug))


def overtaken(db: Connection, member: str) -> list[tuple[Proposal, decisions.Record]]:
    """What a member brought and could point at another decision, with that decision."""
    found = []
    for one in queries.under_way_of(db, member):
        made = queries.plan_of(db, one.id)
        held = onto(db, made) if made is not None and made.replaces else None
        if made is not None and held is not None and not fault(db, one, made):
            found.append((one, held))
    return found
