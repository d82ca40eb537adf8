"""The steps of an agreement, and what fits a proposal: tables and properties."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.modules.agreements import rules
from node.modules.agreements.rules import Amount, Party, State, Terms

START = datetime(2026, 11, 20, tzinfo=UTC)


SIDES = [frozenset({a, b}) for a in (Party.PROPOSER, Party.INTERESTED)
         for b in (Party.GIVER, Party.RECEIVER)]  # fmt: skip
OVER = (State.WITHDRAWN, State.EXPIRED, State.FULFILLED, State.CANCELLED)


def test_every_step_that_is_not_in_the_table_is_none() -> None:
    """Of all steps by all sides, those that the vocabulary and its added rows name."""
    allowed = {
        (before, after, who)
        for before, after, who in product((None, *State), State, SIDES)
        if rules.may(before, after, who)
    }

    named = set(rules.STEPS)
    assert {(before, after) for before, after, _ in allowed} == {
        pair for pair in named if rules.CLOCK not in rules.STEPS[pair]
    }
    assert not [after for before, after in named if before in OVER]


@pytest.mark.parametrize(
    ("before", "after", "who"),
    [
        (State.DELIVERED, State.CONFIRMED, {Party.PROPOSER, Party.GIVER}),
        (State.AGREED, State.DELIVERED, {Party.PROPOSER, Party.RECEIVER}),
        (State.AGREED, State.FULFILLED, {Party.PROPOSER, Party.GIVER}),
        (State.DELIVERED, State.FULFILLED, {Party.PROPOSER, Party.GIVER}),
        (State.AGREED, State.CANCELLED, {Party.INTERESTED, Party.RECEIVER}),
        (State.OFFERED, State.OFFERED, {Party.INTERESTED, Party.GIVER}),
        (State.CONFIRMED, State.DISPUTED, {Party.PROPOSER, Party.RECEIVER}),
        (State.AGREED, State.CONFIRMED, {Party.PROPOSER, Party.RECEIVER}),
    ],
)
def test_nobody_takes_the_other_ones_step(before: State, after: State, who: set[Party]) -> None:
    assert not rules.may(before, after, who)


def test_software_that_knows_no_deliveries_ends_it_by_its_own_word() -> None:
    giver = {Party.PROPOSER, Party.GIVER}
    assert rules.may(State.AGREED, State.FULFILLED, giver | {Party.PLAIN})
    assert not rules.may(State.AGREED, State.FULFILLED, {Party.INTERESTED, Party.PLAIN})


@pytest.mark.parametrize(
    ("before", "word", "after"),
    [
        (State.DELIVERED, "agreed", State.DELIVERED), (State.DISPUTED, "agreed", State.AGREED),
        (State.CONFIRMED, "fulfilled", State.FULFILLED), (State.AGREED, "odd", State.AGREED),
        (State.AGREED, "delivered", State.AGREED), (State.AGREED, "expired", State.AGREED),
        (State.DELIVERED, "disputed", State.DISPUTED),
    ],
)  # fmt: skip
def test_the_words_of_the_wire(before: State, word: str, after: State) -> None:
    assert rules.said(before, word) is after


@given(st.integers(1, 6000))
def test_minutes_come_back_as_they_were(long: int) -> None:
    assert rules.minutes(rules.time(long)) == long
    there = rules.in_unit(long, "hour")
    assert (there is None) is (long % 3 != 0)
    assert there is None or rules.minutes(there) == long


@pytest.mark.parametrize(("state", "days", "wanted"), [
    (State.OFFERED, 1, State.OFFERED), (State.OFFERED, 0, State.EXPIRED),
    (State.AGREED, 0, State.AGREED), (State.REFUSED, -1, State.REFUSED),
])  # fmt: skip
def test_only_what_waits_is_ended_by_the_clock(state: State, days: int, wanted: State) -> None:
    assert rules.effective(state, START.replace(day=20 + days), START) is wanted


def hours(number: str) -> Amount:
    return Amount(unit="hour", number=number)


def terms(
    unit_based: bool | None, least: str | None = None, available: str | None = None,
    back: str | None = "2",
) -> Terms:  # fmt: skip
    return Terms(
        primary=hours("2"), back=hours(back) if back else None, unit_based=unit_based,
        least=least, available=available,
    )  # fmt: skip


ONE = Amount(unit="one", number="2")
FITS = [
    (terms(False), "2", "2"), (terms(False), "2.0", "2"), (terms(True), "2", "2"),
    (terms(True), "6", "6"), (terms(None), "3", "1"), (terms(None), "0.5", "0"),
    (terms(False, back=None), "2", None), (terms(True, "4", "10"), "4", "4"),
    (terms(True, "4", "10"), "10", "10"), (terms(False, "4"), "2", "2"),
]  # fmt: skip
MISFITS = [
    (terms(False), "3", "3"), (terms(False), "4", "4"), (terms(True), "3", "3"),
    (terms(True), "4", "2"), (terms(True), "0", "0"), (terms(None), "0", "1"),
    (terms(False), "2", None), (terms(False, back=None), "2", "2"), (terms(True, "4"), "2", "2"),
    (terms(True, None, "4"), "6", "6"), (terms(None, "4"), "3", "2"),
    (Terms(primary=hours("0"), back=None, unit_based=True), "2", None),
]  # fmt: skip


@pytest.mark.parametrize(("proposed", "primary", "back"), FITS)
def test_it_fits(proposed: Terms, primary: str, back: str | None) -> None:
    assert rules.misfit(proposed, hours(primary), hours(back) if back else None) is None


@pytest.mark.parametrize(("proposed", "primary", "back"), MISFITS)
def test_it_does_not_fit(proposed: Terms, primary: str, back: str | None) -> None:
    assert rules.misfit(proposed, hours(primary), hours(back) if back else None)


@pytest.mark.parametrize("unit_based", [True, False, None])
def test_another_unit_never_fits(unit_based: bool | None) -> None:
    assert rules.misfit(terms(unit_based), ONE, hours("2"))
    assert rules.misfit(terms(unit_based), hours("2"), ONE)


numbers = st.builds(
    lambda whole, part: f"{whole}.{part}" if part else str(whole),
    st.integers(1, 10**9 - 1), st.integers(0, 999_999),
)  # fmt: skip


@pytest.mark.parametrize(
    ("primary", "back", "fits"),
    [
        ("3", "3", True),
        ("0.5", "0.5", True),
        ("3", "2", False),
        ("0", "0", False),
        ("3", None, False),
    ],
)
def test_other_terms_keep_the_proportion(primary: str, back: str | None, fits: bool) -> None:
    wrong = rules.counters(terms(False), hours(primary), hours(back) if back else None)
    assert (wrong is None) is fits


@pytest.mark.parametrize(
    ("done", "more"),
    [(None, False), (hours("2"), False), (hours("2.5"), True), (hours("0.25"), False),
     (Amount(unit="minute-Time", number="121"), True), (ONE, False)],
)  # fmt: skip
def test_what_claims_more_is_not_confirmed_by_itself(done: Amount | None, more: bool) -> None:
    assert rules.claims_more(hours("2"), done) is more


@given(numbers, numbers, st.integers(1, 10**6))
def test_every_multiple_fits_what_may_be_multiplied(one: str, other: str, times: int) -> None:
    proposed = Terms(primary=hours(one), back=hours(other), unit_based=True)
    primary, back = hours(one).times(times), hours(other).times(times)

    assert primary.value == Fraction(one) * times
    assert rules.misfit(proposed, primary, back) is None
    alone = Terms(primary=hours(one), back=hours(other), unit_based=False)
    assert (rules.misfit(alone, primary, back) is None) is (times == 1)


@given(numbers, st.none() | numbers, st.none() | numbers)
def test_the_bounds_of_the_form_are_those_of_the_rule(
    each: str, least: str | None, available: str | None
) -> None:
    proposed = Terms(
        primary=hours(each), back=None, unit_based=True, least=least, available=available
    )
    low, high = rules.multiples(proposed)

    for times in (low - 1, low, high, None if high is None else high + 1):
        if times is not None and times > 0:
            inside = low <= times and (high is None or times <= high)
            assert (rules.misfit(proposed, hours(each).times(times), None) is None) is inside


@pytest.mark.parametrize(("number", "may"), [
    ("1", True), ("999999999.999999", True), ("1000000000", False), ("1.0000001", False),
])  # fmt: skip
def test_only_our_figures_leave(number: str, may: bool) -> None:
    assert rules.sayable(hours(number)) is may


@pytest.mark.parametrize(
    ("told", "before", "at"),
    [
        (None, 1, 5), (3, 1, 3), (9, 1, 5), (0, 1, 1), (None, None, 5), (0, None, 0), (9, None, 5),
    ],
)  # fmt: skip
def test_a_step_is_dated_as_it_was_said_but_between_the_one_before_and_now(
    told: int | None, before: int | None, at: int
) -> None:
    def day(number: int | None) -> datetime | None:
        return None if number is None else START + timedelta(days=number)

    assert rules.moment(day(told), day(before), START + timedelta(days=5)) == day(at)


def test_nothing_confirms_itself_before_its_week_is_over() -> None:
    assert not rules.waited(None, START)
    assert not rules.waited(START, START + rules.CONFIRMS - timedelta(seconds=1))
    assert rules.waited(START, START + rules.CONFIRMS)
