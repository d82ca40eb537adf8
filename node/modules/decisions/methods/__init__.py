"""Ways to decide, each a pure function of what was fixed before and of the ballots.

Every file names the paper its method comes from. A method is found by its name, which is its name
on the wire but for `options`, a majority among options (docs/decisions/0020), and `medianScore`.
"""

from collections.abc import Mapping
from typing import Final

from node.modules.decisions.methods import (
    advice,
    approval,
    consensus,
    consent,
    dots,
    equal_shares,
    gradients,
    half,
    knapsack,
    majority,
    meek,
    quadratic,
    ranked_pairs,
    runoff,
    schulze,
    score,
    sense,
    star,
    stv,
)
from node.modules.decisions.methods.face import Method

METHODS: Final[Mapping[str, Method]] = {
    one.name: one
    for one in (
        consent.METHOD, majority.METHOD, half.METHOD, majority.QUALIFIED, consensus.METHOD,
        gradients.METHOD, approval.METHOD, score.METHOD, score.MEDIAN, star.METHOD, runoff.METHOD,
        schulze.METHOD, ranked_pairs.METHOD, stv.METHOD, meek.METHOD, dots.METHOD,
        quadratic.METHOD, knapsack.METHOD, equal_shares.METHOD, sense.METHOD, advice.METHOD,
    )
}  # fmt: skip
"""All methods by name, those first that are asked for most."""
WIRE: Final[Mapping[str, str]] = {"options": "majority", "medianScore": "scoreVoting"}
"""What a method is called on the wire, where that is another name."""
