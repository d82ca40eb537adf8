"""What the clock and other communities' words do to joint decisions here. Units."""

from collections.abc import Mapping

from node.kernel.database import change_rows
from node.kernel.unit import Unit
from node.modules.decisions import api as decisions
from node.modules.joint import acting, handlers, queries, rules, telling
from node.modules.joint.queries import Process
from node.modules.joint.rules import State
from node.modules.joint.tables import end, process


def tick(unit: Unit, id: str) -> None:
    """Do what is due in a process: open it, say what came of it, see whether others agree."""
    one = queries.by_id(unit.db, id)
    if one is None or one.state == State.CANCELLED or one.outcome is not None or one.conflict:
        return
    if one.ours and one.state == State.INVITING:
        _open(unit, one)
        return
    if one.state == State.OPEN:
        _conclude(unit, one)
    # whatever the convener says by now: others may have come to the same before we heard of it
    _settle(unit, one)


def _open(unit: Unit, one: Process) -> None:
    """Begin when everybody has answered, or can no longer."""
    said = queries.answers(unit.db, one.id)
    final = {c for c, a in said.items() if a.answer != rules.Answer.TENTATIVE}
    if set(one.invited) - {one.owner} - final and unit.now < (one.answer_by or unit.now):
        return
    takes = [c for c in one.invited if c in said and said[c].answer == rules.Answer.ACCEPTED]
    state = State.OPEN if rules.enough(one.invited, [one.owner, *takes]) else State.FAILED
    acting.change(unit, one, state, participants=[one.owner, *takes] if takes else ())


def _conclude(unit: Unit, one: Process) -> None:
    """Say what came of it, if it is our turn and we have not said so of anybody's word."""
    case, us = queries.case_of(unit.db, one), unit.community.id
    before = queries.ends(unit.db, one.id)
    bound = any(each.community in (us, one.owner) or each.state == "same" for each in before)
    mine = _inside(unit, one) and rules.may_conclude(case, us, one.owner, unit.now)
    if bound or not mine:
        return
    others = [each for each in one.participants if each != us]
    value = telling.concluding(unit.community, one, case, _names(unit, one), unit.id("o"), unit.now)
    decisions.publish(unit, value, also=others)
    # in this very unit, so that nobody says it twice
    handlers.heard(unit, decisions.Heard(record=value.id or "", process=one.id))
    unit.log("joint.conclude", us, subject=value.id, words=value.outcome or "")


def _settle(unit: Unit, one: Process) -> None:
    """Keep the outcome once more than half came to it; our yes comes into force with theirs."""
    for each in queries.ends(unit.db, one.id):
        record = decisions.any_record(unit.db, each.record)
        said = queries.same(unit.db, each)
        came = rules.agreed(one.invited, one.participants, each.community, said)
        if record is None or not came or record.outcome not in rules.COMES:
            continue
        kept = {"outcome": record.outcome, "concluded": each.record}
        change_rows(unit.db, process.c.id, one.id, **kept)
        mine = decisions.any_record(unit.db, one.ballot) if one.ballot else None
        if record.outcome == "approved" and mine is not None and mine.outcome == "approved":
            decisions.enter(unit, mine.id)
        if one.ours and one.state == State.OPEN:
            ended = State.FAILED if record.outcome == "noDecision" else State.CONCLUDED
            acting.change(unit, one, ended)
        return


def weigh(unit: Unit, record_id: str, *, whole: bool) -> None:
    """Count again what somebody says came of a process, and say whether we come to the same.

    Args:
        unit: the unit.
        record_id: a concluding record.
        whole: its server was asked for all that it names and is not here.
    """
    each = queries.end_of(unit.db, record_id)
    one = queries.by_id(unit.db, each.process) if each else None
    found = decisions.any_record(unit.db, record_id)
    if each is None or one is None or found is None or each.state != "waiting" or one.conflict:
        return
    if (one.state == State.INVITING and not whole) or each.community not in one.participants:
        return
    code = rules.fault(queries.case_of(unit.db, one), rules.end_in(found.document))
    us = unit.community.id
    if code == "E_UNKNOWN" and not whole:
        return
    other = [e for e in queries.ends(unit.db, one.id) if e.record != record_id]
    if not code and any(e.state == "same" or e.community == us for e in other):
        code = "E_SECOND"
    word = {"": "same", "E_LATE": "late", "E_SECOND": "late"}.get(code, "differs")
    _note(unit, each, word, code)
    answered = decisions.said_before(unit.db, record_id, us)
    if _inside(unit, one) and each.community != us and word != "late" and not answered:
        said = decisions.Answer.NOTED if word == "same" else decisions.Answer.DECLINED
        others = [c for c in one.participants if c not in (us, each.community)]
        decisions.respond(unit, record_id, said, also=others, counted=True)
    unit.later("joint.clock", process=one.id)


def _inside(unit: Unit, one: Process) -> bool:
    """Whether we take part by our own word too, not only by the convener's."""
    us = unit.community.id
    said = queries.answers(unit.db, one.id).get(us)
    ours = said is not None and said.answer in (rules.Answer.ACCEPTED, rules.Answer.LEFT)
    return us in one.participants and (one.ours or ours)


def _note(unit: Unit, each: queries.Ended, state: str, code: str) -> None:
    change_rows(unit.db, end.c.record, each.record, state=state, code=code)


def _names(unit: Unit, one: Process) -> Mapping[str, str]:
    return queries.names(unit.db, one.participants)
