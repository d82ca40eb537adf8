"""What several communities decide from the same records: cases, and what always holds."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.modules.decisions.aggregate import (
    Kind,
    Rule,
    Said,
    Silence,
    Voice,
    Weighting,
    outcome,
    read,
)
from node.modules.joint import rules
from node.modules.joint.rules import Case, End, Gone, Standing, Told, Vote
from tests.vocab.samples import read as sample
from vocab.model import Malformed

A, B, C, D = (f"https://{name}.test/c/{name}" for name in ("alder", "birch", "cedar", "dogwood"))
ENDS = datetime(2026, 12, 1, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
WORDS = {"y": Voice.APPROVE, "n": Voice.REJECT, "a": Voice.ABSTAIN, "b": Voice.BLOCK}


def said(words: str, members: Sequence[int] = (41, 28, 12, 7)) -> list[Said]:
    """`yn-a`: yes, no, silent, abstains; one letter a community."""
    return [
        Said(community=who, voice=WORDS[word], members=n)
        for who, word, n in zip((A, B, C, D), words, members, strict=False)
        if word != "-"
    ]


@pytest.mark.parametrize(
    ("rule", "words", "comes"),
    [
        ({"kind": Kind.ALL}, "yyy", "approved"),
        ({"kind": Kind.ALL}, "yy-", "rejected"),
        ({"kind": Kind.ALL}, "yya", "rejected"),
        ({"kind": Kind.CONSENT}, "y--", "approved"),
        ({"kind": Kind.CONSENT}, "ya-", "approved"),
        ({"kind": Kind.CONSENT}, "yyn", "rejected"),
        ({"kind": Kind.CONSENT}, "aa-", "rejected"),
        ({"kind": Kind.CONSENT, "silence": Silence.REJECT}, "yy-", "rejected"),
        ({"kind": Kind.MAJORITY}, "yyn", "approved"),
        ({"kind": Kind.MAJORITY}, "yn-", "rejected"),
        ({"kind": Kind.MAJORITY}, "y--", "approved"),
        ({"kind": Kind.MAJORITY, "silence": Silence.REJECT}, "y--", "rejected"),
        ({"kind": Kind.MAJORITY, "silence": Silence.ABSTAIN}, "y--", "approved"),
        ({"kind": Kind.MAJORITY, "least": 2}, "y--", "noDecision"),
        ({"kind": Kind.MAJORITY, "least": 2}, "ya-", "approved"),
        ({"kind": Kind.MAJORITY, "least": 2, "silence": Silence.ABSTAIN}, "y--", "noDecision"),
        ({"kind": Kind.MAJORITY}, "---", "noDecision"),
        ({"kind": Kind.MAJORITY}, "yyb", "blocked"),
        ({"kind": Kind.MAJORITY, "veto": False}, "yyb", "approved"),
        ({"kind": Kind.SHARE, "threshold": (2, 3)}, "yyn", "approved"),
        ({"kind": Kind.SHARE, "threshold": (2, 3)}, "yynn", "rejected"),
        ({"kind": Kind.SHARE, "threshold": (1, 2)}, "yn-", "rejected"),
        ({"kind": Kind.SHARE, "threshold": (2, 4)}, "yn-", "rejected"),
        ({"kind": Kind.SHARE, "threshold": (2, 3)}, "aa-", "noDecision"),
        ({"kind": Kind.SOME, "threshold": (2, 4)}, "yynn", "approved"),
        ({"kind": Kind.SOME, "threshold": (3, 4)}, "yynn", "rejected"),
        ({"kind": Kind.SOME, "threshold": (2, 4), "silence": Silence.REJECT}, "yy--", "approved"),
        ({"kind": Kind.WEIGHTED, "weighting": Weighting.MEMBERS}, "ynn", "approved"),
        ({"kind": Kind.WEIGHTED, "weighting": Weighting.MEMBERS}, "nyy", "rejected"),
        ({"kind": Kind.WEIGHTED, "weighting": Weighting.TABLE}, "ynn", "rejected"),
        ({"kind": Kind.WEIGHTED, "weighting": Weighting.TABLE}, "nyn", "approved"),
        (
            {"kind": Kind.MAJORITY, "weighting": Weighting.TABLE, "silence": Silence.REJECT},
            "y-y", "rejected",
        ),
    ],
)  # fmt: skip
def test_what_comes_of_it(rule: dict[str, Any], words: str, comes: str) -> None:
    table = {A: 1, B: 5, C: 1, D: 1}
    participants = [A, B, C, D][: len(words)]

    assert outcome(Rule(**rule, table=table), said(words), participants) == comes


RULES = st.builds(
    Rule,
    kind=st.sampled_from(Kind),
    threshold=st.tuples(st.integers(1, 4), st.integers(1, 4)).filter(lambda t: t[0] <= t[1]),
    least=st.integers(1, 4),
    veto=st.booleans(),
    weighting=st.sampled_from(Weighting),
    silence=st.sampled_from(Silence),
    table=st.just({A: 3, B: 2, C: 1, D: 1}),
)
BALLOTS = st.text("ynab-", min_size=4, max_size=4)


@given(rule=RULES, words=BALLOTS, order=st.permutations([0, 1, 2, 3]))
def test_the_order_says_nothing(rule: Rule, words: str, order: list[int]) -> None:
    given_ = said(words)
    mixed = [given_[n] for n in order if n < len(given_)]

    assert outcome(rule, given_, [A, B, C, D]) == outcome(rule, mixed, [D, C, B, A])


@given(rule=RULES, words=BALLOTS)
def test_silence_never_helps_a_yes(rule: Rule, words: str) -> None:
    """Whoever says nothing is never worth more to a yes than one that says yes."""
    participants = [A, B, C, D]
    if outcome(rule, said(words), participants) == "approved":
        louder = words.replace("-", "y")
        assert outcome(rule, said(louder), participants) == "approved"
    nobody = [one for one in said(words) if one.voice is not Voice.APPROVE]
    assert outcome(rule, nobody, participants) != "approved"


@given(words=BALLOTS, least=st.integers(1, 4), silence=st.sampled_from(Silence))
def test_what_is_written_is_read_again(words: str, least: int, silence: Silence) -> None:
    held = {"rule": "majorityOfNodes", "minParticipation": least, "blockStops": True,
            "weighting": "equal", "silence": silence.value}  # fmt: skip
    made = read(held)
    assert (made.least, made.silence) == (least, silence)


@pytest.mark.parametrize("change", [
    {"rule": "whoShoutsLoudest"}, {"silence": "consent"}, {"minParticipation": 0},
    {"threshold": "3/2", "rule": "supermajorityOfNodes"}, {"threshold": "x"}, {"weighting": None},
])  # fmt: skip
def test_a_rule_nobody_could_count_by_is_none(change: dict[str, Any]) -> None:
    rule = sample("examples", "50-joint-invite.json")["object"]["aggregateRule"]
    assert read(rule).kind is Kind.SHARE

    with pytest.raises(Malformed):
        read({**rule, **change})


# Which ballots count --------------------------------------------------------------------------


def vote(who: str, word: str = "y", *, said: timedelta = -HOUR, seen: timedelta = -HOUR,
         record: str = "") -> Vote:  # fmt: skip
    origin = who.partition("/c/")[0]
    return Vote(
        record=record or f"{origin}/o/1", community=who, voice=WORDS[word], members=5,
        digest="z" + who[-3:] + word, said=ENDS + said, seen=ENDS + seen,
    )  # fmt: skip


def case(*votes: Vote, left: dict[str, Gone] | None = None, **rule: Any) -> Case:
    made = Rule(kind=rule.pop("kind", Kind.MAJORITY), **rule)
    return Case(rule=made, participants=[A, B, C], ends=ENDS, votes=votes, left=left or {})


@pytest.mark.parametrize(
    ("one", "left", "found"),
    [
        (vote(A), {}, Standing.COUNTS),
        (vote(A, said=timedelta(), seen=HOUR), {}, Standing.COUNTS),
        (vote(A, said=timedelta(seconds=1), seen=HOUR), {}, Standing.LATE),
        (vote(A, said=-HOUR, seen=HOUR + timedelta(seconds=1)), {}, Standing.LATE),
        (vote(D), {}, Standing.OUTSIDE),
        (vote(A), {A: Gone(said=ENDS - HOUR, seen=ENDS)}, Standing.LEFT),
        (vote(A), {A: Gone(said=ENDS + HOUR, seen=ENDS + HOUR)}, Standing.COUNTS),
    ],
)
def test_late_is_late_and_who_left_said_nothing(
    one: Vote, left: dict[str, Gone], found: Standing
) -> None:
    assert rules.standing(case(one, left=left), one) is found


def test_the_last_record_in_time_counts() -> None:
    first = vote(A, "y", said=-3 * HOUR, record="https://alder.test/o/1")
    second = vote(A, "n", said=-2 * HOUR, record="https://alder.test/o/2")
    late = vote(A, "y", said=HOUR, seen=HOUR, record="https://alder.test/o/3")

    found = rules.counted(case(first, second, late))

    assert [one.record for one in found] == [second.record]


# What somebody says came of it ------------------------------------------------------------------


def end(*votes: Vote, silent: Sequence[str] = (), comes: str = "approved") -> End:
    told = [
        Told(community=v.community, record=v.record, digest=v.digest, voice=v.voice) for v in votes
    ]
    return End(told=told, silent=silent, outcome=comes)


ALL = (vote(A), vote(B), vote(C, "n"))


@pytest.mark.parametrize(
    ("known", "told", "code"),
    [
        (ALL, end(*ALL), ""),
        (ALL, end(*reversed(ALL)), ""),
        (ALL[:2], end(*ALL[:2], silent=[C]), ""),
        (ALL[:2], end(*ALL), "E_UNKNOWN"),
        (ALL, end(*ALL[:2], silent=[C]), "E_MISSING"),
        (ALL, end(*ALL, comes="rejected"), "E_RULE"),
        (ALL, end(*ALL, ALL[0]), "E_RECORD"),
        (ALL[:2], end(*ALL[:2]), "E_SILENT"),
        (ALL, end(vote(A, "n"), *ALL[1:], comes="rejected"), "E_RECORD"),
        ((*ALL[:2], vote(C, seen=2 * HOUR)), end(*ALL[:2], vote(C)), "E_LATE"),
        ((*ALL[:2], vote(C, said=HOUR, seen=HOUR)), end(*ALL[:2], vote(C)), "E_RECORD"),
    ],
)
def test_a_word_for_all_is_counted_again(known: Sequence[Vote], told: End, code: str) -> None:
    assert rules.fault(case(*known), told) == code


def test_who_had_left_is_not_counted_by_others() -> None:
    gone = {C: Gone(said=ENDS - HOUR, seen=ENDS - HOUR)}

    assert rules.fault(case(*ALL, left=gone), end(*ALL)) == "E_LEFT"
    assert rules.fault(case(*ALL, left=gone), end(*ALL[:2], silent=[C])) == ""


def test_more_than_half_have_to_come_to_the_same() -> None:
    assert not rules.agreed([A, B, C], [A, B, C], A, [])
    assert rules.agreed([A, B, C], [A, B, C], A, [B])
    assert not rules.agreed([A, B], [A, B], A, [])
    assert not rules.agreed([A, B, C, D], [A, B, C, D], A, [B])
    assert not rules.agreed([A, B, C], [A, B, C], D, [A, B])
    assert not rules.agreed([A, B, C], [A, B, C], A, [D, "https://x.test/c/x"])


def test_half_is_counted_of_who_was_invited_whoever_is_said_to_take_part() -> None:
    """A convener that tells two halves different participants gets no outcome of either."""
    invited = [A, B, C, D]
    assert not rules.agreed(invited, [A, B], A, [B])
    assert not rules.agreed(invited, [A, C], A, [C])
    assert rules.agreed(invited, [A, B, C], A, [B, C])
    assert not rules.agreed(invited, [A, B], A, [B, C])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, ""),
        ({"state": "open"}, "E_STATE"),
        ({"state": "open", "asked": False}, ""),
        ({"state": "concluded", "asked": False}, "E_STATE"),
        ({"state": None}, "E_STATE"),
        ({"invited": [A] * 22}, "E_JOINT"),
        ({"invited": [A] * 21}, ""),
        ({"ends": ENDS - 2 * HOUR}, "E_EXPIRED"),
        ({"ends": None}, "E_EXPIRED"),
        ({"ends": datetime(9998, 12, 1, tzinfo=UTC)}, "E_TIME_ORDER"),
        ({"revision": 2**31 - 2}, ""),
        ({"revision": 2**31 - 1}, "E_REVISION"),
    ],
)
def test_what_a_node_can_hold_of_others(change: dict[str, Any], code: str) -> None:
    good = {"state": "inviting", "invited": [A, B], "ends": ENDS, "revision": 1,
            "now": ENDS - HOUR, "asked": True}  # fmt: skip
    assert rules.unfit(**{**good, **change}) == code


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("Share the van & trailer, 3 < 4 <3", True),
        ("x" * 200, True),
        ("x" * 201, False),
        ("<b>Van</b>", False),
        ("Van\nVan", False),
        ("", False),
        (None, False),
        ({"en": "Van"}, False),
    ],
)
def test_a_title_is_a_line_of_words(name: object, good: bool) -> None:
    assert rules.readable(name) is good


@given(
    heard=st.lists(st.sets(st.sampled_from([A, B, C]), min_size=1), min_size=3, max_size=3),
    makers=st.lists(st.sampled_from([A, B, C]), min_size=1, max_size=6),
    delivered=st.lists(st.tuples(st.integers(0, 5), st.sampled_from([A, B, C])), max_size=20),
)
def test_whatever_is_lost_or_doubled_there_are_never_two_outcomes(
    heard: list[set[str]], makers: list[str], delivered: list[tuple[int, str]]
) -> None:
    """Each node heard some ballots in time, makes at most one word for all, and says yes to one."""
    voices = {A: "y", B: "n", C: "y"}
    mine = {
        node: case(*(vote(c, voices[c]) for c in sorted(known | {node})))
        for node, known in zip((A, B, C), heard, strict=True)
    }
    bound: dict[str, int] = {}
    words: list[tuple[str, End]] = []
    same: dict[int, set[str]] = {}
    for maker in makers:
        if maker not in bound:
            votes = rules.counted(mine[maker])
            silent = [c for c in (A, B, C) if c not in {v.community for v in votes}]
            words.append((maker, end(*votes, silent=silent, comes=rules.outcome(mine[maker]))))
            bound[maker] = len(words) - 1
        for number, node in delivered:
            free = number < len(words) and node not in bound
            if free and not rules.fault(mine[node], words[number][1]):
                bound[node] = number
                same.setdefault(number, set()).add(node)

    outcomes = [
        word.outcome
        for number, (maker, word) in enumerate(words)
        if rules.agreed([A, B, C], [A, B, C], maker, same.get(number, set()))
    ]

    assert len(outcomes) <= 1


@pytest.mark.parametrize(
    ("who", "votes", "after", "may"),
    [
        (A, ALL, timedelta(), True),
        (A, ALL, -HOUR, False),
        (A, ALL[:2], timedelta(), False),
        (A, ALL[:2], HOUR, True),
        (B, ALL, timedelta(days=6), False),
        (B, ALL, timedelta(days=7), True),
        (C, ALL, timedelta(days=7), False),
        (C, ALL, timedelta(days=8), True),
        (D, ALL, timedelta(days=30), False),
        (A, (), timedelta(days=30), False),
    ],
)
def test_the_convener_says_it_first_and_others_after_a_week(
    who: str, votes: Sequence[Vote], after: timedelta, may: bool
) -> None:
    assert rules.may_conclude(case(*votes), who, A, ENDS + after) is may
