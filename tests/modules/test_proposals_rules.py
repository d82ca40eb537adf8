"""The stages of a proposal and the times of a vote: tables of cases and properties."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.modules.proposals import rules
from node.modules.proposals.opening import months_after
from node.modules.proposals.rules import STAGES

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
stages = st.sampled_from(sorted(STAGES))
BEFORE = ("presented", "prioritising", "researching", "formingPositions", "deliberating")
"""The stages before voting begins."""


@pytest.mark.parametrize(
    ("before", "after", "legal"),
    [
        (None, "deliberating", True),
        (None, "nonsense", False),
        ("presented", "researching", True),
        ("presented", "voting", False),
        ("deliberating", "voting", True),
        ("deliberating", "withdrawn", True),
        ("deliberating", "decided", False),
        ("voting", "decided", True),
        ("voting", "ended", True),
        ("voting", "withdrawn", False),
        ("decided", "voting", False),
        ("decided", "deliberating", True),
        ("ended", "deliberating", False),
        ("withdrawn", "presented", False),
        ("nonsense", "voting", False),
    ],
)
def test_a_step_is_legal_or_refused(before: str | None, after: str, legal: bool) -> None:
    assert rules.legal(before, after) is legal


@given(st.lists(stages, max_size=6))
def test_a_history_is_lawful_if_every_step_is(names: list[str]) -> None:
    history = [(name, NOW + timedelta(hours=i)) for i, name in enumerate(names)]

    steps = all(rules.legal(a, b) for a, b in itertools.pairwise(names))
    assert rules.lawful(history) is (bool(names) and steps)


def test_a_history_does_not_run_backwards() -> None:
    earlier = NOW - timedelta(hours=1)

    assert not rules.lawful([("deliberating", NOW), ("voting", earlier)])


@pytest.mark.parametrize("at_once", [True, False])
def test_what_we_begin_is_lawful(at_once: bool) -> None:
    history = rules.begun(NOW, at="voting" if at_once else "deliberating")

    assert rules.lawful(history)
    assert history[-1][0] == ("voting" if at_once else "deliberating")


@pytest.mark.parametrize(
    ("history", "talked"),
    [
        ([], True),
        ([["presented", "1"]], True),
        ([["deliberating", "1"]], True),
        ([["deliberating", "1"], ["voting", "1"]], False),
        ([["deliberating", "1"], ["voting", "2"]], True),
        ([["presented", "1"], ["voting", "2"]], False),
    ],
)
def test_a_vote_opened_at_once_was_not_talked_through(
    history: list[list[str]], talked: bool
) -> None:
    assert rules.talked_through(history) is talked


A, B, EMPTY = ("At two", "Less sleep"), ("At six", ""), ("", "")


@pytest.mark.parametrize(
    ("rows", "wrong"),
    [
        ([A, B], set()),
        ([A, B, EMPTY, EMPTY], set()),
        ([EMPTY, A, EMPTY, B], set()),
        ([A], {"option_2"}),
        ([A, EMPTY], {"option_2"}),
        ([], {"option_2"}),
        ([A, B, ("at  TWO", "the same")], {"option_3"}),
        ([A, A, A], {"option_2", "option_3"}),
        ([A, B, ("", "words without a name")], {"option_3"}),
        ([A, ("keep it", "")], {"option_2"}),
        ([A, B, ("Keep It", "")], {"option_3"}),
    ],
)
def test_options_can_be_told_apart_or_say_what_is_wrong(
    rows: list[tuple[str, str]], wrong: set[str]
) -> None:
    assert set(rules.options(rows, stay="Keep it")) == wrong


def test_what_cannot_stay_may_be_an_option_like_others() -> None:
    assert rules.options([A, ("Keep it", "")]) == {}


rows = st.lists(st.tuples(st.text("Aa b", max_size=3).map(str.strip), st.text("x", max_size=1)))


@given(rows)
def test_options_without_a_fault_are_two_or_more_of_different_names(
    given_: list[tuple[str, str]],
) -> None:
    named = rules.written(given_)

    if not rules.options(given_):
        names = {" ".join(name.split()).casefold() for name, _ in named}
        assert len(names) == len(named) >= 2
        assert [row for row in given_ if any(row)] == named


@given(stages)
def test_words_are_changed_by_their_author_until_voting_opens(stage: str) -> None:
    assert rules.may_change(stage=stage, author=True) is (stage in BEFORE)
    assert not rules.may_change(stage=stage, author=False)


@given(stages)
def test_nothing_is_withdrawn_once_voting_began(stage: str) -> None:
    assert rules.may_withdraw(stage=stage, author=True, admin=False) is (stage in BEFORE)
    assert not rules.may_withdraw(stage=stage, author=False, admin=False)


@pytest.mark.parametrize(
    ("opens", "closes", "wrong"),
    [
        (None, timedelta(days=1), set()),
        (None, timedelta(hours=23), {"closes"}),
        (timedelta(days=2), timedelta(days=3), set()),
        (timedelta(days=2), timedelta(days=2, hours=23), {"closes"}),
        (timedelta(days=-1), timedelta(days=3), {"opens"}),
        (None, timedelta(days=400), {"closes"}),
        (None, timedelta(days=-1), {"closes"}),
    ],
)
def test_a_vote_lasts_a_day_at_least(
    opens: timedelta | None, closes: timedelta, wrong: set[str]
) -> None:
    at = NOW + opens if opens is not None else None

    assert set(rules.times(NOW, opens=at, closes=NOW + closes)) == wrong


@pytest.mark.parametrize(
    ("stage", "outcome", "in_force", "words"),
    [
        ("deliberating", None, False, "Talked through"),
        ("voting", None, False, "Voting"),
        ("decided", "approved", False, "Decided"),
        ("decided", "approved", True, "In force"),
        ("decided", "rejected", False, "Declined"),
        ("decided", "blocked", False, "Declined"),
        ("ended", "noDecision", False, "Lapsed"),
        ("ended", None, False, "Closed"),
        ("a word of others", None, False, "Elsewhere"),
    ],
)
def test_every_stage_has_words(stage: str, outcome: str | None, in_force: bool, words: str) -> None:
    assert rules.on_screen(stage, outcome=outcome, in_force=in_force) == words


@given(stages, st.sampled_from([None, "approved", "blocked"]))
def test_no_stage_is_without_words(stage: str, outcome: str | None) -> None:
    assert rules.on_screen(stage, outcome=outcome)


@pytest.mark.parametrize(
    ("known", "told", "newer"),
    [(1, 2, True), (1, 1, False), (2, 1, False), (None, 0, True), (1, None, False)],
)
def test_only_a_newer_revision_counts(known: int | None, told: int | None, newer: bool) -> None:
    assert rules.newer(known, told) is newer


def test_half_a_year_after_a_long_month_is_its_last_day() -> None:
    assert months_after(datetime(2026, 8, 31, 20, tzinfo=UTC), 6).date().isoformat() == "2027-02-28"
    assert months_after(datetime(2026, 11, 20, tzinfo=UTC), 12).date().isoformat() == "2027-11-20"
