"""Quadratic: votes cost their square, so that saying it louder costs more each time.

Source: S. P. Lalley and E. G. Weyl, Quadratic Voting, AEA Papers and Proceedings 108 (2018).
"""

from collections.abc import Sequence

from node.modules.decisions.methods import papers
from node.modules.decisions.methods.face import Counted, Marks, Method, Paper, Setup, best, whole
from node.modules.decisions.methods.score import sums
from web.language import mark

CREDITS = 100


def count(ballots: Sequence[Marks], setup: Setup) -> Counted:
    """The option with the most votes; credits left over count for nothing."""
    return best(whole(sums(ballots, setup)), setup)


METHOD = Method(
    name="quadraticVoting",
    title=mark("By votes that cost their square"),
    good_for=mark("If a few care much and many care a little, and both should be heard."),
    how=mark("Each of us has 100 credits. One vote for an option costs 1, two cost 4, three cost "
             "9, and so on. The option with the most votes is taken."),
    source="S. P. Lalley and E. G. Weyl, AEA Papers and Proceedings 108 (2018)",
    paper=Paper.CREDITS,
    most=CREDITS,
    count=count,
    fault=papers.credits_,
)  # fmt: skip
