"""What the charter chooses for people: about choices themselves."""

from typing import Final

from node.kernel.choices import Choice, Level
from web.language import mark

CHOICES: Final = (
    Choice(
        name="charter.levels", level=Level.CHARTER,
        title=mark("What a charter takes to be changed"),
        words=mark("A decision that names it, by two thirds, consent or consensus"),
        why=mark("What all of us rely on should not change with half of us, or with one keeper."),
        stands=("charter.rules.STRONG",),
    ),
    Choice(
        name="charter.parts", level=Level.STEWARD,
        title=mark("Which parts of this program are switched on"),
        words=mark("Whoever runs the machine says so in its file; nothing is erased by it"),
        why=mark("Some are heavy, or not for us. What they hold can still be taken along."),
    ),
)  # fmt: skip
