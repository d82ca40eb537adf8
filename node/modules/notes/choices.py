"""What posts choose for people."""

from typing import Final

from node.kernel.choices import Choice, Level
from web.language import mark

CHOICES: Final = (
    Choice(
        name="notes.order", level=Level.CHARTER,
        title=mark("The order of posts"), words=mark("The newest first, the same for everybody"),
        why=mark("What stirs people up is not what they need to know."),
    ),
    Choice(
        name="notes.views", level=Level.CHARTER,
        title=mark("Asking for views"), words=mark("Decides nothing"),
        why=mark("Anybody on any server can answer, so it is no vote."),
    ),
)  # fmt: skip
