"""What vouches choose for people."""

from typing import Final

from node.kernel.choices import Choice, Level
from web.language import mark

CHOICES: Final = (
    Choice(
        name="vouches.fades", level=Level.DECISION,
        title=mark("How long a vouch holds"), words=mark("Two years"),
        why=mark("Trust that nobody renews should not be inherited."),
        stands=("vouches.rules.HOLDS",),
    ),
    Choice(
        name="vouches.no_score", level=Level.CHARTER,
        title=mark("What vouches add up to"), words=mark("Nothing; they are a list of names"),
        why=mark("A number would become a rank, and could be traded."),
    ),
)  # fmt: skip
