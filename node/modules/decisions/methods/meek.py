"""Meek's count of a single transferable vote: surpluses pass on to those chosen before, too.

Source: I. D. Hill, B. A. Wichmann and D. R. Woodall, Algorithm 123, The Computer Journal 30
(1987), in whole billionths of a vote, as the Proportional Representation Foundation's reference
rule has it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
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
from vocab.values import dataclass
from web.language import mark

ONE = 10**9
"""A whole vote; all figures here are in billionths of one."""
SMALL = ONE // 10**6
"""A surplus smaller than this is none."""

Papers = Mapping[tuple[str, ...], int]


@dataclass(frozen=True, kw_only=True)
class State:
    """Who still hopes, who is chosen, and what part of a vote each keeps, in billionths."""

    hopeful: tuple[str, ...]
    elected: tuple[str, ...]
    keep: Mapping[str, int]


def dealt(given: Papers, keep: Mapping[str, int]) -> tuple[dict[str, int], int]:
    """Votes for each, and what passes on to nobody."""
    votes, lost = dict.fromkeys(keep, 0), 0
    for paper, times in given.items():
        left = ONE
        for key in paper:
            kept = keep.get(key, 0)
            if not kept or not left:
                continue
            part = -(-left * kept // ONE)
            votes[key] += part * times
            left -= part
        lost += left * times
    return votes, lost


def iterated(
    given: Papers, state: State, seats: int, total: int
) -> tuple[State, dict[str, int], int]:
    """Settle what each keeps until somebody is chosen or the surplus is nothing.

    Returns:
        The state, the votes for each, and the surplus that was left.
    """
    keep, before = dict(state.keep), None
    while True:
        votes, lost = dealt(given, keep)
        needed = (total - lost) // (seats + 1) + 1
        chosen = [key for key in state.hopeful if votes[key] >= needed]
        surplus = sum(max(0, votes[key] - needed) for key in (*state.elected, *chosen))
        if chosen:
            chosen.sort(key=lambda key: -votes[key])
            hopeful = tuple(key for key in state.hopeful if key not in chosen)
            elected = (*state.elected, *chosen)
            return State(hopeful=hopeful, elected=elected, keep=keep), votes, surplus
        if surplus < SMALL or (before is not None and surplus >= before):
            return State(hopeful=state.hopeful, elected=state.elected, keep=keep), votes, surplus
        before = surplus
        for key in state.elected:
            keep[key] = -(-keep[key] * needed // votes[key])


def count(ballots: Sequence[Marks], setup: Setup) -> Counted:
    """Choose for all seats."""
    given: Counter[tuple[str, ...]] = Counter()
    for order, times in orders(ballots, setup).items():
        given[tuple(setup.options[one] for one in order)] += times
    given.pop((), None)
    total = sum(given.values()) * ONE
    names = tuple(setup.first(list(setup.options)))
    state = State(hopeful=names, elected=(), keep=dict.fromkeys(names, ONE))
    start = _told(dealt(given, state.keep)[0])
    if not total:
        return Counted(ends=Ends.NOTHING, totals=start)
    rounds: list[Round] = []
    while (
        len(state.elected) < setup.seats and len(state.elected) + len(state.hopeful) > setup.seats
    ):
        after, votes, surplus = iterated(given, state, setup.seats, total)
        chosen = after.elected[len(state.elected) :]
        state, out, drawn = (after, (), False) if chosen else _without(after, votes, surplus)
        rounds.append(Round(totals=_told(votes), chosen=chosen, out=out, drawn=drawn))
    rest = state.hopeful if len(state.elected) < setup.seats else ()
    if rest:
        votes = dealt(given, state.keep)[0]
        rest = tuple(sorted(rest, key=lambda key: -votes[key]))
        rounds.append(Round(totals=_told(votes), chosen=rest))
    chosen = (*state.elected, *rest)[: setup.seats]
    return Counted(ends=Ends.TAKES, chosen=chosen, totals=start, rounds=owned(rounds))


def _without(
    state: State, votes: Mapping[str, int], surplus: int
) -> tuple[State, tuple[str, ...], bool]:
    """The state without whoever has least; of equal ones the one that was drawn last goes."""
    low = min(votes[key] for key in state.hopeful)
    equal = [key for key in state.hopeful if votes[key] <= low + surplus]
    out = equal[-1]
    hopeful = tuple(key for key in state.hopeful if key != out)
    keep = {key: kept for key, kept in state.keep.items() if key != out}
    drawn = len(equal) > 1 and low > 0
    return State(hopeful=hopeful, elected=state.elected, keep=keep), (out,), drawn


def _told(votes: Mapping[str, int]) -> dict[str, Fraction]:
    return {key: Fraction(number, ONE) for key, number in votes.items()}


METHOD = Method(
    name="meekStv",
    title=mark("In order, for several seats, by Meek's count"),
    good_for=mark("As several seats by order, if a machine counts: no vote is wasted on the way."),
    how=mark("You put them in order. Whoever has enough keeps just that of each ballot, and the "
             "rest passes on, again and again until it settles."),
    source="I. D. Hill, B. A. Wichmann and D. R. Woodall, The Computer Journal 30 (1987)",
    paper=Paper.PLACES,
    several=True,
    count=count,
    fault=papers.places,
)  # fmt: skip
