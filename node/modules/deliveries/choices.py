"""What deliveries choose for people: who checks, and how many steps there are."""

from typing import Final

from node.kernel.choices import Choice, Level
from web.language import mark

CHOICES: Final = (
    Choice(
        name="deliveries.checker", level=Level.CHARTER,
        title=mark("Who says that a step is done"), words=mark("Somebody else than who did it"),
        why=mark("Four eyes see more, and nobody has to praise themselves."),
    ),
    Choice(
        name="deliveries.measures", level=Level.CHARTER,
        title=mark("What a decision is measured by"),
        words=mark("Fixed before it is in force, five at most"),
        why=mark("Afterwards one finds what worked, and calls it the aim."),
        stands=("deliveries.rules.MOST_MEASURES",),
    ),
    Choice(
        name="deliveries.steps", level=Level.STEWARD,
        title=mark("Steps at a time"), words=mark("Seven"),
        why=mark("A longer list is a wish."),
        stands=("deliveries.rules.MOST_STEPS",),
    ),
)  # fmt: skip
