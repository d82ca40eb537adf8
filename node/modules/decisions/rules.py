"""How a count becomes an outcome, and how much of it may be told. Values in, values out.

A decision is hard to tell apart from a person where few take part. So three ballots are
needed for any outcome, and counts are shown only where nobody stands out.
"""

import hashlib
import math
import secrets
from base64 import b32encode
from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from fractions import Fraction
from typing import Final

from node.modules.decisions.methods import ladder, showing
from node.modules.decisions.methods.face import Counted, Ends, Marks, Paper, Said, Setup
from node.modules.decisions.methods.face import Method as Way
from node.modules.decisions.methods.ways import POSITIONS, Method, Position, setup, way
from vocab import proofs
from vocab.values import dataclass

FEWEST_BALLOTS: Final = 3
"""With fewer ballots, outcome and turnout together would tell how somebody voted."""
SUPPRESSED_BELOW: Final = showing.LEAST
"""A position that fewer took is never shown; vocabulary.md §5."""
LARGE: Final = 20
"""From so many members on, a community is asked to show counts where they can be shown."""


class Outcome(StrEnum):
    """What came of it."""

    APPROVED = "approved"
    REJECTED = "rejected"
    BLOCKED = "blocked"
    NO_DECISION = "noDecision"


class Disclosure(StrEnum):
    """How much of the count a record shows."""

    FULL = "full"
    BANDED = "banded"
    """in bands, where few took part or it was close"""
    OUTCOME_ONLY = "outcomeOnly"


WITH_REASON: Final = frozenset({Position.RESERVATION, Position.OBJECTION})
"""Positions that keep a reason; free text beside any other could name its voter."""

Counts = Mapping[Position, int]


@dataclass(frozen=True, kw_only=True)
class Vote:
    """What one ballot says: a position, and where there are options the one it is for.

    In a count that is no count of people, such as of scores, it has an option alone.
    """

    position: Position | None = None
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
    taken: tuple[str, ...] = ()
    """All that are chosen, where several may be."""
    counted: Counted | None = None
    """The count itself, where all of it may be told."""
    tied: tuple[str, ...] = ()
    """Options that are equal: a run-off is to be held among them, and nothing is decided yet."""
    words: tuple[Said, ...] = ()
    """What has to be said of how it came about."""


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
    if way(method, among=True).paper is not Paper.ONE:
        return {}
    named = {one: Vote(position=Position.IN_FAVOUR, option=one) for one in options}
    return named | {Position.ABSTAIN.value: Vote(position=Position.ABSTAIN)}


def fault(
    method: Method, said: Marks | str, reason: str, options: Sequence[str] | Setup = ()
) -> str:
    """The name of the field that is wrong with a ballot; "" if it can be cast."""
    marks = {said: 1} if isinstance(said, str) else said
    made = options if isinstance(options, Setup) else setup(method, options, 0, {})
    if way(method, among=bool(made.options)).fault(marks, made):
        return "position"
    if Position.OBJECTION in marks and not reason.strip():
        return "reason"
    return ""


def required(
    share: Fraction, active: int, eligible: int | None = None, *, fewest: int = FEWEST_BALLOTS
) -> int:
    """How many ballots a decision needs: a share of those who are active, and at least three.

    A community of one or two needs all of them; it cannot hide how somebody voted.

    Args:
        share: of the active.
        active: how many of those who may vote were here lately.
        eligible: how many may vote; None: all are active.
        fewest: what the community needs in any case.

    >>> required(Fraction(1, 2), 11), required(Fraction(1, 4), 5), required(Fraction(1, 4), 2)
    (6, 3, 2)
    >>> required(Fraction(1, 2), 10, 41)
    5
    """
    least = min(fewest, active if eligible is None else eligible)
    return max(math.ceil(share * active), least, 1)


ENDS: Final[Mapping[Ends, Outcome]] = {
    Ends.TAKES: Outcome.APPROVED,
    Ends.LEAVES: Outcome.REJECTED,
    Ends.BLOCKED: Outcome.BLOCKED,
    Ends.NOTHING: Outcome.NO_DECISION,
    Ends.TIED: Outcome.NO_DECISION,
}


def outcome(method: Method, counts: Counts, needed: int) -> Outcome:
    """What the ballots on one text decide; too few decide nothing."""
    ballots = [{position.value: 1} for position, n in counts.items() for _ in range(n)]
    made = setup(method, (), len(ballots), {})
    return tally(method, ballots, made, needed, wanted=False).outcome


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
    ballots: list[Marks] = [{key: 1} for key, n in counts.items() for _ in range(n)]
    ballots += [{Position.ABSTAIN.value: 1}] * abstained
    made = setup(Method.MAJORITY, tuple(counts), len(ballots), {})
    found = tally(Method.MAJORITY, ballots, made, needed, wanted=False)
    return found.outcome, found.chosen


def count(
    method: Method,
    papers: Collection[Vote],
    needed: int,
    *,
    wanted: bool,
    options: Sequence[str] = (),
) -> Result:
    """Count ballots on which one thing is chosen, as `tally`."""
    ballots = [{paper.option or str(paper.position): 1} for paper in papers]
    made = setup(method, options, len(papers), {})
    return tally(method, ballots, made, needed, wanted=wanted)


def tally(
    method: Method,
    ballots: Sequence[Marks],
    made: Setup,
    needed: int,
    *,
    wanted: bool,
    ran_off: bool = True,
    floor: int = SUPPRESSED_BELOW,
    own: int | None = None,
    exact: int = showing.EXACT,
) -> Result:
    """Count the ballots.

    Args:
        method: how it is decided.
        ballots: what each says.
        made: what was fixed before, and the lot.
        needed: how many ballots a decision needs.
        wanted: whether the counts were to be shown, as said before voting opened.
        ran_off: no run-off follows, if options are equal.
        floor: the smallest group that may be shown.
        own: how many took part, if some ballots stand here again for others who gave their voice
            away. Those are no part of the quorum; and figures that do not add up to those who
            took part would tell how many there are, so then none is shown.
        exact: with fewer ballots, positions are told in bands.
    """
    all_, of = len(ballots), way(method, among=bool(made.options))
    came = all_ if own is None else own
    reached = came >= needed
    if not reached:
        return Result(outcome=Outcome.NO_DECISION, participated=came, reached=False,
                      disclosure=Disclosure.OUTCOME_ONLY)  # fmt: skip
    raw = of.count(ballots, made)
    rung = ladder.step(raw, made, ran_off=ran_off)
    found = ladder.settle(raw, made) if rung is not ladder.Step.RUN_OFF else raw
    shown = wanted and came == all_ and showing.safe(raw, of, made, came, floor)
    chosen = found.chosen if not of.several else ()
    told = _disclosure(of, raw, came, exact, floor) if shown else Disclosure.OUTCOME_ONLY
    return Result(
        outcome=ENDS[found.ends],
        participated=came,
        reached=True,
        disclosure=told,
        chosen=chosen[0] if chosen else "",
        tallies=_tallies(of, raw, floor, told),
        taken=found.chosen if of.several else (),
        counted=raw if told is Disclosure.FULL else None,
        tied=raw.tied if rung is ladder.Step.RUN_OFF else (),
        words=found.words,
    )


def _disclosure(of: Way, counted: Counted, came: int, exact: int, floor: int) -> Disclosure:
    """How exactly a count is told that may be told.

    In bands where everybody stands in one group, and few took part or it was close; not at all
    where bands would hide nothing (`showing.vague`). Other counts have no groups that add up, and
    their own rule (`showing.parts`).
    """
    if of.paper is not Paper.ONE:
        return Disclosure.FULL
    figures = {key: int(n) for key, n in counted.totals.items()}
    if came >= exact and not showing.close(figures):
        return Disclosure.FULL
    return Disclosure.BANDED if showing.vague(figures, floor) else Disclosure.OUTCOME_ONLY


def _tallies(
    of: Way, counted: Counted, floor: int, disclosure: Disclosure
) -> tuple[tuple[Vote, int], ...]:
    """The figures of a count that are numbers of people or of points, and not nothing."""
    if of.paper is Paper.PLACES or disclosure is Disclosure.OUTCOME_ONLY:
        return ()
    position = {Paper.SOME: Position.APPROVE, Paper.BASKET: Position.APPROVE}.get(of.paper)
    if of.paper is Paper.ONE and of.among:
        position = Position.IN_FAVOUR
    told = {k: int(n) for k, n in counted.totals.items() if n and n.denominator == 1}
    if disclosure is Disclosure.BANDED:
        told = showing.bands(told, floor)
    names = {p.value for p in Position} if of.paper is Paper.ONE else set()
    return tuple(
        (Vote(position=Position(k)) if k in names else Vote(position=position, option=k), n)
        for k, n in told.items()
    )


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


def ballot_key(box: str, member: str, code: str) -> str:
    """Where a ballot lies, for whoever has the code and is its voter: 128 bits in hex.

    Nobody else finds it: the code has 100 random bits and is kept nowhere.
    """
    return hashlib.sha256(f"{box}\x1f{member}\x1f{code}".encode()).hexdigest()[:32]


def new_code() -> str:
    """A code that only the voter has, as people can copy it: five groups of four letters."""
    word = b32encode(secrets.token_bytes(13)).decode().lower()[:20]
    return "-".join(word[at : at + 4] for at in range(0, 20, 4))


def read_code(typed: str) -> str:
    """A code as it was typed, with or without its hyphens, in any letters.

    >>> read_code(" QTQM b2x2-vfaa bbcc ddee ")
    'qtqm-b2x2-vfaa-bbcc-ddee'
    """
    word = "".join(letter for letter in typed.lower() if letter.isalnum())
    return "-".join(word[at : at + 4] for at in range(0, len(word), 4))


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
