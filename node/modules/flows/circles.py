"""Circles of giving: Ana helps Ben, Ben helps Cem, Cem helps Ana; pure.

Where no two people can help each other, three or more often can. A circle is as good as its
weakest part: somebody who gets little would be asked to give for the others' sake.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from vocab.values import dataclass

LONGEST: Final = 5
MOST: Final = 10
STEPS: Final = 200_000
"""How many ways are followed at most: a town is looked through in part, a street as a whole."""


@dataclass(frozen=True, kw_only=True)
class Edge:
    """Somebody can give what another needs; `score` is how well the two notices fit."""

    giver: str
    receiver: str
    need: str
    offer: str
    score: int


Circle = tuple[Edge, ...]
"""Each gives to the next, and the last to the first; it begins with the least id."""


def find(edges: Iterable[Edge], *, longest: int = LONGEST, most: int = MOST) -> list[Circle]:
    """The best circles, each through different people.

    Args:
        edges: who can give what to whom; of two people the best fit is taken.
        longest: people in a circle at most.
        most: circles at most.

    Returns:
        Best first: by the weakest part, then the shorter one, then by the sum.
    """
    follow = _best(edges)
    steps = iter(range(STEPS))
    found = [circle for first in sorted(follow) for circle in _from(first, follow, longest, steps)]
    return sorted(found, key=_worth)[:most]


def _worth(circle: Circle) -> tuple[int, int, int, tuple[str, ...]]:
    scores = [edge.score for edge in circle]
    return -min(scores), len(circle), -sum(scores), tuple(edge.giver for edge in circle)


def _best(edges: Iterable[Edge]) -> Mapping[str, list[Edge]]:
    """Of all that one can give another the best; by giver, in the order of receivers."""
    best: dict[tuple[str, str], Edge] = {}
    for edge in sorted(edges, key=lambda one: (-one.score, one.need, one.offer)):
        if edge.giver != edge.receiver:
            best.setdefault((edge.giver, edge.receiver), edge)
    found: dict[str, list[Edge]] = {}
    for (giver, _), edge in sorted(best.items()):
        found.setdefault(giver, []).append(edge)
    return found


def _from(
    first: str, follow: Mapping[str, list[Edge]], longest: int, steps: Iterator[int]
) -> Iterator[Circle]:
    """The circles in which `first` has the least id, so that each is found once."""
    paths: list[Circle] = [(edge,) for edge in follow[first] if edge.receiver > first]
    while paths:
        if next(steps, None) is None:
            return
        path = paths.pop()
        met = {edge.receiver for edge in path}
        for edge in follow.get(path[-1].receiver, ()):
            if edge.receiver == first:
                yield (*path, edge)
            elif edge.receiver > first and edge.receiver not in met and len(path) < longest - 1:
                paths.append((*path, edge))
