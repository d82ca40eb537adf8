"""Gradients of agreement: five steps from wholly for it to against it, and a block.

Source: S. Kaner, Facilitator's Guide to Participatory Decision-Making (1996), chapter 19, in
six of its eight steps.
"""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from node.modules.decisions.methods import papers
from node.modules.decisions.methods.face import Counted, Ends, Marks, Method, Paper, Setup, whole
from node.modules.decisions.methods.majority import enough
from web.language import mark

POSITIONS = ("inFavour", "consent", "consentWithReservation", "abstain", "oppose", "block")
FOR_IT = POSITIONS[:3]


def fault(marks: Marks, setup: Setup) -> str:
    """What is wrong with a ballot."""
    return papers.one(marks, POSITIONS)


def count(ballots: Sequence[Marks], setup: Setup) -> Counted:
    """A block stops it; else the share of all who took part has to be for it in some degree."""
    given = Counter(key for marks in ballots for key in marks)
    totals = whole({key: given[key] for key in POSITIONS})
    agreed = sum(given[key] for key in FOR_IT)
    ends = Ends.TAKES if enough(agreed, len(ballots), setup.share) else Ends.LEAVES
    return Counted(ends=Ends.BLOCKED if given["block"] else ends, totals=totals)


METHOD = Method(
    name="gradients",
    title=mark("By degrees of agreement"),
    good_for=mark("To see how strong the support is, not only how wide."),
    how=mark("It passes if two thirds of all who take part are for it in some degree, and nobody "
             "blocks it with a reason."),
    source="S. Kaner, Facilitator's Guide to Participatory Decision-Making (1996)",
    paper=Paper.ONE,
    positions=POSITIONS,
    share=Fraction(2, 3),
    count=count,
    fault=fault,
)  # fmt: skip
