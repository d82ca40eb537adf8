"""How well an offer and a need fit, by plain rules, and why; pure.

The score only chooses what is shown. Nothing about a person goes into it: no reputation, no
history, no balance, no guess. Every part of it that is known is a sentence that can be read.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import field
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import NamedTuple
from zoneinfo import ZoneInfo

from node.modules.listings.api import ANY, Cell, When, apart, meet
from node.modules.matching import lexicon
from vocab.values import dataclass

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

    @cached_property
    def named(self) -> AbstractSet[str]:
        """What the title names, not only what is done: “Help with repairs” fits every repair."""
        return self.title.keys() - lexicon.plain() if self.title else frozenset()


class Reason(NamedTuple):
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


class Part(NamedTuple):
    """What one part adds, out of how much, and its reason if it has one, with its words.

    What is not known of one side counts half; what cannot be compared at all counts for
    nothing, out of nothing. A tuple, since most of what is compared comes to nothing.
    """

    points: int
    of: int
    reason: str = ""
    words: tuple[str, ...] = ()


class Judged(NamedTuple):
    """How well two notices fit, 0 to 100, and the parts it is made of, before any is told."""

    score: int
    parts: tuple[Part, ...]


def fit(
    mine: Side, other: Side, *, now: datetime | None = None, zone: ZoneInfo | None = None
) -> Fit:
    """Compare a need with an offer, or an offer with a need.

    Args:
        mine: the notice of whoever is shown the match.
        other: the one that may fit; the sentences are about it.
        now: the moment, by which it is seen what has waited long.
        zone: of the community, in which days of the week are meant.

    Returns:
        The fit; one of 0, without reasons, for what is no match.
    """
    judged = judge(mine, other, now=now, zone=zone)
    return told(mine, other, judged) if judged else _NO_MATCH


def judge(
    mine: Side, other: Side, *, now: datetime | None = None, zone: ZoneInfo | None = None
) -> Judged | None:
    """Like `fit`, without the words: only what is shown needs them. None for what is no match."""
    words = _words(mine, other)
    topic = _topic(mine, other, words)
    if not (topic.reason or words.reason) or not _may_do(topic, words):
        return None
    if topic.reason in _NEAR and not words.reason:
        return None  # near to it is not about it
    parts = (
        topic,
        words,
        _kind(mine, other),
        _terms(mine, other),
        _time(mine, other, zone),
        _way(mine, other),
        _language(mine, other),
        _waiting(other, now),
    )
    score = _score(parts)
    return Judged(score, parts) if score >= ENOUGH else None


def told(mine: Side, other: Side, judged: Judged) -> Fit:
    """A fit with its reasons, and what speaks against it."""
    reasons = tuple(
        Reason(one.reason, _shared_words(mine, other) if one.reason == "words" else one.words)
        for one in judged.parts
        if one.reason
    )
    return Fit(score=judged.score, reasons=reasons, but=_but(mine, other, reasons))


def _score(parts: Iterable[Part]) -> int:
    points = of = 0
    for one in parts:
        points += one.points
        of += one.of
    return min(round(100 * points / of), 100)


def _may_do(topic: Part, words: Part) -> bool:
    """Whether it comes to enough if all the rest is as well as it can be.

    >>> _may_do(Part(0, TOPIC), Part(IN_ONE, WORDS))
    False
    """
    points, of = topic.points + words.points + _REST + WAITING, topic.of + words.of + _REST
    return round(100 * points / of) >= ENOUGH


_REST = KIND + TERMS + TIME + NEAR + LANGUAGE
_UNKNOWN = Part(0, 0)
_HALF = {of: Part(of // 2, of) for of in (TERMS, TIME, LANGUAGE)}
_NOT = {of: Part(0, of) for of in (KIND, TERMS, LANGUAGE)}
_NO_MATCH = Fit(score=0, reasons=(), but=None)
_NEAR = frozenset({"related", "beside"})
"""Reasons by their topic that say what something is near to, not what it is about."""


def stands_beside(score: int, best: int) -> bool:
    """Whether something is worth showing beside the best."""
    return score >= best - MARGIN


def _topic(mine: Side, other: Side, words: Part) -> Part:
    ours = mine.names & other.names
    if ours and not words.reason and _other_things(mine, other):
        return Part(RELATED, TOPIC, "related", (min(ours),))
    if same := [one for one in mine.topics & other.topics if "#kind-" not in one]:
        return Part(TOPIC, TOPIC, "topic", tuple(sorted(same)[:2]))
    if (close := _close(mine, other)) is not None:
        return close
    if not (mine.names and other.names):
        both = (mine.names or mine.guessed) & (other.names or other.guessed)
        return Part(GUESSED, TOPIC, "guessed", (min(both),)) if both else _UNKNOWN
    near = {one for name in mine.names for one in RELATED_TO.get(name, ())} & other.names
    return Part(RELATED, TOPIC, "related", (min(near),)) if near else Part(0, TOPIC)


def _close(mine: Side, other: Side) -> Part | None:
    """A topic that stands below the other, or beside it; None for neither."""
    if below := (mine.topics & other.above) | (mine.above & other.topics):
        return Part(NARROWER, TOPIC, "narrower", (min(below),))
    if beside := mine.above & other.above:
        return Part(BESIDE, TOPIC, "beside", (min(beside),))
    return None


def _other_things(mine: Side, other: Side) -> bool:
    """Whether both titles name things, and not one of them is the same."""
    things = lexicon.things()
    return not (things.isdisjoint(mine.title or ()) or things.isdisjoint(other.title or ()))


def _words(mine: Side, other: Side) -> Part:
    """What their words add, without the words: `_shared_words` finds them for the few shown."""
    if not (mine.named and other.named):
        return _UNKNOWN
    adds = [weight for weight, _ in _shared(mine, other)]
    if mine.named <= (other.title or _NONE).keys() or other.named <= (mine.title or _NONE).keys():
        points = WORDS  # everything that a title names stands in the other, too: “A ladder”
    else:
        points = min(sum(adds), WORDS)
    return Part(points, WORDS, "words" if adds and max(adds) > ACTION else "")


def _shared(mine: Side, other: Side) -> list[tuple[int, str]]:
    """Every stem both have, with what it adds."""
    title, text, theirs, body = mine.title or _NONE, mine.text, other.title or _NONE, other.text
    both = [one for one in title if one in theirs or one in body]
    both += [one for one in text if (one in theirs or one in body) and one not in title]
    plain = lexicon.plain()
    return [
        (ACTION if one in plain else _PLACES[(one in title) + (one in theirs)], one) for one in both
    ]


_PLACES = (IN_TEXTS, IN_ONE, IN_TITLES)
_NONE: Mapping[str, str] = MappingProxyType({})


def _shared_words(mine: Side, other: Side) -> tuple[str, ...]:
    """The words both have, as the other writes them, the weightiest first."""
    stems = [one for _, one in sorted((-adds, one) for adds, one in _shared(mine, other))]
    words = ((other.title or _NONE).get(one) or other.text[one] for one in stems)
    return tuple(dict.fromkeys(words))[:MOST_WORDS]


def _kind(mine: Side, other: Side) -> Part:
    return _part(KIND, "kind", other.kind) if mine.kind == other.kind else _NOT[KIND]


def _terms(mine: Side, other: Side) -> Part:
    if not (mine.terms and other.terms):
        return _HALF[TERMS]
    for both in other.terms:
        if both in mine.terms:
            return _part(TERMS, "terms", both)
    return _NOT[TERMS]


def _time(mine: Side, other: Side, zone: ZoneInfo | None) -> Part:
    met = meet(mine.when, other.when, zone or ZoneInfo("UTC"))
    return _part(TIME, "time") if met else _HALF[TIME]


def _way(mine: Side, other: Side) -> Part:
    """Nearness: by the cells where both are known, else by the community."""
    if mine.cell is None or other.cell is None:
        here = mine.place == other.place
        return Part(NEAR // 2, NEAR, "near") if here else Part(NEAR // 4, NEAR)
    return _away(apart(mine.cell, other.cell))


@lru_cache(maxsize=256)
def _away(km: int) -> Part:
    points = round(NEAR * 5 / (5 + km))
    return Part(points, NEAR, "way", (str(km),)) if km <= CLOSE else Part(points, NEAR)


def _language(mine: Side, other: Side) -> Part:
    if not (mine.lang and other.lang):
        return _HALF[LANGUAGE]
    if mine.lang == other.lang or primary(mine.lang) == primary(other.lang):
        return _part(LANGUAGE, "language")
    return _NOT[LANGUAGE]


@lru_cache(maxsize=1024)
def _part(of: int, reason: str, *words: str) -> Part:
    """A whole part; the same few come again and again, and making them takes longest."""
    return Part(of, of, reason, words)


def primary(language: str | None) -> str:
    """The language of a tag: "de" of "de-AT"."""
    return (language or "").partition("-")[0].lower()


def _waiting(other: Side, now: datetime | None) -> Part:
    """A need that has waited long adds a little; that it has not takes nothing away."""
    long = other.is_need and now is not None and other.since is not None
    if not long or (now or datetime.now(UTC)) - (other.since or datetime.now(UTC)) < LONG:
        return _UNKNOWN
    return Part(WAITING, 0, "waiting")


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
