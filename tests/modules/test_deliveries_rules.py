"""The states of a step and the phases of a decision, as tables of cases; no node."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from node.modules.deliveries import rules
from node.modules.deliveries.rules import Act, Part, Phase, State

NOW = datetime(2026, 11, 20, tzinfo=UTC)
EVERY = frozenset(Part)


@pytest.mark.parametrize(("state", "act"), list(product(State, Act)))
def test_a_step_moves_by_the_table_and_no_other_way(state: State, act: Act) -> None:
    no = rules.refusal(state, act, EVERY)

    if (state, act) in rules.NEXT:
        assert no is None
        _, whose = rules.NEXT[state, act]
        assert rules.refusal(state, act, EVERY - {whose}) == ("E_NOT_YOURS", rules.WHOSE[whose])
    else:
        assert no == ("E_STATE", rules.STANDS[state])


@pytest.mark.parametrize(
    ("member", "owner", "checker", "maker", "keeper", "found"),
    [
        ("ana", "ana", "ben", "ana", False, {Part.OWNER, Part.MAKER, Part.OTHER}),
        ("ben", "ana", "ben", "ana", False, {Part.CHECKER}),
        ("cem", "ana", "ben", "ana", False, {Part.OTHER}),
        ("cem", "ana", None, "ana", False, {Part.CHECKER, Part.OTHER}),
        ("ana", "ana", None, "ben", False, {Part.OWNER, Part.OTHER}),
        ("cem", "ana", "ben", "ana", True, {Part.MAKER, Part.OTHER}),
        ("ana", "ana", "ana", None, True, {Part.OWNER, Part.MAKER}),
    ],
)
def test_what_somebody_is_to_a_step(
    member: str, owner: str, checker: str | None, maker: str | None, keeper: bool, found: set[Part]
) -> None:
    mine = rules.parts(member, owner=owner, checker=checker, maker=maker, keeper=keeper)

    assert mine == found
    assert not {Part.OWNER, Part.CHECKER} <= mine


@pytest.mark.parametrize(
    ("owner", "state"), [(None, State.FREE), ("ana", State.TAKEN), ("ben", State.ASKED)]
)
def test_who_is_named_by_another_is_asked(owner: str | None, state: State) -> None:
    assert rules.begins(maker="ana", owner=owner) is state


@pytest.mark.parametrize(
    ("outcome", "in_force", "ended", "days", "reviewed", "found"),
    [
        (None, False, False, 9, False, Phase.BEFORE),
        ("approved", False, False, 9, False, Phase.BEFORE),
        ("rejected", False, False, 9, False, Phase.OVER),
        ("approved", True, False, 1, False, Phase.IN_FORCE),
        ("approved", True, False, 0, False, Phase.REVIEW),
        ("approved", True, False, -1, False, Phase.REVIEW),
        ("approved", True, True, -1, False, Phase.OVER),
        ("approved", True, True, -1, True, Phase.REVIEWED),
    ],
)
def test_the_phases_of_a_decision(
    outcome: str | None, in_force: bool, ended: bool, days: int, reviewed: bool, found: Phase
) -> None:
    day = NOW + timedelta(days=days)

    assert found is rules.phase(
        outcome=outcome, in_force=in_force, ended=ended, review=day, reviewed=reviewed, now=NOW
    )


@pytest.mark.parametrize(
    ("state", "days", "found"),
    [(State.TAKEN, -1, True), (State.TAKEN, 0, False), (State.DONE, -1, False)],
)
def test_late(state: State, days: int, found: bool) -> None:
    today = date(2026, 11, 20)
    assert rules.late(state, today + timedelta(days=days), today) is found
