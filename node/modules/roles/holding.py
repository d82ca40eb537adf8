"""What decisions make of roles, and who holds them until when. Units."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from node.kernel import choices
from node.kernel.errors import Conflict, Missing, Refused
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.decisions import api as decisions
from node.modules.proposals import api as proposals
from node.modules.roles import queries, rules, showing, telling
from node.modules.roles.choices import MONTHS
from node.modules.roles.rules import Kind, Spec, State, Why
from node.modules.roles.tables import Holding, Role
from web.language import mark

SET: Final = "set"


# What decisions say ---------------------------------------------------------------------------


def apply(unit: Unit) -> None:
    """Carry out what decisions in force say of roles; each is read once, the oldest first."""
    fresh = list(queries.naming(unit.db, but=queries.known(unit.db)))
    for one in reversed(fresh):
        for key, spec in one.specs.items():
            queries.note(unit, one.record.id, key, _carry(unit, one.record.id, key, spec))
        if not one.specs:
            queries.note(unit, one.record.id, "", SET)


def _carry(unit: Unit, record: str, key: str, spec: Spec) -> str:
    """Do what a decision says of a role; "set", or the code of why nothing is done."""
    held = queries.role_by_key(unit.db, key)
    code = rules.fault(spec, most_months=choices.now(unit.db, MONTHS))
    if code or (spec.ends and (held is None or held.ended is not None)):
        return code or "E_NONE"
    if held is not None and _weaker(unit, record, held.record):
        return "E_WEAK"
    if spec.ends and held is not None:
        _end_role(unit, held, record)
        return SET
    values: dict[str, Any] = {
        "name": spec.name, "purpose": spec.purpose, "months": spec.months, "seats": spec.seats,
        "powers": [one.value for one in spec.powers], "record": record, "ended": None,
    }  # fmt: skip
    if held is None:
        slug = secrets.token_urlsafe(12)
        queries.add_role(unit, {"slug": slug, "key": key, "at": unit.now, **values})
    else:
        queries.set_role(unit, held.slug, **values)
        telling.renamed(unit, held.slug)
    unit.log("role.set", unit.community.id, subject=record, words=spec.name, authority=record)
    return SET


def _weaker(unit: Unit, record: str, before: str) -> bool:
    """Whether a decision was taken less strictly than the one in force that it would change."""
    was = decisions.any_record(unit.db, before)
    if was is None or not was.holds:
        return False
    mine, needed = (proposals.least(unit.db, {"record": one}) for one in (record, before))
    return mine < needed


def _end_role(unit: Unit, held: Role, record: str) -> None:
    queries.set_role(unit, held.slug, ended=unit.now, record=record)
    for one in queries.holdings(unit.db, held.slug):
        if one.state in (State.HELD, State.ASKED, State.PROPOSED):
            end(unit, one, Why.ROLE, by=unit.community.id)
    for going in queries.going(unit.db, held.slug):
        queries.set_selection(unit, going.slug, stage=rules.Stage.NOBODY, ends=unit.now)
        queries.drop_nominations(unit, going.slug)
    unit.log("role.end", unit.community.id, subject=record, words=held.name, authority=record)


def named(unit: Unit, event: decisions.Forced) -> None:
    """A decision has come into force: it may name roles."""
    apply(unit)


def ended(unit: Unit, event: decisions.Ended) -> None:
    """A decision holds no longer: roles are what the newest that may name them says.

    Whom it chose holds the role no longer.
    """
    for one in queries.of_record(unit.db, event.record):
        if one.state in (State.HELD, State.ASKED):
            end(unit, one, Why.VOID, by=unit.community.id)
    mine = [one for one in queries.roles(unit.db) if one.record == event.record]
    for held in mine:
        but = queries.refused(unit.db, held.key)
        named = ((n.record.id, n.specs[held.key]) for n in queries.naming(unit.db, but=but)
                 if held.key in n.specs)  # fmt: skip
        record, spec = next(named, (event.record, Spec(name=held.name, ends=True)))
        if spec.ends and held.ended is None:
            _end_role(unit, held, record)
        elif not spec.ends:
            _carry(unit, record, held.key, spec)


# Who holds them -------------------------------------------------------------------------------


def term(unit: Unit, held: Role, member: str) -> tuple[datetime, datetime]:
    """When a new term of a role begins and ends, if somebody takes it on now."""
    every = queries.holdings(unit.db, held.slug)
    seats = [one for one in every if one.state is State.HELD and one.kind is Kind.SEAT]
    now = [one.ends for one in seats if one.begins and one.begins <= unit.now and one.ends]
    coming = sum(1 for one in seats if one.begins and one.begins > unit.now)
    own = [one.ends for one in seats if one.member == member and one.ends]
    begins = rules.begins(now, seats=held.seats, coming=coming, now=unit.now)
    begins = max([begins, *own])
    return begins, proposals.months_after(begins, held.months)


def open_seats(every: Sequence[Holding], held: Role, now: datetime) -> int:
    """How many seats somebody can be chosen for: empty ones, and those whose term ends soon."""
    taken = [
        one
        for one in every
        if one.kind is Kind.SEAT
        and (one.state in (State.ASKED, State.PROPOSED)
             or (one.state is State.HELD and one.ends and one.ends > now + rules.REMIND))
    ]  # fmt: skip
    return max(held.seats - len(taken), 0) if held.ended is None else 0


def terms_of(every: Sequence[Holding], member: str) -> list[tuple[datetime, datetime]]:
    """The terms of one member in a role, whole or cut short."""
    found = []
    for one in every:
        last = one.closed or one.ends
        was = one.kind is Kind.SEAT and one.state in (State.HELD, State.ENDED)
        if one.member == member and was and one.begins and last:
            found.append((one.begins, last))
    return found


def answer(unit: Unit, id: str, member: str, *, yes: bool) -> Holding:
    """Say whether one takes a role on that one was chosen for.

    Raises:
        Missing: nobody asks this member.
        Conflict: E_STATE, it was answered, or too late.
    """
    one = queries.holding_of(unit.db, id)
    if one is None or one.member != member:
        raise Missing(detail=id)
    held = queries.role_of(unit.db, one.role)
    late = one.ends is not None and unit.now >= one.ends
    if one.state is not State.ASKED or late or held is None:
        raise Conflict("E_STATE", id, safe=LATE)
    if not yes:
        queries.set_holding(unit, id, state=State.DECLINED, closed=unit.now, ends=None)
        unit.log("role.decline", member, subject=one.record)
        return one
    begins, ends = term(unit, held, member)
    queries.set_holding(unit, id, state=State.HELD, begins=begins, ends=ends)
    unit.log("role.take", member, subject=one.record, words=held.name)
    return one


LATE: Final = mark("This was answered already, or it is too late. Look at the page of the role.")


def lay_down(unit: Unit, id: str, member: str) -> None:
    """Lay a role down before its term is over.

    Raises:
        Missing: there is no such thing.
        Refused: E_NOT_YOURS.
        Conflict: E_STATE, it is held no longer.
    """
    one = mine(unit, id, member)
    end(unit, one, Why.RESIGNED, by=member)


def mine(unit: Unit, id: str, member: str) -> Holding:
    """What this member holds now.

    Raises:
        Missing: there is no such thing.
        Refused: E_NOT_YOURS.
        Conflict: E_STATE, it is held no longer.
    """
    one = queries.holding_of(unit.db, id)
    if one is None:
        raise Missing(detail=id)
    if one.member != member or not accounts.is_member(unit.db, member):
        raise Refused("E_NOT_YOURS", member, safe=mark("Only whoever holds it does this."))
    if one.state is not State.HELD:
        raise Conflict("E_STATE", id, safe=mark("You do not hold it any more."))
    return one


def hand_over(unit: Unit, id: str, member: str, text: str) -> None:
    """Write down what the next should know; raises as `mine`."""
    one = mine(unit, id, member)
    queries.set_holding(unit, one.id, handover=text)


def end(unit: Unit, one: Holding, why: Why, *, by: str) -> None:
    """End a term, or what would have become one; the deputy steps in where the rules say so."""
    queries.set_holding(unit, one.id, state=State.ENDED, closed=unit.now, why=why.value)
    unit.log("role.ends", by, subject=one.record, words=why.value)
    telling.ended(unit, one, why)
    was_held = one.state is State.HELD and one.kind is Kind.SEAT
    if why not in rules.STEPS_IN or not was_held or one.ends is None or one.ends <= unit.now:
        return
    for other in queries.holdings(unit.db, one.role):
        here = other.member is not None and accounts.is_member(unit.db, other.member)
        if other.kind is Kind.DEPUTY and other.state is State.HELD and here:
            stepped = {"kind": Kind.SEAT.value, "begins": unit.now, "ends": one.ends}
            queries.set_holding(unit, other.id, **stepped)
            unit.log("role.deputy", other.member or "", subject=other.record)
            return


def over(unit: Unit) -> None:
    """End the terms whose last day has come; powers went with it, whether or not this ran."""
    for one in queries.live(unit.db):
        if one.state is State.HELD and one.ends is not None and one.ends <= unit.now:
            end(unit, one, Why.TERM, by=unit.community.id)
    showing.drop_over(unit)
