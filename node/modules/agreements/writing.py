"""Between a row and the wire: what is offered, what is agreed. Pure."""

import re

from node.kernel.errors import Refused
from node.modules.agreements import rules
from node.modules.agreements.events import Confirmed
from node.modules.agreements.objects import Agreement as Told
from node.modules.agreements.objects import Commitment
from node.modules.agreements.rules import Amount, State, Terms
from node.modules.agreements.tables import Agreement
from node.modules.listings.api import Notice, Wished
from vocab.types import Measure, Note

NUMBER = re.compile(r"[0-9]{1,18}(\.[0-9]{1,18})?")
"""A decimal; longer than ours, since others count in small coins."""

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


def offered(satisfies: str, primary: Amount, back: tuple[str, Amount] | None) -> Told:
    """An answer to a notice, which has neither id nor owner yet (FEP-0837)."""
    return Told(
        stipulates=_commitment(None, satisfies, primary),
        stipulates_reciprocal=_commitment(None, *back) if back else None,
    )


def said(held: Agreement) -> Told:
    """A finalised agreement as its proposer says it."""
    giver, taker = held.proposer, held.interested
    if held.is_need:
        giver, taker = taker, giver
    back = held.returned
    returns = _commitment(
        f"{held.id}#reciprocal", held.back["id"], back, provider=taker, receiver=giver
    ) if held.back and back else None  # fmt: skip
    changed = held.state is not State.AGREED
    return Told(
        id=held.id,
        attributed_to=held.proposer,
        stipulates=_commitment(
            f"{held.id}#primary", held.satisfies, held.primary, provider=giver, receiver=taker
        ),
        stipulates_reciprocal=returns,
        lifecycle=held.state,
        revision=held.revision,
        preview=Note(name=PREVIEW[held.state]) if changed and held.state in PREVIEW else None,
        published=held.agreed,
        updated=held.changed if changed else None,
        to=(held.interested,),
        handling="recipientsOnly",
    )


def confirmed(held: Agreement, id: str) -> Confirmed:
    """What other modules are told of something that is done."""
    giver, taker = held.proposer, held.interested
    if held.is_need:
        giver, taker = taker, giver
    back, of = held.returned, (held.back or {}).get("of", "")
    time = rules.minutes(back) if back and of.endswith(rules.HOURS) else None
    return Confirmed(
        offer=held.offer, id=id, giver=giver, receiver=taker, title=held.title, minutes=time or 0
    )


def _commitment(id: str | None, satisfies: str, amount: Amount, **who: str) -> Commitment:
    measure = Measure(unit=amount.unit, amount=amount.number)
    return Commitment(id=id, satisfies=satisfies, resource_quantity=measure, **who)  # type: ignore[arg-type]


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
