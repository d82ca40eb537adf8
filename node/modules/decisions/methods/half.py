"""One option each: the one that more than half choose; see docs/decisions/0020.

Source: Robert's Rules of Order (12th edition), 44:1, a majority of the votes cast.
"""

from collections import Counter
from collections.abc import Sequence

from node.modules.decisions.methods import papers
from node.modules.decisions.methods.face import (
    ABSTAIN,
    Counted,
    Ends,
    Marks,
    Method,
    Paper,
    Setup,
    whole,
)
from web.language import mark


def fault(marks: Marks, setup: Setup) -> str:
    """What is wrong with a ballot."""
    return papers.one(marks, (*setup.options, ABSTAIN))


def count(ballots: Sequence[Marks], setup: Setup) -> Counted:
    """The option of more than half of those who chose one; else it stays as it is, if it can."""
    given = Counter(key for marks in ballots for key in marks)
    totals = whole({key: given[key] for key in (*setup.options, ABSTAIN)})
    chose = sum(given[key] for key in setup.options)
    winner = next((key for key in setup.options if 2 * given[key] > chose), setup.stay)
    if not winner:
        return Counted(ends=Ends.NOTHING, totals=totals)
    ends = Ends.LEAVES if winner == setup.stay else Ends.TAKES
    return Counted(ends=ends, chosen=(winner,), totals=totals)


METHOD = Method(
    name="options",
    title=mark("Among options, by simple majority"),
    good_for=mark("For two or three options, if one is to have most of us behind it."),
    how=mark("More than half of those who choose one have to choose the same. Otherwise it stays "
             "as it is."),
    source="docs/decisions/0020",
    paper=Paper.ONE,
    count=count,
    fault=fault,
)  # fmt: skip
