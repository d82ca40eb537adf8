"""Consensus: most agree, some may stand aside, and anybody may block with a reason.

Source: C. T. Lawrence Butler and A. Rothstein, On Conflict and Consensus (1987).
"""

from collections import Counter
from collections.abc import Sequence

from node.modules.decisions.methods import papers
from node.modules.decisions.methods.face import Counted, Ends, Marks, Method, Paper, Setup, whole
from web.language import mark

POSITIONS = ("consent", "abstain", "block")


def fault(marks: Marks, setup: Setup) -> str:
    """What is wrong with a ballot."""
    return papers.one(marks, POSITIONS)


def count(ballots: Sequence[Marks], setup: Setup) -> Counted:
    """A block stops it; where as many stand aside as agree, nothing is decided."""
    given = Counter(key for marks in ballots for key in marks)
    ends = Ends.TAKES if given["consent"] > given["abstain"] else Ends.NOTHING
    ends = Ends.BLOCKED if given["block"] else ends
    return Counted(ends=ends, totals=whole({key: given[key] for key in POSITIONS}))


METHOD = Method(
    name="consensus",
    title=mark("By consensus"),
    good_for=mark("For what all of us have to carry, and which would fail without any of us."),
    how=mark("It passes when more agree than stand aside and nobody blocks it with a reason."),
    source="C. T. Lawrence Butler and A. Rothstein, On Conflict and Consensus (1987)",
    paper=Paper.ONE,
    positions=POSITIONS,
    count=count,
    fault=fault,
)
