"""What juries choose for people."""

from typing import Final

from node.kernel.choices import Choice, Level
from web.language import mark

CHOICES: Final = (
    Choice(
        name="jury.size", level=Level.CHARTER,
        title=mark("How large a jury is"),
        words=mark("Three to nine, five if nothing else is said, and twice as many on the list"),
        why=mark("Small enough to talk, large enough to differ; and it is still a lot."),
        stands=("jury.rules.SEATS", "jury.rules.FEWEST", "jury.rules.MOST", "jury.rules.TIMES"),
    ),
    Choice(
        name="jury.lot", level=Level.CHARTER,
        title=mark("How a jury is drawn"),
        words=mark(
            "From those who were here lately, by words that any of us promises for two days and "
            "tells within two more. Whoever has a stake says so and is left out, with the reason."
        ),
        why=mark("So nobody can steer who is drawn, and anybody can draw again."),
        stands=("jury.rules.PROMISE", "jury.rules.TELL"),
    ),
    Choice(
        name="jury.time", level=Level.CHARTER,
        title=mark("How long a jury has"),
        words=mark(
            "Three days to say whether one takes part, two weeks in all. In the last two days what "
            "more than half of them stand behind is not written anew."
        ),
        why=mark(
            "It is a favour to all of us, so it has an end; and a no needs no reason. Nobody can "
            "undo at the last minute what the others stand behind."
        ),
        stands=("jury.rules.ANSWER", "jury.rules.SITS", "jury.rules.STILL"),
    ),
)  # fmt: skip
