"""Ranked pairs: victories are taken in order of their margin, but for those that close a circle.

Source: T. N. Tideman, Independence of Clones as a Criterion for Voting Rules, Social Choice and
Welfare 4 (1987); equal margins as T. M. Zavist and Tideman, ibid. 6 (1989).
"""

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction

from node.modules.decisions.methods import papers
from node.modules.decisions.methods.face import (
    Counted,
    Ends,
    Marks,
    Method,
    Paper,
    Round,
    Setup,
    won,
)
from node.modules.decisions.methods.pairs import Matrix, pairwise, rows
from node.modules.decisions.methods.schulze import wins
from web.language import mark

Edges = set[tuple[int, int]]


def reaches(edges: Edges, start: int, end: int) -> bool:
    """Whether a chain of victories leads from one option to another."""
    seen, ahead = {start}, [start]
    while ahead:
        one = ahead.pop()
        for a, b in edges:
            if a == one and b not in seen:
                seen.add(b)
                ahead.append(b)
    return end in seen


def lock(matrix: Matrix, order: Sequence[int]) -> tuple[Edges, bool]:
    """The victories that hold, and whether the lot had to say which of equal ones.

    Victories of one margin hold together if they close no circle; if they do, they are taken one
    by one, first those of the options that were drawn first.

    Args:
        matrix: as `pairs.pairwise` gives it.
        order: all options, as drawn.
    """
    size = range(len(matrix))
    margins: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for a in size:
        for b in size:
            if matrix[a][b] > matrix[b][a]:
                margins[matrix[a][b] - matrix[b][a]].append((a, b))
    place = {one: at for at, one in enumerate(order)}
    locked: Edges = set()
    drawn = False
    for margin in sorted(margins, reverse=True):
        able = [pair for pair in margins[margin] if not reaches(locked, pair[1], pair[0])]
        together = locked | set(able)
        if not any(reaches(together, b, a) for a, b in able):
            locked = together
            continue
        drawn = True
        for a, b in sorted(able, key=lambda pair: (place[pair[0]], -place[pair[1]])):
            if not reaches(locked, b, a):
                locked.add((a, b))
    return locked, drawn


def count(ballots: Sequence[Marks], setup: Setup) -> Counted:
    """The option at the head of the order that holds."""
    matrix = pairwise(ballots, setup)
    totals = wins(matrix, setup)
    if not any(ballots):
        return Counted(ends=Ends.NOTHING, totals=totals)
    number = {key: place for place, key in enumerate(setup.options)}
    locked, drawn = lock(matrix, [number[key] for key in setup.first(setup.options)])
    beaten = {b for _, b in locked}
    heads = [key for place, key in enumerate(setup.options) if place not in beaten]
    held: dict[str, Fraction] = dict.fromkeys(setup.options, Fraction(0))
    for a, _ in locked:
        held[setup.options[a]] += 1
    rounds = (Round(totals=held, drawn=drawn),)
    return won(heads, setup, totals=totals, rounds=rounds, matrix=rows(matrix))


METHOD = Method(
    name="rankedPairs",
    title=mark("In order, the clearest pairs first"),
    good_for=mark("As comparing in pairs; it is easier to follow by hand."),
    how=mark("You put the options in order. Wins of one option over another are taken from the "
             "clearest down, but for those that go against what holds already."),
    source="T. N. Tideman, Social Choice and Welfare 4 (1987)",
    paper=Paper.PLACES,
    count=count,
    fault=papers.places,
)  # fmt: skip
