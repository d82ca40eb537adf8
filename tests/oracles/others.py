"""Our methods beside a second program each, where a small one that is looked after has the method.

Imported where they are used: they need not be installed (tests/oracles/packages.py). Where two
papers say different things of the same ballots, such elections are passed over, and say why.
"""

import itertools
from collections import Counter
from collections.abc import Callable, Mapping
from operator import lt
from typing import Any

from node.modules.decisions.methods.face import ABSTAIN, Counted, Marks, Setup
from node.modules.decisions.methods.pairs import beaten_by_none, pairwise
from tests.oracles.votes import MONEY, Comparison, Table, count, ours

# Scores: starvote --------------------------------------------------------------------------


def star(ballots: list[Marks], setup: Setup) -> bool:
    """Whoever starvote says, by the official rules for ties as well.

    Of three or more that are equal we take who wins most meetings, it who has most votes in them;
    and where all that fails it asks for the most fives, we for a lot.
    """
    import starvote

    found = count("star", ballots, setup)
    totals = sorted(found.totals.values(), reverse=True)
    if not totals[0] or found.rounds[0].drawn or totals.count(totals[min(1, len(totals) - 1)]) > 2:
        return False
    assert decided(starvote.star_voting, filled(ballots, setup), 5) <= ours(found)
    return True


def filled(ballots: list[Marks], setup: Setup) -> list[dict[str, int]]:
    """Ballots on which every option has a score."""
    return [{key: marks.get(key, 0) for key in setup.options} for marks in ballots]


def decided(method: Callable[..., Any], papers: list[Any], most: int, **more: int) -> set[str]:
    """Whom starvote chooses, or between whom it cannot."""
    import starvote

    try:
        return set(method(papers, maximum_score=most, tiebreaker=None, **more))
    except starvote.UnbreakableTieError as tie:
        return set(tie.candidates)


# Sums and budgets: pabutools ---------------------------------------------------------------


def highest(name: str) -> Comparison:
    """The highest sum: the most welfare that money for one project can buy."""

    def comparison(ballots: list[Marks], setup: Setup) -> bool:
        from pabutools.election import Additive_Cardinal_Sat, CardinalBallot, CardinalProfile
        from pabutools.rules import greedy_utilitarian_welfare

        found = count(name, ballots, setup)
        if not ours(found):
            return False
        projects, instance = offered(dict.fromkeys(setup.options, 1), 1)
        papers = [
            CardinalBallot({one: marks.get(one.name, 0) for one in projects}) for marks in ballots
        ]
        most = greedy_utilitarian_welfare(
            instance,
            CardinalProfile(papers, instance=instance),
            sat_class=Additive_Cardinal_Sat,
            resoluteness=False,
        )
        assert {one.name for bought in most for one in bought} == ours(found)
        return True

    return comparison


def offered(costs: Mapping[str, int], budget: int) -> tuple[list[Any], Any]:
    """Projects and an instance as pabutools reads them."""
    from pabutools.election import Instance, Project

    projects = [Project(key, cost) for key, cost in costs.items()]
    return projects, Instance(projects, budget_limit=budget)


def bought(ballots: list[Marks], setup: Setup, *, by_shares: bool) -> set[str]:
    """What pabutools buys: by equal shares if asked for, then by votes, of equal the cheaper."""
    from pabutools.election import ApprovalBallot, ApprovalProfile, Cost_Sat
    from pabutools.rules import greedy_utilitarian_welfare, method_of_equal_shares
    from pabutools.tiebreaking import app_score_tie_breaking, min_cost_tie_breaking

    named = {key for marks in ballots for key in marks}
    costs = {key: setup.costs[key] for key in setup.options if key in named}
    projects, instance = offered(costs, setup.budget)
    papers = [ApprovalBallot(p for p in projects if p.name in marks) for marks in ballots if marks]
    profile = ApprovalProfile(papers, instance=instance)
    first: Any = []
    if by_shares:
        first = method_of_equal_shares(
            instance, profile, sat_class=Cost_Sat, tie_breaking=app_score_tie_breaking
        )
    whole = greedy_utilitarian_welfare(
        instance, profile, sat_class=Cost_Sat, tie_breaking=min_cost_tie_breaking,
        initial_budget_allocation=first,
    )  # fmt: skip
    return {one.name for one in whole}


def budget(name: str) -> Comparison:
    def comparison(ballots: list[Marks], setup: Setup) -> bool:
        found = count(name, ballots, setup)
        if any(step.drawn for step in found.rounds) or not any(ballots):
            return False
        assert bought(ballots, setup, by_shares=name == "equalShares") == set(found.chosen)
        return True

    return comparison


# Orders: pyrankvote, py-vote-core, schulze-condorcet ---------------------------------------


def order(marks: Marks) -> list[str]:
    return sorted(marks, key=marks.__getitem__)


def core_papers(ballots: list[Marks]) -> list[dict[str, Any]]:
    """Orders as py-vote-core reads them."""
    held = Counter(tuple(order(marks)) for marks in ballots)
    return [{"ballot": list(names), "count": n} for names, n in held.items()]


def is_even(counted: Counted) -> bool:
    """Whether the count had to choose between equal ones, where each program has its own way."""
    lots = any(step.drawn for step in counted.rounds)
    return counted.drawn or bool(counted.tied) or lots


def runoff_by_core(ballots: list[Marks], setup: Setup) -> bool:
    from py3votecore.irv import IRV

    found = count("instantRunoff", ballots, setup)
    if is_even(found):
        return False
    assert {IRV(core_papers(ballots)).winner} == ours(found)
    return True


def runoff_by_rank(ballots: list[Marks], setup: Setup) -> bool:
    import pyrankvote

    found = count("instantRunoff", ballots, setup)
    if is_even(found):
        return False
    held = pyrankvote.instant_runoff_voting(*rank_papers(ballots, setup))
    assert {one.name for one in held.get_winners()} == ours(found)
    return True


def rank_papers(ballots: list[Marks], setup: Setup) -> tuple[list[Any], list[Any]]:
    """Candidates and orders as pyrankvote reads them."""
    from pyrankvote import Ballot, Candidate

    people = {key: Candidate(key) for key in setup.options}
    papers = [Ballot([people[key] for key in order(marks)]) for marks in ballots]
    return list(people.values()), papers


def half_by_core(ballots: list[Marks], setup: Setup) -> bool:
    """Whom the first round elects, of ballots that name one: its quota is more than half."""
    from py3votecore.irv import IRV

    papers = core_papers([marks for marks in ballots if ABSTAIN not in marks])
    if not papers:
        return False
    held = IRV(papers)
    first = held.rounds[0].get("winner") if held.rounds else held.winner
    assert count("options", ballots, setup).chosen == ((first,) if first else ())
    return True


def stv_by_core(ballots: list[Marks], setup: Setup) -> bool:
    from py3votecore.stv import STV

    found = count("stv", ballots, setup)
    if is_even(found):
        return False
    held = STV(core_papers(ballots), required_winners=setup.seats)
    tallies = [n for step in held.rounds for n in step.get("tallies", {}).values()]
    if any(0 < abs(n - held.quota) < 1e-6 for n in tallies):
        return False  # it counts in floats: three thirds and five were 5.999999999999999 of 6
    assert set(found.chosen) == held.winners
    return True


COPIES = 20
NEAR = 0.2
"""In votes of the copied election, so a hundredth of one voter's."""


def stv_by_rank(ballots: list[Marks], setup: Setup) -> bool:
    """Where the rules are the same: pyrankvote's quota is not rounded, its papers not weighted.

    Each ballot is cast twenty times over, so that a whole vote is next to nothing. Passed over is
    what lies closer than that, and where papers that are worth less pass on a second time.
    """
    import pyrankvote

    found = count("stv", ballots * COPIES, setup)
    if is_even(found) or is_close(found, len(ballots) * COPIES / (setup.seats + 1)):
        return False
    held = pyrankvote.single_transferable_vote(*rank_papers(ballots, setup), setup.seats)
    assert {one.name for one in held.get_winners()} == set(found.chosen)
    return True


def is_close(found: Counted, needed: float) -> bool:
    """Whether a vote more or less, or another worth of a paper, might choose others."""
    lighter: set[str] = set()
    for step, after in itertools.pairwise(found.rounds):
        values = sorted(float(n) for n in step.totals.values())
        gaps = [b - a for a, b in itertools.pairwise(values)]
        if min([*gaps, *(abs(n - needed) for n in values)]) < COPIES * NEAR:
            return True
        if lighter & {*step.chosen, *step.out}:
            return True
        if step.chosen:
            lighter |= {key for key, n in after.totals.items() if n > step.totals[key]}
    return False


def schulze_by_cde(ballots: list[Marks], setup: Setup) -> bool:
    """Equal ones as well."""
    assert cde_schulze(ballots, setup) == ours(count("schulze", ballots, setup))
    return True


def cde_schulze(ballots: list[Marks], setup: Setup) -> set[str]:
    """Whom schulze-condorcet puts first."""
    from schulze_condorcet import schulze_evaluate

    said = schulze_evaluate([written(marks, setup) for marks in ballots], setup.options)
    return set(said.partition(">")[0].split("="))


def written(marks: Marks, setup: Setup) -> str:
    """A ballot as schulze-condorcet reads it: a>b>c=d."""
    rest = "=".join(key for key in setup.options if key not in marks)
    return ">".join([*order(marks), *([rest] if rest else [])])


def schulze_by_core(ballots: list[Marks], setup: Setup) -> bool:
    """Among those that it names: it does not ask how many are against a victory.

    Passed over is an option that alone loses to nobody, but does not win against all: it is taken
    for a Condorcet winner there.
    """
    rows = pairwise(ballots, setup)
    columns = list(zip(*rows, strict=True))
    losses = [sum(map(lt, row, column)) for row, column in zip(rows, columns, strict=True)]
    if losses.count(0) == 1 and not beaten_by_none(ballots, setup):
        return False
    theirs = core_schulze(ballots, setup)
    assert ours(count("schulze", ballots, setup)) <= theirs
    return len(theirs) == 1


def core_schulze(ballots: list[Marks], setup: Setup) -> set[str]:
    """Whom py-vote-core chooses, or between whom it draws lots."""
    from py3votecore.schulze_method import SchulzeMethod

    held = SchulzeMethod(core_places(ballots, setup), ballot_notation=1)
    return set(getattr(held, "tied_winners", {held.winner}))


def core_places(ballots: list[Marks], setup: Setup) -> list[dict[str, Any]]:
    last = len(setup.options) + 1
    return [{"ballot": {k: marks.get(k, last) for k in setup.options}} for marks in ballots]


def pairs_by_core(ballots: list[Marks], setup: Setup) -> bool:
    """On whole orders only, where a victory by most votes is one by the largest margin, too."""
    from py3votecore.ranked_pairs import RankedPairs

    found = count("rankedPairs", ballots, setup)
    matrix = pairwise(ballots, setup)
    size = range(len(matrix))
    if is_even(found) or any(matrix[a][b] == matrix[b][a] for a in size for b in size if a != b):
        return False
    assert {RankedPairs(core_places(ballots, setup), ballot_notation=1).winner} == ours(found)
    return True


OTHERS: Table = {
    "approvalVoting: pabutools": (highest("approvalVoting"), "some", {}),
    "scoreVoting: pabutools": (highest("scoreVoting"), "scores", {"most": 5}),
    "dotVoting: pabutools": (highest("dotVoting"), "dots", {}),
    "quadraticVoting: pabutools": (highest("quadraticVoting"), "dots", {}),
    "equalShares: pabutools": (budget("equalShares"), "some", {**MONEY, "voters": 12}),
    "knapsackBudget: pabutools": (budget("knapsackBudget"), "some", MONEY),
    "star: starvote": (star, "scores", {"most": 5}),
    "options: py-vote-core": (half_by_core, "one", {}),
    "instantRunoff: pyrankvote": (runoff_by_rank, "places", {}),
    "instantRunoff: py-vote-core": (runoff_by_core, "places", {}),
    "stv: pyrankvote": (stv_by_rank, "places", {}),
    "stv: py-vote-core": (stv_by_core, "places", {}),
    "schulze: schulze-condorcet": (schulze_by_cde, "places", {}),
    "schulze: py-vote-core": (schulze_by_core, "places", {}),
    "rankedPairs: py-vote-core": (pairs_by_core, "full", {}),
}
"""A comparison each of a method, by its name and the program's."""
WITHOUT = frozenset({"medianScore", "meekStv"})
"""Methods among options that no second program of this kind has."""


def method(name: str) -> str:
    """The method that a comparison is of."""
    return name.partition(":")[0]
