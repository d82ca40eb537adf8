"""What deliberations choose for people."""

from typing import Final

from node.kernel.choices import Choice, Level
from web.language import mark

PATIENCE: Final = Choice(
    name="deliberation.patience_days", level=Level.CHARTER, default=7, least=3, most=30,
    title=mark("How long an objection waits for the answer of who raised it"),
    words=mark("%(n)s days after something is offered for it; it holds up nothing after that"),
    why=mark("Somebody who has gone should not hold up the others for ever. Nothing is taken for a "
             "yes by it: in the vote by consent an objection stops the matter still."),
)  # fmt: skip
CHOICES: Final = (
    PATIENCE,
    Choice(
        name="deliberation.mood", level=Level.CHARTER,
        title=mark("Saying where we stand before a vote"),
        words=mark("In words alone, once five have said so"),
        why=mark("With fewer it would tell where somebody stands."),
        stands=("deliberation.rules.FEWEST",),
    ),
)  # fmt: skip
