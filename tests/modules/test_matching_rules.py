"""The plain rules of matching: words, fits, limits, and what may follow what."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from node.modules.listings.words import STOP, tokens
from node.modules.matching import rules
from node.modules.matching.rules import Request, State, Step
from node.modules.matching.scoring import ENOUGH, RELATED_TO, Side, fit

REPAIR = "https://w3id.org/commons-node/concepts#repair"
KIND = "https://w3id.org/commons-node/concepts#kind-service"
SOON, LATE = datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)

NEED = Side(
    topics=frozenset({REPAIR, KIND}),
    names=frozenset({"repair"}),
    kind="service",
    words=frozenset({"wheel", "bicycle"}),
    terms=("gift",),
    ends=SOON,
    place="alder.test",
)
OFFER = replace(NEED, words=frozenset({"wheel", "spoke"}), ends=LATE)


def parts(one):
    return [reason.part for reason in one.reasons]


def test_every_part_of_a_fit_is_a_reason() -> None:
    found = fit(NEED, OFFER)

    assert parts(found) == ["topic", "words", "kind", "terms", "time", "near"]
    assert found.reasons[1].words == ("wheel",)
    assert found.score == 50 + 10 + 8 + 7 + 5 + 5
    assert found.but is None


@pytest.mark.parametrize(
    ("other", "but"),
    [
        (replace(OFFER, terms=("rent",)), "terms"),
        (replace(OFFER, ends=datetime(2026, 11, 25, tzinfo=UTC)), "time"),
        (replace(OFFER, kind="lend"), "kind"),
        (replace(OFFER, words=frozenset()), "words"),
        (replace(OFFER, place="birch.test"), "far"),
    ],
)
def test_what_speaks_against_it_is_said(other: Side, but: str) -> None:
    found = fit(NEED, other)

    assert found.enough
    assert found.but is not None
    assert found.but.part == but


def test_convenience_alone_is_no_match() -> None:
    other = replace(OFFER, topics=frozenset({KIND}), names=frozenset(), words=frozenset())

    found = fit(NEED, other)

    assert (found.score, found.reasons, found.enough) == (0, (), False)


def test_a_near_topic_needs_words_in_common() -> None:
    near = replace(OFFER, topics=frozenset({"x#building"}), names=frozenset({"building"}))

    assert fit(NEED, replace(near, words=frozenset())).score < ENOUGH
    assert fit(NEED, replace(near, words=NEED.words)).enough


def test_near_topics_are_near_both_ways() -> None:
    for one, others in RELATED_TO.items():
        assert one not in others
        assert all(one in RELATED_TO[other] for other in others)


@given(
    words=some.frozensets(some.sampled_from(["wheel", "pump", "saw", "bread", "soup"])),
    kind=some.sampled_from(["service", "lend"]),
    terms=some.lists(some.sampled_from(["gift", "lend", "timeCredit"]), unique=True),
)
def test_a_score_is_what_its_reasons_add_up_to(words, kind, terms) -> None:
    other = replace(OFFER, words=words, kind=kind, terms=tuple(terms))

    found = fit(NEED, other)

    assert 0 <= found.score <= 100
    assert found.score == fit(NEED, other).score
    assert (found.score > 0) == bool(found.reasons)


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("en", "I need a bicycle pump for the weekend", {"bicycle", "pump", "weekend"}),
        ("de", "Ich suche eine Säge für die Äste", {"sage", "aste"}),
        (None, "Ich need une scie", {"scie", "ich", "une"} - set().union(*STOP.values())),
        ("en", "Two saws", {"saws"}),
        ("en", "Wheels", {"wheel"}),
    ],
)
def test_only_words_that_count_are_compared(language, text, found) -> None:
    assert tokens([text], language) == found


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({}, None),
        ({"trusted": False}, "notTrusted"),
        ({"this_hour": rules.REQUESTS_AN_HOUR - 1}, None),
        ({"this_hour": rules.REQUESTS_AN_HOUR}, "rateLimited"),
        ({"concepts_today": [str(n) for n in range(rules.CONCEPTS_A_DAY - 1)]}, None),
        ({"concepts_today": [str(n) for n in range(rules.CONCEPTS_A_DAY)]}, "rateLimited"),
        ({"concepts_today": [REPAIR, *map(str, range(rules.CONCEPTS_A_DAY - 1))]}, None),
        ({"anonymity_set": rules.SMALLEST_SET}, None),
        ({"anonymity_set": rules.SMALLEST_SET - 1}, "policy"),
    ],
)
def test_a_request_is_refused_for_one_reason(said, code) -> None:
    usual = {
        "trusted": True, "this_hour": 0, "concepts_today": [], "concepts": [REPAIR],
        "anonymity_set": 41,
    }  # fmt: skip

    assert rules.refusal(**{**usual, **said}) == code


@pytest.mark.parametrize(
    ("policy", "active", "may"),
    [
        (None, 5, True),
        (None, 4, False),
        ({"minAnonymitySet": 12}, 11, False),
        ({"minAnonymitySet": 12}, 12, True),
        ({"minAnonymitySet": 2}, 4, False),
        ({"acceptsFrom": "nobody"}, 40, False),
        ({"acceptsFrom": "trustedPeers", "minAnonymitySet": "many"}, 5, True),
    ],
)
def test_a_node_is_asked_only_as_it_allows(policy, active, may) -> None:
    assert rules.may_ask(policy, active) is may


def test_a_request_tells_a_day_and_no_hour() -> None:
    told = rules.day_of(datetime(2026, 12, 18, 15, 30, tzinfo=UTC))

    assert told == datetime(2026, 12, 18, tzinfo=UTC)
    assert rules.day_of(None) is None


def test_what_is_over_stays_over() -> None:
    for state, step in itertools.product(
        (Request.DECLINED, Request.WITHDRAWN, Request.EXPIRED), Step
    ):
        assert rules.request_after(state, step) is None
    for state in (State.WITHDRAWN, State.EXPIRED):
        assert all(rules.introduction_after(state, step) is None for step in Step)


def test_a_card_comes_only_after_both_consents() -> None:
    before = [state for state in (None, *State) if rules.introduction_after(state, Step.CARD)]

    assert before == [State.AGREED]


def test_a_yes_to_ways_of_contact_tells_name_and_address_too() -> None:
    assert rules.told(()) == rules.ALWAYS
    assert rules.told(("email",)) == (*rules.ALWAYS, rules.CONTACT)
