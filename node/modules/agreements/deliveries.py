"""What was done, and whether the other says so too; the same for ours and theirs.

Whoever gives says that it is done (an EconomicEvent); whoever receives confirms that, or says
that something is wrong. The proposer keeps the agreement and tells the other how it stands.
Source: vocabulary.md 6.5 and section 7, Agreement.
"""

from dataclasses import replace

from federation.origins import same_origin
from node.kernel.act import Act
from node.kernel.errors import Refused
from node.kernel.unit import Unit
from node.modules.agreements import queries, rules, saying
from node.modules.agreements.handlers import handlers, step, words_of
from node.modules.agreements.objects import EconomicEvent
from node.modules.agreements.rules import Amount, Party, State
from node.modules.agreements.tables import Agreement
from node.modules.agreements.writing import NUMBER
from vocab.types import Accept, Create, Reject


@handlers.on(Create, EconomicEvent)
def delivered(unit: Unit, act: Act[Create, EconomicEvent]) -> None:
    """The giver says that it is done, and how much it was.

    Raises:
        Refused: E_UNKNOWN, E_OWNER, E_FULFILS, E_QUANTITY, E_STATE.
    """
    told = act.object
    held = queries.by_id(unit.db, told.realization_of or told.context or "")
    if held is None or not held.party(act.actor.id):
        raise Refused("E_UNKNOWN", f"{told.realization_of} is no agreement of {act.actor.id}")
    if told.fulfills != f"{held.id}#primary":
        raise Refused("E_FULFILS", f"{told.fulfills} is not what was promised")
    if told.id is None or not same_origin(told.id, act.actor.id):
        raise Refused("E_OWNER", f"{told.id} is not of {act.actor.id}")
    spent = _spent(told, held)
    step(
        unit,
        held,
        State.DELIVERED,
        act.actor.id,
        words_of(told),
        at=act.activity.published,
        event=told.id,
        act=act.activity.id,
        spent={"unit": spent.unit, "amount": spent.number},
        delivered=unit.now,
    )


def _spent(told: EconomicEvent, held: Agreement) -> Amount:
    """How much it was: of what was promised, time, or one thing, which is a gift."""
    said = told.resource_quantity
    if said is None or not said.unit or not NUMBER.fullmatch(said.amount or ""):
        raise Refused("E_QUANTITY", f"{told.id}: no amount")
    spent = Amount(unit=said.unit[:61], number=said.amount or "")
    known = spent.unit in (held.unit, "one") or spent.unit in rules.MINUTES
    if not known or spent.value <= 0 or len(spent.number) > rules.DIGITS:
        raise Refused("E_QUANTITY", f"{told.id}: {spent.number} {spent.unit}")
    if spent.unit in rules.MINUTES and not 0 < (rules.minutes(spent) or 0) <= rules.LONGEST:
        raise Refused("E_QUANTITY", f"{told.id}: {spent.number} {spent.unit}")
    return spent


@handlers.on(Accept, Create, EconomicEvent)
def agreed(unit: Unit, act: Act[Accept, Create]) -> None:
    """The receiver confirms; the proposer's node closes it, and tells the other.

    Raises:
        Refused: E_UNKNOWN, E_OWNER, E_STATE.
    """
    held = _held(unit, act)
    words = words_of(act.activity)
    if words:
        queries.give_thanks(unit, held, act.actor.id, words)
    if held.state is State.FULFILLED:  # the proposer's word came first
        return
    silent = act.activity.reason_code == "expired" and rules.waited(held.delivered, unit.now)
    at = act.activity.published
    step(unit, held, State.CONFIRMED, act.actor.id, words, at=at, itself=silent)
    _tell(unit, held, State.CONFIRMED, State.FULFILLED)


@handlers.on(Reject, Create, EconomicEvent)
def doubted(unit: Unit, act: Act[Reject, Create]) -> None:
    """The receiver says that something is wrong: nothing moves until the two agree.

    Raises:
        Refused: E_UNKNOWN, E_OWNER, E_STATE.
    """
    held = _held(unit, act)
    if held.state is State.DISPUTED:  # the proposer's word came first
        by, words = act.actor.id, words_of(act.activity)
        queries.happened(unit, held.offer, held.state, by, words, at=act.activity.published)
        return
    at = act.activity.published
    step(unit, held, State.DISPUTED, act.actor.id, words_of(act.activity), at=at)
    _tell(unit, held, State.DISPUTED, State.DISPUTED)


def _held(unit: Unit, act: Act[Accept, Create] | Act[Reject, Create]) -> Agreement:
    held = queries.by_act(unit.db, act.object.id or "")
    if held is None:
        raise Refused("E_UNKNOWN", f"{act.object.id} told of nothing here")
    if Party.RECEIVER not in held.party(act.actor.id):
        raise Refused("E_OWNER", f"{act.object.id} is for {held.receiver} to confirm")
    return held


def _tell(unit: Unit, held: Agreement, now_is: State, say: State) -> None:
    proposer = unit.account(held.proposer)
    if proposer is not None and proposer.local:
        saying.say(unit, replace(held, state=now_is), proposer, say)


__all__ = ["agreed", "delivered", "doubted", "handlers"]
