"""Approval: tick all that you could live with; the option with the most ticks is taken.

Source: S. J. Brams and P. C. Fishburn, Approval Voting, APSR 72 (1978).
"""

from collections import Counter
from collections.abc import Sequence

from node.modules.decisions.methods import papers
from node.modules.decisions.methods.face import Counted, Marks, Method, Paper, Setup, best, whole
from web.language import mark


def count(ballots: Sequence[Marks], setup: Setup) -> Counted:
    """The option that most approve of."""
    given = Counter(key for marks in ballots for key in marks)
    return best(whole({key: given[key] for key in setup.options}), setup)


METHOD = Method(
    name="approvalVoting",
    title=mark("All that I could live with"),
    good_for=mark("For many options that are much alike: a day, a place, a name."),
    how=mark("The option that most of us could live with is taken."),
    source="S. J. Brams and P. C. Fishburn, American Political Science Review 72 (1978)",
    paper=Paper.SOME,
    count=count,
    fault=papers.some,
)
