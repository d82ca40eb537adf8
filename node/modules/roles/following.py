"""What becomes of the votes about people in roles, and that their records stay here. Units."""

from node.kernel.access import Reach
from node.kernel.errors import Refused
from node.kernel.tables import Account
from node.kernel.unit import Unit, addressed
from node.modules.decisions import api as decisions
from node.modules.roles import queries, recalling, selecting
from vocab.model import Activity, Object
from web.language import mark


def decided(unit: Unit, event: decisions.Decided) -> None:
    """A vote was counted; one about people is settled at once: its record stays here."""
    chosen = queries.selection_by(unit.db, event.box)
    recalled = queries.petition_by(unit.db, event.box)
    if chosen is None and recalled is None:
        return
    decisions.settle(unit, event.record, Reach.COMMUNITY, by=unit.community.id)
    if chosen is not None:
        selecting.decided(unit, chosen, event.outcome)
    if recalled is not None:
        recalling.decided(unit, recalled, event.outcome)


def forced(unit: Unit, event: decisions.Forced) -> None:
    """A decision has come into force."""
    if (chosen := queries.selection_by(unit.db, event.box)) is not None:
        selecting.agreed(unit, chosen, event.record)
    if (recalled := queries.petition_by(unit.db, event.box)) is not None:
        recalling.agreed(unit, recalled)


def voided(unit: Unit, event: decisions.Ended) -> None:
    """A decision holds no longer: a recall that was declared void is none."""
    recalled = queries.petition_by(unit.db, event.box) if event.why == decisions.VOID else None
    if recalled is not None:
        recalling.annulled(unit, recalled)


STAYS = mark("This decision names somebody, so it stays among us. Nobody outside can see it.")


def bar(unit: Unit, actor: Account, activity: Activity, obj: Object) -> None:
    """Nothing about a vote on people leaves.

    Raises:
        Refused: E_STAYS, it names somebody who was chosen for a role, or recalled.
    """
    if not isinstance(obj, decisions.DecisionRecord) or not addressed(activity):
        return
    known = decisions.any_record(unit.db, obj.id or "")
    box = known.box if known is not None else None
    if box and queries.about_people(unit.db, box):
        raise Refused("E_STAYS", obj.id or "", safe=STAYS)
