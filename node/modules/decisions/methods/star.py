"""STAR: the two options with the highest sums meet; the one that more voters scored higher wins.

Source: M. Frohnmayer (2014); Equal Vote Coalition, STAR Voting, with its official rules for ties:
in the scoring the one that more prefer, in the meeting the one with the higher sum.
"""

from collections.abc import Sequence

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
    won,
)
from node.modules.decisions.methods.score import TOP, sums
from web.language import mark


def prefer(ballots: Sequence[Marks], one: str, other: str) -> tuple[int, int]:
    """How many scored the one higher than the other, and the other way."""
    more = less = 0
    for marks in ballots:
        a, b = marks.get(one, 0), marks.get(other, 0)
        more += a > b
        less += b > a
    return more, less


def finalists(
    ballots: Sequence[Marks], totals: dict[str, int], setup: Setup
) -> tuple[list[str], bool]:
    """The two that meet, and whether the ladder had to say which."""
    picked: list[str] = []
    drawn = False
    for _ in range(min(2, len(totals))):
        left = [key for key in setup.options if key not in picked]
        top = max(totals[key] for key in left)
        equal = [key for key in left if totals[key] == top]
        if len(picked) + len(equal) > 2:
            equal, lot = _preferred(ballots, equal)
            drawn = drawn or (lot and len(picked) + len(equal) > 2)
        picked.append(setup.first(equal)[0])
    return picked, drawn


def _preferred(ballots: Sequence[Marks], equal: list[str]) -> tuple[list[str], bool]:
    """Of equal ones those that win most meetings among themselves, and whether several do."""
    wins = dict.fromkeys(equal, 0)
    for one in equal:
        for other in equal:
            if one != other:
                more, less = prefer(ballots, one, other)
                wins[one] += more > less
    top = max(wins.values())
    found = [key for key in equal if wins[key] == top]
    return found, len(found) > 1


def count(ballots: Sequence[Marks], setup: Setup) -> Counted:
    """Score, then the automatic run-off of the two highest."""
    totals = sums(ballots, setup)
    if not any(totals.values()):
        return Counted(ends=Ends.NOTHING, totals=whole(totals))
    picked, drawn = finalists(ballots, totals, setup)
    one, other = picked[0], picked[-1]
    more, less = prefer(ballots, one, other)
    first = Round(totals=whole(totals), drawn=drawn,
                  out=tuple(key for key in setup.options if key not in picked))  # fmt: skip
    last = Round(totals=whole({one: more, other: less} if one != other else {one: more}))
    leaders = [one, other]
    if more != less or one == other:
        leaders = [one if more >= less else other]
    elif totals[one] != totals[other]:
        leaders = [one if totals[one] > totals[other] else other]
    return won(leaders, setup, totals=whole(totals), rounds=(first, last))


METHOD = Method(
    name="star",
    title=mark("By scores, then a run-off"),
    good_for=mark("As scores, but so that the one that more of us prefer wins in the end."),
    how=mark("Each option gets 0 to 5. The two with the highest sums meet, and the one wins that "
             "more of us scored higher than the other."),
    source="Equal Vote Coalition, STAR Voting (2014)",
    paper=Paper.SCORES,
    most=TOP,
    count=count,
    fault=papers.scores,
)  # fmt: skip
