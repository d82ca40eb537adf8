"""What roles choose for people."""

from typing import Final

from node.kernel.choices import Choice, Level
from web.language import mark

MONTHS: Final = Choice(
    name="roles.months", level=Level.CHARTER, default=6, least=1, most=24,
    title=mark("How long somebody holds a role at most"),
    words=mark("%(n)s months"),
    why=mark("What ends by itself need not be taken from anybody."),
)  # fmt: skip
ROW: Final = Choice(
    name="roles.row", level=Level.CHARTER, default=2, least=1, most=5,
    title=mark("How often in a row one person can hold a role"),
    words=mark("%(n)s terms"),
    why=mark("So that more of us learn it, and nobody becomes the only one who can."),
)  # fmt: skip
RECALLERS: Final = Choice(
    name="roles.recallers", level=Level.CHARTER, default=3, least=2, most=50,
    title=mark("How many it takes to ask for a recall"),
    words=mark("%(n)s of us, or a fifth of those who were here lately where that is more"),
    why=mark("One alone who is cross cannot put somebody before all; a few who are worried can."),
    stands=("roles.rules.PART",),
)  # fmt: skip
KEEPS: Final = Choice(
    name="roles.keeps_reasons", level=Level.DECISION, default=False,
    title=mark("Whether reasons of a selection are kept once it is over"),
    why=mark("What was said about people to choose one of them has done its work by then."),
)  # fmt: skip
CHOICES: Final = (
    MONTHS,
    ROW,
    RECALLERS,
    KEEPS,
    Choice(
        name="roles.by_decision", level=Level.CHARTER,
        title=mark("Who sets up a role"),
        words=mark("Only a decision in force that says what it is for, what it may do, and for how "
                   "long. No %(word_keeper)s does."),
        why=mark("Whoever gives out what people may do should not be one person."),
        stands=("roles.rules.SEATS", "roles.rules.NAME", "roles.rules.PURPOSE"),
    ),
    Choice(
        name="roles.selection", level=Level.CHARTER,
        title=mark("How somebody is chosen for a role"),
        words=mark(
            "Four days to name somebody, unseen by the others; two to name another; then whoever "
            "leads it proposes, within a week or else anybody; three days for consent; and a week "
            "for who was chosen to say yes. After three who did not come about it ends."
        ),
        why=mark("All are heard in their time, and silence holds nothing up."),
        stands=("roles.rules.NOMINATE", "roles.rules.CHANGE", "roles.rules.PROPOSE",
                "roles.rules.CONSENT", "roles.rules.ANSWER", "roles.rules.TRIES"),
    ),
    Choice(
        name="roles.remind", level=Level.CHARTER,
        title=mark("When the next can be chosen"),
        words=mark("From 30 days before a term ends"),
        why=mark("So that there is time to hand over."),
        stands=("roles.rules.REMIND",),
    ),
    Choice(
        name="roles.recall", level=Level.CHARTER,
        title=mark("How somebody is recalled"),
        words=mark(
            "Those who ask for it gather for 30 days; then whoever holds the role is heard for "
            "five, and all others vote for five: more than half of those who say yes or no. Until "
            "then they go on holding it."
        ),
        why=mark("Nobody loses a task by rumour or unheard, and nobody judges themselves."),
        stands=("roles.rules.PETITION", "roles.rules.HEARING", "roles.rules.RECALL"),
    ),
)  # fmt: skip
