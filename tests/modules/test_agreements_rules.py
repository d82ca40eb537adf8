"""The steps of an agreement, and what fits a proposal: tables and properties."""

from datetime import UTC, datetime
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.modules.agreements import rules
from node.modules.agreements.rules import Amount, Party, State, Terms

START = datetime(2026, 11, 20, tzinfo=UTC)


def test_every_step_that_is_not_in_the_table_is_none() -> None:
    allowed = {
        (before, after, party)
        for before, after, party in product((None, *State), State, Party)
        if rules.may(before, after, party)
    }

    assert allowed == {(before, after, by) for (before, after), by in rules.STEPS.items()}
    assert len(allowed) == 11
    for over in (State.REFUSED, State.WITHDRAWN, State.EXPIRED, State.FULFILLED, State.CANCELLED):
        assert not [after for before, after in rules.STEPS if before is over]


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
