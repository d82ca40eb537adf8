"""The methods: cases of the literature, what holds of each for any ballots, others beside them."""

import random
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from node.modules.decisions.methods import METHODS, ladder, lots
from node.modules.decisions.methods.face import Base, Counted, Ends, Marks, Paper, Setup
from node.modules.decisions.methods.ladder import Step
from node.modules.decisions.methods.pairs import beaten_by_none
from node.modules.decisions.methods.score import median, value
from tests.oracles import votes

PLACES = ("instantRunoff", "schulze", "rankedPairs")
AMONG = tuple(name for name, method in METHODS.items() if method.among)
ONE_WINS = tuple(name for name in AMONG if not METHODS[name].several)


def profile(*groups: tuple[int, str]) -> list[Marks]:
    """Ballots by how many gave which order: (3, "abc")."""
    return [
        {key: place for place, key in enumerate(order, 1)} for n, order in groups for _ in range(n)
    ]


def count(name: str, ballots: Iterable[Marks], **more: Any) -> Counted:
    options = more.pop("options", "abcde")
    method = METHODS[name]
    made = {"options": tuple(options), "share": method.share, "most": method.most, **more}
    return method.count(list(ballots), Setup(**made))


def chosen(name: str, ballots: Iterable[Marks], **more: Any) -> str:
    return "".join(count(name, ballots, **more).chosen)


def words(*pairs: tuple[int, str]) -> list[Marks]:
    return [{word: 1} for n, word in pairs for _ in range(n)]


# The literature -----------------------------------------------------------------------------

# Memphis, Nashville, Chattanooga, Knoxville
TENNESSEE = profile((42, "MNCK"), (26, "NCKM"), (15, "CKNM"), (17, "KCNM"))
# Schulze (2011), section 3.1
SCHULZE = profile((5, "acbed"), (5, "adecb"), (8, "bedac"), (3, "cabed"), (7, "caebd"),
                  (2, "cbade"), (7, "dceba"), (8, "ebadc"))  # fmt: skip
# a circle: a before b 67, b before c 69, c before a 64 of 100
CIRCLE = profile((36, "abc"), (33, "bca"), (31, "cab"))


def test_tennessee_has_another_capital_by_another_method() -> None:
    as_scores = [{key: 5 - place for key, place in marks.items()} for marks in TENNESSEE]

    found = {name: chosen(name, TENNESSEE, options="MNCK") for name in PLACES}
    assert found == {"instantRunoff": "K", "schulze": "N", "rankedPairs": "N"}
    assert chosen("star", as_scores, options="MNCK") == "N"
    assert chosen("scoreVoting", as_scores, options="MNCK") == "N"
    favourite = words((42, "M"), (26, "N"), (15, "C"), (17, "K"))
    assert count("options", favourite, options="MNCK").ends is Ends.NOTHING


def test_schulze_finds_e_among_forty_five() -> None:
    found = count("schulze", SCHULZE)

    assert found.chosen == ("e",)
    assert found.matrix[0] == (0, 20, 26, 30, 22)
    assert beaten_by_none(SCHULZE, Setup(options=tuple("abcde"))) == ""


def test_of_victories_with_as_many_votes_the_one_with_fewer_against_it_is_stronger() -> None:
    # a before b 3 to 2, b before c 3 to 1, c before a 3 to 2
    found = count("schulze", profile((2, "bca"), (1, "a"), (1, "ca"), (1, "abc")), options="abc")

    assert found.matrix == ((0, 3, 2), (2, 0, 3), (3, 1, 0))
    assert found.tied == ("a", "b")


def test_a_circle_is_cut_where_it_is_weakest() -> None:
    assert chosen("rankedPairs", CIRCLE, options="abc") == "a"
    assert chosen("schulze", CIRCLE, options="abc") == "a"


def test_an_even_circle_is_a_tie_and_a_lot() -> None:
    even = profile((1, "abc"), (1, "bca"), (1, "cab"))

    assert count("schulze", even, options="abc").tied == ("a", "b", "c")
    assert count("instantRunoff", even, options="abc").tied == ("a", "b", "c")
    drawn = count("rankedPairs", even, options="abc", lot=("c", "a", "b"))
    assert (drawn.drawn, drawn.chosen) == (True, ("c",))


def test_a_run_off_can_harm_whom_more_put_first() -> None:
    before = profile((39, "abc"), (35, "bca"), (26, "cab"))
    after = profile((49, "abc"), (25, "bca"), (26, "cab"))  # ten put a first instead of last

    assert chosen("instantRunoff", before, options="abc") == "a"
    assert chosen("instantRunoff", after, options="abc") == "c"


def test_a_run_off_tells_its_rounds() -> None:
    found = count("instantRunoff", TENNESSEE, options="MNCK")

    assert [(dict(r.totals), r.out, r.chosen) for r in found.rounds] == [
        ({"M": 42, "N": 26, "C": 15, "K": 17}, ("C",), ()),
        ({"M": 42, "N": 26, "K": 32}, ("N",), ()),
        ({"M": 42, "K": 58}, (), ("K",)),
    ]


def test_three_sweets_by_transferable_votes() -> None:
    # oranges, pears, chocolate, strawberries, hamburgers
    party = profile((4, "o"), (2, "po"), (8, "cs"), (4, "ch"), (1, "s"), (1, "h"))

    for name in ("stv", "meekStv"):
        found = count(name, party, options="opcsh", seats=3)
        assert set(found.chosen) == set("cos"), name
    first = count("stv", party, options="opcsh", seats=3).rounds[1]
    assert dict(first.totals) == {"o": 4, "p": 2, "s": 5, "h": 3}


@pytest.mark.parametrize("name", ["stv", "meekStv"])
def test_a_seat_that_falls_to_nobodys_choice_is_owned_to_be_drawn(name: str) -> None:
    lone = profile((1, "b"))

    first, other = [
        count(name, lone, options="abcd", seats=2, lot=tuple(order)) for order in ("abcd", "dcba")
    ]
    assert (first.chosen, other.chosen) == (("b", "a"), ("b", "d"))
    assert (first.drawn, other.drawn) == (True, True)
    plain = profile((3, "a"), (3, "b"))
    assert not count(name, plain, options="abcd", seats=2).drawn


def test_meek_passes_on_to_those_chosen_before() -> None:
    # all of b's surplus goes to a, who is chosen already: Gregory's papers skip a, Meek's do not
    ballots = profile((40, "a"), (50, "bac"), (10, "d"), (19, "c"), (1, "dc"))

    found = count("meekStv", ballots, options="abcd", seats=2)
    needed = [sum(one.totals.values()) / 3 for one in found.rounds]
    assert set(found.chosen) == {"a", "b"}
    assert all(abs(n - Fraction(120, 3)) < 1 for n in needed)


def test_equal_shares_leave_nobody_out() -> None:
    ideas = "uvwxyzABCD"
    ballots = [dict.fromkeys("uvwxyz", 1)] * 6 + [dict.fromkeys("ABCD", 1)] * 4
    money = {"options": ideas, "costs": dict.fromkeys(ideas, 20), "budget": 100}

    assert set(chosen("equalShares", ballots, **money)) == set("uvwAB")
    assert set(chosen("knapsackBudget", ballots, **money)) == set("uvwxy")


def test_the_middle_score_is_read_again_where_it_is_equal() -> None:
    ballots = [{"a": 5, "b": 4}, {"a": 3, "b": 3}, {"a": 0, "b": 2}]

    assert (median({5: 1, 3: 1, 0: 1}), value({5: 1, 3: 1, 0: 1})) == (3, (3, 0, 5))
    assert chosen("medianScore", ballots, options="ab") == "b"
    assert chosen("scoreVoting", ballots, options="ab") == "b"
    assert chosen("scoreVoting", [*ballots, {"a": 2}], options="ab") == "a"


def test_a_run_off_among_scores_asks_who_is_preferred() -> None:
    ballots = [{"a": 5, "b": 0}] * 2 + [{"a": 3, "b": 4}] * 3

    assert chosen("scoreVoting", ballots, options="ab") == "a"
    assert chosen("star", ballots, options="ab") == "b"


ONE_TEXT: tuple[tuple[str, Sequence[tuple[int, str]], dict[str, Any], Ends], ...] = (
    ("consent", [(9, "consent"), (1, "consentWithReservation")], {}, Ends.TAKES),
    ("consent", [(9, "consent"), (1, "block")], {}, Ends.BLOCKED),
    ("consent", [(9, "abstain")], {}, Ends.NOTHING),
    ("majority", [(5, "inFavour"), (4, "oppose"), (9, "abstain")], {}, Ends.TAKES),
    ("majority", [(5, "inFavour"), (5, "oppose")], {}, Ends.LEAVES),
    ("majority", [(5, "inFavour"), (9, "abstain")], {"base": Base.CAST}, Ends.LEAVES),
    ("majority", [(8, "inFavour"), (6, "abstain")], {"base": Base.CAST}, Ends.TAKES),
    ("majority", [(9, "inFavour")], {"base": Base.ELIGIBLE, "eligible": 18}, Ends.LEAVES),
    ("majority", [(9, "inFavour")], {"base": Base.ELIGIBLE, "eligible": 17}, Ends.TAKES),
    ("supermajority", [(6, "inFavour"), (3, "oppose")], {}, Ends.TAKES),
    ("supermajority", [(5, "inFavour"), (3, "oppose")], {}, Ends.LEAVES),
    ("supermajority", [(3, "abstain")], {}, Ends.LEAVES),
    ("consensus", [(3, "consent"), (2, "abstain")], {}, Ends.TAKES),
    ("consensus", [(2, "consent"), (2, "abstain")], {}, Ends.NOTHING),
    ("consensus", [(9, "consent"), (1, "block")], {}, Ends.BLOCKED),
    ("gradients", [(2, "inFavour"), (2, "consentWithReservation"), (2, "abstain")], {}, Ends.TAKES),
    ("gradients", [(3, "consent"), (2, "oppose")], {}, Ends.LEAVES),
    ("gradients", [(9, "inFavour"), (1, "block")], {}, Ends.BLOCKED),
    ("senseCheck", [(9, "inFavour")], {}, Ends.NOTHING),
    ("adviceProcess", [(1, "oppose")], {}, Ends.TAKES),
    ("adviceProcess", [], {}, Ends.NOTHING),
)


@pytest.mark.parametrize(("name", "given_", "more", "ends"), ONE_TEXT)
def test_one_text_is_taken_or_left(
    name: str, given_: Sequence[tuple[int, str]], more: dict[str, Any], ends: Ends
) -> None:
    assert count(name, words(*given_), options="", **more).ends is ends


# What can be cast ---------------------------------------------------------------------------

BAD: tuple[tuple[str, Marks], ...] = (
    ("consent", {}), ("consent", {"oppose": 1}), ("consent", {"consent": 2}),
    ("majority", {"inFavour": 1, "oppose": 1}), ("options", {"x": 1}), ("options", {}),
    ("approvalVoting", {"a": 2}), ("approvalVoting", {"x": 1}), ("scoreVoting", {"a": 6}),
    ("scoreVoting", {"a": -1}), ("star", {"x": 1}), ("schulze", {"a": 1, "b": 1}),
    ("schulze", {"a": 2}), ("stv", {"a": 1, "b": 3}), ("dotVoting", {"a": 11}),
    ("dotVoting", {"a": -5, "b": 15}), ("quadraticVoting", {"a": 10, "b": 1}),
    ("quadraticVoting", {"a": -1}), ("knapsackBudget", {"a": 1, "b": 1}),
    ("knapsackBudget", {"x": 1}), ("equalShares", {"a": 3}),
)  # fmt: skip
GOOD: tuple[tuple[str, Marks], ...] = (
    ("consent", {"block": 1}), ("options", {"a": 1}), ("options", {"abstain": 1}),
    ("approvalVoting", {}), ("scoreVoting", {"a": 5, "b": 0}), ("schulze", {"a": 2, "b": 1}),
    ("schulze", {}), ("dotVoting", {"a": 7, "b": 3}), ("quadraticVoting", {"a": 8, "b": 6}),
    ("knapsackBudget", {"a": 1}), ("equalShares", {"a": 1, "b": 1}),
)  # fmt: skip


def test_a_ballot_that_says_nothing_clear_gets_a_sentence() -> None:
    for table, clear in ((BAD, False), (GOOD, True)):
        for name, marks in table:
            method = METHODS[name]
            made = Setup(options=("a", "b"), most=method.most, costs={"a": 6, "b": 5}, budget=10)
            assert (method.fault(marks, made) == "") is clear, (name, marks)


# What holds for any ballots -----------------------------------------------------------------

LETTERS = ("a", "b", "c", "d")
MONEY = {"costs": {"a": 4, "b": 3, "c": 5, "d": 2}, "budget": 8}


def any_ballots(seed: int, paper: Paper) -> list[Marks]:
    """Up to twelve ballots; of one number always the same."""
    dice = random.Random(seed)
    return [any_marks(dice, paper) for _ in range(dice.randint(0, 12))]


def any_marks(dice: random.Random, paper: Paper) -> Marks:
    if paper is Paper.PLACES:
        order = dice.sample(LETTERS, dice.randint(0, 4))
        return {key: place for place, key in enumerate(order, 1)}
    if paper is Paper.ONE:
        return {dice.choice((*LETTERS, "abstain")): 1}
    if paper is Paper.BASKET:
        return dict.fromkeys(dice.choice(("ab", "cd", "ad", "")), 1)
    most = 1 if paper is Paper.SOME else 2
    return {key: dice.randint(1, most) for key in LETTERS if dice.random() < 0.5}


def renamed(marks: Mapping[str, int], names: Mapping[str, str]) -> Marks:
    return {names.get(key, key): number for key, number in marks.items()}


SEEDS = some.integers(0, 10**9)


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, order=some.permutations(LETTERS), lot=some.permutations(LETTERS))
def test_no_voter_and_no_option_is_more_than_another(
    seed: int, order: list[str], lot: list[str]
) -> None:
    for name in AMONG:
        even_handed(name, any_ballots(seed, METHODS[name].paper), order, lot)


def even_handed(name: str, ballots: list[Marks], order: list[str], lot: list[str]) -> None:
    names = dict(zip(LETTERS, order, strict=True))
    more = {"seats": 2, **MONEY}
    other = {"seats": 2, "budget": 8, "costs": renamed(MONEY["costs"], names)}

    found = count(name, ballots, options=LETTERS, lot=tuple(lot), **more)
    mixed = count(name, reversed(ballots), options=LETTERS, lot=tuple(lot), **more)
    swapped = count(
        name, [renamed(marks, names) for marks in ballots], options=order,
        lot=tuple(names[key] for key in lot), **other,
    )  # fmt: skip

    assert mixed == found, name
    assert swapped.ends is found.ends, name
    assert set(swapped.chosen) == {names[key] for key in found.chosen}, name
    assert set(swapped.tied) == {names[key] for key in found.tied}, name


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS)
def test_who_is_first_for_more_than_half_wins(seed: int) -> None:
    ballots = any_ballots(seed, Paper.PLACES)
    most = [{"c": 1, "a": 2}] * (len(ballots) + 1)

    assert {chosen(name, [*ballots, *most], options=LETTERS) for name in PLACES} == {"c"}


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS)
def test_who_beats_each_other_alone_wins(seed: int) -> None:
    ballots = any_ballots(seed, Paper.PLACES)
    winner = beaten_by_none(ballots, Setup(options=LETTERS))

    for name in ("schulze", "rankedPairs") if winner else ():
        assert count(name, ballots, options=LETTERS).chosen == (winner,), name


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, costs=some.tuples(*[some.integers(1, 30)] * 4), budget=some.integers(1, 60))
def test_no_budget_is_overspent(seed: int, costs: tuple[int, ...], budget: int) -> None:
    ballots = any_ballots(seed, Paper.SOME)
    price = dict(zip(LETTERS, costs, strict=True))
    for name in ("equalShares", "knapsackBudget"):
        found = count(name, ballots, options=LETTERS, costs=price, budget=budget)
        assert sum(price[key] for key in found.chosen) <= budget, name
        assert all(found.totals[key] for key in found.chosen), name


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS, seats=some.integers(1, 4))
def test_all_seats_are_filled_and_no_vote_is_made(seed: int, seats: int) -> None:
    ballots = any_ballots(seed, Paper.PLACES)
    cast = sum(1 for marks in ballots if marks)
    for name in ("stv", "meekStv"):
        found = count(name, ballots, options=LETTERS, seats=seats)
        assert len(set(found.chosen)) == len(found.chosen) == (seats if cast else 0), name
        assert all(sum(one.totals.values()) <= cast + 1 for one in found.rounds), name


# Where options are equal --------------------------------------------------------------------


def test_a_change_needs_more_than_a_tie() -> None:
    made = Setup(options=("a", "b", "opt-0"), stay="opt-0", lot=("b", "a", "opt-0"))
    tie = METHODS["approvalVoting"].count([{"a": 1}, {"opt-0": 1}], made)
    changes = METHODS["approvalVoting"].count([{"a": 1}, {"b": 1}], made)

    assert (tie.ends, ladder.step(tie, made, ran_off=False)) == (Ends.TIED, Step.STAYS)
    assert (ladder.settle(tie, made).ends, ladder.settle(tie, made).chosen) == (
        Ends.LEAVES, ("opt-0",),
    )  # fmt: skip
    assert ladder.step(changes, made, ran_off=False) is Step.RUN_OFF
    assert ladder.step(changes, made, ran_off=True) is Step.LOT
    assert ladder.settle(changes, made).chosen == ("b",)
    clear = METHODS["approvalVoting"].count([{"a": 1}], made)
    assert ladder.step(clear, made, ran_off=False) is Step.NONE
    assert ladder.settle(clear, made) == clear


@settings(max_examples=60, deadline=None)
@given(seed=SEEDS)
def test_the_ladder_decides_any_tie(seed: int) -> None:
    for name in ONE_WINS:
        made = Setup(options=LETTERS, stay="d", most=METHODS[name].most)
        found = METHODS[name].count(any_ballots(seed, METHODS[name].paper), made)

        ends = ladder.settle(found, made)

        assert ends.ends is not Ends.TIED, name
        assert "d" not in found.tied or ends.chosen == ("d",), name


def test_nobody_steers_a_lot() -> None:
    words_ = ["a word of one", "a word of another"]
    promised = [lots.commitment(word) for word in words_]
    assert all(map(lots.kept, words_, promised))
    assert not lots.kept("another word", promised[0])

    seed = lots.seed(words_, "zDigest")
    assert seed == lots.seed(reversed(words_), "zDigest")
    assert len({seed, lots.seed(words_, "zOther"), lots.seed(words_[:1], "zDigest")}) == 3
    drawn = lots.order(LETTERS, seed)
    assert drawn == lots.order(LETTERS[::-1], seed)
    assert sorted(drawn) == sorted(LETTERS)


def test_a_jury_is_drawn_again_by_anybody_and_replaced_in_order() -> None:
    people = [f"https://alder.test/u/{n}" for n in range(40)]
    drawn = lots.jury(people, 5, "a published seed")

    assert drawn == lots.jury(people[::-1], 5, "a published seed")
    again = lots.jury(people, 5, "a published seed", out=drawn[:3])
    assert again[:2] == drawn[3:]
    assert again[2:] == lots.order(people, "a published seed")[5:8]
    first = [lots.jury(people, 1, f"seed {n}")[0] for n in range(2000)]
    assert all(20 < first.count(one) < 90 for one in people)  # 50 each on the whole


# Others beside them -------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(votes.COMPARISONS))
def test_others_count_the_same(name: str) -> None:
    assert votes.compare(name, 300) == 300


def test_every_method_is_compared() -> None:
    assert set(votes.COVERS) == set(METHODS)
    assert set(votes.COVERS.values()) <= set(votes.COMPARISONS)


@pytest.mark.parametrize("name", list(METHODS))
def test_a_method_that_counts_wrongly_is_seen(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(METHODS, name, votes.turned(METHODS[name]))

    with pytest.raises(AssertionError):
        votes.compare(votes.COVERS[name], 300)
