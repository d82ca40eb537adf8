"""Circles of giving and the best use of all offers: by tables, properties and trying everything."""

import itertools
import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from node.modules.flows import assigning, circles, rules
from node.modules.flows.circles import Edge
from node.modules.flows.rules import Said


def edge(giver: str, receiver: str, score: int = 60) -> Edge:
    return Edge(giver=giver, receiver=receiver, need=f"n{receiver}", offer=f"o{giver}", score=score)


def walked(circle: circles.Circle) -> str:
    return "".join(one.giver for one in circle)


# Circles ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pairs", "found"),
    [
        ("ab ba", ["ab"]),
        ("ab bc ca", ["abc"]),
        ("bc ca ab", ["abc"]),
        ("ab bc cd de ea", ["abcde"]),
        ("ab bc cd de ef fa", []),
        ("ab bc", []),
        ("aa", []),
        ("ab ba bc ca", ["ab", "abc"]),
        ("", []),
    ],
    ids=[
        "two",
        "three",
        "any order",
        "five",
        "six are too many",
        "open",
        "oneself",
        "both",
        "none",
    ],
)
def test_who_can_give_in_a_circle(pairs: str, found: list[str]) -> None:
    assert [walked(c) for c in circles.find(edge(*one) for one in pairs.split())] == found


def test_a_circle_is_as_good_as_its_weakest_part() -> None:
    strong = [edge("a", "b", 70), edge("b", "a", 70)]
    uneven = [edge("c", "d", 100), edge("d", "c", 51)]

    assert [walked(c) for c in circles.find([*uneven, *strong])] == ["ab", "cd"]


def test_of_several_things_two_can_give_the_best_is_taken() -> None:
    other = Edge(giver="a", receiver="b", need="nb2", offer="oa2", score=90)

    (found,) = circles.find([edge("a", "b", 60), other, edge("b", "a", 60)])

    assert found[0] == other


def test_no_more_ways_are_followed_than_there_is_time_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(circles, "STEPS", 10)
    people = "abcdefghij"

    found = circles.find(edge(a, b) for a in people for b in people)

    assert len(found) <= circles.MOST


slowly = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""No test depends on the time it takes."""

EDGES = st.lists(
    st.builds(edge, st.sampled_from("abcde"), st.sampled_from("abcde"), st.integers(1, 100)),
    max_size=14,
)


def every_circle(edges: list[Edge]) -> set[str]:
    """All circles, by trying all orders of all people."""
    ways = {(e.giver, e.receiver) for e in edges if e.giver != e.receiver}
    found = set()
    for size in range(2, 6):
        for some in itertools.permutations("abcde", size):
            closed = zip(some, (*some[1:], some[0]), strict=True)
            if some[0] == min(some) and all(way in ways for way in closed):
                found.add("".join(some))
    return found


@slowly
@given(EDGES)
def test_each_circle_is_found_once(edges: list[Edge]) -> None:
    found = [walked(c) for c in circles.find(edges, most=10_000)]

    assert len(found) == len(set(found))
    assert set(found) == every_circle(edges)


# Assigning ----------------------------------------------------------------------------------


def pair(need: str, offer: str, score: int) -> Edge:
    return Edge(giver=f"g{offer}", receiver=f"r{need}", need=need, offer=offer, score=score)


def most(edges: list[Edge], capacity: dict[str, int]) -> int:
    """The best sum, by trying every choice."""
    needs = sorted({e.need for e in edges})
    choices = [[None, *(e for e in edges if e.need == need)] for need in needs]
    sums = [0]
    for choice in itertools.product(*choices):
        taken = [e for e in choice if e]
        used = Counter(e.offer for e in taken)
        if all(used[o] <= capacity.get(o, 1) for o in used):
            sums.append(sum(e.score for e in taken))
    return max(sums)


PAIRS = st.lists(
    st.builds(pair, st.sampled_from("1234"), st.sampled_from("pqrs"), st.integers(1, 100)),
    max_size=12,
    unique_by=lambda e: (e.need, e.offer),
)
CAPACITY = st.dictionaries(st.sampled_from("pqrs"), st.integers(0, 3))


@slowly
@given(PAIRS, CAPACITY)
def test_no_other_choice_fits_better(edges: list[Edge], capacity: dict[str, int]) -> None:
    found = assigning.best(edges, capacity)

    used = Counter(e.offer for e in found)
    assert len({e.need for e in found}) == len(found)
    assert all(used[o] <= capacity.get(o, 1) for o in used)
    assert sum(e.score for e in found) == most(edges, capacity)


def test_one_who_could_help_two_goes_where_nobody_else_can() -> None:
    edges = [pair("1", "p", 90), pair("1", "q", 80), pair("2", "p", 85)]

    assert [(e.need, e.offer) for e in assigning.best(edges)] == [("1", "q"), ("2", "p")]


def test_nobody_is_given_to_themselves() -> None:
    own = Edge(giver="a", receiver="a", need="n", offer="o", score=99)

    assert assigning.best([own]) == []


def test_order_does_not_matter() -> None:
    edges = [pair(n, o, 60) for n in "123" for o in "pqr"]

    assert assigning.best(edges) == assigning.best(list(reversed(edges)))


def many(seed: int) -> tuple[list[Edge], dict[str, int]]:
    """A community's worth of needs and offers, some of which can be had several times."""
    chance = random.Random(seed)
    offers = [f"o{number}" for number in range(40)]
    edges = [
        pair(f"n{need}", offer, chance.randint(60, 100))
        for need in range(120)
        for offer in chance.sample(offers, chance.randint(0, 8))
    ]
    return edges, {offer: chance.randint(0, 4) for offer in offers}


def can_be_bettered(edges: list[Edge], capacity: dict[str, int], taken: list[Edge]) -> bool:
    """Whether some round of changes adds to the sum: a cycle of less than no cost.

    A choice is the best exactly if there is none (Klein, A primal method for minimal cost flows,
    1967), so this judges one of any size without making another.
    """
    used, met = Counter(one.offer for one in taken), {one.need for one in taken}
    arcs = [("in", need, 0) for need in {one.need for one in edges} - met]
    arcs += [(need, "in", 0) for need in met] + [("out", "in", 0), ("in", "out", 0)]
    for offer in {one.offer for one in edges}:
        arcs += [(offer, "out", 0)] * (used[offer] < capacity.get(offer, 1))
        arcs += [("out", offer, 0)] * (used[offer] > 0)
    for one in edges:
        back = (one.offer, one.need, one.score)
        arcs.append(back if one in taken else (one.need, one.offer, -one.score))
    far = dict.fromkeys({end for arc in arcs for end in arc[:2]}, 0)
    for _ in far:
        shorter = [arc for arc in arcs if far[arc[0]] + arc[2] < far[arc[1]]]
        for start, end, cost in shorter:
            far[end] = min(far[end], far[start] + cost)
    return bool(shorter)


@pytest.mark.parametrize("seed", range(5))
def test_no_round_of_changes_adds_to_a_large_choice(seed: int) -> None:
    edges, capacity = many(seed)
    taken = assigning.best(edges, capacity)
    nearest: list[Edge] = []
    for one in sorted(edges, key=lambda edge: -edge.score):
        free = Counter(each.offer for each in nearest)[one.offer] < capacity[one.offer]
        if free and one.need not in {each.need for each in nearest}:
            nearest.append(one)

    assert len(taken) > 40
    assert not can_be_bettered(edges, capacity, taken)
    assert can_be_bettered(edges, capacity, nearest), "the judge sees what is not the best"


# The board ----------------------------------------------------------------------------------


def test_kinds_come_in_the_order_of_the_form_and_only_if_something_is_open() -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)

    def said(kind: str, days: int, *, is_need: bool) -> Said:
        return Said(topic="", kind=kind, is_need=is_need, arrived=now - timedelta(days=days))

    some = [said("ride", 20, is_need=True), said("ride", 1, is_need=True),
            said("meal", 99, is_need=False)]  # fmt: skip
    lines = rules.by_kind(some, ("meal", "space", "ride"), now)

    assert [(one.topic, one.needs, one.offers, one.stuck) for one in lines] == [
        ("meal", 0, 1, 0),
        ("ride", 2, 0, 1),
    ]
    assert rules.by_kind([], ("meal",), now) == []


@pytest.mark.parametrize(
    ("season", "months"),
    [("winter", (12, 1, 2)), ("spring", (3, 4, 5)), ("summer", (6, 7, 8)), ("autumn", (9, 10, 11))],
)
def test_a_season_is_three_months(season: str, months: tuple[int, ...]) -> None:
    assert {rules.season(datetime(2026, one, 1, tzinfo=UTC)) for one in months} == {season}


def test_a_season_tells_what_was_asked_for_often_and_leaves_out_what_was_not() -> None:
    june = datetime(2026, 6, 3, tzinfo=UTC)
    said = [
        *(Said(topic="beans", is_need=True, arrived=june) for _ in range(rules.FEW)),
        Said(topic="beans", is_need=False, arrived=june),
        *(Said(topic="snow", is_need=True, arrived=june) for _ in range(rules.FEW - 1)),
    ]

    found = rules.seasons(said)

    assert found[rules.Season.SUMMER] == [("beans", rules.FEW, 1)]
    assert found[rules.Season.WINTER] == []
