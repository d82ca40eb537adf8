"""What ideas choose for people: how many points there are, and what makes an agenda."""

from typing import Final

from sqlalchemy import Connection

from node.kernel import choices
from node.kernel.choices import Choice, Level
from node.modules.ideas import rules
from node.modules.ideas.rules import Numbers
from web.language import mark

POINTS: Final = Choice(
    name="ideas.points", level=Level.CHARTER, default=rules.BANK, least=10, most=1000,
    title=mark("Support points of each %(word_member)s"), words=mark("%(n)s points"),
    why=mark("The same for all, so that nobody is louder. A hundred is easy to share out."),
    stands=("ideas.rules.BANK",),
)  # fmt: skip
MOST: Final = Choice(
    name="ideas.most", level=Level.CHARTER, default=rules.MOST, least=1, most=1000,
    title=mark("Points of one person on one idea"), words=mark("%(n)s at most"),
    why=mark("So that nobody brings an idea to the agenda alone."),
    stands=("ideas.rules.MOST",),
)  # fmt: skip
PEOPLE: Final = Choice(
    name="ideas.people", level=Level.DECISION, default=rules.LEAST_PEOPLE, least=1, most=1000,
    title=mark("People who must support an idea"), words=mark("%(n)s at least"),
    why=mark("An idea that only two care about can be done by two."),
    stands=("ideas.rules.LEAST_PEOPLE",),
)  # fmt: skip
SHARE: Final = Choice(
    name="ideas.share", level=Level.DECISION, default=rules.SHARE, least=1, most=100,
    title=mark("Part of the active who must support an idea"), words=mark("%(n)s in a hundred"),
    why=mark("What all are asked about should matter to more than a few."),
    stands=("ideas.rules.SHARE",),
)  # fmt: skip
DEPTH: Final = Choice(
    name="ideas.depth", level=Level.DECISION, default=rules.DEPTH, least=1, most=100_000,
    title=mark("Points that must lie on an idea"), words=mark("%(n)s points"),
    why=mark("Many shrugs are not support."),
    stands=("ideas.rules.DEPTH",),
)  # fmt: skip
LASTS: Final = Choice(
    name="ideas.days", level=Level.DECISION, default=rules.LASTS.days, least=7, most=730,
    title=mark("How long an idea gathers support"), words=mark("%(n)s days"),
    why=mark("Then it lapses and everybody has their points again, so no list grows for ever."),
    stands=("ideas.rules.LASTS",),
)  # fmt: skip
CHOICES: Final = (
    POINTS, MOST, PEOPLE, SHARE, DEPTH, LASTS,
    Choice(
        name="ideas.no_weight", level=Level.CHARTER,
        title=mark("Points and votes"), words=mark("Points never count in a vote"),
        why=mark("Who cares most says what we talk about, not how it ends."),
    ),
    Choice(
        name="ideas.hidden", level=Level.CHARTER,
        title=mark("Who put points on what"), words=mark("Shown to nobody"),
        why=mark("Support should not be a favour that others can see."),
    ),
)  # fmt: skip


def numbers(db: Connection) -> Numbers:
    """The numbers that hold here now."""
    return Numbers(
        bank=choices.now(db, POINTS),
        most=choices.now(db, MOST),
        people=choices.now(db, PEOPLE),
        share=choices.now(db, SHARE),
        depth=choices.now(db, DEPTH),
        days=choices.now(db, LASTS),
    )
