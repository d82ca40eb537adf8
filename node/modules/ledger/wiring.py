"""Between a transfer and its legs on the wire: pure, but for one look at an agreement's title."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from node.kernel.errors import Refused
from node.modules.agreements import api as agreements
from node.modules.ledger import pairs, rules
from node.modules.ledger.objects import CreditTransfer
from node.modules.ledger.pairs import Way
from node.modules.ledger.tables import Transfer
from vocab import proofs, wire
from vocab.types import Measure, Offer

UNSAID = ("@context", "digestMultibase")


def origin(id: str) -> str:
    """The base address of a node, by any id of it; empty if it is no address."""
    found = re.match(r"https?://[^/?#]*", id)
    return found[0] if found else ""


def ledger_id(at: str) -> str:
    """The id of a node's ledger, by its origin."""
    return f"{at}/ledger"


def leg_id(at: str, transfer: str) -> str:
    """The id of a node's own leg of a transfer."""
    return f"{at}/ledger/t/{transfer}"


def measure(minutes: int) -> Measure:
    """Minutes as hours, or as minutes where no decimal of hours says them."""
    hours = pairs.hours(minutes)
    if hours is not None:
        return Measure(unit="hour", amount=hours)
    return Measure(unit="minute-Time", amount=str(minutes))


def minutes_of(told: CreditTransfer) -> int:
    """How many minutes a leg is about.

    Raises:
        Refused: E_QUANTITY, no whole minutes, nothing, or too much.
    """
    said = told.resource_quantity or Measure()
    amount = agreements.Amount(unit=said.unit or "", number=said.amount or "")
    found = agreements.minutes(amount) if agreements.sayable(amount) else None
    if found is None or not 0 < found <= rules.MOST:
        raise Refused("E_QUANTITY", f"{told.id}: no whole minutes")
    return found


def _leg(one: Transfer, at: str, **more: Any) -> CreditTransfer:
    """What both legs of a transfer say alike."""
    here, there = at, origin(one.service)
    debit, credit = (here, there) if one.way is Way.OUT else (there, here)
    return CreditTransfer(
        id=leg_id(at, one.transfer),
        attributed_to=f"{at}/service",
        action="transfer",
        transfer_id=one.transfer,
        provider=one.payer,
        receiver=one.payee,
        resource_conforms_to=f"{debit}/currency/hours",
        resource_quantity=measure(one.minutes),
        realization_of=one.agreement,
        fulfills=f"{one.agreement}#reciprocal" if one.agreement else None,
        debit_ledger=ledger_id(debit),
        credit_ledger=ledger_id(credit),
        exchange_rate="1",
        previous_digest=one.previous,
        handling="recipientsOnly",
        debit_seq=one.seq,
        **more,
    )


def debit_leg(one: Transfer, at: str) -> CreditTransfer:
    """The payer's leg: it reserves, and stays as it is when the other has settled."""
    return _leg(one, at, lifecycle="reserved", published=one.made, end_time=one.ends)


def credit_leg(one: Transfer, at: str) -> CreditTransfer:
    """The payee's leg, which is settled."""
    return _leg(one, at, lifecycle="settled", credit_seq=one.settled, published=one.made)


def leg(one: Transfer, at: str) -> CreditTransfer:
    """Our leg, whichever it is."""
    return debit_leg(one, at) if one.way is Way.OUT else credit_leg(one, at)


def offer(one: Transfer, service: str, now: datetime) -> Offer:
    """What the payer's node sends."""
    return Offer(
        id=one.offer,
        actor=service,
        object=debit_leg(one, origin(service)),
        to=(one.service,),
        published=now,
        end_time=one.ends,
        handling="recipientsOnly",
    )


def digest(told: CreditTransfer) -> str:
    """The digest of a credit leg: JCS of its properties, without the context."""
    said: Mapping[str, Any] = wire.dump(told)
    return proofs.digest({k: v for k, v in said.items() if k not in UNSAID})


def digest_of(one: Transfer, at: str) -> str:
    """The digest of the credit leg of a transfer that we settled."""
    return digest(credit_leg(one, at))


def title_of(db: Connection, one: Transfer) -> str:
    """What an agreement of ours is called; nothing if it is none."""
    return agreements.title_of(db, one.agreement) if one.agreement else ""
