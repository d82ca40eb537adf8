"""Which offer for which need: our choice beside scipy's, on random communities.

scipy assigns one column to each row, so an offer that can be had three times stands in three
columns; a need that stays unmet has a column of its own.
"""

import random
from collections import Counter
from collections.abc import Mapping, Sequence

from node.modules.flows import assigning
from node.modules.flows.circles import Edge

NEVER = -(10**6)
"""What a pair that must not be counts for: less than all others together can make up for."""


def community(dice: random.Random, most: int) -> tuple[list[Edge], dict[str, int]]:
    """Up to `most` needs and offers: few scores, so that much is equal, and pairs that do not fit.

    Some offers cannot be had at all, some are not named among the capacities, some people would
    be given what is theirs already.
    """
    needs, offers = dice.randint(1, most), dice.randint(1, most)
    people = dice.randint(2, 2 * most)
    scores = dice.sample(range(1, 101), dice.choice((2, 5, 40)))
    often = dice.random()
    givers, receivers = [[str(dice.randrange(people)) for _ in range(n)] for n in (offers, needs)]
    edges = [
        Edge(giver=givers[o], receiver=receivers[n], need=f"n{n}", offer=f"o{o}",
             score=dice.choice(scores))
        for n in range(needs) for o in range(offers) if dice.random() < often
    ]  # fmt: skip
    capacity = {f"o{o}": dice.randint(0, 4) for o in range(offers) if dice.random() < 0.8}
    return edges, capacity


def total(edges: Sequence[Edge], capacity: Mapping[str, int]) -> int:
    """What the best choice adds up to, as scipy finds it."""
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    needs = {need: row for row, need in enumerate(sorted({one.need for one in edges}))}
    columns: dict[str, range] = {}
    width = 0
    for offer in sorted({one.offer for one in edges}):
        columns[offer] = range(width, width + capacity.get(offer, 1))
        width = columns[offer].stop
    worth = np.full((len(needs), width + len(needs)), NEVER)
    worth[:, width:] = 0
    for one in edges:
        if one.giver != one.receiver:
            worth[needs[one.need], list(columns[one.offer])] = one.score
    rows, taken = linear_sum_assignment(worth, maximize=True)
    return int(worth[rows, taken].sum())


def compare(times: int, seed: str = "", most: int = 25) -> int:
    """Compare so many random communities; in each, ours is a choice and none adds up to more.

    Returns:
        How many needs were met in all.
    """
    dice = random.Random(f"{seed} assigning")
    met = 0
    for _ in range(times):
        edges, capacity = community(dice, most)
        found = assigning.best(edges, capacity)
        used = Counter(one.offer for one in found)
        assert all(one in edges and one.giver != one.receiver for one in found)
        assert len({one.need for one in found}) == len(found)
        assert all(used[offer] <= capacity.get(offer, 1) for offer in used)
        assert sum(one.score for one in found) == total(edges, capacity)
        met += len(found)
    return met
