"""How many points there are, where they may lie, and what makes an agenda; no I/O.

Points say what a community talks about first. They are equal for all, cannot be handed on,
and nothing that counts a vote can see them.
"""

from datetime import timedelta
from enum import StrEnum
from typing import Final

from node.kernel.errors import Sentence
from vocab.values import dataclass
from web.language import mark

BANK: Final = 100
"""Points of each member."""
MOST: Final = 10
"""Points of one member on one idea."""
LEAST_PEOPLE: Final = 3
SHARE: Final = 15
"""Percent of the active members who must support an idea, though never fewer than three."""
DEPTH: Final = 40
"""Points that must lie on it."""
LASTS: Final = timedelta(days=90)
"""How long an idea gathers before it lapses."""


class State(StrEnum):
    """Where an idea stands; points lie only where it gathers, and what has ended stays so."""

    GATHERING = "gathering"
    BROUGHT = "brought"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """What a community has chosen of all this; see `choices`."""

    bank: int = BANK
    most: int = MOST
    people: int = LEAST_PEOPLE
    share: int = SHARE
    depth: int = DEPTH
    days: int = LASTS.days


USUAL: Final = Numbers()


def breadth(active: int, numbers: Numbers = USUAL) -> int:
    """How many people must support an idea, of this many active members.

    >>> breadth(5), breadth(20), breadth(21), breadth(100)
    (3, 3, 4, 15)
    """
    return max(numbers.people, -(-active * numbers.share // 100))


def on_agenda(people: int, points: int, active: int, numbers: Numbers = USUAL) -> bool:
    """Whether an idea has support enough, in breadth and in depth.

    >>> on_agenda(4, 40, 20), on_agenda(2, 40, 20), on_agenda(4, 39, 20)
    (True, False, False)
    """
    return people >= breadth(active, numbers) and points >= numbers.depth


def fault(points: int, elsewhere: int, numbers: Numbers = USUAL) -> str:
    """Why so many points cannot lie on an idea, as a marked sentence; nothing if they can.

    Args:
        points: those to lie on it.
        elsewhere: what the member has on other ideas.
        numbers: what holds here.

    >>> fault(10, 90), fault(0, 100)
    ('', '')
    """
    if not 0 <= points <= numbers.most:
        return Sentence(mark("Put at most %(most)s points on one idea."), most=numbers.most)
    if points > numbers.bank - elsewhere:
        return mark("You have not so many points left. Take some back from another idea first.")
    return ""
