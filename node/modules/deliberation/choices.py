"""What deliberations choose for people."""

from typing import Final

from node.kernel.choices import Choice, Level
from web.language import mark

CHOICES: Final = (
    Choice(
        name="deliberation.mood", level=Level.CHARTER,
        title=mark("Saying where we stand before a vote"),
        words=mark("In words alone, once five have said so"),
        why=mark("With fewer it would tell where somebody stands."),
        stands=("deliberation.rules.FEWEST",),
    ),
)  # fmt: skip
