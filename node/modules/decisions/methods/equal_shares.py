"""A budget by equal shares: each has the same part of the money, and pays for what they ticked.

Source: D. Peters, G. Pierczyński and P. Skowron, Proportional Participatory Budgeting with
Additive Utilities, NeurIPS 34 (2021), with cost as utility; what is left is filled by votes.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from node.modules.decisions.methods import papers
from node.modules.decisions.methods.face import (
    Counted,
    Ends,
    Marks,
    Method,
    Paper,
    Round,
    Setup,
    whole,
)
from node.modules.decisions.methods.knapsack import filled
from web.language import mark


@dataclass
class Group:
    """Voters who ticked the same: how many, and what each of them has left."""

    ticked: frozenset[str]
    people: int
    money: Fraction


def dearest(groups: Sequence[Group], cost: int) -> Fraction | None:
    """The most that one supporter pays if all pay alike, as far as they can; None: too poor.

    Args:
        groups: the supporters, the poorest first.
        cost: of the option.
    """
    missing, people = Fraction(cost), sum(group.people for group in groups)
    for group in groups:
        if group.money * people >= missing:
            return missing / people
        missing -= group.money * group.people
        people -= group.people
    return None


def count(ballots: Sequence[Marks], setup: Setup) -> Counted:
    """Buy, again and again, where the dearest share of a unit of cost is smallest."""
    ticks = Counter(frozenset(marks) for marks in ballots if marks)
    given: Counter[str] = Counter()
    for ticked, people in ticks.items():
        given.update(dict.fromkeys(ticked, people))
    votes = {key: given[key] for key in setup.options}
    if not ticks:
        return Counted(ends=Ends.NOTHING, totals=whole(votes))
    share = Fraction(setup.budget, sum(ticks.values()))
    groups = [Group(ticked=t, people=n, money=share) for t, n in ticks.items()]
    rounds: list[Round] = []
    chosen: list[str] = []
    while (step := _next(groups, votes, chosen, setup)) is not None:
        key, price, drawn = step
        for group in groups:
            if key in group.ticked:
                group.money -= min(group.money, price)
        chosen.append(key)
        rounds.append(Round(totals={key: price}, chosen=(key,), drawn=drawn))
    left = setup.budget - sum(setup.costs[key] for key in chosen)
    more, drawn = filled(votes, setup, left, chosen)
    if more:
        rounds.append(Round(totals=whole({k: votes[k] for k in more}), chosen=tuple(more),
                            drawn=drawn))  # fmt: skip
    ends = Ends.TAKES if chosen or more else Ends.NOTHING
    return Counted(ends=ends, chosen=(*chosen, *more), totals=whole(votes), rounds=tuple(rounds))


def _next(
    groups: list[Group], votes: Mapping[str, int], chosen: Sequence[str], setup: Setup
) -> tuple[str, Fraction, bool] | None:
    """What is bought next, what its dearest supporter pays, and whether the lot chose it."""
    groups.sort(key=lambda group: group.money)
    offers: dict[str, tuple[Fraction, int]] = {}
    prices: dict[str, Fraction] = {}
    for key in setup.options:
        if key in chosen or not votes[key]:
            continue
        price = dearest([group for group in groups if key in group.ticked], setup.costs[key])
        if price is not None:
            prices[key] = price
            offers[key] = (price / setup.costs[key], -votes[key])
    if not offers:
        return None
    low = min(offers.values())
    equal = setup.first([key for key in offers if offers[key] == low])
    return equal[0], prices[equal[0]], len(equal) > 1


METHOD = Method(
    name="equalShares",
    title=mark("A budget, by equal shares"),
    good_for=mark("To spend a sum on several things so that each part of us gets its share."),
    how=mark("Each has the same part of the money and ticks what they would pay for. What is "
             "cheapest for those who want it is bought, and they pay for it together."),
    source="D. Peters, G. Pierczyński and P. Skowron, NeurIPS 34 (2021)",
    paper=Paper.SOME,
    several=True,
    count=count,
    fault=papers.some,
)  # fmt: skip
