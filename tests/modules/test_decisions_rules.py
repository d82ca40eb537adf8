"""What ballots decide, and what a record may tell of them: tables of cases and properties."""

import itertools
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from node.kernel.keys import make_keys
from node.modules.decisions import checks, records, replies, rules, seals
from node.modules.decisions.methods import showing
from node.modules.decisions.objects import Option
from node.modules.decisions.options import STAY, kept, key, options_of
from node.modules.decisions.records import Address, Matter, Reply
from node.modules.decisions.replies import Answer
from node.modules.decisions.rules import (
    POSITIONS,
    Disclosure,
    Method,
    Outcome,
    Position,
    Vote,
)
from vocab import proofs, schemas, wire
from vocab.checks import Known
from vocab.model import PUBLIC
from vocab.types import Create
from web.language import catalogue, languages

YES, BUT, NO, ASIDE = POSITIONS[Method.CONSENT]
FOR, AGAINST, ABSTAIN = POSITIONS[Method.MAJORITY]
A, B = "opt-1", "opt-2"
KEYS_OF = {"one text": (), "with keeping it": (A, B, STAY), "without": (A, B)}
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("method", "counts", "needed", "outcome"),
    [
        (Method.CONSENT, {YES: 3}, 3, Outcome.APPROVED),
        (Method.CONSENT, {YES: 1, BUT: 1, ASIDE: 1}, 3, Outcome.APPROVED),
        (Method.CONSENT, {BUT: 3}, 3, Outcome.APPROVED),
        (Method.CONSENT, {YES: 30, NO: 1}, 3, Outcome.BLOCKED),
        (Method.CONSENT, {YES: 2}, 3, Outcome.NO_DECISION),
        (Method.CONSENT, {NO: 2}, 3, Outcome.NO_DECISION),
        (Method.CONSENT, {ASIDE: 5}, 3, Outcome.NO_DECISION),
        (Method.CONSENT, {}, 1, Outcome.NO_DECISION),
        (Method.MAJORITY, {FOR: 2, AGAINST: 1}, 3, Outcome.APPROVED),
        (Method.MAJORITY, {FOR: 2, AGAINST: 2}, 3, Outcome.REJECTED),
        (Method.MAJORITY, {FOR: 1, AGAINST: 2}, 3, Outcome.REJECTED),
        (Method.MAJORITY, {FOR: 1, ABSTAIN: 9}, 3, Outcome.APPROVED),
        (Method.MAJORITY, {ABSTAIN: 9}, 3, Outcome.REJECTED),
        (Method.MAJORITY, {FOR: 2}, 3, Outcome.NO_DECISION),
    ],
)
def test_ballots_decide(
    method: Method, counts: Mapping[Position, int], needed: int, outcome: Outcome
) -> None:
    assert rules.outcome(method, counts, needed) is outcome


@pytest.mark.parametrize(
    ("counts", "abstained", "outcome", "chosen"),
    [
        ({A: 3, B: 1, STAY: 1}, 0, Outcome.APPROVED, A),
        ({A: 1, B: 2, STAY: 0}, 0, Outcome.APPROVED, B),
        ({A: 2, B: 1}, 9, Outcome.APPROVED, A),
        ({A: 0, B: 1, STAY: 0}, 2, Outcome.APPROVED, B),
        # nobody is outvoted by fewer than half: a tie and the largest minority change nothing
        ({A: 2, B: 2, STAY: 0}, 0, Outcome.REJECTED, STAY),
        ({A: 2, B: 0, STAY: 2}, 0, Outcome.REJECTED, STAY),
        ({A: 3, B: 2, STAY: 2}, 0, Outcome.REJECTED, STAY),
        ({A: 0, B: 0, STAY: 3}, 0, Outcome.REJECTED, STAY),
        ({A: 0, B: 0, STAY: 0}, 3, Outcome.REJECTED, STAY),
        # where it cannot stay, it comes before us again
        ({A: 2, B: 2}, 0, Outcome.NO_DECISION, ""),
        ({A: 0, B: 0}, 3, Outcome.NO_DECISION, ""),
        # too few came
        ({A: 2, B: 0, STAY: 0}, 0, Outcome.NO_DECISION, ""),
        ({A: 0, B: 0, STAY: 1}, 1, Outcome.NO_DECISION, ""),
    ],
)
def test_ballots_choose_what_more_than_half_choose(
    counts: Mapping[str, int], abstained: int, outcome: Outcome, chosen: str
) -> None:
    assert rules.choice(counts, abstained=abstained, needed=3) == (outcome, chosen)


crowds = st.lists(st.integers(0, 30), min_size=2, max_size=8)


@given(crowds, st.integers(0, 30), st.booleans())
def test_what_is_chosen_wins_against_each_of_the_others(
    crowd: list[int], abstained: int, stays: bool
) -> None:
    counts = {f"opt-{n}": count for n, count in enumerate(crowd, 0 if stays else 1)}

    outcome, chosen = rules.choice(counts, abstained=abstained, needed=1)

    others = [count for option, count in counts.items() if option != chosen]
    if outcome is Outcome.APPROVED:
        assert counts[chosen] > sum(others)
    elif chosen:
        assert chosen == STAY
        assert all(2 * count <= sum(crowd) for count in others)


@given(crowds, st.integers(0, 30), st.randoms())
def test_the_order_of_the_options_chooses_nothing(
    crowd: list[int], abstained: int, any_: Any
) -> None:
    counts = [(f"opt-{n}", count) for n, count in enumerate(crowd)]
    shuffled = any_.sample(counts, len(counts))

    one, other = (rules.choice(dict(c), abstained=abstained, needed=1) for c in (counts, shuffled))

    assert one == other


@given(crowds, st.integers(0, 30), st.integers(1, 9))
def test_one_more_ballot_for_it_takes_nothing_from_what_is_chosen(
    crowd: list[int], abstained: int, needed: int
) -> None:
    counts = {f"opt-{n}": count for n, count in enumerate(crowd)}
    outcome, chosen = rules.choice(counts, abstained=abstained, needed=needed)

    if outcome is Outcome.APPROVED:
        more = {**counts, chosen: counts[chosen] + 1}
        assert rules.choice(more, abstained=abstained, needed=needed) == (outcome, chosen)


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30), st.integers(1, 40))
def test_one_option_or_none_is_yes_or_no(yes: int, no: int, aside: int, needed: int) -> None:
    among, _ = rules.choice({A: yes, STAY: no}, abstained=aside, needed=needed)

    plain = rules.outcome(Method.MAJORITY, {FOR: yes, AGAINST: no, ABSTAIN: aside}, needed)
    assert among is plain


@pytest.mark.parametrize(
    ("share", "eligible", "needed"),
    [("1/2", 12, 6), ("1/2", 11, 6), ("2/3", 10, 7), ("1/4", 4, 3), ("1/4", 2, 2), ("1/2", 1, 1)],
)
def test_a_quorum_is_a_share_and_never_under_three_ballots(
    share: str, eligible: int, needed: int
) -> None:
    assert rules.required(Fraction(share), eligible) == needed


@pytest.mark.parametrize(
    ("counts", "wanted", "shown"),
    [
        ({YES: 25, BUT: 8}, True, Disclosure.FULL),
        ({YES: 25, BUT: 8}, False, Disclosure.OUTCOME_ONLY),
        ({YES: 25, BUT: 4}, True, Disclosure.OUTCOME_ONLY),
        ({YES: 25, BUT: 5, ASIDE: 1}, True, Disclosure.OUTCOME_ONLY),
        ({YES: 25}, True, Disclosure.OUTCOME_ONLY),
        ({FOR: 5, AGAINST: 5}, True, Disclosure.OUTCOME_ONLY),
        ({FOR: 6, AGAINST: 5}, True, Disclosure.OUTCOME_ONLY),
        ({FOR: 8, AGAINST: 5}, True, Disclosure.OUTCOME_ONLY),
        ({FOR: 9, AGAINST: 5}, True, Disclosure.BANDED),
        ({FOR: 12, AGAINST: 12}, True, Disclosure.OUTCOME_ONLY),
        ({FOR: 12, AGAINST: 11}, True, Disclosure.BANDED),
        ({FOR: 13, AGAINST: 6}, True, Disclosure.BANDED),
        ({FOR: 13, AGAINST: 7}, True, Disclosure.FULL),
        ({FOR: 14, AGAINST: 10}, True, Disclosure.BANDED),
        ({FOR: 14, AGAINST: 9}, True, Disclosure.FULL),
    ],
)
def test_counts_are_shown_where_nobody_stands_out(
    counts: Mapping[Position, int], wanted: bool, shown: Disclosure
) -> None:
    method = Method.MAJORITY if FOR in counts else Method.CONSENT
    papers = [Vote(position=position) for position, n in counts.items() for _ in range(n)]
    assert rules.count(method, papers, 3, wanted=wanted).disclosure is shown


@given(st.lists(st.integers(5, 40), min_size=2, max_size=4), st.integers(5, 9))
def test_bands_add_up_and_name_nobody(figures: list[int], floor: int) -> None:
    given_ = {str(n): max(figure, floor) for n, figure in enumerate(figures)}

    told = showing.bands(given_, floor)

    assert sum(told.values()) == sum(given_.values()), "else the rest could be subtracted"
    assert min(told.values()) >= floor
    largest = max(given_, key=lambda one: given_[one])
    assert told[largest] == max(told.values())
    for one, number in told.items():
        if one != largest:
            assert number <= given_[one] < number + showing.BAND


@given(st.integers(5, 30), st.integers(5, 30))
def test_what_is_told_in_bands_could_be_something_else(yes: int, no: int) -> None:
    """But where the smallest group that is told leaves no room, others fit, too."""
    told = showing.bands({"a": yes, "b": no})
    same = [
        (other, yes + no - other)
        for other in range(5, yes + no - 4)
        if showing.bands({"a": other, "b": yes + no - other}) == told
    ]

    assert (yes, no) in same
    if abs(yes - no) > 2 * showing.BAND:
        assert len(same) == showing.BAND


def test_a_record_in_bands_gives_no_figures_to_count_again() -> None:
    papers = [Vote(position=FOR)] * 12 + [Vote(position=AGAINST)] * 7

    result = rules.count(Method.MAJORITY, papers, 3, wanted=True)

    assert result.disclosure is Disclosure.BANDED
    assert dict(result.tallies) == {Vote(position=FOR): 14, Vote(position=AGAINST): 5}
    assert result.counted is None


def test_seven_ballots_show_no_counts() -> None:
    papers = [Vote(position=FOR)] * 4 + [Vote(position=AGAINST)] * 3

    assert rules.count(Method.MAJORITY, papers, 3, wanted=True).tallies == ()


@pytest.mark.parametrize(
    ("ballots", "shown"),
    [
        ({A: 20, B: 6}, {A: 20, B: 6}),
        ({A: 10, STAY: 5, "abstain": 5}, {A: 10, STAY: 5, "abstain": 5}),
        ({A: 6, STAY: 5, "abstain": 5}, {}),
        ({A: 5, B: 5}, {}),
        ({A: 6, B: 4}, {}),
        ({A: 10}, {}),
        ({A: 9, B: 5, "abstain": 1}, {}),
    ],
)
def test_counts_of_options_are_shown_where_nobody_stands_out(
    ballots: dict[str, int], shown: dict[str, int]
) -> None:
    words = rules.votes(Method.MAJORITY, (A, B, STAY))
    papers = [words[word] for word, count in ballots.items() for _ in range(count)]

    result = rules.count(Method.MAJORITY, papers, 3, wanted=True, options=(A, B, STAY))

    assert dict(result.tallies) == {words[word]: count for word, count in shown.items()}


@pytest.mark.parametrize(
    ("method", "position", "reason", "wrong"),
    [
        (Method.CONSENT, "consent", "", ""),
        (Method.CONSENT, "block", "the noise", ""),
        (Method.CONSENT, "block", "  \n", "reason"),
        (Method.CONSENT, "inFavour", "", "position"),
        (Method.MAJORITY, "block", "the noise", "position"),
        (Method.MAJORITY, "oppose", "", ""),
        (Method.MAJORITY, "", "", "position"),
        (Method.MAJORITY, "opt-1", "", "position"),
    ],
)
def test_a_ballot_can_be_counted_or_says_what_is_wrong(
    method: Method, position: str, reason: str, wrong: str
) -> None:
    assert rules.fault(method, position, reason) == wrong


@pytest.mark.parametrize(
    ("word", "wrong"),
    [(A, ""), (STAY, ""), ("abstain", ""), ("opt-3", "position"), ("inFavour", "position"),
     ("oppose", "position"), ("", "position"), ("opt-1 ", "position")],
)  # fmt: skip
def test_a_ballot_is_for_an_option_that_there_is(word: str, wrong: str) -> None:
    assert rules.fault(Method.MAJORITY, word, "", (A, B, STAY)) == wrong


# What a record tells ------------------------------------------------------------------------


Way = tuple[Method, tuple[str, ...]]
Ends = tuple[Outcome, str]
WAYS: tuple[Way, ...] = (
    (Method.CONSENT, ()), *((Method.MAJORITY, options) for options in KEYS_OF.values()),
)  # fmt: skip


def ballots(way: Way, most: int = 40) -> st.SearchStrategy[list[Vote]]:
    return st.lists(st.sampled_from(list(rules.votes(*way).values())), max_size=most)


ways = st.sampled_from(WAYS)


@given(st.data(), ways, st.integers(1, 60), st.booleans())
def test_what_is_shown_adds_up(data: st.DataObject, way: Way, eligible: int, wanted: bool) -> None:
    method, options = way
    papers = data.draw(ballots(way, eligible))
    needed = rules.required(Fraction(1, 2), eligible)
    result = rules.count(method, papers, needed, wanted=wanted, options=options)

    shown = [count for _, count in result.tallies]
    assert sum(shown) in (0, result.participated)
    assert all(count >= rules.SUPPRESSED_BELOW for count in shown)
    assert result.reached or result.outcome is Outcome.NO_DECISION
    assert result.chosen in ("", *options)


def _compatible(way: Way, came: int, needed: int) -> dict[Ends, list[tuple[int, ...]]]:
    """For each record, every count that would have made it: what a clever reader can work out."""
    method, options = way
    kinds = list(rules.votes(*way).values())
    found: dict[Ends, list[tuple[int, ...]]] = {}
    for split in itertools.product(range(came + 1), repeat=len(kinds) - 1):
        if sum(split) <= came:
            whole = (*split, came - sum(split))
            papers = [kind for kind, n in zip(kinds, whole, strict=True) for _ in range(n)]
            result = rules.count(method, papers, needed, wanted=False, options=options)
            found.setdefault((result.outcome, result.chosen), []).append(whole)
    return found


SAID_BY_THE_OUTCOME = {
    (Method.CONSENT, Outcome.APPROVED, Position.OBJECTION),
}
"""Consent means that nobody objects: that is the decision itself, not a hidden count."""


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("eligible", [3, 4, 7, 9])
def test_nobody_can_work_out_a_hidden_count(way: Way, eligible: int) -> None:
    needed = rules.required(Fraction(1, 4), eligible)
    for came in range(needed, eligible + 1):
        for (outcome, chosen), could_be in _compatible(way, came, needed).items():
            if way[0] is Method.CONSENT and outcome is Outcome.NO_DECISION:
                continue  # all stood aside, which the outcome itself says
            for place, vote in enumerate(rules.votes(*way).values()):
                if (way[0], outcome, vote.position) not in SAID_BY_THE_OUTCOME:
                    known = {counts[place] for counts in could_be}
                    assert len(known) > 1, (came, outcome, chosen, vote)


def test_too_few_ballots_tell_nothing_at_all() -> None:
    (could_be,) = _compatible((Method.CONSENT, ()), 2, 3).values()

    assert len(could_be) == 10  # every way in which two ballots can fall


def test_statements_stand_in_the_order_of_the_alphabet() -> None:
    assert rules.statements(["too loud", " at night ", "too loud"], 9) == ("at night", "too loud")


def test_statements_of_all_are_no_minority() -> None:
    assert rules.statements(["a", "b", "c"], 3) == ()


# Answers ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ours", "seal", "answered", "answer", "code"),
    [
        (False, "holds", (), Answer.NOTED, ""),
        (False, "holds", ("noted",), Answer.ADOPTED, ""),
        (False, "holds", ("objected",), Answer.ADOPTED, ""),
        (True, "holds", (), Answer.NOTED, "E_SELF_RESPONSE"),
        (False, "unchecked", (), Answer.NOTED, "E_SEAL"),
        (False, "fails", (), Answer.NOTED, "E_SEAL"),
        (False, "holds", ("noted",), Answer.NOTED, "E_ANSWERED"),
        (False, "holds", ("adopted",), Answer.OBJECTED, "E_ANSWERED"),
        (False, "holds", ("adoptedWithChanges",), Answer.RATIFIED, "E_ANSWERED"),
        (False, "holds", ("ratified",), Answer.ADOPTED, "E_ANSWERED"),
        (False, "holds", ("noted",), Answer.RETRACTED, ""),
        (False, "holds", ("adopted",), Answer.RETRACTED, ""),
        (False, "holds", (), Answer.RETRACTED, "E_NOTHING"),
        (False, "holds", ("retracted",), Answer.RETRACTED, "E_NOTHING"),
        (False, "holds", ("retracted",), Answer.ADOPTED, ""),
        (False, "holds", ("retracted",), Answer.NOTED, "E_ANSWERED"),
    ],
)
def test_we_answer_others_once(
    ours: bool, seal: str, answered: tuple[str, ...], answer: Answer, code: str
) -> None:
    assert replies.may_answer(ours=ours, seal=seal, answered=answered, answer=answer) == code


@pytest.mark.parametrize(
    ("known", "self_made", "equal", "said", "code"),
    [
        (True, False, True, (), ""),
        (True, False, True, ("noted",), ""),
        (True, True, True, (), "E_SELF_RESPONSE"),
        (False, False, True, (), "E_UNKNOWN_RECORD"),
        (True, False, False, (), "E_DIGEST"),
        (True, False, True, ("adopted",), "E_DUPLICATE"),
        (True, False, True, ("adopted", "retracted"), ""),
        (True, False, True, ("noted", "retracted") * 10, "E_DUPLICATE"),
    ],
)
def test_an_answer_counts_once_and_for_this_text(
    known: bool, self_made: bool, equal: bool, said: tuple[str, ...], code: str
) -> None:
    found = replies.refusal(
        known=known, self_made=self_made, digest_equal=equal, said=said, response="adopted"
    )

    assert found == code


# Documents ----------------------------------------------------------------------------------

OWNER = "https://birch.test/c/birch"
KEYS = make_keys()


def option(number: int, name: str, words: str | None = None) -> Option:
    return Option(id=f"https://birch.test/o/p#opt-{number}", name=name, tradeoff=words)


CHOICE = (option(1, "At two", "Less <b> sleep"), option(2, "At six"), option(0, "Keep it"))


def matter(papers: list[Vote], way: Way, eligible: int, **more: object) -> Matter:
    needed, (method, keys) = rules.required(Fraction(1, 2), eligible), way
    values = {
        "id": "https://birch.test/o/1",
        "url": "https://birch.test/d/1",
        "owner": OWNER,
        "community": "Birch & Co",
        "language": "en",
        "decides": "https://birch.test/o/p",
        "title": "Sundays < & all",
        "text": "<p>Two to six.</p>",
        "subject_digest": proofs.subject_digest({"id": "https://birch.test/o/p"}),
        "options": tuple(one for one in CHOICE if key(one.id) in keys),
        "method": method,
        "eligible": eligible,
        "needed": needed,
        "closed": NOW,
        "review": NOW + timedelta(days=180),
        "effective": NOW,
        "audit": rules.commitment("salt", "roster", []),
        "result": rules.count(method, papers, needed, wanted=True, options=keys),
    }
    return Matter(**{**values, **more})  # type: ignore[arg-type]


def signed(given: Matter) -> dict[str, object]:
    where = records.address("public", followers=f"{OWNER}/followers", peers=f"{OWNER}/peers")
    document = wire.dump(records.record(given, where, str), for_proof=True)
    method = f"{OWNER}#ed25519-key"
    return seals.sealed(document, key=KEYS.ed25519, method=method, created=NOW)


CONSENT: Way = (Method.CONSENT, ())


def said(positions: list[Position]) -> list[Vote]:
    return [Vote(position=position) for position in positions]


@given(st.data(), ways, st.integers(1, 30))
def test_every_record_may_leave_and_is_believed(
    data: st.DataObject, way: Way, eligible: int
) -> None:
    document = signed(matter(data.draw(ballots(way, eligible)), way, eligible))

    value = wire.load(document, wire.claims(wire_types()))
    schemas.outgoing(
        wire.dump(Create(id="https://birch.test/a/1", actor=OWNER, object=value, to=(PUBLIC,)))
    )
    checks.record(document, document, Known(now=NOW))
    found = seals.verdict(
        document, owner=OWNER, keys={f"{OWNER}#ed25519-key": KEYS.ed25519_public}, now=NOW
    )
    assert found.state is seals.State.HOLDS
    assert wire.dump(value) == document


def wire_types() -> tuple[type, ...]:
    from node.modules.decisions.objects import TYPES
    from vocab.types import CORE

    return (*CORE, *TYPES)


@pytest.mark.parametrize(
    ("name", "language", "matter"),
    [
        ("Decided: Lend our tools", "en", "Lend our tools"),
        ("Not adopted: 20 % less", "en", "20 % less"),
        ("Entschieden: Werkzeug leihen", "en", "Entschieden: Werkzeug leihen"),
        ("Lend our tools", None, "Lend our tools"),
    ],
)
def test_a_title_is_told_without_its_outcome(name: str, language: str, matter: str) -> None:
    assert records.matter_of(name, language) == matter


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("title", [*records.TITLES.values(), records.STAYS])
def test_every_title_leads_back_to_its_matter(title: str, language: str) -> None:
    name = catalogue(language).gettext(title) % {"title": "Sundays: yes"}

    assert records.matter_of(name, language) == "Sundays: yes"


def test_what_members_write_is_text_in_the_record() -> None:
    document = signed(
        matter(said([YES] * 3 + [BUT]), CONSENT, 4, statements=("<script>x</script> & so on",))
    )

    assert "<script" not in str(document["content"])
    assert "Birch &amp; Co" in str(document["summary"])
    assert "Sundays &lt; &amp; all" in str(document["content"])
    assert document["minorityStatements"][0]["authorship"] == "anonymous"  # type: ignore[index]


def test_two_counts_with_one_outcome_make_one_record() -> None:
    one = signed(matter(said([YES] * 4), CONSENT, 5))
    other = signed(matter(said([YES, BUT, BUT, ASIDE]), CONSENT, 5))

    assert one == other


@pytest.mark.parametrize(
    ("ballots", "keys", "name", "chosen", "words"),
    [
        ({A: 3, B: 1}, (A, B, STAY), "Decided: Sundays < & all – At two", 1, "chose “At two”"),
        ({A: 2, B: 2}, (A, B, STAY), "It stays as it is: Sundays < & all", 0, "leaves things"),
        ({A: 2, B: 2}, (A, B), "Lapsed: Sundays < & all", None, "no option was chosen by more"),
        ({A: 1, B: 1}, (A, B, STAY), "Lapsed: Sundays < & all", None, "came to no decision on"),
    ],
)
def test_a_record_says_which_option_was_chosen(
    ballots: dict[str, int], keys: tuple[str, ...], name: str, chosen: int | None, words: str
) -> None:
    papers = [Vote(position=FOR, option=o) for o, count in ballots.items() for _ in range(count)]

    document = signed(matter(papers, (Method.MAJORITY, keys), 5))

    assert document["name"] == name
    ids = {one.id for one in options_of(document)}
    assert document.get("chosenOption") == (CHOICE[chosen - 1].id if chosen is not None else None)
    assert {key(id_) for id_ in ids} == set(keys)
    assert words in str(document["summary"])
    assert "<strong>At two</strong><p>Less &lt;b&gt; sleep</p>" in str(document["content"])


def test_a_record_counts_the_options_by_their_ids() -> None:
    papers = [Vote(position=FOR, option=A)] * 9 + [Vote(position=FOR, option=STAY)] * 5

    document = signed(matter(papers, (Method.MAJORITY, (A, B, STAY)), 14))

    assert document["tallies"] == [
        {"type": "Tally", "option": CHOICE[0].id, "position": "inFavour", "count": 9},
        {"type": "Tally", "option": CHOICE[2].id, "position": "inFavour", "count": 5},
    ]


@pytest.mark.parametrize(
    "told",
    [
        None,
        "x",
        {},
        [None],
        ["opt-1"],
        [{}],
        [{"id": 1, "name": "A"}],
        [{"id": "#a", "name": None}],
    ],
)
def test_what_is_no_option_is_read_as_none(told: object) -> None:
    assert options_of({"options": told}) == ()


def test_an_option_is_kept_and_read_again() -> None:
    assert options_of({"options": [kept(one) for one in CHOICE]}) == CHOICE
    assert options_of({"options": [kept(CHOICE[0])] * 40}) == (CHOICE[0],) * 30


@pytest.mark.parametrize(
    ("change", "keys", "state", "code"),
    [
        ({}, True, "holds", ""),
        ({"name": "Another"}, True, "fails", "E_PROOF_INVALID"),
        ({"proof": None}, True, "fails", "E_PROOF_MISSING"),
        ({}, False, "unchecked", "E_PROOF_KEY"),
    ],
)
def test_a_seal_holds_fails_or_waits(
    change: dict[str, object], keys: bool, state: str, code: str
) -> None:
    document = {**signed(matter(said([YES] * 3), CONSENT, 3)), **change}
    known = {f"{OWNER}#ed25519-key": KEYS.ed25519_public} if keys else {}

    found = seals.verdict(document, owner=OWNER, keys=known, now=NOW)

    assert (found.state.value, found.code) == (state, code)


def test_a_seal_of_somebody_else_fails() -> None:
    document = signed(matter(said([YES] * 3), CONSENT, 3))

    found = seals.verdict(document, owner="https://birch.test/c/other", keys={}, now=NOW)

    assert (found.state.value, found.code) == ("fails", "E_PROOF_OWNER")


def test_a_seal_made_with_another_key_fails() -> None:
    document = signed(matter(said([YES] * 3), CONSENT, 3))
    other = proofs.multikey(Ed25519PrivateKey.generate().public_key())

    found = seals.verdict(document, owner=OWNER, keys={f"{OWNER}#ed25519-key": other}, now=NOW)

    assert found.state is seals.State.FAILS


@pytest.mark.parametrize("answer", list(Answer))
def test_every_answer_may_leave_and_is_believed(answer: Answer) -> None:
    ours = "https://cedar.test/c/cedar"
    reply = Reply(
        id="https://cedar.test/o/1",
        url="https://cedar.test/d/1",
        owner=ours,
        community="Cedar",
        language="de",
        at=NOW,
        answer=answer,
        record="https://birch.test/o/1",
        matter="Lend our tools",
        digest=proofs.digest({"id": "https://birch.test/o/1"}),
        basis="https://cedar.test/o/2" if answer is not Answer.NOTED else None,
        ground="resourceImpact",
        request="talk",
        reason="Our van.",
    )
    where = Address(to=(PUBLIC,), cc=(OWNER,), handling="public")
    document = wire.dump(records.response(reply, where, str), for_proof=True)
    method = f"{ours}#ed25519-key"
    document = seals.sealed(document, key=KEYS.ed25519, method=method, created=NOW)

    value = wire.load(document, wire.claims(wire_types()))
    schemas.outgoing(
        wire.dump(Create(id="https://cedar.test/a/1", actor=ours, object=value, to=(PUBLIC,)))
    )
    checks.response(document, document, Known(now=NOW))
