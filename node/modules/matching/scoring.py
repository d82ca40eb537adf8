"""How well an offer and a need fit, by plain rules, and why; pure.

The score only chooses what is shown. Nothing about a person goes into it: no reputation, no
history, no guess. Every part of it is a reason that can be read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

TOPIC, RELATED, WORD, KIND, TERMS, TIME, NEAR = 50, 20, 10, 8, 7, 5, 5
MOST_WORDS = 3
ENOUGH = 50
"""Below this it is no match."""

_GROUPS = (
    ("repair", "tool-sharing", "building", "energy"),
    ("repair", "computers", "clothing", "furniture"),
    ("gardening", "food", "animals"),
    ("care", "childcare", "health"),
    ("teaching", "languages", "computers", "writing"),
    ("music", "art", "events", "space"),
    ("facilitation", "events", "space"),
    ("writing", "accounting", "books"),
    ("sport", "health"),
    ("transport", "tool-sharing"),
)
"""Topics of ours that are near to each other."""


def _near() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for group in _GROUPS:
        for one in group:
            found.setdefault(one, set()).update(group)
    return {one: frozenset(others - {one}) for one, others in found.items()}


RELATED_TO = _near()


@dataclass(frozen=True, kw_only=True)
class Side:
    """One notice, as far as it matters for a fit.

    `topics` are IRIs; `names` those of our own topics among them, by name.
    """

    topics: frozenset[str]
    names: frozenset[str]
    kind: str
    words: frozenset[str]
    terms: tuple[str, ...] = ()
    ends: datetime | None = None
    place: str = ""


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One part of a fit: which, and the words that stand bold in its sentence."""

    part: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Fit:
    """How well two notices fit, 0 to 100, the reasons, and what speaks against it."""

    score: int
    reasons: tuple[Reason, ...]
    but: Reason | None

    @property
    def enough(self) -> bool:
        """Whether it is worth showing: about the same thing, not only convenient."""
        return self.score >= ENOUGH

    @property
    def step(self) -> str:
        """The fit in the three steps that may leave a node."""
        return "strong" if self.score >= 75 else "good" if self.score >= 60 else "possible"


def fit(mine: Side, other: Side) -> Fit:
    """Compare a need with an offer, or an offer with a need.

    Args:
        mine: the notice of whoever is shown the match.
        other: the one that may fit; the sentences are about it.
    """
    about, points = _about(mine, other)
    if not about:
        return Fit(score=0, reasons=(), but=None)
    reasons = list(about)
    for part, gain in (
        (_kind(mine, other), KIND),
        (_terms(mine, other), TERMS),
        (_time(mine, other), TIME),
        (_place(mine, other), NEAR),
    ):
        if part is not None:
            reasons.append(part)
            points += gain
    return Fit(score=min(points, 100), reasons=tuple(reasons), but=_but(mine, other, about))


def _about(mine: Side, other: Side) -> tuple[list[Reason], int]:
    """What both are about: the same topic, a near one, the same words."""
    found: list[Reason] = []
    points = 0
    same = sorted(t for t in mine.topics & other.topics if "#kind-" not in t)
    near = sorted({n for one in mine.names for n in RELATED_TO.get(one, ())} & other.names)
    if same:
        found.append(Reason(part="topic", words=tuple(same[:2])))
        points += TOPIC
    elif near:
        found.append(Reason(part="related", words=(near[0],)))
        points += RELATED
    words = sorted(mine.words & other.words, key=lambda word: (-len(word), word))[:MOST_WORDS]
    if words:
        found.append(Reason(part="words", words=tuple(words)))
        points += WORD * len(words)
    return found, points


def _kind(mine: Side, other: Side) -> Reason | None:
    return Reason(part="kind", words=(other.kind,)) if mine.kind == other.kind else None


def _terms(mine: Side, other: Side) -> Reason | None:
    both = [one for one in other.terms if one in mine.terms]
    return Reason(part="terms", words=(both[0],)) if both else None


def _time(mine: Side, other: Side) -> Reason | None:
    if mine.ends is None or other.ends is None or other.ends < mine.ends:
        return None
    return Reason(part="time", words=(mine.ends.isoformat(),))


def _place(mine: Side, other: Side) -> Reason | None:
    return Reason(part="near") if mine.place == other.place else None


def _but(mine: Side, other: Side, about: Sequence[Reason]) -> Reason | None:
    """The first thing that speaks against it, and there is often one."""
    if mine.terms and other.terms and not set(mine.terms) & set(other.terms):
        return Reason(part="terms", words=(other.terms[0],))
    if mine.ends and other.ends and other.ends < mine.ends:
        return Reason(part="time", words=(other.ends.isoformat(),))
    if all(one.part == "related" for one in about):
        return Reason(part="related")
    if mine.kind != other.kind:
        return Reason(part="kind", words=(other.kind,))
    if all(one.part != "words" for one in about):
        return Reason(part="words")
    return None if mine.place == other.place else Reason(part="far")
