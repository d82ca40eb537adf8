"""What all methods have in common: what a ballot says, what was fixed before, what a count gives.

Pure, and exact: whole numbers and fractions, never floats. A method looks at ballots only as a
collection, so it cannot tell one voter from another.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from enum import StrEnum
from fractions import Fraction
from typing import Final

from vocab.values import dataclass

Marks = Mapping[str, int]
"""What a ballot says: a whole number for each position or option that it names.

Chosen ones bear a 1, scores and dots their number, places their place from 1. Whoever names
nothing stands aside: present, and silent."""

ABSTAIN: Final = "abstain"
"""The position of who stands aside, in methods whose paper lists it."""


class Paper(StrEnum):
    """The shape of a ballot."""

    ONE = "one"
    """one position, or one option"""
    SOME = "some"
    """as many options as one likes"""
    SCORES = "scores"
    """a number from 0 to `most` for each option"""
    PLACES = "places"
    """options in order of preference, as many as one likes"""
    DOTS = "dots"
    """`most` dots to share out"""
    CREDITS = "credits"
    """`most` credits to share out, votes cost their square"""
    BASKET = "basket"
    """options that cost no more than the budget together"""


class Ends(StrEnum):
    """What a count comes to, before anybody asks whether enough took part."""

    TAKES = "takes"
    LEAVES = "leaves"
    """it stays as it is"""
    BLOCKED = "blocked"
    TIED = "tied"
    NOTHING = "nothing"
    """nothing is decided"""


class Base(StrEnum):
    """Of whom a share is a share."""

    DECIDED = "decided"
    """who said yes or no"""
    CAST = "cast"
    """all who took part"""
    ELIGIBLE = "eligible"
    """all who may vote"""


@dataclass(frozen=True, kw_only=True)
class Setup:
    """What is fixed before the first ballot.

    `options`: the keys of the options, in order; `stay`: the one under which things stay as they
    are, or ""; `share`, `base`: what a yes needs; `seats`: how many are chosen; `most`: top of
    the scale, dots, or credits; `costs`, `budget`: whole units of money; `lot`: all options in
    the order in which they were drawn, the first wins where all else is equal.
    """

    options: tuple[str, ...] = ()
    stay: str = ""
    eligible: int = 0
    share: Fraction = Fraction(1, 2)
    base: Base = Base.DECIDED
    seats: int = 1
    most: int = 0
    costs: Mapping[str, int] = field(default_factory=dict)
    budget: int = 0
    lot: tuple[str, ...] = ()

    def first(self, options: Sequence[str]) -> list[str]:
        """Options that are equal, in the order of the ladder: as it is, then as drawn.

        >>> Setup(options=("a", "b", "c"), stay="c", lot=("b", "a", "c")).first(["a", "b", "c"])
        ['c', 'b', 'a']
        """
        drawn = {key: place for place, key in enumerate(self.lot or self.options)}
        return sorted(options, key=lambda key: (key != self.stay, drawn.get(key, len(drawn))))


@dataclass(frozen=True, kw_only=True)
class Round:
    """One step of a count: the figures of all that are in, who was chosen and who went out.

    `drawn`: options were equal, and the ladder said which of them goes.
    """

    totals: Mapping[str, Fraction]
    chosen: tuple[str, ...] = ()
    out: tuple[str, ...] = ()
    drawn: bool = False


def owned(rounds: Sequence[Round]) -> tuple[Round, ...]:
    """The rounds, with the last one owned to be drawn if a seat fell to somebody without a vote.

    Who has nothing goes by the lot, which says nothing as long as nobody with nothing is seated.
    """

    def idle(one: Round) -> bool:
        nothing = [key for key, votes in one.totals.items() if not votes]
        return len(nothing) > 1 and bool(set(one.out) & set(nothing))

    if not rounds or not any(map(idle, rounds)):
        return tuple(rounds)
    last = rounds[-1]
    drawn = last.drawn or any(not last.totals[key] for key in last.chosen)
    return (*rounds[:-1], replace(last, drawn=drawn))


@dataclass(frozen=True, kw_only=True)
class Said:
    """A marked sentence and what stands in it; an option stands there by its key."""

    sentence: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What a count says.

    `chosen`: the options taken, in the order in which they were; `tied`: those among which the
    ladder has to say; `totals`: a figure for each position or option; `matrix`: how many voters
    put the one of the row before the one of the column, in the order of `Setup.options`.
    """

    ends: Ends
    chosen: tuple[str, ...] = ()
    tied: tuple[str, ...] = ()
    totals: Mapping[str, Fraction] = field(default_factory=dict)
    rounds: tuple[Round, ...] = ()
    matrix: tuple[tuple[int, ...], ...] = ()
    words: tuple[Said, ...] = ()

    @property
    def drawn(self) -> bool:
        """Whether the lot decided something on the way."""
        return any(one.drawn for one in self.rounds)


@dataclass(frozen=True, kw_only=True)
class Method:
    """A way to decide.

    `title`, `good_for`, `how`: marked sentences; `source`: where it is defined; `positions`: what
    a ballot lists instead of options; `share`, `most`: what `Setup` begins with; `several`: more
    than one option may be taken; `decides`: a yes is a decision, not an opinion.
    `fault` gives a marked sentence, "" if a ballot can be cast; `count` counts ballots that can.
    """

    name: str
    title: str
    good_for: str
    how: str
    source: str
    paper: Paper
    count: Callable[[Sequence[Marks], Setup], Counted]
    fault: Callable[[Marks, Setup], str]
    positions: tuple[str, ...] = ()
    share: Fraction = Fraction(1, 2)
    most: int = 0
    several: bool = False
    decides: bool = True

    @property
    def among(self) -> bool:
        """Whether it chooses among options; else it takes one text or leaves it."""
        return not self.positions


def whole(totals: Mapping[str, int]) -> dict[str, Fraction]:
    """Whole figures as they stand in a count."""
    return {key: Fraction(number) for key, number in totals.items()}


def best(totals: Mapping[str, Fraction], setup: Setup, *, words: tuple[Said, ...] = ()) -> Counted:
    """The option with the highest figure; where several have it, they tie.

    Args:
        totals: a figure for every option.
        setup: what was fixed before.
        words: how it came to the figures.
    """
    top = max(totals.values(), default=Fraction(0))
    leaders = tuple(key for key in setup.options if key in totals and totals[key] == top)
    if not top:
        return Counted(ends=Ends.NOTHING, totals=totals, words=words)
    return won(leaders, setup, totals=totals, words=words)


def won(
    leaders: Sequence[str],
    setup: Setup,
    *,
    totals: Mapping[str, Fraction],
    rounds: tuple[Round, ...] = (),
    matrix: tuple[tuple[int, ...], ...] = (),
    words: tuple[Said, ...] = (),
) -> Counted:
    """A count that one option leads, or several between which the ladder has to say."""
    ends = Ends.TIED
    if len(leaders) == 1:
        ends = Ends.LEAVES if leaders[0] == setup.stay else Ends.TAKES
    return Counted(
        ends=ends if leaders else Ends.NOTHING,
        chosen=tuple(leaders) if len(leaders) == 1 else (),
        tied=tuple(leaders) if len(leaders) > 1 else (),
        totals=totals,
        rounds=rounds,
        matrix=matrix,
        words=words,
    )
