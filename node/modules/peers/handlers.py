"""What proposals of trust, their answers and their end do; the same for ours and theirs."""

from datetime import datetime
from typing import Any

from node.kernel.act import Act
from node.kernel.errors import Refused
from node.kernel.module import Handlers
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.follows import api as follows
from node.modules.peers import queries, rules
from node.modules.peers.objects import TRUSTED, Peering
from node.modules.peers.rules import Side, State, Step
from vocab.model import id_of
from vocab.types import Accept, Offer, Reject, Relationship, Undo
from vocab.values import dataclass

handlers = Handlers()


@dataclass(frozen=True, kw_only=True)
class Trusted:
    """Our communities trust each other from now on."""

    service: str


@dataclass(frozen=True, kw_only=True)
class TrustEnded:
    """The trust is over; what was shared because of it goes."""

    service: str


@handlers.on(Offer, Relationship)
def offered(unit: Unit, act: Act[Offer, Relationship]) -> None:
    """One node proposes trust to the other; two proposals that cross are an agreement."""
    by, other = _sides(unit, act, id_of(act.object.object))
    if by is Side.THEM and act.object.object != unit.community.service:
        raise Refused("E_NOT_ADDRESSED", f"a proposal to {act.object.object}")
    if act.object.relationship != TRUSTED or act.actor.kind != "NodeService":
        raise Refused("E_RELATIONSHIP", f"{act.actor.id} proposes {act.object.relationship}")
    held = queries.bond(unit.db, other)
    if held is not None and held.state is State.PROPOSED and held.lapses <= unit.now:
        held = None
    now_is = _next(held, Step.OFFER, by, other)
    ends = rules.ends(unit.now, act.object.end_time)
    lapses = min(act.activity.end_time or unit.now + rules.OPEN, unit.now + rules.OPEN)
    crossing = held is not None and now_is is State.ACTIVE
    queries.keep(
        unit,
        other,
        state=now_is,
        asked_by=held.asked_by if crossing and held else by,
        ours=_ours(act) if by is Side.US else (held.ours if crossing and held else None),
        theirs=_ours(act) if by is Side.THEM else (held.theirs if crossing and held else None),
        ours_is="Offer" if by is Side.US or crossing else None,
        statement=act.object.id
        if by is Side.US
        else (held.statement if crossing and held else None),
        starts=unit.now,
        ends=min(ends, held.ends) if crossing and held else ends,
        lapses=lapses,
    )
    _clock(unit, lapses)
    _meet(unit, other)
    if crossing:
        _begun(unit, other)


@handlers.on(Accept, Offer, Relationship)
def accepted(unit: Unit, act: Act[Accept, Offer]) -> None:
    """The node that was asked says yes, with its own statement."""
    by, other = _sides(unit, act, id_of(act.object.actor))
    held = _asked(unit, act, by, other)
    told = act.activity.result
    if not isinstance(told, Peering) or (told.subject, told.object) != _pair(unit, by, other):
        raise Refused("E_RESULT", f"{act.activity.id} has no statement of its own")
    if held.lapses < unit.now:
        raise Refused("E_EXPIRED", f"the proposal was open until {held.lapses}")
    now_is = _next(held, Step.ACCEPT, by, other)
    mine = {"ours": _ours(act), "ours_is": "Accept", "statement": told.id}
    ends = min(held.ends, rules.ends(unit.now, told.end_time))
    said: dict[str, Any] = mine if by is Side.US else {"theirs": _ours(act)}
    queries.change(unit, other, state=now_is, starts=unit.now, ends=ends, **said)
    _begun(unit, other)


@handlers.on(Reject, Offer, Relationship)
def rejected(unit: Unit, act: Act[Reject, Offer]) -> None:
    """The node that was asked says no."""
    by, other = _sides(unit, act, id_of(act.object.actor))
    held = _asked(unit, act, by, other)
    queries.change(unit, other, state=_next(held, Step.REJECT, by, other))


@handlers.on(Undo, Offer, Relationship)
def withdrawn(unit: Unit, act: Act[Undo, Offer]) -> None:
    """Who proposed takes it back, before or after the yes."""
    _undone(unit, act)


@handlers.on(Undo, Accept)
def revoked(unit: Unit, act: Act[Undo, Accept]) -> None:
    """Who accepted ends the trust."""
    _undone(unit, act)


def _undone(unit: Unit, act: Act[Undo, Any]) -> None:
    held = queries.by_activity(unit.db, act.object.id or "")
    by = Side.US if act.actor.local else Side.THEM
    if held is None or act.object.id != (held.ours if by is Side.US else held.theirs):
        raise Refused("E_UNKNOWN", f"{act.object.id} began no trust")
    if act.actor.id not in (held.service, unit.community.service):
        raise Refused("E_OWNER", f"{act.actor.id} ends the trust of another")
    now_is = _next(held, Step.UNDO, by, held.service)
    queries.change(unit, held.service, state=now_is)
    if held.state is State.ACTIVE:
        over(unit, held.service)


def _sides(unit: Unit, act: Act[Any, Any], other: str | None) -> tuple[Side, str]:
    """Whose step it is, and which node's service is on the other side.

    Raises:
        Refused: it is neither our service's nor another node's.
    """
    if not act.actor.local:
        return Side.THEM, act.actor.id
    if act.actor.id != unit.community.service:
        raise Refused("E_OWNER", f"{act.actor.id} does not speak for the node")
    known = unit.account(other or "")
    if known is None or known.local or known.kind != "NodeService":
        raise Refused("E_UNKNOWN", f"{other} is no node we know")
    return Side.US, known.id


def _asked(unit: Unit, act: Act[Any, Offer], by: Side, other: str) -> queries.Bond:
    """The proposal that is answered, if it is the last one.

    Raises:
        Refused: nobody asked, or something newer.
    """
    held = queries.bond(unit.db, other)
    if held is None or act.object.id != (held.theirs if by is Side.US else held.ours):
        raise Refused("E_UNKNOWN", f"{act.object.id} is not open between {other} and us")
    return held


def _next(held: queries.Bond | None, step: Step, by: Side, other: str) -> State:
    before = held.state if held else None
    found = rules.after(before, step, asked_by=held.asked_by if held else None, by=by)
    if found is None:
        raise Refused("E_STATE", f"{step} by {by} when it is {before} with {other}")
    return found


def _pair(unit: Unit, by: Side, other: str) -> tuple[str, str]:
    ours = (unit.community.service, other)
    return ours if by is Side.US else (ours[1], ours[0])


def _ours(act: Act[Any, Any]) -> str:
    return act.activity.id or ""


def _begun(unit: Unit, other: str) -> None:
    """Trust has begun: get to know the other community, tell the modules, mind the end."""
    held = queries.bond(unit.db, other)
    assert held is not None, "it was just written"
    _clock(unit, held.ends)
    _meet(unit, other)
    unit.tell(Trusted(service=other))


def _clock(unit: Unit, due: datetime) -> None:
    unit.later("peers.clock", due=due)


def _meet(unit: Unit, other: str) -> None:
    # not once: one that runs already may have looked before the trust began
    unit.later("peers.meet", service=other)


def over(unit: Unit, other: str) -> None:
    """Trust is over: our community stops following theirs, and the modules are told."""
    service = unit.account(other)
    whole = queries.community_of(unit.db, service) if service else None
    us = accounts.community_account(unit.db)
    if whole is not None and follows.state(unit.db, us.id, whole.id) is not None:
        follows.unfollow(unit, us, whole)
    unit.tell(TrustEnded(service=other))


def acquainted(unit: Unit, service: str) -> None:
    """The other community is known now: follow it, if there is trust."""
    other = unit.account(service)
    whole = queries.community_of(unit.db, other) if other else None
    if whole is None or not queries.trusted(unit.db, service):
        return
    us = accounts.community_account(unit.db)
    if follows.state(unit.db, us.id, whole.id) is not follows.State.ACCEPTED:
        follows.follow(unit, us, whole)


def clock(unit: Unit) -> None:
    """End the trust whose time is over, and proposals that nobody answered."""
    for held in queries.over(unit.db, unit.now):
        queries.change(unit, held.service, state=State.ENDED)
        if held.state is State.ACTIVE:
            over(unit, held.service)


def gone(unit: Unit, event: accounts.Gone) -> None:
    """A node that is gone for good is trusted no more."""
    held = queries.bond(unit.db, event.account)
    if held is not None and held.state in (State.ACTIVE, State.PROPOSED):
        queries.change(unit, held.service, state=State.ENDED)
        if held.state is State.ACTIVE:
            unit.tell(TrustEnded(service=held.service))


subscribers = ((accounts.Gone, gone),)

__all__ = ["TrustEnded", "Trusted", "acquainted", "clock", "handlers", "over"]
