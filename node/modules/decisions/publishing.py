"""From a counted box to a signed record, and from a record to where it may go. Units.

A record is signed at once and stays here; when somebody has chosen who may see it, it is
signed once more with its addressees in it, leaves, and never changes again.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from node.kernel.access import Reach
from node.kernel.database import change_rows
from node.kernel.errors import Conflict, Missing, Refused
from node.kernel.tables import Account, letter
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.decisions import chaining, counting, forcing, looking, queries, records, replies
from node.modules.decisions.counting import Again
from node.modules.decisions.guarding import Waiting
from node.modules.decisions.objects import ChainLink, DecisionRecord, DecisionResponse
from node.modules.decisions.options import options_of
from node.modules.decisions.records import Address, Joint, Matter, Reply
from node.modules.decisions.replies import Answer
from node.modules.decisions.rules import Outcome
from node.modules.decisions.tables import box, record
from vocab import proofs, wire
from vocab.model import Object
from vocab.types import Create
from vocab.values import dataclass
from web.language import catalogue, mark


@dataclass(frozen=True, kw_only=True)
class Decided:
    """Event: a box was counted and has its record."""

    box: str
    record: str
    outcome: str


@dataclass(frozen=True, kw_only=True)
class Settled:
    """Event: somebody chose who may see a record; `reach` says who."""

    box: str
    record: str
    reach: str


def decide(
    unit: Unit,
    box_id: str,
    *,
    answers: Mapping[str, str] | None = None,
    joint: Joint | None = None,
    supersedes: str | None = None,
) -> Decided | Again | Waiting:
    """Count a box and write its record, signed and for members only.

    Args:
        unit: the unit.
        box_id: a box whose time has come.
        answers: what an approval answers elsewhere: `record`, `answer` and, for an
            objection, `ground`, `request`, `reason`. An approval then leaves at once.
        joint: the process in which this is our ballot. It leaves at once, whatever it says;
            but if too few took part we say nothing, and it is a decision like any other.
        supersedes: a record of ours in whose place this one comes, once it is in force.

    Returns:
        What was decided; or until when it is open once more, or a word of the lot is missing.

    Raises:
        Missing, Conflict: as `counting.count`.
    """
    counted = counting.count(unit, box_id)
    if isinstance(counted, Again | Waiting):
        return counted
    us = accounts.community_account(unit.db)
    matter = replace(_matter(unit, us, counted, joint), supersedes=supersedes)
    id_, outcome = matter.id, matter.result.outcome
    _keep(unit, us, matter, box_id, answers)
    unit.log("decision.close", us.id, subject=id_, words=outcome.value)
    event = Decided(box=box_id, record=id_, outcome=outcome.value)
    unit.tell(event)
    if matter.ballot and joint:
        settle(unit, id_, Reach.PUBLIC, by=us.id, also=joint.others)
    if answers and outcome is Outcome.APPROVED:
        settle(unit, id_, _reach_of_answer(unit, answers["record"]), by=us.id)
    return event


def _matter(unit: Unit, us: Account, counted: counting.Counted, joint: Joint | None) -> Matter:
    """What a record is made of, from a box that was counted."""
    found, id_ = counted.box, unit.id("o")
    alone = counted.result.outcome is Outcome.APPROVED and joint is None
    days = (found.settings or {}).get("cooling") if alone else None
    cools = found.closes + timedelta(days=days) if days else None
    return Matter(
        id=id_,
        url=f"{unit.origin}/d/{_slug(id_)}",
        owner=us.id,
        community=unit.community.name,
        language=unit.community.language,
        decides=str(found.subject["id"]),
        title=str(found.subject["name"]),
        text=str(found.subject["content"]),
        subject_digest=joint.digest if joint else found.subject_digest,
        options=options_of(found.subject),
        method=found.method,
        eligible=found.eligible,
        needed=found.needed,
        closed=found.closes,
        review=found.review,
        effective=(cools or found.closes) if alone else None,
        cools=cools,
        lasts=(found.settings or {}).get("lasts") if alone else None,
        audit=counted.audit,
        result=counted.result,
        statements=counted.statements,
        floor=found.floor,
        setup=found.setup,
        recused=counted.recused,
        voices=counted.voices,
        open=found.open,
        lot=" ".join([found.lot_word, *(found.lot_words or ())]) if found.lot_word else None,
        run_off=tuple(found.run_off or ()),
        joint=joint,
    )


def _keep(
    unit: Unit, us: Account, matter: Matter, box_id: str, answers: Mapping[str, str] | None
) -> None:
    """Sign a record and bind it to those before it."""
    keep(unit, us, records.record(matter, Address(), _say(unit)))
    kept = {"box": box_id, "answers": dict(answers) if answers else None}
    change_rows(unit.db, record.c.id, matter.id, **kept)


def keep(unit: Unit, us: Account, value: DecisionRecord) -> dict[str, Any]:
    """Sign a record of ours and bind it to those before it; the document."""
    number, before = chaining.end(unit, us)
    place = ChainLink(number=number + 1, previous=before or None)
    document = signed(unit, us, replace(value, chain=place))
    _create(unit, us, document)
    chaining.bind(unit, us, value.id or "", document, (number, before))
    return document


def settle(unit: Unit, record_id: str, reach: str, *, by: str, also: Sequence[str] = ()) -> None:
    """Choose who may see a record of ours: it leaves, or it stays.

    Args:
        unit: the unit.
        record_id: a record of ours that has not left.
        reach: community, trusted or public.
        by: who chose it.
        also: who else is sent it.

    Raises:
        Missing: there is no such record of ours.
        Conflict: it has left; who may see it can no longer be changed.
    """
    found = queries.any_record(unit.db, record_id)
    if found is None or not found.ours:
        raise Missing
    if found.sent:
        raise Conflict("E_SENT", safe=mark("This decision has left already and stays as it is."))
    unit.log("decision.settle", by, subject=record_id, words=reach)
    here = {"settled": unit.now, "reach": reach}
    change_rows(unit.db, record.c.id, record_id, **here)
    if reach != Reach.COMMUNITY:
        _send(unit, found, reach, also)
    if (ends := forcing.cools_until(found)) is not None and unit.now < ends:
        unit.later("decisions.come", due=ends, record=record_id)
    if found.holds and reach != Reach.COMMUNITY:
        us = accounts.community_account(unit.db)
        forcing.enter(unit, us, record_id, _address(unit, us, reach, also=also))
    forcing.come(unit, record_id)
    if found.box:
        unit.tell(Settled(box=found.box, record=record_id, reach=reach))


def _send(unit: Unit, found: queries.Record, reach: str, also: Sequence[str]) -> None:
    us = accounts.community_account(unit.db)
    where = _address(unit, us, reach, also=also)
    value = wire.load(found.document, unit.registry.types)
    addressed = replace(value, to=where.to, cc=where.cc, handling=where.handling, proof=None)
    document = signed(unit, us, addressed)
    _create(unit, us, document)
    looking.soon(unit, looking.BACK)
    if found.answers and found.outcome == Outcome.APPROVED:
        _answer_with(unit, found.answers, basis=found.id)


def enter(unit: Unit, record_id: str) -> None:
    """Have a public decision of ours come into force; nothing if it is, or is not ours."""
    found = queries.any_record(unit.db, record_id)
    if found is not None and found.ours and found.in_force is None:
        us = accounts.community_account(unit.db)
        forcing.enter(unit, us, record_id, _address(unit, us, Reach.PUBLIC))


def publish(unit: Unit, value: DecisionRecord, *, also: Sequence[str]) -> None:
    """Sign a record of ours that came of no box, bind it to the others, and send it to all.

    Args:
        unit: the unit.
        value: the record, without address.
        also: who is sent it, beside our followers.
    """
    us = accounts.community_account(unit.db)
    keep(unit, us, value)
    settle(unit, value.id or "", Reach.PUBLIC, by=us.id, also=also)


def _answer_with(unit: Unit, answers: Mapping[str, Any], *, basis: str) -> None:
    """Answer as we decided; what can be answered no longer does not hold up the decision."""
    about = str(answers["record"])
    try:
        respond(
            unit,
            about,
            Answer(answers["answer"]),
            basis=basis,
            ground=answers.get("ground"),
            request=answers.get("request"),
            reason=answers.get("reason") or "",
        )
    except (Refused, Missing) as problem:
        unit.log("decision.unanswered", unit.community.id, subject=about, words=problem.code)


def _reach_of_answer(unit: Unit, record_id: str) -> str:
    found = queries.any_record(unit.db, record_id)
    return found.reach if found else Reach.COMMUNITY


def respond(
    unit: Unit,
    record_id: str,
    answer: Answer,
    *,
    basis: str | None = None,
    ground: str | None = None,
    request: str | None = None,
    reason: str = "",
    also: Sequence[str] = (),
    counted: bool = False,
) -> str:
    """Send our community's signed answer to another community's record.

    Args:
        unit: the unit.
        record_id: a record of another community, with a seal that holds.
        answer: what we say to it.
        basis: our own record; needed to adopt and to object.
        ground: of an objection, one of `replies.GROUNDS`.
        request: what an objection asks for, one of `replies.REQUESTS`.
        reason: of an objection, plain text.
        also: who is told, beside the record's community.
        counted: the record says what came of a joint decision, and this node counted again.

    Returns:
        The answer's id.

    Raises:
        Missing: the record is not here.
        Refused: E_SELF_RESPONSE, E_SEAL, E_ANSWERED, E_NOTHING, E_BASIS, E_COUNTED.
    """
    us = accounts.community_account(unit.db)
    found = _answerable(unit, us, record_id, answer, basis)
    if found.concludes and not counted:
        raise Refused("E_COUNTED", record_id, safe=ANSWER_FAULTS["E_COUNTED"])
    id_ = unit.id("o")
    own = basis and queries.any_record(unit.db, basis)
    reply = Reply(
        id=id_,
        url=f"{unit.origin}/d/{own.slug}" if own else f"{unit.origin}/d/answers/{_slug(id_)}",
        owner=us.id,
        community=unit.community.name,
        language=unit.community.language,
        at=unit.now,
        answer=answer,
        record=record_id,
        matter=records.matter_of(found.name, queries.language_of(found)),
        digest=found.digest,
        basis=basis,
        ground=ground,
        request=request,
        reason=reason,
    )
    where = _address(unit, us, found.reach, also=(found.owner, *also))
    _create(unit, us, signed(unit, us, records.response(reply, where, _say(unit))))
    unit.log("decision.answer", us.id, subject=record_id, words=answer.value)
    return id_


def _answerable(
    unit: Unit, us: Account, record_id: str, answer: Answer, basis: str | None
) -> queries.Record:
    """A record that we may answer so."""
    found = queries.any_record(unit.db, record_id)
    if found is None:
        raise Missing
    said = replies.standing(queries.said_before(unit.db, record_id, us.id))
    code = replies.may_answer(ours=found.ours, seal=found.seal, answered=said, answer=answer)
    if not code and answer in replies.NEEDS_BASIS and basis is None:
        code = "E_BASIS"
    if code:
        raise Refused(code, record_id, safe=ANSWER_FAULTS[code])
    return found


ANSWER_FAULTS = {
    "E_SELF_RESPONSE": mark("This is our own decision. Only others answer it."),
    "E_SEAL": mark("The signature does not hold, so there is nothing to answer yet."),
    "E_ANSWERED": mark("Our community has answered this already."),
    "E_NOTHING": mark("There is no answer of ours that could be taken back."),
    "E_BASIS": mark("To adopt or to object, we decide it here first."),
    "E_COUNTED": mark("This node counts it again and answers by itself. Nobody else does."),
}


def signed(unit: Unit, us: Account, value: Object) -> dict[str, Any]:
    """A document of our community's with its proof; a record or an answer may have a second one."""
    document = wire.dump(value, for_proof=True)
    twice = isinstance(value, DecisionRecord | DecisionResponse)
    return (chaining.sealed_twice if twice else chaining.sealed)(unit, us, document)


def _create(unit: Unit, us: Account, document: dict[str, Any]) -> None:
    """Carry out the Create of a signed document of ours; it leaves if it is addressed."""
    value = wire.load(document, unit.registry.types)
    assert isinstance(value, DecisionRecord | DecisionResponse), "what we sign here"
    made = Create(
        id=unit.id("a"), actor=us.id, object=value, to=value.to, cc=value.cc, published=unit.now
    )
    unit.perform(made, us, document=document)


def _address(unit: Unit, us: Account, reach: str, *, also: Sequence[str] = ()) -> Address:
    return records.address(reach, followers=us.followers, peers=unit.community.peers, also=also)


def _say(unit: Unit) -> Callable[[str], str]:
    return catalogue(unit.community.language).gettext


def rehome(unit: Unit, old: str, new: str) -> None:
    """After our ids moved: freeze the texts anew under their new ids, and sign anew.

    Nothing had left before. The kernel has put the new origin into every row already.
    """
    # every reach: all ids moved, and nobody is shown anything
    for row in unit.db.execute(select(box.c.id, box.c.subject)).all():
        digest = proofs.subject_digest(row.subject)
        change_rows(unit.db, box.c.id, row.id, subject_digest=digest)
    us = accounts.community_account(unit.db)
    mine = select(record.c.id, record.c.document, box.c.subject_digest).join_from(record, box)
    mine = mine.where(record.c.owner == us.id).order_by(record.c.number)
    place = (0, "")
    for kept in unit.db.execute(mine).all():
        document = {**json.loads(kept.document), "subjectDigest": kept.subject_digest}
        value = wire.load(document, unit.registry.types)
        assert isinstance(value, DecisionRecord), "what lies in a record"
        here = ChainLink(number=place[0] + 1, previous=place[1] or None)
        again = signed(unit, us, replace(value, chain=here, proof=None))
        held = {"document": _text(again), "digest": proofs.digest(again), "seal": "holds"}
        change_rows(unit.db, record.c.id, kept.id, **held)
        place = chaining.bind(unit, us, kept.id, again, place)
        _in_letters(unit, us.id, again)


def _in_letters(unit: Unit, us: str, document: Mapping[str, Any]) -> None:
    """Put a record signed anew into the letters of ours that hold it; none of them has left."""
    mine = select(letter.c.id, letter.c.body).where(
        letter.c.way == "out", letter.c.actor == us, letter.c.body.is_not(None)
    )
    for row in unit.db.execute(mine).all():
        told = json.loads(row.body)
        held = told.get("object")
        if isinstance(held, dict) and held.get("id") == document["id"]:
            body = _text(unit.door.check({**told, "object": document})).encode()
            change_rows(unit.db, letter.c.id, row.id, body=body)


def _slug(id_: str) -> str:
    return id_.rpartition("/")[2]


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
