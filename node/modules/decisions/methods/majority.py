"""Yes, no or neither: a share of a base that is named before.

Source: OpenSlides' "100 % base"; for simple majority, May (1952), A Set of Independent Necessary
and Sufficient Conditions for Simple Majority Decision.
"""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from node.modules.decisions.methods import papers
from node.modules.decisions.methods.face import (
    Base,
    Counted,
    Ends,
    Marks,
    Method,
    Paper,
    Setup,
    whole,
)
from web.language import mark

YES, NO, ABSTAIN = POSITIONS = ("inFavour", "oppose", "abstain")


def fault(marks: Marks, setup: Setup) -> str:
    """What is wrong with a ballot."""
    return papers.one(marks, POSITIONS)


def enough(yes: int, of: int, share: Fraction) -> bool:
    """Whether so many are the share of so many: of a half more, of any other as many.

    >>> enough(5, 10, Fraction(1, 2)), enough(6, 9, Fraction(2, 3))
    (False, True)
    """
    return yes > share * of if share == Fraction(1, 2) else of > 0 and yes >= share * of


def count(ballots: Sequence[Marks], setup: Setup) -> Counted:
    """Whether enough of the base said yes; a tie leaves things as they are."""
    given = Counter(key for marks in ballots for key in marks)
    yes, no = given[YES], given[NO]
    bases = {Base.DECIDED: yes + no, Base.CAST: len(ballots), Base.ELIGIBLE: setup.eligible}
    takes = enough(yes, bases[setup.base], setup.share)
    ends = Ends.TAKES if takes else Ends.LEAVES
    return Counted(ends=ends, totals=whole({key: given[key] for key in POSITIONS}))


METHOD = Method(
    name="majority",
    title=mark("Yes or no, by simple majority"),
    good_for=mark("For a plain question on which most of us may go ahead of the others."),
    how=mark("It passes with more in favour than against. A tie leaves things as they are."),
    source="K. O. May, Econometrica 20 (1952)",
    paper=Paper.ONE,
    positions=POSITIONS,
    count=count,
    fault=fault,
)
QUALIFIED = Method(
    name="supermajority",
    title=mark("Yes or no, by two thirds"),
    good_for=mark("For what should not turn round with every mood: rules, large sums."),
    how=mark("It passes if two thirds are in favour. Otherwise things stay as they are."),
    source="P. Caplin and B. Nalebuff, On 64%-Majority Rule, Econometrica 56 (1988)",
    paper=Paper.ONE,
    positions=POSITIONS,
    share=Fraction(2, 3),
    count=count,
    fault=fault,
)
