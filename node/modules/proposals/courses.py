"""The courses a matter can take: which steps, how long each at least, by which ways it is decided.

All that a course fixes stands here, in one place. What it does not ask for nobody fills in.
"""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Final

from node.modules.decisions.api import Method
from vocab.values import dataclass
from web.language import mark

USUAL: Final = "usual"
"""The course that fixes nothing: its form asks for everything."""


class Need(StrEnum):
    """What has to be there before a step is over."""

    OPTIONS = "options"
    FACT = "facts"
    MIND = "minds"
    """What would change somebody's mind."""
    ROUNDS = "rounds"


class Missed(StrEnum):
    """What happens when it is not there after the time of grace."""

    LAPSES = "lapses"
    GOES_BACK = "goesBack"
    """To the step before, once; the second time it lapses."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step before the vote: its stage on the wire, how long it lasts at least, what it needs."""

    stage: str
    days: int
    needs: tuple[Need, ...] = ()

    @property
    def least(self) -> timedelta:
        """How long it lasts at least."""
        return timedelta(days=self.days)


@dataclass(frozen=True, kw_only=True)
class Course:
    """What a course fixes.

    `steps`: before the vote, in order; none: it opens at once. `vote_days`: how long it is open.
    `methods`: the ways to choose from. `share` of those who were here lately must take part.
    `cooling_days`: from the count until it is in force. `grace_days`: how long a step waits for
    what is missing. `early`: who leads it may go on before a step's days are over.
    `lasts_days`: after so many it is out of force by itself, unless it is confirmed.
    `may_open`: whoever brings it may have open ballots, where the charter lets them; never where
    people are chosen, or in a round of consent.
    """

    name: str
    title: str
    words: str
    methods: tuple[Method, ...]
    steps: tuple[Step, ...] = ()
    vote_days: int = 0
    share: Fraction = Fraction(1, 2)
    cooling_days: int = 0
    grace_days: int = 14
    missed: Missed = Missed.LAPSES
    early: bool = False
    lasts_days: int | None = None
    review_months: int = 6
    may_open: bool = False

    @property
    def days(self) -> int:
        """How long it takes at least, until it is counted."""
        return sum(step.days for step in self.steps) + self.vote_days

    @property
    def before(self) -> timedelta:
        """How long it takes at least until voting opens."""
        return sum((step.least for step in self.steps), timedelta())

    @property
    def wants_options(self) -> bool:
        """Whether it is decided among options, which may come while it is under way."""
        return any(Need.OPTIONS in step.needs for step in self.steps)

    @property
    def asks_why(self) -> bool:
        """Whether it has to be said what the problem is: where facts are looked at first."""
        return any(step.stage == _RESEARCH.stage for step in self.steps)

    @property
    def goes_round(self) -> bool:
        """Whether it goes through rounds before its vote."""
        return any(Need.ROUNDS in step.needs for step in self.steps)

    def step(self, stage: str) -> Step | None:
        """The step with this stage, if it has one."""
        return next((one for one in self.steps if one.stage == stage), None)

    def after(self, stage: str) -> str:
        """The stage that comes next; `voting` after the last one."""
        names = [one.stage for one in self.steps]
        at = names.index(stage) if stage in names else len(names)
        return (*names, "voting", "voting")[at + 1]

    def earlier(self, stage: str) -> str | None:
        """The stage that came before, None for the first one."""
        names = [one.stage for one in self.steps]
        at = names.index(stage) if stage in names else 0
        return names[at - 1] if at else None


_RESEARCH: Final = Step(stage="researching", days=3)
_SINGLE: Final = (Method.MAJORITY, Method.APPROVAL, Method.STAR, Method.RUNOFF, Method.SCHULZE)

_ALL: Final = (
    Course(
        name=USUAL,
        title=mark("Our usual way"),
        words=mark("One form. You say how we decide, when voting opens and when it closes."),
        methods=tuple(Method),
        may_open=True,
    ),
    Course(
        name="advice",
        title=mark("Quick advice"),
        words=mark("You ask, the others advise for three days, you decide."),
        methods=(Method.ADVICE,),
        vote_days=3,
        share=Fraction(1, 4),
        review_months=3,
    ),
    Course(
        name="consent",
        title=mark("Consent"),
        words=mark("We go round four times; then it passes if nobody objects with a reason."),
        methods=(Method.CONSENT,),
        steps=(Step(stage="deliberating", days=4, needs=(Need.ROUNDS,)),),
        vote_days=3,
        cooling_days=2,
        early=True,
    ),
    Course(
        name="options",
        title=mark("Choose among options"),
        words=mark("We look at the facts, collect options, talk them through, and choose one."),
        methods=_SINGLE,
        steps=(
            _RESEARCH,
            Step(stage="formingPositions", days=3, needs=(Need.OPTIONS,)),
            Step(stage="deliberating", days=4, needs=(Need.OPTIONS, Need.FACT, Need.MIND)),
        ),
        vote_days=4,
        cooling_days=3,
        missed=Missed.GOES_BACK,
        may_open=True,
    ),
    Course(
        name="agreement",
        title=mark("Change an agreement"),
        words=mark("For rules that bind us all: time to read and to talk, and two thirds for it."),
        methods=(Method.SUPERMAJORITY,),
        steps=(
            Step(stage="researching", days=5, needs=(Need.FACT,)),
            Step(stage="deliberating", days=9),
        ),
        vote_days=7,
        cooling_days=7,
        review_months=12,
        may_open=True,
    ),
    Course(
        name="budget",
        title=mark("Share out money"),
        words=mark("You say how much there is; all of us say what it could be for, and choose."),
        methods=(Method.KNAPSACK, Method.EQUAL_SHARES),
        steps=(
            _RESEARCH,
            Step(stage="formingPositions", days=4, needs=(Need.OPTIONS,)),
            Step(stage="deliberating", days=3, needs=(Need.OPTIONS,)),
        ),
        vote_days=4,
        cooling_days=3,
        missed=Missed.GOES_BACK,
        may_open=True,
    ),
    Course(
        name="role",
        title=mark("Choose people for a task"),
        words=mark("Who could do it is written down as options; then we choose among them."),
        methods=(Method.APPROVAL, Method.RUNOFF, Method.SCHULZE),
        steps=(
            Step(stage="formingPositions", days=4, needs=(Need.OPTIONS,)),
            Step(stage="deliberating", days=2, needs=(Need.OPTIONS,)),
        ),
        vote_days=4,
        cooling_days=2,
        missed=Missed.GOES_BACK,
    ),
    Course(
        name="emergency",
        title=mark("Emergency"),
        words=mark(
            "For what cannot wait: we vote for a day. It ends by itself after 14 days, unless an "
            "ordinary decision confirms it."
        ),
        methods=(Method.SUPERMAJORITY, Method.CONSENT),
        vote_days=1,
        share=Fraction(1, 4),
        lasts_days=14,
        review_months=1,
    ),
)
COURSES: Final[Mapping[str, Course]] = {one.name: one for one in _ALL}
"""Every course by its name, in the order in which they are offered."""

FEWEST: Final = 2
_LACKS: Final[Mapping[Need, str]] = {
    Need.OPTIONS: mark("At least two options have to be written down."),
    Need.FACT: mark("At least one fact has to be written down."),
    Need.ROUNDS: mark("All rounds have to be over; who leads it takes them on."),
    Need.MIND: mark("Somebody has to say what would change their mind."),
}


def missing(needs: tuple[Need, ...], have: Mapping[str, int]) -> list[str]:
    """What is still to be done before a step is over, as marked sentences; none: it may go on.

    Args:
        needs: of the step.
        have: how many there are, by `Need`.
    """
    least = {Need.OPTIONS: FEWEST}
    return [_LACKS[one] for one in needs if have.get(one, 0) < least.get(one, 1)]


def course(name: str | None) -> Course:
    """A course by its name; our usual way where there is none, as for what was brought before."""
    return COURSES.get(name or USUAL, COURSES[USUAL])
