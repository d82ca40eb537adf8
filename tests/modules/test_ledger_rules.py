"""What the ledger allows, as tables; and the sum that is always zero, over many rows."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, insert
from sqlalchemy.exc import IntegrityError

from node.modules.agreements.rules import Amount, minutes
from node.modules.ledger import queries, rules
from node.modules.ledger.rules import Stand, Terms
from node.modules.ledger.tables import account, entry, metadata
from tests.conftest import START


@pytest.mark.parametrize(
    ("balance", "stand"),
    [
        (0, Stand.EVEN), (1, Stand.GAVE), (600, Stand.GAVE), (601, Stand.GAVE_MUCH),
        (-1, Stand.RECEIVED), (-600, Stand.RECEIVED), (-601, Stand.RECEIVED_MUCH),
    ],
)  # fmt: skip
def test_a_sentence_for_every_balance(balance: int, stand: Stand) -> None:
    assert rules.stand(balance, 600) is stand


@given(balance=st.integers(-5000, 5000), more=st.integers(1, 6000), soft=st.integers(1, 5000))
def test_the_limit_speaks_up_exactly_where_the_sentence_changes(
    balance: int, more: int, soft: int
) -> None:
    after = rules.stand(balance - more, soft)
    assert rules.beyond(balance, more, soft) is (after is Stand.RECEIVED_MUCH)


@pytest.mark.parametrize(
    ("kept", "terms"),
    [
        (None, Terms()), ({}, Terms()), ("odd", Terms()), ({"on": False}, Terms(on=False)),
        ({"on": "yes", "soft": 1.5}, Terms(on=False)), ({"soft": 60}, Terms(soft=60)),
        ({"on": False, "hours": 5}, Terms(on=False, soft=300)),
    ],
)  # fmt: skip
def test_what_a_setting_says(kept: object, terms: Terms) -> None:
    assert rules.terms(kept) == terms


@pytest.mark.parametrize(
    ("unit", "number", "whole"),
    [
        ("hour", "4", 240), ("hour", "0.25", 15), ("minute-Time", "7", 7), ("day", "1", 1440),
        ("hour", "0.01", None), ("hour", "0", None), ("one", "3", None), ("minute", "0.5", None),
        ("hour", "0.016667", None), ("hour", "0.016666666666666666", None),
    ],
)  # fmt: skip
def test_time_is_whole_minutes_or_no_credit(unit: str, number: str, whole: int | None) -> None:
    assert minutes(Amount(unit=unit, number=number)) == whole


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx"])
def test_a_cell_is_never_a_formula(text: str) -> None:
    assert rules.cell(text) == f"'{text}"
    assert rules.cell("Thank you") == "Thank you"


def test_the_sum_is_zero_over_a_hundred_thousand_entries() -> None:
    chance = random.Random(7)
    model = [0] * 50
    rows = []
    for number in range(100_000):
        giver, receiver = chance.sample(range(50), 2)
        long = chance.randint(1, rules.MOST)
        model[giver] += long
        model[receiver] -= long
        rows.append({"id": str(number), "giver": str(giver), "receiver": str(receiver),
                     "minutes": long, "why": "thanks", "at": START})  # fmt: skip
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    with engine.begin() as db:
        holders = [{"id": str(n), "kind": "member", "holder": str(n), "opened": START}
                   for n in range(50)]  # fmt: skip
        db.execute(insert(account), holders)
        db.execute(insert(entry), rows)

        assert queries.total(db) == sum(model) == 0
        assert [queries.balance(db, str(n)) for n in range(50)] == model
    engine.dispose()


@pytest.mark.parametrize("odd", [{"minutes": 0}, {"minutes": -5}, {"receiver": "0"}])
def test_the_table_itself_refuses_nothing_less_than_nothing_and_oneself(
    odd: dict[str, object],
) -> None:
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    fine = {"id": "1", "giver": "0", "receiver": "1", "minutes": 5, "why": "thanks", "at": START}
    with engine.connect() as db:
        db.execute(insert(entry).values(fine))
        with pytest.raises(IntegrityError):
            db.execute(insert(entry).values({**fine, "id": "2", **odd}))
    engine.dispose()
