"""A sense check: where people stand before anything is decided. It decides nothing.

Source: J. Gastil (1993), Democracy in Small Groups, on straw polls.
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

POSITIONS = ("inFavour", "consentWithReservation", "oppose", "abstain")


def fault(marks: Marks, setup: Setup) -> str:
    """What is wrong with a ballot."""
    return papers.one(marks, POSITIONS)


def count(ballots: Sequence[Marks], setup: Setup) -> Counted:
    """How many stand where."""
    given = Counter(key for marks in ballots for key in marks)
    totals = whole({key: given[key] for key in POSITIONS})
    said = Said(sentence=mark("This was a sense check. It shows where we stand."))
    return Counted(ends=Ends.NOTHING, totals=totals, words=(said,))


METHOD = Method(
    name="senseCheck",
    title=mark("A sense check"),
    good_for=mark("To see where we stand before we decide. It decides nothing."),
    how=mark("It shows how many are for it, unsure, or against it, and decides nothing."),
    source="J. Gastil, Democracy in Small Groups (1993): straw polls",
    paper=Paper.ONE,
    positions=POSITIONS,
    count=count,
    fault=fault,
    decides=False,
)
