"""What moderation chooses for people: what is told of it, and to whom."""

from typing import Final

from node.kernel.choices import Choice, Level
from web.language import mark

CHOICES: Final = (
    Choice(
        name="moderation.log", level=Level.CHARTER, page="/log",
        title=mark("What keepers did"), words=mark("Stands in an open log, without names"),
        why=mark("Power that is seen is used with more care; who was wrong is not put on show."),
        stands=("moderation.openly.LEAST",),
    ),
    Choice(
        name="moderation.servers", level=Level.STEWARD, page="/desk",
        title=mark("Servers kept out, and whether only some may come in"),
        words=mark("Keepers say which, and why"),
        why=mark("Harm has to be stopped at once. The log shows it, and it can be taken back."),
    ),
    Choice(
        name="moderation.suspending", level=Level.STEWARD, page="/desk/suspend",
        title=mark("Suspending somebody"),
        words=mark("A keeper does it at once, and says why; nothing of theirs is erased"),
        why=mark("Harm has to be stopped at once. It can be taken back, and the log shows it."),
    ),
    Choice(
        name="moderation.passed_on", level=Level.CHARTER,
        title=mark("A report that goes to another server"),
        words=mark("Only if you ask for it, without your name; ten a day at most"),
        why=mark("Whoever reports somebody should not have to fear them."),
        stands=("moderation.reporting.PASSED_ON",),
    ),
)  # fmt: skip
