"""What peers choose for people."""

from typing import Final

from node.kernel.choices import Choice, Level
from web.language import mark

CHOICES: Final = (
    Choice(
        name="peers.trust", level=Level.STEWARD, page="/desk/nodes",
        title=mark("Which communities we trust"),
        words=mark("Keepers of both say so; either ends it at once"),
        why=mark("Trust shows more of us. It is given by people who know each other, and taken "
                 "back by one."),
    ),
)  # fmt: skip
