"""What agreements choose for people: how long there is to answer and to say that it was done."""

from typing import Final

from node.kernel.choices import Choice, Level
from web.language import mark

CHOICES: Final = (
    Choice(
        name="agreements.confirms", level=Level.DECISION,
        title=mark("What was done and nobody confirmed"), words=mark("Counts after seven days"),
        why=mark("Most forget and do not doubt. Both are told a day before."),
        stands=("agreements.rules.CONFIRMS", "agreements.rules.REMIND"),
    ),
    Choice(
        name="agreements.lasts", level=Level.DECISION,
        title=mark("An answer to a notice"), words=mark("Waits for fourteen days"),
        why=mark("Then whoever answered is free again, without having been refused."),
        stands=("agreements.rules.LASTS",),
    ),
)  # fmt: skip
