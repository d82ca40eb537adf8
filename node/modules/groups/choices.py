"""What the community's group chooses for people."""

from typing import Final

from node.kernel.choices import Choice, Level
from web.language import mark

CHOICES: Final = (
    Choice(
        name="groups.who", level=Level.STEWARD, page="/desk/group",
        title=mark("Who may put a post before all who follow us"),
        words=mark("Keepers say who, and whether it waits to be looked at"),
        why=mark("It speaks in our name. The log shows when it was changed."),
        stands=("groups.rules.MOST_AN_HOUR", "groups.rules.MOST_WAITING", "groups.rules.HOUR"),
    ),
    Choice(
        name="groups.pins", level=Level.STEWARD,
        title=mark("Posts shown first"), words=mark("Five at most"),
        why=mark("What is always first is soon not seen."),
        stands=("groups.rules.PINS",),
    ),
)  # fmt: skip
