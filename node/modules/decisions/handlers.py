"""What a record, an answer and a register do when they arrive; the same for ours and theirs.

A record of others is kept as it came, with the state of its seal; one whose seal fails is
kept as well, and never shown as theirs. An answer counts once everything it rests on holds.
"""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, insert, update

from federation import keyring
from node.kernel.access import Reach
from node.kernel.act import Act
from node.kernel.database import change_rows
from node.kernel.errors import Refused
from node.kernel.module import Handlers
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.decisions import looking, queries, replies, seals
from node.modules.decisions.objects import DecisionRecord, DecisionResponse
from node.modules.decisions.queries import Record
from node.modules.decisions.seals import State, Verdict
from node.modules.decisions.tables import record, response
from vocab import proofs, wire
from vocab.model import PUBLIC, Activity, Object, id_of
from vocab.types import Add, Create, Remove, Update
from vocab.values import dataclass

handlers = Handlers()


@dataclass(frozen=True, kw_only=True)
class Heard:
    """Event: a record of a joint process is here, a ballot or what concludes it, and holds."""

    record: str
    process: str


@dataclass(frozen=True, kw_only=True)
class Answered:
    """Event: what a community said to a record that concludes a joint process counts."""

    response: str
    record: str


@handlers.on(Create, DecisionRecord)
def decided(unit: Unit, act: Act[Create, DecisionRecord]) -> None:
    """A community has decided something."""
    value, owner = act.object, act.actor
    id_ = _own(value, owner)
    document = act.document or wire.dump(value)
    known = queries.any_record(unit.db, id_)
    if known is not None and not _may_replace(known, owner, document):
        return
    found = judged(unit, document, owner)
    here = owner.local
    values = {
        "owner": owner.id,
        "reach": reach_of(act.activity, value) if act.activity.to or not here else Reach.COMMUNITY,
        "name": (value.name or "")[:500],
        "outcome": (value.outcome or "")[:40],
        "document": json.dumps(document, ensure_ascii=False, separators=(",", ":")),
        "digest": proofs.digest(document),
        "seal": found.state.value,
        "code": found.code,
        "sent": unit.now if here and act.activity.to else None,
    }
    if known is not None:
        change_rows(unit.db, record.c.id, id_, **values)
    else:
        slug = id_.rpartition("/")[2] if here else proofs.digest({"id": id_})[-22:]
        unit.db.execute(insert(record), {"id": id_, "slug": slug, "at": unit.now, **values})
    if not here:
        looking.heard(unit, owner.service)
    if found.state is not State.HOLDS and not here:
        unit.later("decisions.check", once=f"decisions.check:{slug_of(id_)}", record=id_)
    elif values["sent"] or not here:
        _heard(unit, id_, document)


def _heard(unit: Unit, id_: str, document: Mapping[str, Any]) -> None:
    """Tell of a record that has to do with a joint process."""
    process = document.get("ballotIn") or document.get("concludes")
    if isinstance(process, str):
        unit.tell(Heard(record=id_, process=process))


def _own(value: Object, owner: Account) -> str:
    """The id of a thing that is its sender's own.

    Raises:
        Refused: E_OWNER.
    """
    if value.id is None or id_of(value.attributed_to) != owner.id:
        raise Refused("E_OWNER", f"{owner.id} speaks of {value.id}")
    return value.id


def _may_replace(known: Record, owner: Account, document: Mapping[str, Any]) -> bool:
    """Whether a record that is here may be written again: ours until it leaves, else never.

    Raises:
        Refused: E_OWNER; E_IMMUTABLE, the same id with another text.
    """
    if known.owner != owner.id:
        raise Refused("E_OWNER", f"{known.id} is of {known.owner}")
    if known.ours and known.sent is None:
        return True
    if known.seal == State.HOLDS and proofs.digest(document) != known.digest:
        raise Refused("E_IMMUTABLE", f"{known.id} never changes")
    return known.seal != State.HOLDS


@handlers.on(Update, DecisionRecord)
def changed(unit: Unit, act: Act[Update, DecisionRecord]) -> None:
    """Nobody changes a record; a new one supersedes it."""
    raise Refused("E_IMMUTABLE", f"{act.object.id} never changes")


@handlers.on(Add, DecisionRecord)
def in_force(unit: Unit, act: Act[Add, DecisionRecord]) -> None:
    """A community's decision comes into force there."""
    _force(unit, act.activity, act.actor, act.object, holds=True)


@handlers.on(Remove, DecisionRecord)
def out_of_force(unit: Unit, act: Act[Remove, DecisionRecord]) -> None:
    """A community's decision is no longer in force there."""
    _force(unit, act.activity, act.actor, act.object, holds=False)


def _force(unit: Unit, activity: Activity, actor: Account, value: Object, *, holds: bool) -> None:
    register = (actor.document or {}).get("inForce") or f"{actor.id}/in-force"
    if id_of(activity.target) != register:
        return
    mine = (record.c.id == value.id) & (record.c.owner == actor.id)
    when = {"in_force": unit.now, "ended": None} if holds else {"ended": unit.now}
    unit.db.execute(update(record).where(mine).values(when))


@handlers.on(Create, DecisionResponse)
def answered(unit: Unit, act: Act[Create, DecisionResponse]) -> None:
    """A community says what it does with another's record."""
    value, owner = act.object, act.actor
    id_ = _own(value, owner)
    if queries.any_response(unit.db, id_) is not None:
        return
    document = act.document or wire.dump(value)
    about = value.responds_to or ""
    if not owner.local:
        _receive(unit, value, owner, about)
    state, code = ("counts", "") if owner.local else _standing(document, owner, value, unit)
    values = {
        "id": id_,
        "record": about,
        "owner": owner.id,
        "reach": reach_of(act.activity, value),
        "response": value.response,
        "basis": value.basis,
        "document": json.dumps(document, ensure_ascii=False, separators=(",", ":")),
        "state": state,
        "code": code,
        "at": unit.now,
    }
    unit.db.execute(insert(response), values)
    if state == "waiting":
        unit.later("decisions.weigh", once=f"decisions.weigh:{slug_of(id_)}", response=id_)
    if state == "counts":
        _said(unit, id_, about)


def _said(unit: Unit, id_: str, about: str) -> None:
    """Tell of an answer to what concludes a joint process."""
    found = queries.any_record(unit.db, about)
    if found is not None and "concludes" in found.document:
        unit.tell(Answered(response=id_, record=about))


def _receive(unit: Unit, value: DecisionResponse, owner: Account, about: str) -> None:
    """Let in what answers a record of ours that has left, or one that concludes a joint process.

    Raises:
        Refused: E_SELF_RESPONSE, E_UNKNOWN_RECORD, E_DIGEST, E_DUPLICATE.
    """
    found = queries.any_record(unit.db, about)
    code = replies.refusal(
        known=found is not None and (found.sent is not None or _of_all(found)),
        self_made=found is not None and found.owner == owner.id,
        digest_equal=found is not None and value.responds_to_digest == found.digest,
        said=queries.said_before(unit.db, about, owner.id),
        response=value.response or "",
    )
    if code:
        raise Refused(code, f"{value.id} about {about}")


def _of_all(found: Record) -> bool:
    """Whether a record of others is one that several communities have to do with."""
    return not found.ours and "concludes" in found.document


def _standing(
    document: Mapping[str, Any], owner: Account, value: DecisionResponse, unit: Unit
) -> tuple[str, str]:
    found = judged(unit, document, owner)
    if found.state is State.FAILS:
        raise Refused(found.code, f"the proof of {value.id}")
    if found.state is State.UNCHECKED:
        return "waiting", found.code
    return ("waiting", "E_BASIS") if value.response in replies.NEEDS_BASIS else ("counts", "")


def judged(unit: Unit, document: Mapping[str, Any], owner: Account) -> Verdict:
    """What a seal is worth, by the keys its owner has or had when it was made."""
    keys = keyring.keys(unit.db, owner, document)
    return seals.verdict(document, owner=owner.id, keys=keys, now=unit.now)


def reach_of(activity: Activity, value: Object) -> Reach:
    """How far something that came may be shown: to all, or to our members and no further."""
    everybody = PUBLIC in (*activity.to, *activity.cc, *value.to, *value.cc)
    plain = value.handling in (None, "public")
    return Reach.PUBLIC if everybody and plain else Reach.TRUSTED


def slug_of(id: str) -> str:
    """A short name for an id, for the keys of jobs."""
    return proofs.digest({"id": id})[-22:]


def take(unit: Unit, document: Mapping[str, Any], owner: Account) -> None:
    """Take a record that its own server showed when it was asked, as if it had been sent.

    Raises:
        Refused: E_OWNER, E_IMMUTABLE.
    """
    value = wire.load(document, unit.registry.types)
    if isinstance(value, DecisionRecord) and not owner.local:
        made = Create(actor=owner.id, object=value, to=value.to, cc=value.cc)
        decided(unit, Act(activity=made, object=value, actor=owner, document=document))


# What jobs bring back ------------------------------------------------------------------------


def recheck(unit: Unit, record_id: str, fetched: Mapping[str, Any] | None) -> None:
    """Look at a seal again, with the owner's keys as they are now.

    Args:
        unit: the unit.
        record_id: a record of others whose seal does not hold yet.
        fetched: what its own server shows, None if it did not answer.
    """
    found = queries.any_record(unit.db, record_id)
    owner = unit.account(found.owner) if found else None
    if found is None or owner is None or found.seal == State.HOLDS:
        return
    document = fetched if fetched is not None else found.document
    now_is = _asked_again(document, found, owner, unit, at_home=fetched is not None)
    values: dict[str, Any] = {"seal": now_is.state.value, "code": now_is.code}
    if now_is.state is State.HOLDS:
        values["document"] = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
        values["digest"] = proofs.digest(document)
        values["name"] = str(document.get("name", ""))[:500]
        values["outcome"] = str(document.get("outcome", ""))[:40]
    change_rows(unit.db, record.c.id, record_id, **values)
    if now_is.state is State.HOLDS:
        _heard(unit, record_id, document)


def _asked_again(
    document: Mapping[str, Any], found: Record, owner: Account, unit: Unit, *, at_home: bool
) -> Verdict:
    if document.get("id") != found.id or document.get("attributedTo") != owner.id:
        return Verdict(state=State.FAILS, code="E_OWNER")
    now_is = judged(unit, document, owner)
    if now_is.state is State.UNCHECKED and at_home:
        # its owner's page has been read just now, and does not list the key
        return Verdict(state=State.FAILS, code="E_PROOF_KEY")
    return now_is


def weighed(unit: Unit, response_id: str, basis: Mapping[str, Any] | None) -> None:
    """Decide whether an answer counts, now that what it rests on was fetched.

    Args:
        unit: the unit.
        response_id: an answer that waits.
        basis: the responder's own record as its server shows it; None if there is none.
    """
    found = queries.any_response(unit.db, response_id)
    owner = unit.account(found.owner) if found else None
    if found is None or owner is None or found.state != "waiting":
        return
    mine = judged(unit, found.document, owner)
    code = mine.code
    if not code and found.response in replies.NEEDS_BASIS:
        code = _weak(basis, found.basis, owner, unit)
    state = "refused" if code else "counts"
    change_rows(unit.db, response.c.id, response_id, state=state, code=code)
    if state == "counts":
        _said(unit, response_id, found.record)


def _weak(basis: Mapping[str, Any] | None, id_: str | None, owner: Account, unit: Unit) -> str:
    """Why a basis does not carry an answer; "" if it does."""
    if basis is None or basis.get("id") != id_ or basis.get("kind") != "DecisionRecord":
        return "E_BASIS"
    seal = judged(unit, basis, owner)
    sound = replies.sound_basis(
        owner=str(basis.get("attributedTo")),
        responder=owner.id,
        holds=seal.state is State.HOLDS,
        result=str(basis.get("outcome")),
    )
    return "" if sound else seal.code or "E_BASIS"


def forget(unit: Unit, account: str) -> None:
    """Remove what an account elsewhere has decided and answered, when it is gone."""
    unit.db.execute(delete(response).where(response.c.owner == account))
    unit.db.execute(delete(record).where(record.c.owner == account, record.c.box.is_(None)))
