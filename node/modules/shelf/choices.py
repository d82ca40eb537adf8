"""What the shelf chooses for people: how long a loan is, and how much time there is to answer."""

from typing import Final

from node.kernel.choices import Choice, Level
from web.language import mark

CHOICES: Final = (
    Choice(
        name="shelf.days", level=Level.DECISION,
        title=mark("How long something is lent"),
        words=mark("Fourteen days unless its owner says otherwise, ninety at most; a year ahead"),
        why=mark("What is away for longer is given rather than lent."),
        stands=("shelf.rules.USUAL_DAYS", "shelf.rules.MOST_DAYS", "shelf.rules.AHEAD"),
    ),
    Choice(
        name="shelf.turns", level=Level.DECISION,
        title=mark("Loans of one thing that one person asks for ahead"), words=mark("Three"),
        why=mark("So that the others come to it, too."),
        stands=("shelf.rules.MOST_OPEN",),
    ),
    Choice(
        name="shelf.quiet", level=Level.DECISION,
        title=mark("What was brought back and nobody spoke of"),
        words=mark("Counts as back after seven days; something can be said for thirty"),
        why=mark("Nobody should stay answerable because somebody forgot."),
        stands=("shelf.rules.QUIET", "shelf.rules.AFTER", "shelf.rules.ANSWER"),
    ),
)  # fmt: skip
