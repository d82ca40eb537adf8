"""What moving and keys choose for people."""

from typing import Final

from node.kernel.choices import Choice, Level
from web.language import mark

CHOICES: Final = (
    Choice(
        name="identity.cool", level=Level.STEWARD,
        title=mark("Moving an account again"), words=mark("After seven days"),
        why=mark("Whoever stole an account should not be faster than its owner."),
        stands=("identity.rules.COOL", "identity.renewing.GRACE"),
    ),
)  # fmt: skip
