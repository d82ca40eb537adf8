"""What rounds choose for people."""

from typing import Final

from node.kernel.choices import Choice, Level
from web.language import mark

CHOICES: Final = (
    Choice(
        name="rounds.days", level=Level.CHARTER,
        title=mark("How long a round of consent is open"),
        words=mark("A day, and up to 14 days if who leads it gives it more"),
        why=mark("No deadline is shorter than a day; and silence is no consent, so none ends it."),
        stands=("rounds.rules.LASTS", "rounds.rules.LONGEST"),
    ),
)  # fmt: skip
