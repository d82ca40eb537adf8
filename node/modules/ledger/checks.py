"""What must hold of a leg of credit that arrived, beyond its schema; vocabulary.md section 8."""

from collections.abc import Mapping

from node.modules.ledger.objects import CreditTransfer
from vocab.checks import Check, Document, Known, refuse, same_origin
from vocab.model import Object


def credit(held: Document, _activity: Document, _known: Known) -> None:
    """Payer and payee are each on their ledger, and each node speaks of its own leg.

    Raises:
        Malformed: E_LEDGER.
    """
    debit, credit_ = held.get("debitLedger"), held.get("creditLedger")
    owner, state = held.get("attributedTo"), held.get("lifecycle")
    refuse(same_origin(debit, credit_), "E_LEDGER", "one ledger on both sides")
    refuse(not same_origin(held.get("provider"), debit), "E_LEDGER", "payer not on its ledger")
    refuse(not same_origin(held.get("receiver"), credit_), "E_LEDGER", "payee not on its ledger")
    reserves = state == "reserved" and not same_origin(owner, debit)
    refuse(reserves, "E_LEDGER", "only the payer's node may reserve")
    settles = state == "settled" and not same_origin(owner, credit_)
    refuse(settles, "E_LEDGER", "the settling leg is the payee's node's")
    refuse(held.get("exchangeRate", "1") != "1", "E_LEDGER", "an hour is an hour")
    hours = f"{str(debit).removesuffix('/ledger')}/currency/hours"
    refuse(held.get("resourceConformsTo") != hours, "E_LEDGER", "not the hours of that ledger")


CHECKS: Mapping[type[Object], Check] = {CreditTransfer: credit}
