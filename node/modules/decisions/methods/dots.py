"""Dots: each has the same number and shares them out; the option with the most is taken.

Source: cumulative voting, as in S. Diceman, Dotmocracy (2010).
"""

from collections.abc import Sequence

from node.modules.decisions.methods import papers
from node.modules.decisions.methods.face import Counted, Marks, Method, Paper, Setup, best, whole
from node.modules.decisions.methods.score import sums
from web.language import mark

DOTS = 10


def count(ballots: Sequence[Marks], setup: Setup) -> Counted:
    """The option with the most dots."""
    return best(whole(sums(ballots, setup)), setup)


METHOD = Method(
    name="dotVoting",
    title=mark("By dots"),
    good_for=mark("To see at a glance what matters most to us among many ideas."),
    how=mark("Each of us shares out ten dots; the option with the most is taken."),
    source="S. Diceman, Dotmocracy Handbook (2010)",
    paper=Paper.DOTS,
    most=DOTS,
    count=count,
    fault=papers.dots,
)
