"""What offers and needs choose for people."""

from typing import Final

from node.kernel.choices import Choice, Level
from web.language import mark

CHOICES: Final = (
    Choice(
        name="listings.places", level=Level.CHARTER,
        title=mark("Where something is"), words=mark("No finer than a kilometre"),
        why=mark("Nobody should find a door by asking often enough."),
        stands=("listings.places.DEGREE",),
    ),
    Choice(
        name="listings.stays", level=Level.DECISION,
        title=mark("How long a notice stays up"),
        words=mark("Sixty days unless its author says otherwise, a year at most"),
        why=mark("A board of old notices is not read."),
        stands=("listings.form.STAYS", "listings.rules.RENEWED", "listings.rules.LONGEST",
                "listings.rules.SOON"),
    ),
    Choice(
        name="listings.urgent", level=Level.DECISION,
        title=mark("What stands first"), words=mark("The urgent, for two days; else the newest"),
        why=mark("If everything stayed urgent, nothing would be."),
        stands=("listings.rules.URGENT",),
    ),
    Choice(
        name="listings.kept", level=Level.DECISION,
        title=mark("Notices from elsewhere after their end"), words=mark("Kept for ninety days"),
        why=mark("Long enough to find out what was agreed; then we forget them."),
        stands=("listings.rules.KEPT", "listings.rules.UNSAID"),
    ),
)  # fmt: skip
