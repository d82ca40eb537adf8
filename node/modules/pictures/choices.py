"""What pictures choose for people."""

from typing import Final

from node.kernel.choices import Choice, Level
from web.language import mark

CHOICES: Final = (
    Choice(
        name="pictures.described", level=Level.CHARTER,
        title=mark("Pictures"), words=mark("Each with a description, without where it was taken"),
        why=mark("So that who cannot see it knows it, and nobody finds the place."),
    ),
    Choice(
        name="pictures.copies", level=Level.STEWARD, page="/desk/pictures",
        title=mark("Copies of pictures from elsewhere"),
        words=mark("Thirty days, in the room that keepers give them"),
        why=mark("We look at them here, so that others do not see who looks."),
        stands=("pictures.rules.AGE", "pictures.rules.ROOM"),
    ),
)  # fmt: skip
