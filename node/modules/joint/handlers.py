"""What invitations, answers and their like do; the same for ours and theirs.

Letters come in any order and more than once: what is older than what is known changes nothing,
and what belongs to a process that is not here yet waits for it.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert, update

from node.kernel.act import Act
from node.kernel.database import change_rows, insert_new, upsert
from node.kernel.errors import Missing, Refused
from node.kernel.module import Handlers
from node.kernel.unit import Unit
from node.modules.decisions import api as decisions
from node.modules.joint import queries, rules
from node.modules.joint.objects import JointProcess
from node.modules.joint.queries import Process
from node.modules.joint.tables import answer, end, process, vote
from vocab import wire
from vocab.model import id_of
from vocab.types import Accept, Invite, Leave, Reject, TentativeAccept, Update

handlers = Handlers()

LONGEST = 500
"""Characters of an id; it stands in indexes beside others."""


@handlers.on(Invite, JointProcess)
def invited(unit: Unit, act: Act[Invite, JointProcess]) -> None:
    """A community asks others to decide on something together."""
    value, document = act.object, _document(act)
    known = queries.by_id(unit.db, value.id or "")
    until = act.activity.end_time
    if until and value.end_time and until > value.end_time:
        raise Refused("E_TIME_ORDER", f"{value.id} is over before it is answered")
    if known is None:
        _admit(unit, act, asked=True)
        _sealed(unit, act, document)
        _keep(unit, act, document)
    elif known.owner != act.actor.id:
        raise Refused("E_OWNER", f"{known.id} is of {known.owner}")
    elif _other(known, value, document):
        _conflict(unit, act, document)
        return
    asked: dict[str, Any] = {"invite": act.activity.id, "answer_by": until}
    if known is not None and known.invite is None:
        asked["invited"] = list(value.participants)  # a later word came before it
    change_rows(unit.db, process.c.id, value.id, **asked)
    unit.later("joint.clock", due=until, process=value.id)


@handlers.on(Update, JointProcess)
def moved(unit: Unit, act: Act[Update, JointProcess]) -> None:
    """The convener says who takes part, or how it ended; text, rule and end stay."""
    value, document = act.object, _document(act)
    known = queries.by_id(unit.db, value.id or "")
    if known is None:
        _admit(unit, act, asked=False)
        _sealed(unit, act, document)
        _keep(unit, act, document)
        return
    if known.owner != act.actor.id:
        raise Refused("E_OWNER", f"{known.id} is of {known.owner}")
    if _other(known, value, document):
        _conflict(unit, act, document)
        return
    if not known.revision < (value.revision or 0) <= rules.HIGHEST:
        raise Refused("E_REVISION", f"{known.id} is at {known.revision} here")
    if value.lifecycle == rules.State.CANCELLED and unit.now > known.ends + rules.GRACE:
        raise Refused("E_STATE", f"{known.id} is over, and is not taken back")
    _follows(known, value, document)
    _sealed(unit, act, document)
    values = {
        "document": dict(document), "revision": value.revision, "state": value.lifecycle,
    }  # fmt: skip
    change_rows(unit.db, process.c.id, known.id, **values)
    _look(unit, known.id)


def _admit(unit: Unit, act: Act[Any, JointProcess], *, asked: bool) -> None:
    """Let in a process that is not here yet: put to us, of a size and for a time that we can hold.

    Raises:
        Refused: E_NOT_ADDRESSED, E_RATE, those of `rules.unfit`.
    """
    value = act.object
    if unit.community.id not in value.participants:
        raise Refused("E_NOT_ADDRESSED", f"{value.id} is not put to us")
    code = rules.unfit(
        value.lifecycle, invited=value.participants, ends=value.end_time,
        revision=value.revision, now=unit.now, asked=asked,
    )  # fmt: skip
    if code:
        raise Refused(code, f"{value.id} can not be kept")
    waiting = queries.open_of(unit.db, act.actor.id, unit.now)
    if not act.actor.local and waiting >= rules.UNANSWERED:
        raise Refused("E_RATE", f"{act.actor.id} has enough processes open")


def _other(known: Process, value: JointProcess, document: Mapping[str, Any]) -> bool:
    """Whether a document says something else than the one that is here, and is no newer."""
    if (value.revision or 0) > known.revision:
        return False
    said = SAID if value.revision == known.revision else FIXED
    return any(document.get(key) != known.document.get(key) for key in said)


def _conflict(unit: Unit, act: Act[Any, JointProcess], document: Mapping[str, Any]) -> None:
    """Keep what a convener signed twice, for all to see.

    Raises:
        Refused: E_PROOF_….
    """
    _sealed(unit, act, document)
    mine = (process.c.id == act.object.id) & (process.c.owner == act.actor.id)
    unit.db.execute(update(process).where(mine).values(conflict=dict(document)))
    unit.log("joint.conflict", act.actor.id, subject=act.object.id)


def _document(act: Act[Any, JointProcess]) -> Mapping[str, Any]:
    if act.document is None:
        raise Refused("E_OBJECT", f"{act.object.id} came without its text")
    return act.document


def _sealed(unit: Unit, act: Act[Any, JointProcess], document: Mapping[str, Any]) -> None:
    """Take nothing whose proof is not the convener's.

    Raises:
        Refused: E_PROOF_….
    """
    found = decisions.judged(unit, document, act.actor)
    if found.code:
        raise Refused(found.code, f"the proof of {act.object.id}")


def _keep(unit: Unit, act: Act[Any, JointProcess], document: Mapping[str, Any]) -> None:
    value = act.object
    id_, ends = value.id, value.end_time
    if id_ is None or len(id_) > LONGEST or ends is None:
        raise Refused("E_OBJECT", f"{id_} can not be kept")
    if id_of(value.attributed_to) != act.actor.id:
        raise Refused("E_OWNER", f"{act.actor.id} speaks of {id_}")
    row = {
        "id": id_,
        "slug": decisions.slug_of(id_),
        "owner": act.actor.id,
        "name": (value.name or "")[:500],
        "document": dict(document),
        "invited": list(value.participants),
        "revision": value.revision or 1,
        "state": value.lifecycle or rules.State.INVITING,
        "ends": ends,
        "at": unit.now,
    }
    unit.db.execute(insert(process), row)
    unit.later("joint.text", process=id_)
    for due in (ends, ends + rules.GRACE):
        unit.later("joint.clock", due=due, process=id_)
    _look(unit, id_)


FIXED = ("subjectText", "subjectDigest", "aggregateRule", "weights", "endTime", "name", "content")
"""What stays from the invitation on."""
SAID = (*FIXED, "participants", "lifecycle")
"""What all have to be told alike."""


def _follows(known: Process, value: JointProcess, document: Mapping[str, Any]) -> None:
    """Whether a revision goes on from the one we know.

    Raises:
        Refused: E_STATE, E_RULE, E_JOINT.
    """
    if not rules.legal(known.state, value.lifecycle or ""):
        raise Refused("E_STATE", f"{known.id} from {known.state} to {value.lifecycle}")
    if any(document.get(key) != known.document.get(key) for key in FIXED):
        raise Refused("E_RULE", f"{known.id} changes what was fixed")
    if not {known.owner} <= set(value.participants) <= set(known.invited):
        raise Refused("E_JOINT", f"{known.id} has participants who were not invited")
    if known.state == rules.State.OPEN and set(value.participants) != set(known.participants):
        raise Refused("E_JOINT", f"{known.id} has other participants now")


@handlers.on(Accept, Invite, JointProcess)
def accepted(unit: Unit, act: Act[Accept, Invite]) -> None:
    """A community that was asked takes part."""
    _answered(unit, act, rules.Answer.ACCEPTED)


@handlers.on(TentativeAccept, Invite, JointProcess)
def perhaps(unit: Unit, act: Act[TentativeAccept, Invite]) -> None:
    """A community that was asked does not know yet."""
    _answered(unit, act, rules.Answer.TENTATIVE)


@handlers.on(Reject, Invite, JointProcess)
def rejected(unit: Unit, act: Act[Reject, Invite]) -> None:
    """A community that was asked does not take part."""
    _answered(unit, act, rules.Answer.REJECTED)


def _answered(unit: Unit, act: Act[Any, Invite], word: rules.Answer) -> None:
    known = queries.by_id(unit.db, id_of(act.object.object) or "")
    if known is None or act.object.id != known.invite:
        raise Refused("E_UNKNOWN", f"{act.object.id} invites nobody here")
    if act.actor.id not in known.invited or act.actor.id == known.owner:
        raise Refused("E_NOT_ADDRESSED", f"{act.actor.id} was not asked")
    if known.state != rules.State.INVITING:
        raise Refused("E_STATE", f"{known.id} is {known.state}")
    if known.answer_by is not None and unit.now > known.answer_by:
        raise Refused("E_EXPIRED", f"{known.id} was open until {known.answer_by}")
    _put(unit, known, act, word)


@handlers.on(Leave, JointProcess)
def left(unit: Unit, act: Act[Leave, JointProcess]) -> None:
    """A community takes part no more; until the end, and what it decided counts no more."""
    known = queries.by_id(unit.db, act.object.id or "")
    if known is None:
        raise Missing("E_UNKNOWN", f"{act.object.id} is not here")
    if act.actor.id not in known.invited or act.actor.id == known.owner:
        raise Refused("E_NOT_ADDRESSED", f"{act.actor.id} takes no part")
    if (act.activity.published or unit.now) > known.ends or known.state not in rules.LIVE:
        raise Refused("E_STATE", f"{known.id} is over")
    _put(unit, known, act, rules.Answer.LEFT)


def _put(unit: Unit, known: Process, act: Act[Any, Any], word: rules.Answer) -> None:
    """Keep what a community said last; leaving is for good."""
    said = min(act.activity.published or unit.now, unit.now)
    before = queries.answers(unit.db, known.id).get(act.actor.id)
    if before is not None and (before.answer == rules.Answer.LEFT or before.said > said):
        return
    row = {
        "process": known.id, "community": act.actor.id, "answer": word.value,
        "said": said, "seen": unit.now,
    }  # fmt: skip
    upsert(unit.db, answer, row, key=["process", "community"])
    unit.later("joint.clock", process=known.id)


# What decisions tell us ------------------------------------------------------------------------


def heard(unit: Unit, event: decisions.Heard) -> None:
    """A record of a joint process is here: a ballot, or what says what came of it."""
    found = decisions.any_record(unit.db, event.record)
    if found is None or found.seal != "holds":
        return
    # whoever asks may have it from a stranger which process the record is of
    named = [found.document[key] for key in ("ballotIn", "concludes") if key in found.document]
    if named != [event.process]:
        return
    if found.concludes:
        known = queries.by_id(unit.db, event.process)
        if known is not None and found.owner not in known.invited:
            return
        row = {
            "record": found.id, "process": event.process, "community": found.owner,
            "digest": found.digest, "state": "waiting", "code": "", "seen": unit.now,
        }  # fmt: skip
        insert_new(unit.db, end, row)
        unit.later("joint.check", record=found.id)
        return
    ballot = _vote(unit, found, event.process)
    if ballot is not None:
        insert_new(unit.db, vote, ballot)
        if found.ours:
            mine = update(process).where(process.c.id == event.process)
            unit.db.execute(mine.values(ballot=found.id))
    _look(unit, event.process)


def _vote(unit: Unit, found: decisions.Record, id: str) -> dict[str, Any] | None:
    """The row of a ballot, read with care: it may be a stranger's."""
    document = found.document
    value = wire.load(document, unit.registry.types)
    if value.published is None or document.get("ballot") not in set(decisions.Voice):
        return None
    electorate = document.get("electorate")
    eligible = electorate.get("eligible") if isinstance(electorate, Mapping) else 0
    members = eligible if isinstance(eligible, int) else 0
    if not 0 <= members <= rules.HIGHEST + 1 or value.published > unit.now + rules.GRACE:
        return None
    return {
        "record": found.id,
        "process": id,
        "community": found.owner,
        "voice": str(document["ballot"]),
        "members": members,
        "subject_digest": str(document.get("subjectDigest"))[:120],
        "digest": found.digest,
        "said": value.published,
        "seen": found.at,
    }


def answered(unit: Unit, event: decisions.Answered) -> None:
    """A community said whether it comes to the same."""
    found = queries.end_of(unit.db, event.record)
    if found is not None:
        unit.later("joint.clock", process=found.process)


def _look(unit: Unit, id: str) -> None:
    """Look at what is there again: more is known of a process."""
    for each in queries.ends(unit.db, id):
        unit.later("joint.check", record=each.record)
    unit.later("joint.clock", process=id)


subscribers = ((decisions.Heard, heard), (decisions.Answered, answered))
