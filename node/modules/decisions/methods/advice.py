"""The advice process: who will do it asks those whom it touches, hears them, and then decides.

Source: D. Bakke, Joy at Work (2005); F. Laloux, Reinventing Organizations (2014), chapter 2.3.
"""

from collections import Counter
from collections.abc import Sequence

from node.modules.decisions.methods import papers
from node.modules.decisions.methods.face import (
    Counted,
    Ends,
    Marks,
    Method,
    Paper,
    Said,
    Setup,
    whole,
)
from web.language import mark

POSITIONS = ("inFavour", "consentWithReservation", "oppose")


def fault(marks: Marks, setup: Setup) -> str:
    """What is wrong with a piece of advice."""
    return papers.one(marks, POSITIONS)


def count(ballots: Sequence[Marks], setup: Setup) -> Counted:
    """Advice was heard, or nobody gave any; what it says binds nobody."""
    given = Counter(key for marks in ballots for key in marks)
    said = Said(
        sentence=mark("%(heard)d gave advice. Who asked decides, and says what came of it."),
        values={"heard": len(ballots)},
    )
    ends = Ends.TAKES if ballots else Ends.NOTHING
    return Counted(ends=ends, totals=whole({key: given[key] for key in POSITIONS}), words=(said,))


METHOD = Method(
    name="adviceProcess",
    title=mark("After advice"),
    good_for=mark("For what one of us will do and answer for, once the others were asked."),
    how=mark("All may advise. When enough have, who asked is free to go ahead, or not to."),
    source="F. Laloux, Reinventing Organizations (2014)",
    paper=Paper.ONE,
    positions=POSITIONS,
    count=count,
    fault=fault,
)
