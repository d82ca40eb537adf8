"""How much of a count may be told without telling how somebody voted.

A count is told as parts: groups of voters that together are all who took part. It is shown only
if eight or more took part and no part is so small, or so nearly everybody, that its people could
be named. A part of nobody is told only where it says nothing of anybody (a rest).

Source: vocabulary.md section 6.9; security.md section 3.1 (f).
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import combinations

from node.modules.decisions.methods.face import Counted, Method, Paper, Setup

LEAST = 5
"""A group of fewer is never shown."""
ENOUGH = 8
"""Ballots needed before any figure is shown."""

EXACT = 20
"""Ballots from which on a count may be told exactly; with fewer it is told in bands."""
BAND = 5
"""How many figures stand in one band."""

Part = tuple[tuple[Fraction, ...], Fraction]
"""Figures of groups, and the rest of those who took part, which may be nobody."""


def parts(counted: Counted, method: Method, setup: Setup, came: int) -> Iterator[Part]:
    """Everything that a count would tell, as groups of those who took part."""
    nobody, all_ = Fraction(0), Fraction(came)
    totals = counted.totals
    if method.paper is Paper.ONE:
        yield tuple(figure for figure in totals.values() if figure), nobody
        return
    if method.paper in (Paper.SOME, Paper.BASKET):
        for figure in totals.values():
            yield (figure, all_ - figure), nobody
    elif method.paper is not Paper.PLACES:
        # sums of numbers: as far from nothing and from all that anybody could give
        for figure in totals.values():
            yield (figure, all_ * setup.most - figure), nobody
    for one, other in combinations(range(len(counted.matrix)), 2):
        more, less = counted.matrix[one][other], counted.matrix[other][one]
        yield (Fraction(more), Fraction(less)), all_ - more - less
    if method.paper is Paper.PLACES:
        for step in counted.rounds if not counted.matrix else ():
            held = tuple(step.totals.values())
            yield held, max(nobody, all_ - sum(held))


def safe(counted: Counted, method: Method, setup: Setup, came: int, floor: int = LEAST) -> bool:
    """Whether all of a count may be shown; `floor`: the smallest group that may be."""
    if came < max(ENOUGH, floor):
        return False
    return all(
        len(groups) >= 2
        and min(groups) >= floor
        and (rest == 0 or method.paper is not Paper.PLACES or rest >= floor)
        for groups, rest in parts(counted, method, setup, came)
    )


def close(figures: Mapping[str, int]) -> bool:
    """Whether the two largest figures are so near that each could be thought to have decided it.

    >>> close({"inFavour": 13, "oppose": 12}), close({"inFavour": 20, "oppose": 5})
    (True, False)
    """
    first, second, *_ = (*sorted(figures.values(), reverse=True), 0, 0)
    return first - second < BAND


def vague(figures: Mapping[str, int], floor: int = LEAST) -> bool:
    """Whether bands leave several counts possible, and the largest is the largest for certain.

    There has to be room for a whole band beside groups of the least size; and of two that are
    equally large one would be told as the larger.

    >>> vague({"inFavour": 6, "oppose": 5}), vague({"inFavour": 12, "oppose": 12})
    (False, False)
    >>> vague({"inFavour": 8, "oppose": 6})
    True
    """
    told = sorted((n for n in figures.values() if n), reverse=True)
    room = sum(told) >= len(told) * floor + BAND - 1
    return room and told[:1] != told[1:2]


def bands(figures: Mapping[str, int], floor: int = LEAST) -> dict[str, int]:
    """Figures of people who each stand in one group, told in bands; they still add up.

    Each but the largest is told as the least of its band, from `floor` on; the largest takes what
    is left. So none of them can be taken from the sum to find another.

    >>> bands({"consent": 22, "consentWithReservation": 11})
    {'consent': 23, 'consentWithReservation': 10}
    """
    told = {k: n for k, n in figures.items() if n}
    largest = max(told, key=lambda key: told[key], default="")
    least = {k: floor + (n - floor) // BAND * BAND for k, n in told.items() if k != largest}
    rest = sum(told.values()) - sum(least.values())
    return {k: rest if k == largest else least[k] for k in told}
