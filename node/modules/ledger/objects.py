"""Credit as it travels between two nodes: one leg of a transfer, and how a pair stands.

Both go to the other node's service and to nobody else; balances of people have no type.
"""

from typing import ClassVar

from node.modules.agreements.api import EconomicEvent
from vocab.model import Object, iri, number, text
from vocab.values import dataclass

__all__ = ["TYPES", "CreditTransfer"]


@dataclass(frozen=True, kw_only=True)
class CreditTransfer(EconomicEvent):
    """One node's own leg: the payer's node reserves, the payee's settles (vocabulary.md 6.6)."""

    kind: ClassVar[str | None] = "CreditTransfer"

    transfer_id: str | None = text("transferId")
    debit_ledger: str | None = iri("debitLedger")
    credit_ledger: str | None = iri("creditLedger")
    exchange_rate: str | None = text("exchangeRate")
    debit_seq: int | None = number("debitSeq")
    credit_seq: int | None = number("creditSeq")
    previous_digest: str | None = text("previousDigest")


TYPES: tuple[type[Object], ...] = (CreditTransfer,)
