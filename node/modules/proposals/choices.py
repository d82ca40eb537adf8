"""What proposals choose for people: who counts as active, and how much time there is."""

from typing import Final

from node.kernel.choices import Choice, Level
from web.language import mark

ACTIVE: Final = Choice(
    name="decisions.active_days", level=Level.CHARTER, default=60, least=14, most=365,
    title=mark("Who counts for a quorum"), words=mark("Who was here in the last %(n)s days"),
    why=mark("A quorum of people who have gone would let nothing be decided any more."),
)  # fmt: skip
STILL: Final = Choice(
    name="proposals.still_days", level=Level.CHARTER, default=1, least=1, most=7,
    title=mark("How long a text stays as it is before we vote on it"), words=mark("Days: %(n)s"),
    why=mark("Whoever has read it should vote on what they have read. A later change puts the "
             "vote off."),
)  # fmt: skip
CHOICES: Final = (
    ACTIVE,
    STILL,
    Choice(
        name="proposals.quorum", level=Level.DECISION,
        title=mark("How many must take part"), words=mark(
            "A quarter, a third, half or two thirds of the active, as its author says before"
        ),
        why=mark("Small things need few of us. What concerns all should be decided by many."),
    ),
    Choice(
        name="proposals.day", level=Level.CHARTER,
        title=mark("The shortest vote"), words=mark("A day"),
        why=mark("Nobody should miss a vote because they worked, slept or had a child to mind."),
        stands=("proposals.rules.LEAST_TO_VOTE",),
    ),
    Choice(
        name="proposals.year", level=Level.STEWARD,
        title=mark("The longest vote"), words=mark("A year"),
        why=mark("What is further off than that is forgotten before it closes."),
        stands=("proposals.rules.LONGEST",),
    ),
    Choice(
        name="proposals.review", level=Level.CHARTER,
        title=mark("Looking at it again"),
        words=mark("Every decision has a day: after three, six or twelve months"),
        why=mark("We decide better when we hear what became of the last time."),
    ),
    Choice(
        name="proposals.anybody", level=Level.CHARTER,
        title=mark("Who may bring something"), words=mark("Every %(word_member)s"),
        why=mark("Nobody should have to ask a keeper for leave to ask us all."),
    ),
    Choice(
        name="proposals.courses", level=Level.DECISION,
        title=mark("What a kind of matter goes through"), words=mark(
            "Steps with least days, what each needs, its ways to decide, its quorum, its days to "
            "cool off; whoever brings something chooses its kind"
        ),
        why=mark("So that what weighs much is not hurried through, and what weighs little is not "
                 "weighed down."),
        stands=("proposals.courses.COURSES", "proposals.stepping.VOTE_DAYS",
                "proposals.following.AGAIN"),
    ),
    Choice(
        name="proposals.waits", level=Level.CHARTER,
        title=mark("If a step lacks something"), words=mark(
            "It is waited for, two weeks as a rule; then the matter goes back a step, once, or "
            "lapses"
        ),
        why=mark("Nothing is decided unprepared, and nothing lies open for ever."),
        stands=("proposals.courses.Course",),
    ),
    Choice(
        name="proposals.strict", level=Level.CHARTER,
        title=mark("What comes in place of a decision"), words=mark(
            "Is decided as strictly as that one was; of two, the first in force holds"
        ),
        why=mark("Half of us should not undo what all of us took care of."),
        stands=("proposals.following.STRICT",),
    ),
    Choice(
        name="proposals.text", level=Level.CHARTER,
        title=mark("Who may change a text before its vote"), words=mark(
            "Whoever brought it; what the others suggest, they take up or not"
        ),
        why=mark("Somebody answers for every word. Who sees it otherwise brings another one, or "
                 "votes no."),
        stands=("proposals.changing.THEIRS",),
    ),
)  # fmt: skip
