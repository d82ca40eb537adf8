"""The plain rules of matching: words, fits, limits, and what may follow what."""

import itertools
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from node.modules.listings.api import Cell, concept
from node.modules.listings.when import once, weekly
from node.modules.matching import lexicon, rules, scoring, suggesting
from node.modules.matching.filters import Wishes, misfit
from node.modules.matching.rules import Request, State, Step
from node.modules.matching.scoring import RELATED_TO, Fit, Reason, Side, fit, stands_beside
from tests.modules import gold
from vocab import schemas

REPAIR = "https://w3id.org/commons-node/concepts#repair"
KIND = "https://w3id.org/commons-node/concepts#kind-service"
SOON, LATE = datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)

BERLIN = ZoneInfo("Europe/Berlin")
HERE = Cell(north=5252, east=1340)
WEEKEND, MONDAY = weekly([5, 6], None, None), weekly([0], None, None)


def title(*words: str) -> dict[str, str]:
    return lexicon.words(words)


NEED = Side(
    topics=frozenset({REPAIR, KIND}),
    names=frozenset({"repair"}),
    kind="service",
    title=title("A bicycle with a bent wheel"),
    terms=("gift",),
    ends=SOON,
    place="alder.test",
    lang="en",
    is_need=True,
    since=datetime(2026, 11, 1, tzinfo=UTC),
)
OFFER = replace(NEED, title=title("Wheels and spokes"), ends=LATE, is_need=False)


def parts(one: Fit) -> list[str]:
    return [reason.part for reason in one.reasons]


def test_every_part_of_a_fit_is_a_reason() -> None:
    found = fit(NEED, OFFER, zone=BERLIN)

    assert parts(found) == ["topic", "words", "kind", "terms", "near", "language"]
    assert found.reasons[1].words == ("wheels",)
    known = scoring.TOPIC + scoring.WORDS + scoring.KIND + scoring.TERMS + scoring.LANGUAGE
    unknown = (scoring.TIME + scoring.NEAR) // 2
    assert found.score == round(100 * (known + unknown) / 96)
    assert found.but is None


def test_what_is_near_and_at_the_same_time_fits_better() -> None:
    near = replace(OFFER, cell=HERE, when=WEEKEND)
    far = replace(near, cell=Cell(north=5252, east=1370))

    here = fit(replace(NEED, cell=HERE, when=WEEKEND), near, zone=BERLIN)
    there = fit(replace(NEED, cell=HERE, when=WEEKEND), far, zone=BERLIN)

    assert {"time", "way"} <= set(parts(here))
    assert here.score == 100 > there.score
    assert there.but == Reason(part="way", words=("20",))


def test_what_fits_equally_well_comes_in_one_order_however_it_was_found() -> None:
    pairs = [suggesting.Pair(mine=NEED, other=OFFER, id=id) for id in ("b", "a", "c")]
    for found in itertools.permutations(pairs):
        ids = [id for _, id in suggesting.best(found, BERLIN, SOON)]
        assert ids == ["a", "b", "c"]


def test_a_need_that_waits_long_comes_earlier_but_no_offer() -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    poor = replace(NEED, terms=("rent",))

    assert "waiting" in parts(fit(OFFER, poor, now=now))
    assert fit(OFFER, poor, now=now).score > fit(OFFER, poor).score
    assert "waiting" not in parts(fit(NEED, OFFER, now=now))
    assert "waiting" not in parts(fit(OFFER, replace(poor, since=now), now=now))


@pytest.mark.parametrize(
    ("other", "but"),
    [
        (replace(OFFER, terms=("rent",)), "terms"),
        (replace(OFFER, ends=datetime(2026, 11, 25, tzinfo=UTC)), "time"),
        (replace(OFFER, kind="lend"), "kind"),
        (replace(OFFER, title=title("Repairs of all kinds")), "words"),
        (replace(OFFER, place="birch.test"), "far"),
    ],
)
def test_what_speaks_against_it_is_said(other: Side, but: str) -> None:
    found = fit(NEED, other)

    assert found.enough
    assert found.but is not None
    assert found.but.part == but


def test_convenience_alone_is_no_match() -> None:
    other = replace(OFFER, topics=frozenset({KIND}), names=frozenset(), title=title("Bread"))

    found = fit(NEED, other)

    assert (found.score, found.reasons, found.enough) == (0, (), False)


def test_what_cannot_come_to_enough_is_no_match_and_what_just_can_is_one() -> None:
    best = replace(NEED, title=title("Bicycle"), kind="lend", cell=HERE, when=WEEKEND)
    titled = replace(
        best, topics=frozenset(), names=frozenset({"food"}), title=title("Old bicycle, blue")
    )
    below = replace(titled, title=title("Blue zork"), text=title("bicycle"))

    assert fit(best, titled, zone=BERLIN).enough
    assert fit(replace(best, title=title("Bicycle, red")), below, zone=BERLIN) == Fit(
        score=0, reasons=(), but=None
    )


def test_a_near_topic_needs_words_in_common() -> None:
    near = replace(OFFER, topics=frozenset({"x#building"}), names=frozenset({"building"}))

    assert not fit(NEED, replace(near, title=title("Stairs"))).enough
    assert fit(NEED, replace(near, title=NEED.title)).enough


def test_one_thing_is_told_from_another_of_the_same_topic() -> None:
    trousers = replace(OFFER, title=title("Trousers mended"))

    assert not fit(NEED, trousers).enough
    assert fit(NEED, replace(OFFER, title=title("Repairs of all kinds"))).enough


def test_near_topics_are_near_both_ways() -> None:
    for one, others in RELATED_TO.items():
        assert one not in others
        assert all(one in RELATED_TO[other] for other in others)


@given(
    words=some.lists(some.sampled_from(["wheel", "pump", "saw", "bread", "soup"])),
    kind=some.sampled_from(["service", "lend"]),
    terms=some.lists(some.sampled_from(["gift", "lend", "timeCredit"]), unique=True),
    cell=some.sampled_from([None, HERE, Cell(north=5260, east=1350)]),
)
def test_a_score_is_between_nothing_and_a_hundred_and_has_its_reasons(
    words, kind, terms, cell
) -> None:
    other = replace(OFFER, title=title(*words), kind=kind, terms=tuple(terms), cell=cell)

    found = fit(NEED, other)

    assert 0 <= found.score <= 100
    assert found == fit(NEED, other)
    assert (found.score > 0) == bool(found.reasons)
    assert found.score == fit(other, NEED).score


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("en", "I need a bicycle pump for the weekend", {"bicycl", "pump"}),
        ("de", "Ich suche eine Säge für die Äste", {"saw", "aste"}),
        ("de", "Fahrradreparatur", {"fahrradreparatur", "bicycl"}),
        (None, "Ich need une scie", {"saw"}),
        ("en", "Wheels mended on Saturday morning", {"wheel", "mend"}),
        ("de", "Die Leitern und das Rad", {"ladd", "bicycl"}),
    ],
)
def test_only_words_that_count_are_compared(language, text, found) -> None:
    assert lexicon.words([text], language).keys() == found


def test_a_word_is_shown_as_it_was_written() -> None:
    assert lexicon.words(["Die Säge"], "de") == {"saw": "säge"}


@pytest.mark.parametrize(
    ("mine", "other", "ruled_out"),
    [
        ({}, {}, None),
        ({"kind": "ride"}, {"kind": "teaching"}, "kind"),
        ({"kind": "lend"}, {"kind": "give"}, None),
        ({"kind": "lend"}, {"kind": "service"}, None),
        ({"kind": "meal"}, {"kind": "space"}, "kind"),
        ({"when": WEEKEND}, {"when": MONDAY}, "time"),
        ({"when": WEEKEND}, {}, None),
        ({"cell": HERE}, {"cell": Cell(north=4814, east=1158)}, "place"),
        ({"cell": HERE}, {"cell": Cell(north=5240, east=1306)}, None),
        ({"cell": HERE}, {}, None),
        ({"kind": "care"}, {"kind": "care", "lang": "tr"}, "language"),
        ({"kind": "care"}, {"kind": "care", "lang": None}, None),
        ({"kind": "lend"}, {"kind": "lend", "lang": "tr"}, None),
        ({"kind": "teaching", "names": {"languages"}},
         {"kind": "teaching", "names": {"languages"}, "lang": "tr"}, None),
    ],
)  # fmt: skip
def test_what_cannot_be_is_ruled_out_before_any_score(mine, other, ruled_out) -> None:
    one, two = replace(NEED, **mine), replace(OFFER, **other)

    assert misfit(one, two, BERLIN) == misfit(two, one, BERLIN) == ruled_out


@pytest.mark.parametrize(
    ("wishes", "other", "ruled_out"),
    [
        (Wishes(farthest=5), {"cell": Cell(north=5252, east=1350)}, "place"),
        (Wishes(farthest=8), {"cell": Cell(north=5252, east=1350)}, None),
        (Wishes(farthest=5), {}, None),
        (Wishes(not_days=frozenset({0})), {"when": MONDAY}, "time"),
        (Wishes(not_days=frozenset({5})), {"when": WEEKEND}, None),
        (Wishes(not_days=frozenset({5})), {"when": once(date(2026, 12, 5), 1, 2, BERLIN)}, "time"),
        (Wishes(languages=frozenset({"tr"})), {"kind": "care", "lang": "tr"}, None),
    ],
)
def test_wishes_rule_out_for_whoever_has_them(wishes, other, ruled_out) -> None:
    mine, two = replace(NEED, cell=HERE, kind=other.get("kind", "service")), replace(OFFER, **other)

    assert misfit(mine, two, BERLIN, wishes) == ruled_out


def test_what_fits_much_less_than_the_best_is_not_shown_beside_it() -> None:
    assert stands_beside(80, 95)
    assert not stands_beside(79, 95)


# The gold set ---------------------------------------------------------------------------------


def suggested(notices: Mapping[str, Side], need: str) -> list[str]:
    """What a member would be shown for a need: three at most, the best first."""
    fits = [
        (-fit(notices[need], offer, zone=BERLIN).score, id)
        for id, offer in notices.items()
        if id[0] == "o" and misfit(notices[need], offer, BERLIN) is None
        and fit(notices[need], offer, zone=BERLIN).enough
    ]  # fmt: skip
    best = sorted(fits)[:3]
    return [id for score, id in best if stands_beside(-score, -best[0][0])]


def test_of_what_is_suggested_at_least_85_of_100_were_labelled_as_fitting() -> None:
    notices, labelled = gold.notices(), gold.pairs()
    needs = [id for id in notices if id[0] == "n"]

    shown = [(need, offer) for need in needs for offer in suggested(notices, need)]

    right = [pair for pair in shown if labelled.get(pair)]
    wanted = [pair for pair, fits in labelled.items() if fits]
    assert len(labelled) >= 60
    assert len(right) / len(shown) >= 0.85, sorted(set(shown) - set(right))
    assert len(right) / len(wanted) >= 0.85, sorted(set(wanted) - set(right))


def test_an_unrelated_notice_changes_no_suggestion() -> None:
    notices = gold.notices()
    unrelated = replace(
        OFFER, topics=frozenset({concept("music")}), names=frozenset({"music"}), kind="give",
        title=title("Bagpipes"), lang="is",
    )  # fmt: skip
    more = {"o0": unrelated, **notices, "o99": unrelated}

    for need in [id for id in notices if id[0] == "n"]:
        assert suggested(more, need) == suggested(notices, need)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({}, None),
        ({"trusted": False}, "notTrusted"),
        ({"this_hour": rules.REQUESTS_AN_HOUR - 1}, None),
        ({"this_hour": rules.REQUESTS_AN_HOUR}, "rateLimited"),
        ({"today": rules.REQUESTS_A_DAY - 1}, None),
        ({"today": rules.REQUESTS_A_DAY}, "rateLimited"),
        ({"concepts_today": [str(n) for n in range(rules.CONCEPTS_A_DAY - 1)]}, None),
        ({"concepts_today": [str(n) for n in range(rules.CONCEPTS_A_DAY)]}, "rateLimited"),
        ({"concepts_today": [REPAIR, *map(str, range(rules.CONCEPTS_A_DAY - 1))]}, None),
        ({"anonymity_set": rules.SMALLEST_SET}, None),
        ({"anonymity_set": rules.SMALLEST_SET - 1}, "policy"),
    ],
)
def test_a_request_is_refused_for_one_reason(said, code) -> None:
    usual = {
        "trusted": True, "this_hour": 0, "today": 0, "concepts_today": [], "concepts": [REPAIR],
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


WORDS = {
    "MatchRequest to one peer": Step.ASK, "Accept, result MatchResult": Step.ACCEPT,
    "TentativeAccept": Step.KEEP, "Reject, reasonCode": Step.REJECT, "Undo": Step.UNDO,
    "none (endTime)": Step.CLOCK,
}  # fmt: skip
INTRODUCING = {
    "Offer(Introduction)": Step.ASK, "Accept, result Introduction with B's consent": Step.ACCEPT,
    "Undo(Offer)": Step.UNDO, "Create(ContactCard) each to the other": Step.CARD,
    "Delete(ContactCard)": Step.REVOKE, "none (endTime)": Step.CLOCK,
}  # fmt: skip
SOONER = {
    # an Undo and a card may cross what the other side has just done
    (State.AGREED, Step.UNDO), (State.AGREED, Step.REVOKE), (State.REVOKED, Step.REVOKE),
}  # fmt: skip


def published(machine: str, words: dict[str, Step]) -> set[tuple[str, Step, str]]:
    """The steps of a state machine of the vocabulary; what is answered by nothing is left out."""
    table = json.loads((schemas.FOLDER / "statemachines.json").read_text("utf-8"))[machine]
    return {
        (begin, words[one["activity"]], one["to"])
        for one in table["transitions"]
        if one["activity"] != "nothing"
        for begin in one["from"].split("|")
    }


def test_requests_go_as_the_published_table_says() -> None:
    ours = {
        (str(before or "-"), step, str(after))
        for (before, step), after in rules.REQUESTS.items()
        if before is not Request.WAITING
    }
    # the table says it in words: a standing one may be answered once
    once_ = {(Request.STANDING.value, Step.ACCEPT, Request.ANSWERED.value)}
    assert ours - once_ == published("MatchRequest (as seen by the asking node)", WORDS)
    assert once_ < ours
    there = {
        (step, after) for (before, step), after in rules.REQUESTS.items()
        if before is Request.WAITING
    }  # fmt: skip
    here = {
        (step, after) for (before, step), after in rules.REQUESTS.items()
        if before is Request.SENT
    }  # fmt: skip
    assert there == here


def test_introductions_go_as_the_published_table_says() -> None:
    ours = {
        (str(before or "-"), step, str(after))
        for (before, step), after in rules.INTRODUCTIONS.items()
        if (before, step) not in SOONER
    }
    assert ours == published("Introduction", INTRODUCING)


def test_a_round_is_over_at_the_same_time_whenever_it_was_asked() -> None:
    hour = timedelta(hours=1)
    for minute in range(1, 61):
        now = datetime(2026, 12, 18, 15, 0, tzinfo=UTC) + timedelta(minutes=minute)
        assert rules.next_round(now, hour) == datetime(2026, 12, 18, 16, 0, tzinfo=UTC)
    assert rules.next_round(now, timedelta()) == now


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
