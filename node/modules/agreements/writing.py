"""Between a row and the wire: what is offered, what is agreed. Pure."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from node.kernel.errors import Refused
from node.modules.agreements import rules
from node.modules.agreements.events import Confirmed
from node.modules.agreements.objects import Agreement as Told
from node.modules.agreements.objects import Commitment, EconomicEvent
from node.modules.agreements.rules import Amount, State, Terms
from node.modules.agreements.tables import Agreement
from node.modules.listings.api import Notice, Wished
from vocab import html
from vocab.types import Measure, Note, PropertyValue

NUMBER = re.compile(r"[0-9]{1,18}(\.[0-9]{1,18})?")
"""A decimal; longer than ours, since others count in small coins."""

TERMS = ("where", "materials")
"""What may be agreed on besides, by the names under which it travels."""

PREVIEW = {
    State.AGREED: "Agreed",
    State.FULFILLED: "Fulfilled",
    State.DISPUTED: "Disputed",
    State.CANCELLED: "Cancelled",
}
"""The word by which a peer that knows no states shows them, after Mitra's habit."""


def terms_of(notice: Notice, wished: Wished | None) -> Terms:
    """What a notice allows."""
    return Terms(
        primary=Amount(unit=notice.unit, number=notice.amount),
        back=Amount(unit=wished.unit, number=wished.amount) if wished else None,
        unit_based=notice.unit_based,
        least=notice.least,
        available=notice.available,
    )


def offered(
    satisfies: str,
    primary: Amount,
    back: tuple[str, Amount] | None,
    due: datetime | None = None,
) -> Told:
    """An answer to a notice, which has neither id nor owner yet (FEP-0837)."""
    return Told(
        stipulates=_commitment(None, satisfies, primary, due=due),
        stipulates_reciprocal=_commitment(None, *back) if back else None,
    )


def said(held: Agreement) -> Told:
    """A finalised agreement as its proposer says it."""
    giver, taker, back = held.giver, held.receiver, held.returned
    returns = _commitment(
        f"{held.id}#reciprocal", held.back["id"], back, provider=taker, receiver=giver
    ) if held.back and back else None  # fmt: skip
    changed = held.state is not State.AGREED
    return Told(
        id=held.id,
        attributed_to=held.proposer,
        stipulates=_commitment(
            f"{held.id}#primary",
            held.satisfies,
            held.primary,
            provider=giver,
            receiver=taker,
            due=held.due,
        ),
        stipulates_reciprocal=returns,
        lifecycle=rules.WIRE.get(held.state, held.state),
        revision=held.revision,
        preview=Note(name=PREVIEW[held.state]) if changed and held.state in PREVIEW else None,
        published=held.agreed,
        updated=held.changed if held.revision > 1 else None,
        to=(held.interested,),
        handling="recipientsOnly",
    )


def done(held: Agreement, action: str, words: str = "") -> EconomicEvent:
    """What was done, as its giver tells the other (vocabulary.md 6.5)."""
    spent = held.done or held.primary
    return EconomicEvent(
        id=held.event,
        attributed_to=held.giver,
        action=action,
        fulfills=f"{held.id}#primary",
        realization_of=held.id,
        context=held.id,
        provider=held.giver,
        receiver=held.receiver,
        resource_quantity=Measure(unit=spent.unit, amount=spent.number),
        finished=True,
        content=html.from_text(words) or None,
        published=held.delivered,
        to=(held.receiver,),
        handling="recipientsOnly",
    )


def confirmed(held: Agreement) -> Confirmed:
    """What other modules are told of something that is done.

    Where time was wished in return, it is as much as it took.
    """
    back, of = held.returned, (held.back or {}).get("of", "")
    time = rules.minutes(held.done or back) if back and of.endswith(rules.HOURS) else None
    return Confirmed(
        offer=held.offer,
        id=held.id or "",
        giver=held.giver,
        receiver=held.receiver,
        title=held.title,
        minutes=time or 0,
    )


def attached(terms: Mapping[str, str]) -> tuple[PropertyValue, ...]:
    """What else is proposed, as it goes along with an Offer."""
    return tuple(PropertyValue(name=name, value=said) for name, said in terms.items() if said)


def terms_in(attachment: Iterable[object]) -> dict[str, str]:
    """What else somebody proposes: where, and who brings or pays what."""
    found = {}
    for one in attachment:
        if isinstance(one, PropertyValue) and one.name in TERMS:
            found[one.name] = html.line(one.value, rules.TERM)
    return {name: said for name, said in found.items() if said}


def _commitment(id: str | None, satisfies: str, amount: Amount, **who: Any) -> Commitment:
    measure = Measure(unit=amount.unit, amount=amount.number)
    return Commitment(id=id, satisfies=satisfies, resource_quantity=measure, **who)


# Reading ------------------------------------------------------------------------------------


def flow_of(commitment: Commitment | None) -> tuple[str, Amount] | None:
    """Which intent a commitment satisfies, and with how much; None for none.

    Raises:
        Refused: E_QUANTITY, E_SATISFIES; it is not whole.
    """
    if commitment is None:
        return None
    measure = commitment.resource_quantity
    if not commitment.satisfies or len(commitment.satisfies) > 2048:
        raise Refused("E_SATISFIES", "a commitment to nothing")
    if measure is None or not measure.unit or not NUMBER.fullmatch(measure.amount or ""):
        raise Refused("E_QUANTITY", f"{commitment.satisfies}: no amount")
    return commitment.satisfies, Amount(unit=measure.unit[:61], number=measure.amount or "")
