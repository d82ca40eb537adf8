"""Single transferable vote: several are chosen, so that each large enough part of us has its own.

Source: J. B. Gregory (1880), by the weighted inclusive method: all papers of one who is elected
pass on at the share of them that is surplus; quota of H. R. Droop (1881).
"""

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
    owned,
)
from node.modules.decisions.methods.pairs import orders
from web.language import mark

Piles = dict[str, dict[tuple[str, ...], Fraction]]
"""Who holds which papers, and what they are worth; a paper names whom it goes to next."""


def quota(ballots: int, seats: int) -> int:
    """The fewest votes that no more than `seats` can have.

    >>> quota(100, 3)
    26
    """
    return ballots // (seats + 1) + 1


def dealt(ballots: Sequence[Marks], setup: Setup) -> Piles:
    """All papers with their first choice."""
    piles: Piles = {key: {} for key in setup.options}
    for order, times in orders(ballots, setup).items():
        if order:
            names = tuple(setup.options[one] for one in order)
            piles[names[0]][names[1:]] = piles[names[0]].get(names[1:], Fraction(0)) + times
    return piles


def passed(piles: Piles, leaving: dict[str, Fraction]) -> Piles:
    """The piles after some left, each paper at the share of it that passes on."""
    rest = {key: dict(pile) for key, pile in piles.items() if key not in leaving}
    for key, share in leaving.items():
        for paper, worth in piles[key].items() if share else ():
            at = next((place for place, name in enumerate(paper) if name in rest), None)
            if at is not None:
                pile, after = rest[paper[at]], paper[at + 1 :]
                pile[after] = pile.get(after, Fraction(0)) + worth * share
    return rest


def count(ballots: Sequence[Marks], setup: Setup) -> Counted:
    """Elect whoever has the quota, pass surpluses on, let the least go, until seats are full."""
    piles = dealt(ballots, setup)
    needed = Fraction(quota(sum(1 for marks in ballots if marks), setup.seats))
    rounds: list[Round] = []
    elected: list[str] = []
    start = {key: sum(pile.values(), Fraction(0)) for key, pile in piles.items()}
    if not any(start.values()):
        return Counted(ends=Ends.NOTHING, totals=start)
    while piles and len(elected) < setup.seats:
        totals = {key: sum(pile.values(), Fraction(0)) for key, pile in piles.items()}
        step, leaving = _step(totals, needed, setup.seats - len(elected), setup)
        rounds.append(step)
        elected += step.chosen
        piles = passed(piles, leaving)
    return Counted(ends=Ends.TAKES, chosen=tuple(elected), totals=start, rounds=owned(rounds))


def _step(
    totals: dict[str, Fraction], needed: Fraction, seats: int, setup: Setup
) -> tuple[Round, dict[str, Fraction]]:
    """What happens in one round, and who leaves with which share of their papers passing on."""
    ranked = sorted(setup.first(list(totals)), key=lambda key: -totals[key])
    if len(totals) <= seats:
        return Round(totals=totals, chosen=tuple(ranked)), dict.fromkeys(ranked, Fraction(0))
    over = [key for key in ranked if totals[key] >= needed]
    if over:
        drawn = len(over) > seats and totals[over[seats - 1]] == totals[over[seats]]
        chosen = tuple(over[:seats])
        shares = {key: (totals[key] - needed) / totals[key] for key in chosen}
        return Round(totals=totals, chosen=chosen, drawn=drawn), shares
    low = min(totals.values())
    equal = [key for key in ranked if totals[key] == low]
    step = Round(totals=totals, out=(equal[-1],), drawn=len(equal) > 1 and low > 0)
    return step, {equal[-1]: Fraction(1)}


METHOD = Method(
    name="stv",
    title=mark("In order, for several seats"),
    good_for=mark("To choose several of us so that smaller parts have a voice as well."),
    how=mark("You put them in order. Whoever has enough is chosen, and what is over passes on; "
             "whoever has least goes, and their ballots pass on."),
    source="J. B. Gregory (1880), weighted inclusive; H. R. Droop (1881)",
    paper=Paper.PLACES,
    several=True,
    count=count,
    fault=papers.places,
)  # fmt: skip
