"""Scores: the option with the highest sum, or with the highest median.

Sources: W. D. Smith, Range Voting (2000); for medians M. Balinski and R. Laraki, Majority
Judgment (2010), chapter 1, with their rule for equal medians.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
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
    best,
    whole,
    won,
)
from web.language import mark

TOP = 5


def sums(ballots: Sequence[Marks], setup: Setup) -> dict[str, int]:
    """The sum of the scores of each option."""
    return {key: sum([marks.get(key, 0) for marks in ballots]) for key in setup.options}


def grades(ballots: Sequence[Marks], setup: Setup) -> dict[str, Counter[int]]:
    """How often each option has each score; who stands aside gave none, who left one out 0."""
    given = [marks for marks in ballots if marks]
    held = {key: Counter([marks.get(key, 0) for marks in given]) for key in setup.options}
    return held if given else {}


def median(given: Mapping[int, int]) -> int:
    """The middle score, the lower one of two.

    >>> median({5: 2, 1: 2})
    1
    """
    rest = (sum(given.values()) + 1) // 2
    for score in sorted(given):
        rest -= given[score]
        if rest <= 0:
            return score
    return 0


def value(given: Mapping[int, int]) -> tuple[int, ...]:
    """The middle scores one after the other, each taken out when read; larger is better.

    Source: the majority-value of Balinski and Laraki (2010), chapter 13.

    >>> value({4: 1, 3: 1, 1: 1})
    (3, 1, 4)
    """
    row = [score for score in sorted(given) for _ in range(given[score])]
    middle = (len(row) - 1) // 2
    low, high = row[:middle][::-1], row[middle + 1 :]
    read = row[middle : middle + 1] * len(row)
    read[1::2], read[2::2] = (low, high) if len(row) % 2 else (high, low)
    return tuple(read)


def count(ballots: Sequence[Marks], setup: Setup) -> Counted:
    """The option with the highest sum, so with the highest mean; medians stand beside."""
    found = best(whole(sums(ballots, setup)), setup)
    middle = {key: Fraction(median(given)) for key, given in grades(ballots, setup).items()}
    rounds = (Round(totals=middle),) if middle else ()
    return Counted(ends=found.ends, chosen=found.chosen, tied=found.tied, totals=found.totals,
                   rounds=rounds)  # fmt: skip


def by_median(ballots: Sequence[Marks], setup: Setup) -> Counted:
    """The option with the highest median; of equal ones the next middle score is read."""
    held = grades(ballots, setup)
    totals = {key: Fraction(median(given)) for key, given in held.items()}
    if not any(totals.values()) and not any(sums(ballots, setup).values()):
        return Counted(ends=Ends.NOTHING, totals=totals)
    middle = max(totals.values())
    values = {key: value(given) for key, given in held.items() if totals[key] == middle}
    top = max(values.values())
    leaders = [key for key in setup.options if values.get(key) == top]
    rounds = (Round(totals=whole(sums(ballots, setup))),)
    return won(leaders, setup, totals=totals, rounds=rounds)


METHOD = Method(
    name="scoreVoting",
    title=mark("By scores"),
    good_for=mark("To find what is best for all on the whole, if some feel strongly."),
    how=mark("Each option gets 0 to 5 from each of us; the highest sum is taken."),
    source="W. D. Smith, Range Voting (2000)",
    paper=Paper.SCORES,
    most=TOP,
    count=count,
    fault=papers.scores,
)
MEDIAN = Method(
    name="medianScore",
    title=mark("By the middle score"),
    good_for=mark("As scores, if nobody should gain from giving more or less than they mean."),
    how=mark("Each option gets 0 to 5 from each of us; the highest middle score is taken."),
    source="M. Balinski and R. Laraki, Majority Judgment (2010)",
    paper=Paper.SCORES,
    most=TOP,
    count=by_median,
    fault=papers.scores,
)
