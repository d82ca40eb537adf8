"""The way of a matter: every step that is legal, and no other; the courses as data."""

from datetime import timedelta
from itertools import pairwise, product

import pytest

from node.modules.decisions.api import METHODS
from node.modules.proposals import courses, pipeline
from node.modules.proposals.checks import NEXT
from node.modules.proposals.courses import COURSES, Need
from node.modules.proposals.pipeline import State, Who

S = State
BEFORE = {S.GATHERING, S.RESEARCH, S.OPTIONS, S.DELIBERATION}
LEGAL: dict[State, set[State]] = {
    S.DRAFT: {*BEFORE, S.VOTING, S.WITHDRAWN},
    S.GATHERING: {S.RESEARCH, S.OPTIONS, S.DELIBERATION, S.VOTING, S.WITHDRAWN, S.LAPSED},
    S.RESEARCH: {S.OPTIONS, S.DELIBERATION, S.VOTING, S.WITHDRAWN, S.LAPSED},
    S.OPTIONS: {S.DELIBERATION, S.VOTING, S.WITHDRAWN, S.LAPSED, S.SENT_BACK},
    S.DELIBERATION: {S.VOTING, S.WITHDRAWN, S.LAPSED, S.SENT_BACK},
    S.SENT_BACK: {S.OPTIONS, S.DELIBERATION, S.VOTING, S.WITHDRAWN, S.LAPSED},
    S.CHALLENGED: {S.VOTING, S.WITHDRAWN, S.LAPSED},
    S.VOTING: {S.COOLING, S.IN_FORCE, S.DECLINED, S.LAPSED},
    S.COOLING: {S.IN_FORCE, S.CHALLENGED, S.LAPSED},
    S.IN_FORCE: {S.DELIVERY, S.REVIEW, S.AMENDED, S.REPEALED, S.LAPSED},
    S.DELIVERY: {S.REVIEW, S.AMENDED, S.REPEALED, S.LAPSED},
    S.REVIEW: {S.CLOSED, S.AMENDED, S.REPEALED, S.LAPSED},
    S.CLOSED: {S.AMENDED, S.REPEALED, S.LAPSED},
    S.DECLINED: set(),
    S.AMENDED: set(),
    S.REPEALED: set(),
    S.WITHDRAWN: set(),
    S.LAPSED: set(),
}
"""Written down once more, by hand: the table of the program has to say the same."""


@pytest.mark.parametrize(("before", "after"), list(product(State, State)))
def test_every_step_is_legal_or_refused(before: State, after: State) -> None:
    assert pipeline.legal(before, after) is (after in LEGAL[before])


def test_a_step_is_taken_by_whom_it_belongs_to() -> None:
    assert pipeline.legal(S.COOLING, S.CHALLENGED, Who.MEMBERS)
    assert not pipeline.legal(S.COOLING, S.CHALLENGED, Who.LEAD)
    assert not pipeline.legal(S.DELIBERATION, S.VOTING, Who.MEMBERS)
    assert not pipeline.legal(S.VOTING, S.IN_FORCE, Who.CLOCK)


def test_every_step_can_be_said_on_the_wire() -> None:
    for before, after in pipeline.STEPS:
        if before is not S.DRAFT:
            at, to = pipeline.WIRE[before][0], pipeline.WIRE[after]
            assert any(pipeline.path(at, one) is not None for one in to), (before, after)


def test_every_state_is_found_again_from_its_stage() -> None:
    for state in State:
        sides = {None, state.value}
        ends = {None, "approved", "rejected", "noDecision"}
        found = {
            pipeline.state(stage, side=side, outcome=came, in_force=holds)
            for stage in pipeline.WIRE[state]
            for side, came, holds in product(sides, ends, (True, False))
        }
        assert state in found or state is S.DRAFT
        assert pipeline.WORDS[state]


@pytest.mark.parametrize("stage", sorted(NEXT))
def test_every_stage_of_the_wire_is_a_state(stage: str) -> None:
    assert pipeline.state(stage) is not None
    assert pipeline.state("a word of others") is None


@pytest.mark.parametrize("name", sorted(COURSES))
def test_a_course_goes_forward_to_the_vote(name: str) -> None:
    one = COURSES[name]
    stages = ["presented", *(step.stage for step in one.steps), "voting"]
    states = [pipeline.state(stage) for stage in stages]

    assert all(pipeline.path(a, b) for a, b in pairwise(stages))
    assert states == sorted(states, key=list(State).index)  # type: ignore[arg-type]
    assert [one.after(stage) for stage in stages[1:]][-1] == "voting"
    assert all(step.days >= 1 for step in one.steps)
    assert one.name == courses.USUAL or one.vote_days >= 1


@pytest.mark.parametrize(
    ("name", "days"),
    [("advice", 3), ("consent", 7), ("options", 14), ("agreement", 21), ("emergency", 1)],
)
def test_a_course_takes_so_many_days(name: str, days: int) -> None:
    assert COURSES[name].days == days
    assert COURSES[name].before + timedelta(days=COURSES[name].vote_days) == timedelta(days=days)


@pytest.mark.parametrize("name", sorted(set(COURSES) - {courses.USUAL}))
def test_a_course_that_wants_options_chooses_among_them(name: str) -> None:
    one = COURSES[name]

    among = {METHODS["options" if m == "majority" else m].among for m in one.methods}

    assert among == {one.wants_options}


@pytest.mark.parametrize(
    ("needs", "have", "missing"),
    [
        ((), {}, 0),
        ((Need.OPTIONS,), {}, 1),
        ((Need.OPTIONS,), {"options": 1}, 1),
        ((Need.OPTIONS,), {"options": 2}, 0),
    ],
)
def test_a_gate_says_what_is_missing(
    needs: tuple[Need, ...], have: dict[str, int], missing: int
) -> None:
    assert len(courses.missing(needs, have)) == missing
