"""How well an offer and a need fit, by plain rules, and why; pure.

The score only chooses what is shown. Nothing about a person goes into it: no reputation, no
history, no balance, no guess. Every part of it that is known is a sentence that can be read.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from node.modules.listings.api import ANY, Cell, When, apart, meet
from node.modules.matching import lexicon

TOPIC, WORDS, KIND, NEAR, TIME, TERMS, LANGUAGE, WAITING = 30, 30, 12, 8, 8, 4, 4, 4
"""What each part may add; together 100."""
NARROWER, BESIDE, RELATED, GUESSED = 24, 18, 12, 20
"""For a topic that stands below the other, or beside it below a third; for one that is near to
the other, and for one that only its words tell."""
IN_TITLES, IN_ONE, IN_TEXTS, ACTION = 20, 10, 5, 3
"""For a word both have: in both titles, in one of them, in neither; and what says only what
is done."""
MOST_WORDS = 3
ENOUGH = 60
"""Below this it is no match."""
GOOD, STRONG = 70, 80
"""From where a fit is told to other nodes as good, and as strong."""
MARGIN = 15
"""What fits so much less than the best is not shown beside it."""
LONG = timedelta(days=14)
"""A need that has waited longer comes a little earlier."""
CLOSE = 10
"""Kilometres beyond which the way speaks against it."""

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

    `topics` are IRIs, `above` those that stand above them; `names` are the topics of the shared
    list among them, or else above them; `guessed` are topics that only the title tells. `title`
    and `text` are stems to words (lexicon.words), None if it has no words. `place` is its host,
    `since` when it came.
    """

    topics: frozenset[str] = frozenset()
    above: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    guessed: frozenset[str] = frozenset()
    kind: str = ""
    title: Mapping[str, str] | None = field(default_factory=dict)
    text: Mapping[str, str] = field(default_factory=dict)
    terms: tuple[str, ...] = ()
    ends: datetime | None = None
    when: When = ANY
    place: str = ""
    cell: Cell | None = None
    lang: str | None = None
    is_need: bool = False
    since: datetime | None = None


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
        return "strong" if self.score >= STRONG else "good" if self.score >= GOOD else "possible"


@dataclass(frozen=True, kw_only=True)
class Part:
    """What one part adds, out of how much, and its sentence if it has one.

    What is not known of one side counts half; what cannot be compared at all counts for
    nothing, out of nothing.
    """

    points: int
    of: int
    reason: Reason | None = None


def fit(
    mine: Side, other: Side, *, now: datetime | None = None, zone: ZoneInfo | None = None
) -> Fit:
    """Compare a need with an offer, or an offer with a need.

    Args:
        mine: the notice of whoever is shown the match.
        other: the one that may fit; the sentences are about it.
        now: the moment, by which it is seen what has waited long.
        zone: of the community, in which days of the week are meant.
    """
    words = _words(mine, other)
    topic = _topic(mine, other, words)
    if topic.reason is None and words.reason is None:
        return Fit(score=0, reasons=(), but=None)
    parts = [
        topic,
        words,
        _kind(mine, other),
        _terms(mine, other),
        _time(mine, other, zone),
        _way(mine, other),
        _language(mine, other),
        _waiting(other, now),
    ]
    points, of = sum(one.points for one in parts), sum(one.of for one in parts)
    reasons = tuple(one.reason for one in parts if one.reason is not None)
    score = min(round(100 * points / of), 100)
    if words.reason is None and topic.reason is not None and topic.reason.part in _NEAR:
        score = min(score, ENOUGH - 1)  # near to it alone is not about it
    but = _but(mine, other, reasons) if score >= ENOUGH else None
    return Fit(score=score, reasons=reasons, but=but)


_NEAR = frozenset({"related", "beside"})
"""Reasons by their topic that say what something is near to, not what it is about."""


def stands_beside(score: int, best: int) -> bool:
    """Whether something is worth showing beside the best."""
    return score >= best - MARGIN


def _topic(mine: Side, other: Side, words: Part) -> Part:
    same = sorted(t for t in mine.topics & other.topics if "#kind-" not in t)
    ours = sorted(mine.names & other.names)
    if ours and words.reason is None and _other_things(mine, other):
        return Part(points=RELATED, of=TOPIC, reason=Reason(part="related", words=(ours[0],)))
    if same:
        return Part(points=TOPIC, of=TOPIC, reason=Reason(part="topic", words=tuple(same[:2])))
    if (close := _close(mine, other)) is not None:
        return close
    one, two = mine.names or mine.guessed, other.names or other.guessed
    if not (mine.names and other.names) and (both := sorted(one & two)):
        return Part(points=GUESSED, of=TOPIC, reason=Reason(part="guessed", words=(both[0],)))
    if not (mine.names and other.names):
        return Part(points=0, of=0)
    near = sorted({n for name in mine.names for n in RELATED_TO.get(name, ())} & other.names)
    reason = Reason(part="related", words=(near[0],)) if near else None
    return Part(points=RELATED if near else 0, of=TOPIC, reason=reason)


def _close(mine: Side, other: Side) -> Part | None:
    """A topic that stands below the other, or beside it; None for neither."""
    if below := sorted((mine.topics & other.above) | (mine.above & other.topics)):
        return Part(points=NARROWER, of=TOPIC, reason=Reason(part="narrower", words=(below[0],)))
    if beside := sorted(mine.above & other.above):
        return Part(points=BESIDE, of=TOPIC, reason=Reason(part="beside", words=(beside[0],)))
    return None


def _other_things(mine: Side, other: Side) -> bool:
    """Whether both titles name things, and not one of them is the same."""
    if mine.title is None or other.title is None:
        return False
    return all(lexicon.things() & side.keys() for side in (mine.title, other.title))


def _words(mine: Side, other: Side) -> Part:
    if not (_specific(mine) and _specific(other)):
        return Part(points=0, of=0)
    assert mine.title is not None, "it is specific"
    assert other.title is not None, "it is specific"
    found = sorted(_shared(mine.title, mine.text, other.title, other.text))
    points = min(sum(-weight for weight, _, _ in found), WORDS)
    if _covered(mine.title, other.title) or _covered(other.title, mine.title):
        points = WORDS
    shown = tuple(dict.fromkeys(word for _, _, word in found))[:MOST_WORDS]
    meant = any(weight < -ACTION for weight, _, _ in found)
    reason = Reason(part="words", words=shown) if meant else None
    return Part(points=points, of=WORDS, reason=reason)


def _specific(side: Side) -> bool:
    """Whether a title names more than what is done: “Help with repairs” fits every repair."""
    return bool(side.title and side.title.keys() - lexicon.plain())


def _covered(title: Mapping[str, str], by: Mapping[str, str]) -> bool:
    """Whether everything that a title names stands in the other, too: “A ladder”."""
    return title.keys() - lexicon.plain() <= by.keys()


def _shared(
    title: Mapping[str, str], text: Mapping[str, str], other: Mapping[str, str],
    body: Mapping[str, str],
) -> Iterable[tuple[int, str, str]]:  # fmt: skip
    """Every stem both have: (what it adds, below zero so that it sorts, stem, the other's word)."""
    for one in (title.keys() | text.keys()) & (other.keys() | body.keys()):
        weight = (IN_TEXTS, IN_ONE, IN_TITLES)[(one in title) + (one in other)]
        weight = min(weight, ACTION) if one in lexicon.plain() else weight
        yield -weight, one, other.get(one) or body[one]


def _kind(mine: Side, other: Side) -> Part:
    if mine.kind == other.kind:
        return Part(points=KIND, of=KIND, reason=Reason(part="kind", words=(other.kind,)))
    return Part(points=0, of=KIND)


def _terms(mine: Side, other: Side) -> Part:
    if not (mine.terms and other.terms):
        return Part(points=TERMS // 2, of=TERMS)
    both = [one for one in other.terms if one in mine.terms]
    reason = Reason(part="terms", words=(both[0],)) if both else None
    return Part(points=TERMS if both else 0, of=TERMS, reason=reason)


def _time(mine: Side, other: Side, zone: ZoneInfo | None) -> Part:
    if not meet(mine.when, other.when, zone or ZoneInfo("UTC")):
        return Part(points=TIME // 2, of=TIME)
    return Part(points=TIME, of=TIME, reason=Reason(part="time"))


def _way(mine: Side, other: Side) -> Part:
    """Nearness: by the cells where both are known, else by the community."""
    if mine.cell is None or other.cell is None:
        here = mine.place == other.place
        reason = Reason(part="near") if here else None
        return Part(points=NEAR // 2 if here else NEAR // 4, of=NEAR, reason=reason)
    km = apart(mine.cell, other.cell)
    reason = Reason(part="way", words=(str(km),)) if km <= CLOSE else None
    return Part(points=round(NEAR * 5 / (5 + km)), of=NEAR, reason=reason)


def _language(mine: Side, other: Side) -> Part:
    if not (mine.lang and other.lang):
        return Part(points=LANGUAGE // 2, of=LANGUAGE)
    same = primary(mine.lang) == primary(other.lang)
    reason = Reason(part="language") if same else None
    return Part(points=LANGUAGE if same else 0, of=LANGUAGE, reason=reason)


def primary(language: str | None) -> str:
    """The language of a tag: "de" of "de-AT"."""
    return (language or "").partition("-")[0].lower()


def _waiting(other: Side, now: datetime | None) -> Part:
    """A need that has waited long adds a little; that it has not takes nothing away."""
    long = other.is_need and now is not None and other.since is not None
    if not long or (now or datetime.now(UTC)) - (other.since or datetime.now(UTC)) < LONG:
        return Part(points=0, of=0)
    return Part(points=WAITING, of=0, reason=Reason(part="waiting"))


def _but(mine: Side, other: Side, reasons: Sequence[Reason]) -> Reason | None:
    """The first thing that speaks against it, and there is often one."""
    parts = {one.part for one in reasons}
    if mine.terms and other.terms and "terms" not in parts:
        return Reason(part="terms", words=(other.terms[0],))
    if mine.ends and other.ends and other.ends.date() < mine.ends.date():
        return Reason(part="time", words=(other.ends.isoformat(),))
    if parts & _NEAR and "words" not in parts:
        return Reason(part="related")
    if mine.kind != other.kind:
        return Reason(part="kind", words=(other.kind,))
    if "words" not in parts:
        return Reason(part="words")
    if mine.cell and other.cell and "way" not in parts:
        return Reason(part="way", words=(str(apart(mine.cell, other.cell)),))
    return None if mine.place == other.place else Reason(part="far")
