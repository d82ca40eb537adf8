"""The ways to decide that a community can choose from, by their names on the wire."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

from node.modules.decisions.methods import METHODS
from node.modules.decisions.methods.face import Base, Setup
from node.modules.decisions.methods.face import Method as Way
from node.modules.decisions.options import STAY


class Method(StrEnum):
    """How a community decides."""

    CONSENT = "consent"
    MAJORITY = "majority"
    SUPERMAJORITY = "supermajority"
    CONSENSUS = "consensus"
    GRADIENTS = "gradients"
    SENSE_CHECK = "senseCheck"
    ADVICE = "adviceProcess"
    APPROVAL = "approvalVoting"
    SCORE = "scoreVoting"
    MEDIAN = "medianScore"
    STAR = "star"
    RUNOFF = "instantRunoff"
    SCHULZE = "schulze"
    RANKED_PAIRS = "rankedPairs"
    STV = "stv"
    MEEK = "meekStv"
    DOTS = "dotVoting"
    QUADRATIC = "quadraticVoting"
    KNAPSACK = "knapsackBudget"
    EQUAL_SHARES = "equalShares"


class Position(StrEnum):
    """What a ballot says, in the words of the wire (on which only sums ever travel)."""

    CONSENT = "consent"
    RESERVATION = "consentWithReservation"
    OBJECTION = "block"
    IN_FAVOUR = "inFavour"
    AGAINST = "oppose"
    ABSTAIN = "abstain"
    APPROVE = "approve"


POSITIONS: Final[Mapping[Method, tuple[Position, ...]]] = {
    method: tuple(Position(word) for word in METHODS[method].positions)
    for method in Method
    if METHODS[method].positions
}
"""The positions each method knows, in the order in which a ballot lists them."""

ONE_TEXT: Final = frozenset(POSITIONS)
"""The methods that take one text or leave it."""
AMONG_OPTIONS: Final = frozenset(Method) - ONE_TEXT | {Method.MAJORITY}
"""The methods that can choose among several options."""
SEATS: Final = frozenset({Method.STV, Method.MEEK})
BUDGETS: Final = frozenset({Method.KNAPSACK, Method.EQUAL_SHARES})
BASED: Final = frozenset({Method.MAJORITY, Method.SUPERMAJORITY})
"""Methods that ask of whom a share is a share."""


def way(method: Method, *, among: bool) -> Way:
    """How ballots are counted; a majority among options is another count than yes or no."""
    return METHODS["options" if among and method is Method.MAJORITY else method.value]


def setup(
    method: Method, options: Sequence[str], eligible: int, settings: Mapping[str, Any]
) -> Setup:
    """What is fixed before the first ballot.

    Args:
        method: how it is decided.
        options: their keys.
        eligible: how many may vote.
        settings: of this one vote, as they are kept: `base`, `seats`, `budget`, `costs`.
    """
    of = way(method, among=bool(options))
    return Setup(
        options=tuple(options),
        stay=STAY if STAY in options else "",
        eligible=eligible,
        share=of.share,
        base=Base(settings.get("base", Base.DECIDED)),
        seats=settings.get("seats", 1),
        most=of.most,
        costs=settings.get("costs", {}),
        budget=settings.get("budget", 0),
    )
