"""Yes and no, one option each, dots and squares: beside votelib where it has the method.

Consent, consensus, gradients, sense checks and advice are in no other program: they stand beside
their rule, read anew from its sentence, one ballot after the other.
"""

from collections import Counter
from collections.abc import Callable
from fractions import Fraction

from votelib.evaluate import cardinal, core, threshold

from node.modules.decisions.methods import METHODS
from node.modules.decisions.methods.face import ABSTAIN, Base, Ends, Marks, Setup

Comparison = Callable[[list[Marks], Setup], bool]


def _votes(ballots: list[Marks], *but: str) -> dict[str, int]:
    return dict(Counter(key for marks in ballots for key in marks if key not in but))


def _ends(name: str, ballots: list[Marks], setup: Setup) -> Ends:
    return METHODS[name].count(ballots, setup).ends


def majority(ballots: list[Marks], setup: Setup) -> bool:
    """More for it than against: votelib's plurality of the two, in which a tie is none."""
    votes = _votes(ballots, "abstain")
    if not votes:
        return False
    theirs = core.Plurality().evaluate({"inFavour": 0, "oppose": 0, **votes}, 1)
    taken = theirs == ["inFavour"]
    assert (_ends("majority", ballots, setup) is Ends.TAKES) is taken
    return True


def of_all_cast(ballots: list[Marks], setup: Setup) -> bool:
    """More than half of all that were cast: votelib's threshold, which does not take a half."""
    half = threshold.RelativeThreshold(Fraction(1, 2), accept_equal=False)
    theirs = half.evaluate(_votes(ballots))
    cast = Setup(options=(), base=Base.CAST)
    assert (_ends("majority", ballots, cast) is Ends.TAKES) is ("inFavour" in theirs)
    return True


def supermajority(ballots: list[Marks], setup: Setup) -> bool:
    """Two thirds of those who say yes or no: votelib's threshold, in votes.

    Its threshold of a share compares a number of votes with the share, where they are equal.
    """
    votes = _votes(ballots, "abstain")
    if not votes:
        return False
    theirs = threshold.AbsoluteThreshold(Fraction(2, 3) * sum(votes.values())).evaluate(votes)
    made = Setup(options=(), share=Fraction(2, 3))
    assert (_ends("supermajority", ballots, made) is Ends.TAKES) is ("inFavour" in theirs)
    return True


def half(ballots: list[Marks], setup: Setup) -> bool:
    """One option each: what more than half of those who choose one choose; votelib's threshold."""
    votes = _votes(ballots, ABSTAIN)
    if not votes:
        return False
    theirs = threshold.RelativeThreshold(Fraction(1, 2), accept_equal=False).evaluate(votes)
    assert list(METHODS["options"].count(ballots, setup).chosen) == list(theirs)
    return True


def sums(name: str) -> Comparison:
    """Dots, and votes that cost their square: the highest sum, as votelib adds scores up."""

    def comparison(ballots: list[Marks], setup: Setup) -> bool:
        given = dict(Counter(frozenset(marks.items()) for marks in ballots if marks))
        if not given:
            return False
        found = METHODS[name].count(ballots, setup)
        theirs = cardinal.ScoreVoting("sum", unscored_value=0).evaluate(given, 1)
        named = {each for one in theirs for each in (one if isinstance(one, core.Tie) else [one])}
        assert set(found.chosen or found.tied) == named
        return True

    return comparison


def _consent(said: list[str]) -> Ends:
    if "block" in said:
        return Ends.BLOCKED
    return Ends.TAKES if set(said) - {"abstain"} else Ends.NOTHING


def _consensus(said: list[str]) -> Ends:
    if "block" in said:
        return Ends.BLOCKED
    aside = sum(1 if one == "abstain" else -1 for one in said)
    return Ends.TAKES if aside < 0 else Ends.NOTHING


def _gradients(said: list[str]) -> Ends:
    if "block" in said:
        return Ends.BLOCKED
    not_for = sum(one in ("abstain", "oppose") for one in said)
    return Ends.TAKES if said and 3 * not_for <= len(said) else Ends.LEAVES


READ_ANEW: dict[str, Callable[[list[str]], Ends]] = {
    "consent": _consent,
    "consensus": _consensus,
    "gradients": _gradients,
    "senseCheck": lambda _said: Ends.NOTHING,
    "adviceProcess": lambda said: Ends.TAKES if said else Ends.NOTHING,
}


def read_anew(name: str) -> Comparison:
    """A method that no other program has, beside its rule."""

    def comparison(ballots: list[Marks], setup: Setup) -> bool:
        said = [key for marks in ballots for key in marks]
        made = Setup(options=(), share=METHODS[name].share)
        found = METHODS[name].count(ballots, made)
        assert found.ends is READ_ANEW[name](said)
        assert {key: int(n) for key, n in found.totals.items() if n} == dict(Counter(said))
        return True

    return comparison
