"""Consent: it goes ahead unless somebody has a reasoned objection.

Source: G. Endenburg, Sociocracy (1988); The Sociocratic Circle-Organization Method.
"""

from collections import Counter
from collections.abc import Sequence

from node.modules.decisions.methods import papers
from node.modules.decisions.methods.face import Counted, Ends, Marks, Method, Paper, Setup, whole
from web.language import mark

POSITIONS = ("consent", "consentWithReservation", "block", "abstain")


def fault(marks: Marks, setup: Setup) -> str:
    """What is wrong with a ballot."""
    return papers.one(marks, POSITIONS)


def count(ballots: Sequence[Marks], setup: Setup) -> Counted:
    """One objection stops it; where all stand aside, nobody has consented."""
    given = Counter(key for marks in ballots for key in marks)
    agreed = given["consent"] + given["consentWithReservation"]
    ends = Ends.TAKES if agreed else Ends.NOTHING
    ends = Ends.BLOCKED if given["block"] else ends
    return Counted(ends=ends, totals=whole({key: given[key] for key in POSITIONS}))


METHOD = Method(
    name="consent",
    title=mark("By consent"),
    good_for=mark("For most things among us: good enough for now, safe enough to try."),
    how=mark("It passes when nobody objects with a reason. One objection stops it."),
    source="G. Endenburg, Sociocracy (1988)",
    paper=Paper.ONE,
    positions=POSITIONS,
    count=count,
    fault=fault,
)
