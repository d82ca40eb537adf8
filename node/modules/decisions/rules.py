"""How a count becomes an outcome, and how much of it may be told. Values in, values out.

A decision is hard to tell apart from a person where few take part. So three ballots are
needed for any outcome, and counts are shown only where nobody stands out.
"""

import hashlib
import math
from base64 import b32encode
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final

from node.modules.decisions.options import STAY
from vocab import proofs

FEWEST_BALLOTS: Final = 3
"""With fewer ballots, outcome and turnout together would tell how somebody voted."""
SUPPRESSED_BELOW: Final = 5
"""A position that fewer took is never shown; vocabulary.md §5."""
ENOUGH_TO_SHOW: Final = 8
"""Ballots needed before any count is shown; vocabulary.md §6.9."""
LARGE: Final = 20
"""From so many members on, a community is asked to show counts where they can be shown."""


class Method(StrEnum):
    """How a community decides."""

    CONSENT = "consent"
    MAJORITY = "majority"


class Position(StrEnum):
    """What a ballot says, in the words of the wire (on which only sums ever travel)."""

    CONSENT = "consent"
    RESERVATION = "consentWithReservation"
    OBJECTION = "block"
    IN_FAVOUR = "inFavour"
    AGAINST = "oppose"
    ABSTAIN = "abstain"


class Outcome(StrEnum):
    """What came of it."""

    APPROVED = "approved"
    REJECTED = "rejected"
    BLOCKED = "blocked"
    NO_DECISION = "noDecision"


class Disclosure(StrEnum):
    """How much of the count a record shows."""

    FULL = "full"
    OUTCOME_ONLY = "outcomeOnly"


POSITIONS: Final[Mapping[Method, tuple[Position, ...]]] = {
    Method.CONSENT: (
        Position.CONSENT, Position.RESERVATION, Position.OBJECTION, Position.ABSTAIN,
    ),
    Method.MAJORITY: (Position.IN_FAVOUR, Position.AGAINST, Position.ABSTAIN),
}  # fmt: skip
"""The positions each method knows, in the order in which a ballot lists them."""

WITH_REASON: Final = frozenset({Position.RESERVATION, Position.OBJECTION})
"""Positions that keep a reason; free text beside any other could name its voter."""

AMONG_OPTIONS: Final = frozenset({Method.MAJORITY})
"""The methods that can choose among several options; all others take one text or leave it."""

Counts = Mapping[Position, int]


@dataclass(frozen=True, kw_only=True)
class Vote:
    """What one ballot says: a position, and where there are options the one it is for."""

    position: Position
    option: str = ""


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a count says: the outcome, the option chosen, and what of the count may be told."""

    outcome: Outcome
    participated: int
    reached: bool
    disclosure: Disclosure
    chosen: str = ""
    tallies: tuple[tuple[Vote, int], ...] = ()


def votes(method: Method, options: Sequence[str] = ()) -> Mapping[str, Vote]:
    """What a ballot may say, by the word it says it with, in the order of the paper.

    Args:
        method: how it is decided.
        options: the keys of the options, such as "opt-1"; none for one text.

    >>> list(votes(Method.MAJORITY, ["opt-1", "opt-2"]))
    ['opt-1', 'opt-2', 'abstain']
    """
    if not options:
        return {position.value: Vote(position=position) for position in POSITIONS[method]}
    named = {one: Vote(position=Position.IN_FAVOUR, option=one) for one in options}
    return named | {Position.ABSTAIN.value: Vote(position=Position.ABSTAIN)}


def fault(method: Method, word: str, reason: str, options: Sequence[str] = ()) -> str:
    """The name of the field that is wrong with a ballot; "" if it can be cast."""
    if word not in votes(method, options):
        return "position"
    if word == Position.OBJECTION and not reason.strip():
        return "reason"
    return ""


def required(share: Fraction, eligible: int) -> int:
    """How many ballots a decision needs: the share of those who may vote, and at least three.

    A community of one or two needs all of them; it cannot hide how somebody voted.

    >>> required(Fraction(1, 2), 11), required(Fraction(1, 4), 5), required(Fraction(1, 4), 2)
    (6, 3, 2)
    """
    return max(math.ceil(share * eligible), min(FEWEST_BALLOTS, eligible), 1)


def outcome(method: Method, counts: Counts, needed: int) -> Outcome:
    """What the ballots decide.

    Too few ballots decide nothing. Consent: one objection stops it; where all stand aside,
    nobody has consented, and nothing is decided. Majority: more in favour than against; a
    tie leaves things as they are.
    """
    if sum(counts.values()) < needed:
        return Outcome.NO_DECISION
    if method is Method.MAJORITY:
        ahead = counts.get(Position.IN_FAVOUR, 0) > counts.get(Position.AGAINST, 0)
        return Outcome.APPROVED if ahead else Outcome.REJECTED
    if counts.get(Position.OBJECTION, 0):
        return Outcome.BLOCKED
    agreed = counts.get(Position.CONSENT, 0) + counts.get(Position.RESERVATION, 0)
    return Outcome.APPROVED if agreed else Outcome.NO_DECISION


def choice(counts: Mapping[str, int], *, abstained: int, needed: int) -> tuple[Outcome, str]:
    """What the ballots choose among options: the one that more than half of those chose who did.

    There is at most one, and it would win against each of the others alone. Where there is
    none, be it for a tie, things stay as they are if that stood on the ballot; otherwise
    nothing is decided. Too few ballots decide nothing.

    Args:
        counts: ballots for each option by its key; `STAY` only where it stood on the ballot.
        abstained: ballots for none.
        needed: how many ballots a decision needs.
    """
    chose = sum(counts.values())
    if chose + abstained < needed:
        return Outcome.NO_DECISION, ""
    won = next((one for one, n in counts.items() if one != STAY and 2 * n > chose), "")
    if won:
        return Outcome.APPROVED, won
    return (Outcome.REJECTED, STAY) if STAY in counts else (Outcome.NO_DECISION, "")


def disclosure(counts: Mapping[Any, int], *, wanted: bool) -> Disclosure:
    """Whether the counts may be shown.

    Only if that was said before voting opened, eight or more took part, at least two
    positions were given, and each of these by five or more. Source: vocabulary.md §6.9.
    """
    given = [count for count in counts.values() if count]
    shown = (
        wanted
        and sum(given) >= ENOUGH_TO_SHOW
        and len(given) >= 2
        and min(given) >= SUPPRESSED_BELOW
    )
    return Disclosure.FULL if shown else Disclosure.OUTCOME_ONLY


def count(
    method: Method,
    papers: Collection[Vote],
    needed: int,
    *,
    wanted: bool,
    options: Sequence[str] = (),
) -> Result:
    """Count the ballots.

    Args:
        method: how it is decided.
        papers: what each ballot says.
        needed: how many ballots a decision needs.
        wanted: whether the counts were to be shown, as said before voting opened.
        options: the keys of the options; none for one text.
    """
    given = Counter(papers)
    counts = {vote: given[vote] for vote in votes(method, options).values()}
    ends, chosen = _end(method, counts, needed, among=bool(options))
    reached = len(papers) >= needed
    shown = disclosure(counts, wanted=wanted and reached)
    full = shown is Disclosure.FULL
    return Result(
        outcome=ends,
        participated=len(papers),
        reached=reached,
        disclosure=shown,
        chosen=chosen,
        tallies=tuple((vote, n) for vote, n in counts.items() if n) if full else (),
    )


def _end(
    method: Method, counts: Mapping[Vote, int], needed: int, *, among: bool
) -> tuple[Outcome, str]:
    if not among:
        return outcome(method, {vote.position: n for vote, n in counts.items()}, needed), ""
    abstained = counts[Vote(position=Position.ABSTAIN)]
    options = {vote.option: n for vote, n in counts.items() if vote.option}
    return choice(options, abstained=abstained, needed=needed)


def statements(agreed: Sequence[str], participated: int) -> tuple[str, ...]:
    """The minority statements of a record: reasons whose authors want them published.

    In the order of the alphabet, so that none tells when it was written. If everybody made
    one there is no minority, and their number would tell how all voted: then none.
    """
    said = sorted({text.strip() for text in agreed if text.strip()})
    return tuple(said) if len(agreed) < participated else ()


def receipt(key: str) -> str:
    """The word a voter takes home: it shows that the ballot was counted, not what it says.

    >>> receipt("0" * 32)
    'qtqm-b2x2-vf'
    """
    word = b32encode(hashlib.sha256(key.encode()).digest()).decode().lower()[:10]
    return "-".join((word[:4], word[4:8], word[8:]))


def roster_hash(members: Sequence[str], salt: str) -> str:
    """The frozen list of those who may vote, as a commitment for the log."""
    return hashlib.sha256("\x1f".join((salt, *sorted(members))).encode()).hexdigest()


def commitment(salt: str, roster: str, ballots: Sequence[tuple[str, ...]]) -> str:
    """The digest of the counted ballots, salted: members can show each other that none changed.

    Args:
        salt: at least 128 random bits, kept here; without it the digest says nothing.
        roster: see `roster_hash`.
        ballots: key and position of each, and its option where it has one.
    """
    kept = {"salt": salt, "roster": roster, "papers": sorted(list(one) for one in ballots)}
    return proofs.digest(kept)


# What others answer ------------------------------------------------------------------------


class Answer(StrEnum):
    """What a community does with another's record."""

    NOTED = "noted"
    ADOPTED = "adopted"
    OBJECTED = "objected"


NEEDS_BASIS: Final = frozenset({"adopted", "adoptedWithChanges", "ratified", "objected"})
"""Answers that stand on a decision of the community that answers; vocabulary.md §6.10."""
GROUNDS: Final = ("harm", "conflictWithCharter", "processFlaw", "resourceImpact", "other")
REQUESTS: Final = ("amend", "pause", "talk", "none")


def may_answer(*, ours: bool, seal: str, answered: Collection[str], answer: Answer) -> str:
    """Why we may not answer a record so, as a code; "" if we may.

    Args:
        ours: the record is our own.
        seal: its state (`seals.State`).
        answered: what we have answered to it already.
        answer: what we want to say.
    """
    if ours:
        return "E_SELF_RESPONSE"
    if seal != "holds":
        return "E_SEAL"
    return "E_ANSWERED" if answer in answered or Answer.ADOPTED in answered else ""


def refusal(
    *, known: bool, self_made: bool, digest_equal: bool, said: Collection[str], response: str
) -> str:
    """Why a response that came in does not count, as a code; "" if it may.

    Args:
        known: the record it answers is one of ours, and has left us.
        self_made: it comes from the record's own community.
        digest_equal: it names the text that we published.
        said: what the same community has answered to this record before.
        response: what it says.
    """
    if self_made:
        return "E_SELF_RESPONSE"
    if not known:
        return "E_UNKNOWN_RECORD"
    if not digest_equal:
        return "E_DIGEST"
    return "E_DUPLICATE" if response in said else ""


def sound_basis(*, owner: str | None, responder: str, holds: bool, result: str | None) -> bool:
    """Whether a response stands on what it names: the responder's own, signed, approved record."""
    return owner == responder and holds and result in {"approved", "approvedWithAmendments"}
