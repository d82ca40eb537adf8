"""What deciding with other communities chooses for people."""

from typing import Final

from node.kernel.choices import Choice, Level
from web.language import mark

CHOICES: Final = (
    Choice(
        name="joint.silence", level=Level.CHARTER,
        title=mark("A community that does not answer"), words=mark("Has not said yes"),
        why=mark("A server that is down must not bind the people on it."),
    ),
    Choice(
        name="joint.late", level=Level.CHARTER,
        title=mark("An answer that comes late"),
        words=mark("Is late; there is an hour for the post"),
        why=mark("All must come to the same outcome, whoever looks when."),
        stands=("joint.rules.GRACE",),
    ),
    Choice(
        name="joint.turn", level=Level.CHARTER,
        title=mark("How long others have at least"),
        words=mark("A day for each turn; after seven days without a word one is missing"),
        why=mark("Each community talks among its own people first."),
        stands=("joint.rules.TURN", "joint.rules.LEAST", "joint.rules.VANISHED",
                "joint.rules.LONGEST"),
    ),
)  # fmt: skip
