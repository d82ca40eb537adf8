"""What the ledger allows, as tables; and the sum that is always zero, over many rows."""

import random
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, func, insert, select
from sqlalchemy.exc import IntegrityError

from node.modules.agreements.rules import Amount, minutes
from node.modules.ledger import queries, rules
from node.modules.ledger.rules import Stand, Terms, Why
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


@dataclass
class Book:
    """What a ledger should hold after random operations, kept beside the rows it is given."""

    chance: random.Random
    soft: int = 600
    people: list[str] = field(default_factory=lambda: [f"p{n}" for n in range(50)])
    stands: dict[str, int] = field(default_factory=lambda: {"fund": 0})
    rows: list[dict[str, object]] = field(default_factory=list)
    back: set[object] = field(default_factory=set)
    refused: int = 0

    def write(self, giver: str, receiver: str, long: int, why: Why, **more: object) -> None:
        """Keep an entry."""
        for one, by in ((giver, long), (receiver, -long)):
            self.stands[one] = self.stands.get(one, 0) + by
        row = {"id": str(len(self.rows)), "giver": giver, "receiver": receiver, "minutes": long,
               "why": why, "reverses": None, "at": START}  # fmt: skip
        self.rows.append({**row, **more})

    def thank(self) -> None:
        """Somebody received something, and stays above the limit, or nothing is written."""
        giver, receiver = self.chance.sample(self.people, 2)
        long = self.chance.randint(1, 240)
        if rules.beyond(self.stands.get(receiver, 0), long, self.soft):
            self.refused += 1
            return
        self.write(giver, receiver, long, Why.THANKS)
        assert self.stands[receiver] >= -self.soft

    def gift(self) -> None:
        """The community gives out of its own account."""
        self.write(self.chance.choice(self.people), "fund", self.chance.randint(1, 240), Why.FUND)

    def reverse(self) -> None:
        """An entry is taken back by one the other way round: once, and never a reversal."""
        was = self.chance.choice(self.rows) if self.rows else None
        if was is None or was["why"] in (Why.REVERSAL, Why.LEFT) or was["id"] in self.back:
            self.refused += 1
            return
        self.back.add(was["id"])
        who = (str(was["receiver"]), str(was["giver"]))
        self.write(*who, int(str(was["minutes"])), Why.REVERSAL, reverses=was["id"])

    def leave(self) -> None:
        """Somebody goes: what was open passes to the community, and somebody else comes."""
        place = self.chance.randrange(len(self.people))
        gone = self.people[place]
        if open_ := self.stands.get(gone, 0):
            giver, receiver = ("fund", gone) if open_ > 0 else (gone, "fund")
            self.write(giver, receiver, abs(open_), Why.LEFT)
        assert self.stands.get(gone, 0) == 0
        self.stands.setdefault(gone, 0)
        self.people[place] = f"{gone}'"


def test_the_sum_is_zero_over_a_hundred_thousand_operations() -> None:
    book = Book(chance=random.Random(7))
    acts = [book.thank] * 6 + [book.reverse] * 3 + [book.gift]
    for number in range(100_000):
        (book.leave if number % 500 == 499 else book.chance.choice(acts))()
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    with engine.begin() as db:
        holders = [{"id": one, "kind": "member", "holder": one, "opened": START}
                   for one in book.stands]  # fmt: skip
        db.execute(insert(account), holders)
        db.execute(insert(entry), book.rows)

        assert queries.total(db) == sum(book.stands.values()) == 0
        for one in ("fund", *book.people):
            assert queries.balance(db, one) == book.stands.get(one, 0)
        # nothing was deleted: what was taken back stands beside what took it back
        assert db.scalar(select(func.count()).select_from(entry)) == len(book.rows)
        assert len(book.back) > 10_000 < len(book.rows)
        assert len(book.rows) + book.refused > 99_000
        first, *_ = book.back
        twice = {**book.rows[-1], "id": "twice", "why": Why.REVERSAL, "reverses": first}
        with pytest.raises(IntegrityError):
            db.execute(insert(entry).values(twice))
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
