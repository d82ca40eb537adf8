"""What must hold of a transfer and of an agreement that arrived: each refusal beside a success."""

from typing import Any

import pytest

from node.modules.agreements.checks import agreement
from node.modules.ledger.checks import credit
from vocab.checks import Known
from vocab.model import Malformed

ALDER, BIRCH = "https://alder.test", "https://birch.test"
LEG: dict[str, Any] = {
    "attributedTo": f"{ALDER}/service",
    "debitLedger": f"{ALDER}/ledger",
    "creditLedger": f"{BIRCH}/ledger",
    "provider": f"{ALDER}/u/ana",
    "receiver": f"{BIRCH}/u/ben",
    "lifecycle": "reserved",
    "resourceConformsTo": f"{ALDER}/currency/hours",
}
DEAL: dict[str, Any] = {
    "id": f"{ALDER}/o/1",
    "stipulates": {"id": f"{ALDER}/o/1#p", "satisfies": f"{BIRCH}/o/2#primary"},
    "stipulatesReciprocal": {"id": f"{ALDER}/o/1#r", "satisfies": f"{BIRCH}/o/2#reciprocal"},
}


def code(check: Any, held: dict[str, Any]) -> str | None:
    try:
        check(held, {}, Known())
    except Malformed as refused:
        return refused.code
    return None


def test_a_sound_leg_and_a_sound_agreement_pass() -> None:
    assert code(credit, LEG) is None
    settled = {"lifecycle": "settled", "attributedTo": f"{BIRCH}/service"}
    assert code(credit, {**LEG, **settled}) is None
    assert code(agreement, DEAL) is None


@pytest.mark.parametrize(
    "change",
    [
        {"creditLedger": f"{ALDER}/ledger", "receiver": f"{ALDER}/u/ben"},
        {"provider": f"{BIRCH}/u/ana"},
        {"receiver": f"{ALDER}/u/ben"},
        {"attributedTo": f"{BIRCH}/service"},
        {"lifecycle": "settled"},
        {"exchangeRate": "2"},
        {"resourceConformsTo": f"{BIRCH}/currency/hours"},
    ],
)
def test_a_node_speaks_of_its_own_leg_alone(change: dict[str, Any]) -> None:
    assert code(credit, {**LEG, **change}) == "E_LEDGER"


@pytest.mark.parametrize(
    ("key", "change", "expected"),
    [
        ("stipulates", {"id": f"{BIRCH}/o/1#p"}, "E_FRAGMENT"),
        ("stipulatesReciprocal", {"id": f"{ALDER}/o/9#r"}, "E_FRAGMENT"),
        ("stipulates", {"satisfies": f"{BIRCH}/o/2#reciprocal"}, "E_SATISFIES"),
        ("stipulatesReciprocal", {"satisfies": f"{BIRCH}/o/2#primary"}, "E_SATISFIES"),
        ("stipulatesReciprocal", {"satisfies": f"{BIRCH}/o/3#reciprocal"}, "E_SATISFIES"),
    ],
)
def test_commitments_are_of_one_agreement_about_one_proposal(
    key: str, change: dict[str, Any], expected: str
) -> None:
    assert code(agreement, {**DEAL, key: {**DEAL[key], **change}}) == expected
