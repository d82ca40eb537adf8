"""What two hands do to a vote: its list, its deadline, its result. Units.

Each step is in the log: who asked for what and why, and who answered. Whether somebody has voted
is told to neither of the two.
"""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select

from node.kernel.database import change_rows
from node.kernel.errors import Conflict, Invalid, Missing, Refused
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.decisions import forcing, hands, queries, rules, watched
from node.modules.decisions.hands import Kind, State
from node.modules.decisions.queries import Box
from node.modules.decisions.tables import audit, box, request, roster
from node.modules.decisions.watched import Request
from vocab.values import dataclass
from web.language import mark


@dataclass(frozen=True, kw_only=True)
class Prolonged:
    """Event: a vote closes later than it was said; `closes` in ISO form."""

    box: str
    closes: str


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a keeper asks for."""

    kind: Kind
    reason: str
    member: str | None = None
    closes: datetime | None = None


def ask(unit: Unit, box_id: str, keeper: str, asked: Asked, *, once: str) -> str:
    """Ask for a change that a second hand has to confirm.

    Returns:
        The request's id.

    Raises:
        Missing: there is no such vote.
        Refused: E_KEEPERS_ONLY; E_NO_SECOND, there is nobody who could confirm it.
        Conflict: E_ASKED, the same waits already; E_JOINT, others count it.
        Invalid: `reason`, `member` or `closes`.
    """
    if not accounts.is_admin(unit.db, keeper):
        raise Refused("E_KEEPERS_ONLY", keeper)
    if (before := watched.made_by(unit.db, once)) is not None:
        return before
    found = _box(unit, box_id)
    _fit(unit, found, asked)
    same = [one for one in watched.requests(unit.db, box_id) if one.state is State.WAITS
            and (one.kind, one.member) == (asked.kind, asked.member)]  # fmt: skip
    if same:
        raise Conflict("E_ASKED", safe=mark("This was asked for already and waits."))
    one = Request(
        id=secrets.token_urlsafe(16), box=box_id, kind=asked.kind, member=asked.member,
        closes=asked.closes, reason=asked.reason.strip(), asked_by=keeper, at=unit.now,
        state=State.WAITS, second=None, answered=None,
    )  # fmt: skip
    if not watched.anybody(unit.db, found, one):
        raise Refused("E_NO_SECOND", safe=ALONE)
    values = {name: getattr(one, name) for name in one.__dataclass_fields__}
    unit.db.execute(insert(request), {**values, "once": once})
    unit.log("vote.ask", keeper, subject=box_id, words=f"{one.kind}: {one.reason}")
    return one.id


ALONE = mark("There is nobody who could confirm it, so it cannot be done.")
MISSING = mark("Say why. Everybody reads it.")


def _box(unit: Unit, box_id: str) -> Box:
    found = queries.box_of(unit.db, box_id)
    if found is None:
        raise Missing(detail=box_id)
    return found


def _fit(unit: Unit, found: Box, asked: Asked) -> None:
    """Refuse what cannot be asked for now."""
    if not asked.reason.strip():
        raise Invalid({"reason": MISSING})
    field = {Kind.PROLONG: "closes", Kind.ANNUL: "reason"}.get(asked.kind, "member")
    listed = None
    if field == "member":
        may = accounts.member if asked.kind is Kind.LEAVE_OUT else accounts.is_member
        if asked.member is None or not may(unit.db, asked.member):
            raise Invalid({"member": mark("Nobody here is called so.")})
        listed = asked.member in watched.told(unit.db, found.id)
    open_ = found.counted is None and unit.now < found.closes
    again = found.extended or found.run_off is not None
    moved = any(one.kind is Kind.PROLONG for one in watched.done(unit.db, found.id))
    if wrong := hands.fault(asked.kind, open_=open_, again=again, moved=moved, listed=listed,
                            closes=found.closes, wanted=asked.closes, now=unit.now):  # fmt: skip
        raise Invalid({field: wrong})
    if asked.kind is Kind.ANNUL:
        _annulable(unit, found)


def _annulable(unit: Unit, found: Box) -> queries.Record:
    record = queries.decided_by(unit.db, found.id)
    if record is None or record.ended is not None:
        raise Invalid({"reason": mark("There is no result that holds.")})
    if "ballotIn" in record.document:
        raise Conflict("E_JOINT", safe=mark("Other communities have counted it already."))
    return record


def confirm(unit: Unit, request_id: str, who: str) -> None:
    """Confirm what a keeper asks for, as the second hand; it is done at once.

    Raises:
        Missing, Refused, Conflict, Invalid: as `ask`; E_NOT_SECOND, it is somebody else's.
    """
    one = _answerable(unit, request_id, who)
    found = _box(unit, one.box)
    asker = one.asked_by or ""
    if not accounts.is_admin(unit.db, asker):
        raise Conflict("E_KEEPERS_ONLY", safe=mark("Whoever asked keeps this node no more."))
    asked = Asked(kind=one.kind, reason=one.reason, member=one.member, closes=one.closes)
    _fit(unit, found, asked)
    _CHANGES[one.kind](unit, found, one)
    _answer(unit, one, State.DONE, who)


def decline(unit: Unit, request_id: str, who: str) -> None:
    """Say no to what a keeper asks for, as the second hand.

    Raises:
        Missing, Refused, Conflict: as `confirm`.
    """
    _answer(unit, _answerable(unit, request_id, who), State.DECLINED, who)


def take_back(unit: Unit, request_id: str, who: str) -> None:
    """Ask no more for what one asked for.

    Raises:
        Missing: there is no such request.
        Refused: somebody else asked for it.
        Conflict: it was answered.
    """
    one = _waiting(unit, request_id)
    if one.asked_by != who:
        raise Refused("E_NOT_YOURS", who)
    _answer(unit, one, State.BACK, who)


def _waiting(unit: Unit, request_id: str) -> Request:
    one = watched.one_request(unit.db, request_id)
    if one is None:
        raise Missing(detail=request_id)
    if not hands.legal(one.state, State.DONE):
        raise Conflict("E_STATE", safe=mark("This was answered already."))
    return one


def _answerable(unit: Unit, request_id: str, who: str) -> Request:
    """A request that this person may answer."""
    one = _waiting(unit, request_id)
    if who not in watched.seconds(unit.db, _box(unit, one.box), one, unit.now):
        raise Refused("E_NOT_SECOND", who, safe=mark("Somebody else is the second hand here."))
    return one


def _answer(unit: Unit, one: Request, state: State, who: str) -> None:
    done = {"state": state, "second": who, "answered": unit.now}
    change_rows(unit.db, request.c.id, one.id, **done)
    unit.log(f"vote.{state}", who, subject=one.box, words=f"{one.kind}: {one.reason}")


# What is done -------------------------------------------------------------------------------


def _admit(unit: Unit, found: Box, one: Request) -> None:
    """Put somebody on the list; the sums that all see go by what was done, not by its rows.

    Else they would tell whether somebody had voted who was taken off it (`_leave_out`).
    """
    back = one.member in watched.left_out(unit.db, found.id)
    if one.member not in watched.listed(unit.db, found.id):
        slot = {"slot": secrets.token_hex(16), "box": found.id, "member": one.member}
        unit.db.execute(insert(roster), {**slot, "active": True})
    more, active = 0 if back else 1, found.eligible if found.active is None else found.active
    eligible, active = found.eligible + more, active + more
    needed = rules.required(found.share, active, eligible, fewest=found.fewest)
    base = {"eligible": eligible, "active": active, "needed": needed}
    change_rows(unit.db, box.c.id, found.id, **base)


def _leave_out(unit: Unit, found: Box, one: Request) -> None:
    """Take somebody off the list; a ballot that they have cast stays as it is, and counts.

    A secret one nobody could find. An open one is treated alike: nothing that can be seen before
    the close tells whether there is one.
    """
    mine = (roster.c.box == found.id) & (roster.c.member == one.member) & ~roster.c.voted
    unit.db.execute(delete(roster).where(mine))


def _prolong(unit: Unit, found: Box, one: Request) -> None:
    assert one.closes is not None, "it was asked for so"
    change_rows(unit.db, box.c.id, found.id, closes=one.closes)
    unit.tell(Prolonged(box=found.id, closes=one.closes.isoformat()))


def _annul(unit: Unit, found: Box, _one: Request) -> None:
    record = _annulable(unit, found)
    forcing.void(unit, record)


_CHANGES: dict[Kind, Any] = {
    Kind.ADMIT: _admit,
    Kind.LEAVE_OUT: _leave_out,
    Kind.PROLONG: _prolong,
    Kind.ANNUL: _annul,
}


def freeze(unit: Unit, box_id: str) -> str | None:
    """At the count: the digest of a list that two hands have changed; None if none has."""
    if not watched.changed(unit.db, box_id):
        return None
    salt = unit.db.scalar(select(audit.c.salt).where(audit.c.box == box_id))
    frozen = rules.roster_hash(watched.listed(unit.db, box_id), salt or "")
    change_rows(unit.db, box.c.id, box_id, roster_hash=frozen)
    unit.log("decision.roster", unit.community.id, subject=box_id, words=f"roster {frozen}")
    return frozen
