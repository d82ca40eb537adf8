"""What challenges choose for people."""

from typing import Final

from node.kernel.choices import Choice, Level
from web.language import mark

CHOICES: Final = (
    Choice(
        name="challenges.backers", level=Level.CHARTER,
        title=mark("Bringing back a decision that cools off"),
        words=mark("Takes one who says what went wrong and two who back it, once"),
        why=mark("What only one sees can be said again; what three see should be looked at."),
        stands=("challenges.rules.BACKERS",),
    ),
)  # fmt: skip
