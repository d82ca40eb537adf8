"""What passes between two nodes: reserved by the payer's, settled by the payee's, chained.

Whoever received time pays: their node reserves (an Offer), the other settles in one unit and
answers, and the first writes its half when it reads the answer. A transfer has one id on both
sides and one number in its direction, so whatever comes twice, late or in another order takes
effect once; what does not fit the chain freezes the pair, and people look.
"""

import uuid
from typing import Any

from federation.origins import same_origin
from node.kernel.act import Act
from node.kernel.errors import Refused
from node.kernel.module import Handlers
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.agreements import api as agreements
from node.modules.ledger import between, pairs, queries, rules, wiring
from node.modules.ledger.objects import CreditTransfer
from node.modules.ledger.pairs import Chain, Leg, Side, Way
from node.modules.ledger.rules import Kind, Why
from node.modules.ledger.tables import Transfer
from node.modules.peers import api as peers
from vocab.types import Accept, Offer, Reject, Undo

handlers = Handlers()

PRIVATE = "recipientsOnly"
BROKEN = "E_CHAIN"
DIFFERS = "E_DIFFERS"


def paying(unit: Unit, event: agreements.Confirmed) -> None:
    """Somebody elsewhere did something for a member of ours: their time is to be paid."""
    if not (event.minutes and queries.terms(unit.db).on):
        return
    if not accounts.is_member(unit.db, event.receiver) or unit.ours(event.giver):
        return
    service = service_of(unit, event.giver)
    if service is None or not 0 < event.minutes <= rules.MOST:
        return
    plan(unit, service, event.receiver, event.giver, event.minutes, about=event.offer,
         agreement=event.id, title=event.title)  # fmt: skip


def service_of(unit: Unit, account: str) -> str | None:
    """The service of the trusted node at which somebody is."""
    found = (one.id for one in peers.trusted_services(unit.db) if same_origin(one.id, account))
    return next(found, None)


def plan(unit: Unit, service: str, payer: str, payee: str, minutes: int, **more: Any) -> bool:
    """Have a transfer wait for its turn; of one agreement there is one, so false for a second."""
    fresh = between.add(
        unit,
        {
            "transfer": str(uuid.uuid4()),
            "service": service,
            "way": Way.OUT,
            "state": Leg.WAITING,
            "minutes": minutes,
            "payer": payer,
            "payee": payee,
            **more,
        },
    )
    if fresh:
        push(unit, service)
    return fresh


def push(unit: Unit, service: str) -> None:
    """Reserve the next transfer of a direction, if none is under way and it is allowed."""
    held = between.pair_with(unit.db, service)
    if held is None or held.frozen is not None or not unit.registry.trusts(unit.db, service):
        return
    if between.under_way(unit.db, service, Way.OUT) is not None:
        return
    owed = between.owed(unit.db, service)
    for one in between.waiting(unit.db, service):
        if one.approved or pairs.within(held.line, Way.OUT, owed, one.minutes):
            _reserve(unit, one)
            return


def _reserve(unit: Unit, one: Transfer) -> None:
    before = between.last(unit.db, one.service, Way.OUT)
    ends = unit.now + pairs.OPEN
    between.change(
        unit,
        one.transfer,
        state=Leg.RESERVED,
        seq=(before.settled or 0) + 1 if before else 1,
        previous=before.digest if before else None,
        offer=unit.id("a"),
        id=wiring.leg_id(unit.origin, one.transfer),
        ends=ends,
        code="",
    )
    told = between.by_transfer(unit.db, one.transfer)
    assert told is not None, "it was just changed"
    unit.send(wiring.offer(told, unit.community.service, unit.now))


# At the payee's node ------------------------------------------------------------------------


@handlers.on(Offer, CreditTransfer)
def reserved(unit: Unit, act: Act[Offer, CreditTransfer]) -> None:
    """Another node reserved time for a member of ours: settle it, or say why not.

    Raises:
        Refused: E_NOT_TRUSTED, E_LEDGER, E_QUANTITY.
    """
    told, service = act.object, act.actor.id
    if act.actor.kind != "NodeService" or not unit.registry.trusts(unit.db, service):
        raise Refused("E_NOT_TRUSTED", f"{service} sends credit")
    minutes = wiring.minutes_of(told)
    if told.credit_ledger != wiring.ledger_id(unit.origin):
        raise Refused("E_LEDGER", f"{told.credit_ledger} is not ours")
    known = between.by_transfer(unit.db, told.transfer_id or "")
    if known is not None:
        _again(unit, act, known, minutes)
        return
    reason = _reason(unit, act.actor, told, minutes)
    if reason is None:
        _settle_in(unit, act, minutes)
    else:
        _say_no(unit, act, reason)


def _reason(unit: Unit, by: Account, told: CreditTransfer, minutes: int) -> str | None:
    """Why a transfer is not settled, as a reason code; None if it is."""
    held = between.pair_with(unit.db, by.id)
    if held is None or held.frozen is not None:
        return "policy"
    if not queries.terms(unit.db).on:
        return "unsupported"
    payee = told.receiver or ""
    if not accounts.is_member(unit.db, payee) and payee != unit.community.id:
        return "declined"
    last = between.last(unit.db, by.id, Way.IN)
    digest, number = (last.digest, last.settled or 0) if last else (None, 0)
    seen = pairs.link(
        number, digest, seq=told.debit_seq, previous=told.previous_digest, known=False
    )
    if seen is Chain.BROKEN:
        freeze(unit, by.id, BROKEN)
        return "invalid"
    owed = between.owed(unit.db, by.id)
    return None if pairs.within(held.line, Way.IN, owed, minutes) else "policy"


def _settle_in(unit: Unit, act: Act[Offer, CreditTransfer], minutes: int) -> None:
    told = act.object
    fresh = between.add(
        unit,
        {
            "transfer": told.transfer_id,
            "service": act.actor.id,
            "way": Way.IN,
            "state": Leg.SETTLED,
            "seq": told.debit_seq,
            "settled": told.debit_seq,
            "minutes": minutes,
            "payer": told.provider,
            "payee": told.receiver,
            "offer": act.activity.id,
            "id": wiring.leg_id(unit.origin, told.transfer_id or ""),
            "agreement": told.realization_of,
            "previous": told.previous_digest,
        },
    )
    if not fresh:
        raise Refused("E_TRANSFER", f"{told.transfer_id} or {act.activity.id} is known")
    found = between.by_transfer(unit.db, told.transfer_id or "")
    assert found is not None, "it was just added"
    between.change(unit, found.transfer, digest=wiring.digest_of(found, unit.origin))
    _write_down(unit, found)
    _say_yes(unit, act, found)


def _again(unit: Unit, act: Act[Offer, CreditTransfer], known: Transfer, minutes: int) -> None:
    """The same transfer once more: the same answer; another under its id is no mistake of ours."""
    told = act.object
    same = (known.service, known.way, known.minutes, known.payer, known.payee, known.seq) == (
        act.actor.id, Way.IN, minutes, told.provider, told.receiver, told.debit_seq,
    )  # fmt: skip
    if same and known.state is Leg.SETTLED:
        _say_yes(unit, act, known)
    else:
        freeze(unit, act.actor.id, DIFFERS)
        _say_no(unit, act, "invalid")


def _say_yes(unit: Unit, act: Act[Offer, CreditTransfer], found: Transfer) -> None:
    yes = Accept(
        id=unit.id("a"),
        actor=unit.community.service,
        object=act.activity.id,
        result=wiring.credit_leg(found, unit.origin),
        to=(act.actor.id,),
        published=unit.now,
        handling=PRIVATE,
    )
    unit.send(yes)


def _say_no(unit: Unit, act: Act[Offer, CreditTransfer], reason: str) -> None:
    no = Reject(
        id=unit.id("a"),
        actor=unit.community.service,
        object=act.activity.id,
        reason_code=reason,
        to=(act.actor.id,),
        published=unit.now,
        handling=PRIVATE,
    )
    unit.send(no)


@handlers.on(Undo, Offer, CreditTransfer)
def withdrawn(unit: Unit, act: Act[Undo, Offer]) -> None:
    """The payer's node takes back what we did not settle; if we did, the two differ."""
    found = between.by_offer(unit.db, act.object.id or "")
    if found is not None and found.service == act.actor.id and found.way is Way.IN:
        freeze(unit, act.actor.id, DIFFERS)


# At the payer's node ------------------------------------------------------------------------


@handlers.on(Accept, Offer, CreditTransfer)
def settled(unit: Unit, act: Act[Accept, Offer]) -> None:
    """The payee's node settled it: our half is written.

    Raises:
        Refused: E_UNKNOWN, E_OWNER, E_RESULT.
    """
    found = _ours(unit, act)
    told = act.activity.result
    if not isinstance(told, CreditTransfer):
        raise Refused("E_RESULT", f"{act.activity.id} brings no leg")
    settle_out(unit, found, told)


def settle_out(unit: Unit, found: Transfer, told: CreditTransfer) -> None:
    """Write our half of what the other node shows as settled.

    Where it is another transfer than we reserved nothing moves, and the pair is frozen.
    """
    mine = (found.transfer, found.seq, found.seq, found.minutes, found.payer, found.payee,
            found.previous)  # fmt: skip
    theirs = (told.transfer_id, told.debit_seq, told.credit_seq, wiring.minutes_of(told),
              told.provider, told.receiver, told.previous_digest)  # fmt: skip
    if mine != theirs or told.lifecycle != Leg.SETTLED:
        freeze(unit, found.service, DIFFERS)
        return
    if found.state is Leg.SETTLED:
        return
    if not pairs.may(found.state, Leg.SETTLED, Side.PAYEE):
        freeze(unit, found.service, BROKEN)
        return
    digest = wiring.digest(told)
    between.change(unit, found.transfer, state=Leg.SETTLED, settled=found.seq, digest=digest)
    _write_down(unit, found)
    push(unit, found.service)


@handlers.on(Reject, Offer, CreditTransfer)
def refused(unit: Unit, act: Act[Reject, Offer]) -> None:
    """The payee's node says no: nothing moved; keepers see why and may try again.

    Raises:
        Refused: E_UNKNOWN, E_OWNER, E_STATE.
    """
    found = _ours(unit, act)
    if not pairs.may(found.state, Leg.VOID, Side.PAYEE):
        raise Refused("E_STATE", f"{found.transfer} is {found.state}")
    reason = act.activity.reason_code or "declined"
    between.change(unit, found.transfer, state=Leg.VOID, code=reason[:60])
    if reason == "invalid":
        freeze(unit, found.service, BROKEN)
    push(unit, found.service)


def _ours(unit: Unit, act: Act[Any, Offer]) -> Transfer:
    found = between.by_offer(unit.db, act.object.id or "")
    if found is None or found.way is not Way.OUT:
        raise Refused("E_UNKNOWN", f"{act.object.id} reserved nothing here")
    if found.service != act.actor.id:
        raise Refused("E_OWNER", f"{act.object.id} is between {found.service} and us")
    return found


def give_up(unit: Unit, transfer: str) -> None:
    """Void what the payee's node has just said that it did not settle, after its time."""
    found = between.by_transfer(unit.db, transfer)
    if found is None or not pairs.may(found.state, Leg.VOID, Side.PAYER) or not found.offer:
        return
    between.change(unit, transfer, state=Leg.VOID, code="expired")
    back = Undo(
        id=unit.id("a"),
        actor=unit.community.service,
        object=found.offer,
        to=(found.service,),
        published=unit.now,
        handling=PRIVATE,
    )
    unit.send(back)
    push(unit, found.service)


def compared(unit: Unit, service: str, told: CreditTransfer | None) -> None:
    """Hold the last transfer that a node settled for us against what we have.

    Args:
        unit: the unit.
        service: of the node; it is the payee's.
        told: its last credit leg from us; None if it has none.
    """
    mine = between.last(unit.db, service, Way.OUT)
    open_ = between.under_way(unit.db, service, Way.OUT)
    if open_ is not None and told is not None and told.transfer_id == open_.transfer:
        settle_out(unit, open_, told)  # its answer was lost
        return
    theirs = (told.transfer_id, told.digest_multibase) if told else (None, None)
    if theirs != ((mine.transfer, mine.digest) if mine else (None, None)):
        freeze(unit, service, DIFFERS)
        return
    between.change_pair(unit, service, compared=unit.now)
    if open_ is not None and open_.ends and open_.ends + pairs.MARGIN <= unit.now:
        give_up(unit, open_.transfer)
    push(unit, service)


# Both ---------------------------------------------------------------------------------------


def _write_down(unit: Unit, found: Transfer) -> None:
    """Our half of a settled transfer: between one of ours and the mirror of the other node."""
    mirror = queries.opened(unit, Kind.MIRROR, found.service)
    mine, theirs = found.payer, found.payee
    if found.way is Way.IN:
        mine, theirs = theirs, mine
    fund = mine == unit.community.id
    here = queries.opened(unit, Kind.FUND if fund else Kind.MEMBER, None if fund else mine)
    giver, receiver = (mirror, here) if found.way is Way.OUT else (here, mirror)
    values = {
        "giver": giver.id,
        "receiver": receiver.id,
        "minutes": found.minutes,
        "why": Why.SETTLEMENT if fund else Why.AGREEMENT,
        "about": wiring.leg_id(unit.origin, found.transfer),
        "title": found.title or wiring.title_of(unit.db, found),
        "away": None if fund else theirs,
    }
    queries.add(unit, values)


def freeze(unit: Unit, service: str, why: str) -> None:
    """Let nothing pass between a pair until keepers of both have talked."""
    held = between.pair_with(unit.db, service)
    if held is None:
        between.keep_pair(unit, service, ours=0, theirs=0, decision="", by=None)
    if held is None or held.frozen is None:
        between.change_pair(unit, service, frozen=unit.now, why=why)
        unit.log("ledger.freeze", unit.community.service, subject=service, words=why)


def ended(unit: Unit, event: peers.TrustEnded) -> None:
    """The trust is over: what waits does not go out; what is settled stays as it is."""
    for one in between.waiting(unit.db, event.service):
        between.change(unit, one.transfer, state=Leg.VOID, code="notTrusted")
