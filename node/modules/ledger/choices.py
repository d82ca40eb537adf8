"""What counting time chooses for people."""

from typing import Final

from node.kernel.choices import Choice, Level
from node.modules.ledger import rules
from web.language import mark

COUNTED: Final = Choice(
    name="ledger.on", level=Level.DECISION, default=True, kept="ledger", part="on",
    title=mark("We count time"),
    why=mark("It helps some of us to ask. Where it makes gifts into debts, switch it off."),
)  # fmt: skip
SOFT: Final = Choice(
    name="ledger.hours", level=Level.DECISION, default=rules.SOFT, least=1, most=rules.SOFT_MOST,
    kept="ledger", part="hours",
    title=mark("From where on we speak up"), words=mark("%(n)s hours up or down"),
    why=mark("Somebody so far up or down reads a sentence; nothing is stopped."),
    stands=("ledger.rules.SOFT", "ledger.rules.SOFT_MOST"),
)  # fmt: skip
CHOICES: Final = (
    COUNTED,
    SOFT,
    Choice(
        name="ledger.equal", level=Level.CHARTER,
        title=mark("What an hour is worth"), words=mark("An hour, whoever gives it"),
        why=mark("What a life’s hour is worth does not depend on what is done in it."),
    ),
    Choice(
        name="ledger.warns", level=Level.CHARTER,
        title=mark("Limits"), words=mark("Warn, and stop nobody"),
        why=mark("Who needs much now is whom we are here for."),
    ),
    Choice(
        name="ledger.no_list", level=Level.CHARTER,
        title=mark("Who gave most"), words=mark("No such list exists"),
        why=mark("Giving is no contest."),
    ),
    Choice(
        name="ledger.most", level=Level.STEWARD,
        title=mark("The longest single entry"), words=mark("A hundred hours"),
        why=mark("What is more is a slip of the finger."),
        stands=("ledger.rules.MOST",),
    ),
)  # fmt: skip
