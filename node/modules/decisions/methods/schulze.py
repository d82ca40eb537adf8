"""Schulze: an option wins whose strongest path of victories to any other is at least as strong
as the path back.

Source: M. Schulze, A New Monotonic, Clone-Independent, Reversal Symmetric, and Condorcet-
Consistent Single-Winner Election Method, Social Choice and Welfare 36 (2011), by winning votes:
of two victories with as many votes for them, the one with fewer against it is stronger.
"""

from collections.abc import Sequence
from fractions import Fraction

from node.modules.decisions.methods import papers
from node.modules.decisions.methods.face import Counted, Ends, Marks, Method, Paper, Setup, won
from node.modules.decisions.methods.pairs import Matrix, pairwise, rows
from web.language import mark


def paths(matrix: Matrix) -> Matrix:
    """The strength of the strongest path from each option to each other (section 2.3.1).

    A victory's is one number: its votes first, then as few as can be against it (section 2.1).
    """
    size = range(len(matrix))
    weight = 1 + max(max(row) for row in matrix)
    strongest = [
        [(weight * matrix[a][b] - matrix[b][a]) * (matrix[a][b] > matrix[b][a]) for b in size]
        for a in size
    ]
    for via in size:
        for a in size:
            for b in size:
                if a not in (b, via):
                    through = min(strongest[a][via], strongest[via][b])
                    strongest[a][b] = max(strongest[a][b], through)
    return strongest


def leaders(matrix: Matrix) -> list[int]:
    """The options that no other has a stronger path to than they have back."""
    strongest = paths(matrix)
    size = range(len(matrix))
    return [a for a in size if all(strongest[a][b] >= strongest[b][a] for b in size)]


def count(ballots: Sequence[Marks], setup: Setup) -> Counted:
    """The option that wins by its paths; `totals` say how many others each wins against."""
    matrix = pairwise(ballots, setup)
    totals = wins(matrix, setup)
    if not any(ballots):
        return Counted(ends=Ends.NOTHING, totals=totals)
    found = [setup.options[one] for one in leaders(matrix)]
    return won(found, setup, totals=totals, matrix=rows(matrix))


def wins(matrix: Matrix, setup: Setup) -> dict[str, Fraction]:
    """Against how many others each option wins alone."""
    size = range(len(matrix))
    return {
        key: Fraction(sum(matrix[a][b] > matrix[b][a] for b in size))
        for a, key in enumerate(setup.options)
    }


METHOD = Method(
    name="schulze",
    title=mark("In order, compared in pairs"),
    good_for=mark("For several options, if the one should win that beats each other alone."),
    how=mark("You put the options in order. Each is compared with each; the one wins that no other "
             "beats, or the one with the strongest chain of wins."),
    source="M. Schulze, Social Choice and Welfare 36 (2011)",
    paper=Paper.PLACES,
    count=count,
    fault=papers.places,
)  # fmt: skip
