"""What the board of flows chooses for people."""

from typing import Final

from node.kernel.choices import Choice, Level
from web.language import mark

CHOICES: Final = (
    Choice(
        name="flows.few", level=Level.CHARTER,
        title=mark("What the board of flows counts"), words=mark("Nothing of fewer than three"),
        why=mark("A need that one person has is theirs to tell."),
        stands=("flows.rules.FEW",),
    ),
    Choice(
        name="flows.all", level=Level.CHARTER,
        title=mark("A circle of giving"), words=mark("Begins when all in it say yes"),
        why=mark("Nobody is put into somebody else’s plan."),
        stands=("flows.rules.LASTS",),
    ),
    Choice(
        name="flows.long", level=Level.DECISION,
        title=mark("When a need waits for long"), words=mark("After fourteen days"),
        why=mark("Soon enough to help, and late enough not to press."),
        stands=("flows.rules.LONG", "flows.rules.YEAR"),
    ),
    Choice(
        name="flows.circle", level=Level.DECISION,
        title=mark("How large a circle of giving is"), words=mark("Five people at most"),
        why=mark("All of them have to say yes, and to keep it."),
        stands=("flows.circles.LONGEST",),
    ),
)  # fmt: skip
