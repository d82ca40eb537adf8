"""A budget by baskets: each fills one within the budget; what most put in is paid, as it fits.

Source: A. Goel, A. K. Krishnaswamy, S. Sakshuwong and T. Aitamurto, Knapsack Voting for
Participatory Budgeting, ACM Transactions on Economics and Computation 7 (2019).
"""

from collections import Counter
from collections.abc import Mapping, Sequence

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
from web.language import mark


def filled(
    votes: Mapping[str, int], setup: Setup, money: int, taken: Sequence[str] = ()
) -> tuple[list[str], bool]:
    """What is paid, from the most votes down, leaving out what no longer fits.

    Of equal ones the cheaper goes first, then the one drawn first.

    Returns:
        The options, and whether the lot decided which of two that did not fit together.
    """
    left, chosen, drawn = money, [], False
    open_ = [key for key in setup.options if votes[key] and key not in taken]
    ranked = sorted(setup.first(open_), key=lambda key: (-votes[key], setup.costs[key]))
    for place, key in enumerate(ranked):
        cost = setup.costs[key]
        if cost > left:
            continue
        left -= cost
        chosen.append(key)
        alike = [k for k in ranked[place + 1 :] if (votes[k], setup.costs[k]) == (votes[key], cost)]
        drawn = drawn or any(setup.costs[other] > left for other in alike)
    return chosen, drawn


def count(ballots: Sequence[Marks], setup: Setup) -> Counted:
    """Pay for what most put into their baskets."""
    given = Counter(key for marks in ballots for key in marks)
    votes = {key: given[key] for key in setup.options}
    chosen, drawn = filled(votes, setup, setup.budget)
    ends = Ends.TAKES if chosen else Ends.NOTHING
    rounds = (Round(totals=whole(votes), chosen=tuple(chosen), drawn=drawn),)
    return Counted(ends=ends, chosen=tuple(chosen), totals=whole(votes), rounds=rounds)


METHOD = Method(
    name="knapsackBudget",
    title=mark("A budget, by baskets"),
    good_for=mark("To spend a sum on several things, if most of us want much the same."),
    how=mark("Each fills a basket that the money is enough for. What most put in is paid first, "
             "and then whatever still fits."),
    source="A. Goel and others, ACM Transactions on Economics and Computation 7 (2019)",
    paper=Paper.BASKET,
    several=True,
    count=count,
    fault=papers.basket,
)  # fmt: skip
