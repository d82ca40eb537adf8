"""Our methods beside votelib's, which nobody here wrote, and beside slow ones of our own.

A second program that nobody here wrote stands beside those that have one: tests/oracles/others.py.

`make test` compares 300 random elections each, `make soak` thousands. An election in which
something was equal is passed over where the other program draws its lots differently, and another
is held in its place. Every method is among them (`COVERS`).
"""

import itertools
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from votelib import convert
from votelib.evaluate import cardinal, condorcet, core, sequential

from node.modules.decisions.methods import METHODS
from node.modules.decisions.methods.face import ABSTAIN, Counted, Ends, Marks, Method, Setup
from node.modules.decisions.methods.pairs import pairwise
from tests.oracles import plain

Election = tuple[list[Marks], Setup]


def elections(
    times: int, paper: str, seed: str, voters: int = 50, **more: Any
) -> Iterator[Election]:
    """Random elections of 1 to `voters` voters and 2 to 7 options."""
    dice = random.Random(f"{seed} {paper}")
    for _ in range(times):
        keys = tuple("abcdefg"[: dice.randint(2, 7)])
        made = Setup(options=keys, lot=tuple(dice.sample(keys, len(keys))),
                     seats=dice.randint(1, max(1, len(keys) - 2)), **more)  # fmt: skip
        yield [ballot(dice, paper, keys) for _ in range(dice.randint(1, voters))], made


def ballot(dice: random.Random, paper: str, keys: tuple[str, ...]) -> Marks:
    if paper == "places":
        named = dice.sample(keys, dice.randint(1, len(keys)))
        return {key: place for place, key in enumerate(named, 1)}
    if paper == "full":
        return {key: place for place, key in enumerate(dice.sample(keys, len(keys)), 1)}
    if paper == "scores":
        return {key: dice.randint(0, 5) for key in keys}
    if paper == "one":
        return {dice.choice((*keys[:3], keys[0], ABSTAIN)): 1}
    if paper == "dots":
        return dict(Counter(dice.choice(keys) for _ in range(dice.randint(0, 10))))
    if paper in METHODS:
        return {stand(dice, METHODS[paper].positions): 1}
    return {key: 1 for key in keys if dice.random() < 0.5}


def stand(dice: random.Random, positions: tuple[str, ...]) -> str:
    """Where somebody stands; few block, else hardly anything would ever be taken."""
    chosen = dice.choice(positions)
    return chosen if chosen != "block" or dice.random() < 0.05 else positions[0]


def count(name: str, ballots: list[Marks], setup: Setup) -> Counted:
    return METHODS[name].count(ballots, setup)


def ranked(ballots: list[Marks]) -> dict[tuple[Any, ...], int]:
    """Ballots as votelib reads orders."""
    return dict(Counter(tuple(sorted(marks, key=marks.__getitem__)) for marks in ballots))


def scored(ballots: list[Marks]) -> dict[Any, int]:
    return dict(Counter(frozenset(marks.items()) for marks in ballots))


def pairs(ballots: list[Marks], setup: Setup) -> dict[tuple[str, str], int]:
    matrix = pairwise(ballots, setup)
    both = itertools.permutations(range(len(setup.options)), 2)
    return {(setup.options[a], setup.options[b]): matrix[a][b] for a, b in both}


def names(found: Any) -> set[str]:
    """Whom votelib names, or between whom it cannot decide."""
    got: set[str] = set()
    for one in found:
        got |= set(one) if isinstance(one, core.Tie) else {one}
    return got


def ours(counted: Counted) -> set[str]:
    return set(counted.chosen or counted.tied)


# One comparison each: True if it was made, False if it was passed over. ---------------------


def approval(ballots: list[Marks], setup: Setup) -> bool:
    votes = dict(Counter(frozenset(marks) for marks in ballots if marks))
    if not votes:
        return False
    theirs = core.Plurality().evaluate(convert.ApprovalToSimpleVotes().convert(votes), 1)
    assert ours(count("approvalVoting", ballots, setup)) == names(theirs)
    return True


def score(ballots: list[Marks], setup: Setup) -> bool:
    theirs = cardinal.ScoreVoting("sum", unscored_value=0).evaluate(scored(ballots), 1)
    found = count("scoreVoting", ballots, setup)
    assert not found.totals or ours(found) in (names(theirs), set())
    return bool(ours(found))


def median(ballots: list[Marks], setup: Setup) -> bool:
    """Beside votelib, and where medians are equal beside the rule read word for word.

    votelib takes out several middle scores at once, and then not always the right ones.
    """
    found = count("medianScore", ballots, setup)
    assert ours(found) in (slow_median(ballots, setup), set())
    middle = sorted(found.totals.values(), reverse=True)
    if not ours(found) or middle[0] == middle[1]:
        return False
    theirs = cardinal.MajorityJudgment(unscored_value=0).evaluate(scored(ballots), 1)
    assert ours(found) == names(theirs)
    return True


def slow_median(ballots: list[Marks], setup: Setup) -> set[str]:
    rows = {key: sorted(marks[key] for marks in ballots) for key in setup.options}
    left = set(rows)
    for turn in range(len(ballots)):
        middle = {key: rows[key][(len(ballots) - turn - 1) // 2] for key in left}
        left = {key for key in left if middle[key] == max(middle.values())}
        for key in left:
            rows[key].remove(middle[key])
    return left


def star(ballots: list[Marks], setup: Setup) -> bool:
    found = count("star", ballots, setup)
    ranks = sorted(found.totals.values(), reverse=True)
    if not ranks[0] or (len(ranks) > 2 and ranks[1] == ranks[2]) or len(ours(found)) != 1:
        return False
    if len(set(found.rounds[-1].totals.values())) == 1:
        return False  # equal in the run-off: we ask the sums, votelib does not
    theirs = cardinal.STAR(unscored_value=0).evaluate(scored(ballots), 1)
    assert ours(found) == names(theirs)
    return True


def runoff(ballots: list[Marks], setup: Setup) -> bool:
    found = count("instantRunoff", ballots, setup)
    if found.drawn or found.tied or any(len(one.out) > 1 for one in found.rounds):
        return False
    whole = sequential.TransferableVoteSelector(quota_function=None)
    try:
        theirs = whole.evaluate(ranked(ballots), 1)
    except NotImplementedError:
        return False  # equal figures after one has more than half
    assert ours(found) == names(theirs)
    return True


def stv(ballots: list[Marks], setup: Setup) -> bool:
    found = count("stv", ballots, setup)
    if found.drawn:
        return False
    whole = sequential.TransferableVoteSelector(transferer="Gregory", quota_function="droop")
    try:
        theirs = whole.evaluate(ranked(ballots), setup.seats)
    except (NotImplementedError, core.VotingSystemError):
        return False  # it refuses equal figures, at nought as well
    if len(theirs) < setup.seats or any(isinstance(one, core.Tie) for one in theirs):
        return False
    assert set(found.chosen) == names(theirs)
    return True


def schulze(ballots: list[Marks], setup: Setup) -> bool:
    """Where votelib reads the paper as it is written: it does not ask who is against a victory.

    Nor does it name all whose paths are equal, but those of them who win against most.
    """
    found = count("schulze", ballots, setup)
    matrix = pairs(ballots, setup)
    against: dict[int, set[int]] = {}
    for (a, b), n in matrix.items():
        if n > matrix[b, a]:
            against.setdefault(n, set()).add(matrix[b, a])
    if len(ours(found)) != 1 or any(len(several) > 1 for several in against.values()):
        return False
    assert ours(found) == votelib_schulze(ballots, setup)
    return True


def votelib_schulze(ballots: list[Marks], setup: Setup) -> set[str]:
    return names(condorcet.Schulze().evaluate(pairs(ballots, setup), 1))


def ranked_pairs(ballots: list[Marks], setup: Setup) -> bool:
    found = count("rankedPairs", ballots, setup)
    matrix = pairs(ballots, setup)
    equal = any(matrix[a, b] == matrix[b, a] for a, b in matrix)
    if found.drawn or found.tied or equal:
        return False
    theirs = condorcet.RankedPairs("margins").evaluate(matrix, 1)
    assert ours(found) == names(theirs)
    return True


def condorcet_winner(ballots: list[Marks], setup: Setup) -> bool:
    winner = condorcet.CondorcetWinner().evaluate(pairs(ballots, setup))
    if not winner:
        return False
    for name in ("schulze", "rankedPairs"):
        assert ours(count(name, ballots, setup)) == set(winner), name
    return True


def meek(ballots: list[Marks], setup: Setup) -> bool:
    """Beside Meek's equations, solved anew with fractions and no billionths."""
    found = count("meekStv", ballots, setup)
    if found.drawn:
        return False
    theirs = slow_meek(ballots, setup)
    if theirs is None:
        return False
    assert set(found.chosen) == theirs
    return True


def slow_meek(ballots: list[Marks], setup: Setup) -> set[str] | None:
    """Whom Meek's rule elects, by floating point and a thousand turns; None: too close to tell."""
    papers = [sorted(marks, key=marks.__getitem__) for marks in ballots if marks]
    hopeful, elected, keep = set(setup.options), [], dict.fromkeys(setup.options, 1.0)
    while len(elected) < setup.seats < len(elected) + len(hopeful):
        for _ in range(3000):
            votes, lost = dict.fromkeys(keep, 0.0), 0.0
            for paper in papers:
                left = 1.0
                for key in paper:
                    votes[key] += left * keep[key]
                    left *= 1 - keep[key]
                lost += left
            needed = (len(papers) - lost) / (setup.seats + 1)
            over = [votes[key] - needed for key in elected]
            if max(over, default=0.0) < 1e-9:
                break
            for key in elected:
                keep[key] *= needed / votes[key]
        if any(abs(votes[key] - needed) < 1e-5 for key in hopeful):
            return None
        through = [key for key in hopeful if votes[key] > needed]
        if through:
            elected += through
            hopeful -= set(through)
            continue
        low = min(votes[key] for key in hopeful)
        least = [key for key in hopeful if votes[key] < low + 1e-5]
        if len(least) > 1 and low > 1e-9:
            return None
        hopeful.discard(least[-1])
        keep[least[-1]] = 0.0
    rest = sorted(hopeful, key=lambda key: -votes[key])[: setup.seats - len(elected)]
    return {*elected, *rest} if len(elected) <= setup.seats else None


def equal_shares(ballots: list[Marks], setup: Setup) -> bool:
    """Beside the rule read word for word: one purse a voter, every price looked for."""
    found = count("equalShares", ballots, setup)
    if found.drawn:
        return False
    assert list(found.chosen) == slow_shares(ballots, setup)
    return True


def slow_shares(ballots: list[Marks], setup: Setup) -> list[str]:
    voters = [marks for marks in ballots if marks]
    purses = [Fraction(setup.budget, len(voters)) for _ in voters]
    bought: list[str] = []
    while True:
        offers = []
        for key in setup.options:
            has = [n for n, marks in enumerate(voters) if key in marks]
            if key in bought or sum(purses[n] for n in has) < setup.costs[key] or not has:
                continue
            # the price is the purse of somebody, or what the richer share when those below pay all
            able = [
                (setup.costs[key] - sum(purses[n] for n in has if purses[n] < limit))
                / Fraction(sum(purses[n] >= limit for n in has))
                for limit in {purses[n] for n in has}
            ]
            price = min(p for p in able
                        if sum(min(purses[n], p) for n in has) >= setup.costs[key])  # fmt: skip
            offers.append((price / setup.costs[key], -len(has), key, price, has))
        if not offers:
            break
        _, _, key, price, has = min(offers, key=lambda offer: offer[:2])
        bought.append(key)
        for n in has:
            purses[n] -= min(purses[n], price)
    left = setup.budget - sum(setup.costs[key] for key in bought)
    votes = Counter(key for marks in voters for key in marks)
    for key in sorted(setup.options, key=lambda key: (-votes[key], setup.costs[key])):
        if key not in bought and votes[key] and setup.costs[key] <= left:
            bought.append(key)
            left -= setup.costs[key]
    return bought


def knapsack(ballots: list[Marks], setup: Setup) -> bool:
    """Beside a plain reading of the list, most votes first."""
    found = count("knapsackBudget", ballots, setup)
    if found.drawn:
        return False
    votes = Counter(key for marks in ballots for key in marks)
    left, paid = setup.budget, []
    for key in sorted(votes, key=lambda key: (-votes[key], setup.costs[key])):
        if setup.costs[key] <= left:
            paid.append(key)
            left -= setup.costs[key]
    assert set(found.chosen) == set(paid)
    return True


Comparison = Callable[[list[Marks], Setup], bool]
COSTS = dict(zip("abcdefg", (30, 45, 20, 60, 15, 80, 50), strict=True))
MONEY = {"costs": COSTS, "budget": 120}
Table = dict[str, tuple[Comparison, str, dict[str, Any]]]
COMPARISONS: Table = {
    "approval": (approval, "some", {}),
    "score": (score, "scores", {"most": 5}),
    "median": (median, "scores", {"most": 5}),
    "star": (star, "scores", {"most": 5}),
    "runoff": (runoff, "places", {}),
    "stv": (stv, "places", {}),
    "schulze": (schulze, "places", {}),
    "ranked pairs": (ranked_pairs, "places", {}),
    "condorcet winner": (condorcet_winner, "full", {}),
    "meek": (meek, "places", {}),
    "equal shares": (equal_shares, "some", {**MONEY, "voters": 12}),
    "knapsack": (knapsack, "some", MONEY),
    "majority": (plain.majority, "majority", {}),
    "majority of all cast": (plain.of_all_cast, "majority", {}),
    "supermajority": (plain.supermajority, "supermajority", {}),
    "more than half": (plain.half, "one", {}),
    "dots": (plain.sums("dotVoting"), "dots", {}),
    "squares": (plain.sums("quadraticVoting"), "dots", {}),
    **{name: (plain.read_anew(name), name, {}) for name in plain.READ_ANEW},
}
"""What is compared, on which ballots, with what fixed before."""
COVERS: dict[str, str] = {
    "approvalVoting": "approval", "scoreVoting": "score", "medianScore": "median", "star": "star",
    "instantRunoff": "runoff", "stv": "stv", "meekStv": "meek", "schulze": "schulze",
    "rankedPairs": "ranked pairs", "equalShares": "equal shares", "knapsackBudget": "knapsack",
    "majority": "majority", "supermajority": "supermajority", "options": "more than half",
    "dotVoting": "dots", "quadraticVoting": "squares", **{name: name for name in plain.READ_ANEW},
}  # fmt: skip
"""Which comparison each method has."""
PATIENCE = 8
"""So many times as many elections are held at most, until enough were compared."""


def turned(right: Method) -> Method:
    """A method that counts wrongly: the next option in place of each that is taken.

    One without options takes what is to be left, and leaves what is to be taken.
    """

    def wrong(ballots: Sequence[Marks], setup: Setup) -> Counted:
        found = right.count(ballots, setup)
        onward = dict(zip(setup.options, (*setup.options[1:], *setup.options[:1]), strict=True))
        other = Ends.TAKES if found.ends is not Ends.TAKES else Ends.NOTHING
        return replace(found, ends=other if right.positions else found.ends,
                       chosen=tuple(onward.get(key, key) for key in found.chosen))  # fmt: skip

    return replace(right, count=wrong)


def compare(name: str, times: int, seed: str = "", among: Table = COMPARISONS) -> int:
    """Compare one method on so many random elections, those that are passed over left out.

    Returns:
        How many were compared: fewer only if nearly all are passed over.
    """
    comparison, paper, more = among[name]
    held = elections(PATIENCE * times, paper, seed, **more)
    return sum(1 for _ in itertools.islice((1 for one in held if comparison(*one)), times))
