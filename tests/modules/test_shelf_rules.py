"""Which days are free, and which step of a loan is whose: tables and properties."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from node.modules.shelf import rules, wording
from node.modules.shelf.rules import AWAY, BEFORE, LIVE, Party, State, Stay, Step

DAY = date(2026, 12, 1)
NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
OWNER, BORROWER, NODE = Party.OWNER, Party.BORROWER, Party.NODE

stays = st.integers(0, 659).map(lambda n: from_number(n // 11, n % 11))


slowly = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def from_number(first: int, more: int) -> Stay:
    day = DAY + timedelta(days=first)
    return Stay(first=day, last=day + timedelta(days=more))


def stay(first: int, last: int) -> Stay:
    return Stay(first=date(2026, 12, first), last=date(2026, 12, last))


def every_day(one: Stay) -> list[date]:
    return [one.first + timedelta(days=n) for n in range(one.days)]


def wrong(wanted: Stay, taken: list[Stay], most: int = 90) -> str | None:
    found = rules.fault(wanted, today=DAY, most=most, until=None, taken=taken)
    return found[1] if found else None


# Days ---------------------------------------------------------------------------------------


@slowly
@given(st.lists(stays, max_size=12))
def test_whoever_asks_in_whatever_order_nobody_shares_a_day(asked: list[Stay]) -> None:
    kept: list[Stay] = []
    for one in asked:
        refused = wrong(one, kept)
        shared = {day for each in kept for day in every_day(each)} & set(every_day(one))
        assert (refused == "E_TAKEN") is bool(shared)
        if refused is None:
            kept.append(one)


@slowly
@given(st.lists(stays, max_size=8), stays)
def test_the_stretches_of_a_span_are_all_its_days_once(taken: list[Stay], within: Stay) -> None:
    found = list(rules.stretches(taken, within))

    assert [day for one, _ in found for day in every_day(one)] == every_day(within)
    held = {day for each in taken for day in every_day(each)}
    for one, by in found:
        assert all((day in held) is (by is not None) for day in every_day(one))


@slowly
@given(st.lists(stays, max_size=8))
def test_the_next_free_day_is_the_first_that_is_free(taken: list[Stay]) -> None:
    held = {day for each in taken for day in every_day(each)}
    free = next(day for n in range(200) if (day := DAY + timedelta(days=n)) not in held)

    assert rules.next_free(taken, DAY) == free


@pytest.mark.parametrize(
    ("wanted", "until", "most", "code"),
    [
        (stay(5, 7), None, 14, None),
        (stay(1, 1), None, 1, None),
        (Stay(first=date(2026, 11, 30), last=DAY), None, 14, "E_PAST"),
        (stay(7, 5), None, 14, "E_DAYS"),
        (stay(5, 7), None, 2, "E_DAYS"),
        (stay(5, 7), date(2026, 12, 7), 14, None),
        (stay(5, 7), date(2026, 12, 6), 14, "E_DAYS"),
        (Stay(first=DAY + rules.AHEAD, last=DAY + rules.AHEAD), None, 14, None),
        (Stay(first=DAY, last=DAY + rules.AHEAD + timedelta(days=1)), None, 999, "E_DAYS"),
        (stay(3, 4), None, 14, "E_TAKEN"),
        (stay(1, 3), None, 14, "E_TAKEN"),
        (stay(1, 2), None, 14, None),
    ],
)
def test_which_days_may_be_asked_for(
    wanted: Stay, until: date | None, most: int, code: str | None
) -> None:
    taken = [stay(3, 4)]
    found = rules.fault(wanted, today=DAY, most=most, until=until, taken=taken)
    assert (found[1] if found else None) == code


def test_what_is_out_too_long_is_taken_until_it_is_back() -> None:
    late = stay(1, 3)
    on = date(2026, 12, 8)
    assert rules.held(State.OUT, late, on) == stay(1, 8)
    assert rules.held(State.OUT, late, DAY) == late
    assert rules.held(State.BACK, late, on) is None
    assert [one for one in State if rules.is_late(one, late, on)] == [
        State.GIVEN, State.TAKEN, State.OUT,
    ]  # fmt: skip
    assert not rules.is_late(State.OUT, late, late.last)


# Steps --------------------------------------------------------------------------------------


def test_what_is_over_stays_as_it_is_and_what_is_handed_over_comes_back() -> None:
    for (state, step, party), after in rules.STEPS.items():
        assert state in LIVE, (state, step)
        if state in AWAY:
            assert after in {*AWAY, State.BACK, State.AGREED}, (state, step)
        assert not (step in (Step.YES, Step.NO) and party is not OWNER)
        assert (step in (Step.CLOCK, Step.END)) is (party is NODE)
    for state in set(State) - set(LIVE):
        assert not [one for one in rules.STEPS if one[0] is state]


@pytest.mark.parametrize("state", [State.GIVEN, State.TAKEN, State.BROUGHT])
def test_what_one_says_the_other_confirms(state: State) -> None:
    said = {party for (start, _, party), after in rules.STEPS.items() if after is state
            for start in [start] if start in (State.AGREED, State.OUT)}  # fmt: skip
    confirms = {p for s, step, p in rules.STEPS if s is state and step is Step.CONFIRM}
    assert len(confirms) == 1
    assert not said & confirms


def test_every_state_can_end_and_is_told_to_both() -> None:
    ends = {state for state in State if state not in LIVE}
    for _ in State:
        ends |= {start for (start, _, _), after in rules.STEPS.items() if after in ends}
    assert ends == set(State)
    for state in State:
        for party in (OWNER,) if state is State.KEPT else (OWNER, BORROWER):
            assert (state, party) in wording.STANDS
        assert state in wording.STEPS
    for state, step, party in rules.STEPS:
        by_form = step in (Step.NO, Step.CANCEL)
        if party is not NODE and not by_form:
            assert (state, step, party) in wording.BUTTONS
    assert not set(wording.BUTTONS) - set(rules.STEPS)


@pytest.mark.parametrize(
    ("state", "changed", "today", "now_is"),
    [
        (State.ASKED, NOW, DAY, State.ASKED),
        (State.ASKED, NOW - rules.ANSWER, DAY, State.LAPSED),
        (State.ASKED, NOW, date(2026, 12, 6), State.LAPSED),
        (State.ASKED, NOW, date(2026, 12, 5), State.ASKED),
        (State.AGREED, NOW - timedelta(days=90), date(2026, 12, 7), State.AGREED),
        (State.AGREED, NOW, date(2026, 12, 8), State.LAPSED),
        (State.KEPT, NOW, date(2026, 12, 8), State.LAPSED),
        (State.OUT, NOW - timedelta(days=90), date(2027, 2, 1), State.OUT),
        (State.BROUGHT, NOW - rules.QUIET, DAY, State.BACK),
        (State.BROUGHT, NOW, DAY, State.BROUGHT),
        (State.DECLINED, NOW - timedelta(days=90), date(2027, 2, 1), State.DECLINED),
    ],
)
def test_what_the_clock_ends(state: State, changed: datetime, today: date, now_is: State) -> None:
    assert rules.at(state, stay(5, 7), changed, NOW, today) is now_is
    if now_is is not state:
        assert rules.after(state, Step.CLOCK, NODE) is now_is


def test_states_are_of_three_sorts() -> None:
    assert not set(BEFORE) & set(AWAY)
    assert set(LIVE) == {*BEFORE, *AWAY}
