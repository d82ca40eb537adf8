"""Opening a box, putting a ballot in, counting. Units, and the only code that reads ballots.

A ballot and the flag of its voter are written together and share nothing; no event, no log
entry, no notice tells of either. Nothing is counted before the box closes.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from node.kernel.errors import Conflict, Invalid, Missing, Refused
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.decisions import queries, rules
from node.modules.decisions.options import options_of
from node.modules.decisions.rules import Method, Position, Result, Vote
from node.modules.decisions.tables import audit, ballot, box, roster
from vocab import proofs
from web.language import mark


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How one thing is decided, fixed before voting opens.

    `share` of those who may vote must take part; `counts`: sums are shown where they may;
    `review`: when the decision is looked at again.
    """

    method: Method
    share: Fraction
    counts: bool
    closes: datetime
    review: datetime


@dataclass(frozen=True, kw_only=True)
class Counted:
    """A box that was counted."""

    result: Result
    statements: tuple[str, ...]
    audit: str


def open_box(
    unit: Unit, box_id: str, terms: Terms, *, subject: Mapping[str, Any], members: Sequence[str]
) -> None:
    """Open a box: freeze the text and the list of those who may vote.

    Args:
        unit: the unit.
        box_id: any name of the caller's, at most 64 characters.
        terms: how it is decided.
        subject: `id`, `name`, `content` (and `options`) as on the wire: what is decided.
        members: the ids of those who may vote.

    Raises:
        Refused: nobody may vote; the method cannot choose among options.
    """
    if options_of(subject) and terms.method not in rules.AMONG_OPTIONS:
        raise Refused("E_METHOD", f"{terms.method} among options")
    if not members:
        raise Refused("E_NO_MEMBERS", safe=mark("There is nobody who could vote."))
    salt = secrets.token_hex(16)
    frozen = rules.roster_hash(members, salt)
    values = {
        "id": box_id,
        "method": terms.method.value,
        "share": str(terms.share),
        "counts": terms.counts,
        "opened": unit.now,
        "closes": terms.closes,
        "review": terms.review,
        "eligible": len(members),
        "needed": rules.required(terms.share, len(members)),
        "roster_hash": frozen,
        "subject": dict(subject),
        "subject_digest": proofs.subject_digest(subject),
    }
    unit.db.execute(insert(box).values(values))
    unit.db.execute(insert(audit).values(box=box_id, salt=salt))
    slots = [{"slot": secrets.token_hex(16), "box": box_id, "member": m} for m in members]
    unit.db.execute(insert(roster), sorted(slots, key=lambda slot: slot["slot"]))
    unit.log("decision.open", unit.community.id, subject=box_id, words=f"roster {frozen}")


def cast(
    unit: Unit, box_id: str, member: str, word: str, reason: str = "", *, publish: bool = False
) -> str:
    """Put a ballot into a box, once; it can not be changed.

    Args:
        unit: the unit.
        box_id: which box.
        member: whose flag is set; nothing else of them is kept.
        word: one of `rules.votes`: a position of the box's method, or the key of an option.
        reason: kept only beside a reservation or an objection, which needs one.
        publish: the member wants the reason to stand in the record, without their name.

    Returns:
        The receipt: a word that will stand in the list of counted ballots.

    Raises:
        Missing: there is no such box.
        Conflict: E_CLOSED, E_VOTED.
        Refused: E_MEMBERS_ONLY (suspended ones neither), E_NOT_ON_ROSTER.
        Invalid: `word` (as the field `position`) or `reason` cannot be used.
    """
    found = queries.box_of(unit.db, box_id)
    if found is None:
        raise Missing
    if found.counted or unit.now >= found.closes:
        raise Conflict("E_CLOSED", safe=mark("Voting has closed. The result is on its page."))
    if wrong := rules.fault(found.method, word, reason, found.keys):
        raise Invalid({wrong: FAULTS[wrong]})
    if not accounts.is_member(unit.db, member):
        raise Refused("E_MEMBERS_ONLY", member)
    _flag(unit, box_id, member)
    said = rules.votes(found.method, found.keys)[word]
    kept = reason.strip() if said.position in rules.WITH_REASON else ""
    row: dict[str, Any] = {"key": secrets.token_hex(16), "box": box_id}
    row |= {"position": said.position.value, "option": said.option or None}
    row |= {"reason": kept or None, "publish": bool(kept) and publish}
    unit.db.execute(insert(ballot).values(row))
    return rules.receipt(row["key"])


FAULTS = {
    "position": mark("Choose where you stand."),
    "reason": mark("An objection needs a reason. Say what harm you see."),
}


def _flag(unit: Unit, box_id: str, member: str) -> None:
    mine = (roster.c.box == box_id) & (roster.c.member == member)
    done = unit.db.execute(update(roster).where(mine, ~roster.c.voted).values(voted=True))
    if done.rowcount != 1:
        admit(unit.db, box_id, member)


def admit(db: Connection, box_id: str, member: str) -> None:
    """Let somebody pass who may vote in a box and has not.

    Raises:
        Refused: E_NOT_ON_ROSTER.
        Conflict: E_VOTED.
    """
    voted = queries.voted(db, box_id, member)
    if voted is None:
        sentence = mark("You joined after voting had opened, so this vote goes on without you.")
        raise Refused("E_NOT_ON_ROSTER", safe=sentence)
    if voted:
        sentence = mark("Your ballot is cast. It can not be changed or taken back.")
        raise Conflict("E_VOTED", safe=sentence)


def count(unit: Unit, box_id: str) -> Counted:
    """Count a box whose time has come, once.

    Raises:
        Missing: there is no such box.
        Conflict: E_OPEN before it closes, E_COUNTED after it was counted.
    """
    found = queries.box_of(unit.db, box_id)
    if found is None:
        raise Missing
    if unit.now < found.closes:
        raise Conflict("E_OPEN", safe=mark("Voting is still open. Only the clock closes it."))
    if found.counted:
        raise Conflict("E_COUNTED", safe=mark("This was counted already."))
    papers = _shuffled(unit, box_id)
    said = [Vote(position=Position(p["position"]), option=p["option"] or "") for p in papers]
    result = rules.count(found.method, said, found.needed, wanted=found.counts, options=found.keys)
    agreed = [p["reason"] for p in papers if p["publish"] and p["reason"]]
    salt = unit.db.scalar(select(audit.c.salt).where(audit.c.box == box_id)) or ""
    keys = [tuple(p[name] for name in ("key", "position", "option") if p[name]) for p in papers]
    unit.db.execute(
        update(box)
        .where(box.c.id == box_id)
        .values(
            counted=unit.now,
            outcome=result.outcome.value,
            reasons=sorted([p["position"], p["reason"]] for p in papers if p["reason"]),
            receipts=sorted(rules.receipt(p["key"]) for p in papers),
        )
    )
    return Counted(
        result=result,
        statements=rules.statements(agreed, result.participated),
        audit=rules.commitment(salt, found.roster_hash, keys),
    )


def _shuffled(unit: Unit, box_id: str) -> list[dict[str, Any]]:
    """The ballots by their random keys, written anew in that order.

    PostgreSQL keeps rows in the order of their arrival, beside the transaction that also set
    the voter's flag; after this neither is left.
    """
    mine = select(ballot).where(ballot.c.box == box_id).order_by(ballot.c.key)
    papers = [dict(row._mapping) for row in unit.db.execute(mine)]  # noqa: SLF001
    unit.db.execute(delete(ballot).where(ballot.c.box == box_id))
    if papers:
        unit.db.execute(insert(ballot), papers)
    return papers
