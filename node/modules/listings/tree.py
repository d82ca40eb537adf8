"""The community's topics as a tree: the shared list, its own topics, what they are called; pure.

A topic of the shared list is one that all nodes know by its IRI; a topic of the community's own
stands below one of them, so that others read it as that.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from functools import cached_property
from types import MappingProxyType
from typing import Final

from node.modules.listings.concepts import TOPICS, concept, name_of
from vocab.values import dataclass
from web.language import mark
from web.voice import Voice

DEEPEST: Final = 3
"""Topics one above the other, at most."""
MOST: Final = 300
"""Topics of a community."""
MOST_WORDS: Final = 20
LABEL: Final = 40
"""Characters of a label, and of a word."""

SAME: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        name: tuple(f"http://www.wikidata.org/entity/{one}" for one in items)
        for name, items in {
            "animals": ("Q729",),
            "books": ("Q571",),
            "childcare": ("Q1455871",),
            "clothing": ("Q11460",),
            "computers": ("Q68",),
            "food": ("Q2095",),
            "furniture": ("Q14745",),
            "health": ("Q12147",),
            "music": ("Q638",),
            "teaching": ("Q352842",),
            "tool-sharing": ("Q39546",),
            "transport": ("Q7590",),
        }.items()
    }
)
"""Things of Wikidata that mean the same as a topic of the shared list, where there is one."""


@dataclass(frozen=True, kw_only=True)
class Topic:
    """One topic; `labels` by language, `also` other words for it, `same` IRIs elsewhere."""

    id: str
    broader: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    also: Sequence[str] = ()
    same: Sequence[str] = ()
    place: int = 0
    retired: datetime | None = None

    @property
    def name(self) -> str | None:
        """Its name in the shared list; None for the community's own."""
        return name_of(self.id)

    @property
    def key(self) -> str:
        """How forms and addresses of pages name it."""
        return self.name or self.id.rpartition("/")[2]

    def called(self, spoken: Voice) -> str:
        """What it is called in the language of a page."""
        first = next(iter(self.labels.values()), "")
        built_in = spoken.say(TOPICS[self.name]) if self.name else first
        return self.labels.get(spoken.language) or built_in or self.key


@dataclass(frozen=True)
class Tree:
    """All topics, by their ids."""

    topics: Mapping[str, Topic]

    def by_key(self, key: str) -> Topic | None:
        """The topic that a form or an address names."""
        return self._keys.get(key)

    @cached_property
    def _keys(self) -> Mapping[str, Topic]:
        return {one.key: one for one in self.topics.values()}

    def above(self, id: str | None) -> tuple[str, ...]:
        """The topics above one, the nearest first; whatever the rows say, it comes to an end."""
        found: list[str] = []
        one = self.topics.get(id or "")
        while one is not None and one.broader is not None and len(found) < DEEPEST:
            found.append(one.broader)
            one = self.topics.get(one.broader)
        return tuple(dict.fromkeys(found))

    def below(self, id: str) -> frozenset[str]:
        """A topic and all below it."""
        return frozenset({id, *(one for one in self.topics if id in self.above(one))})

    def beside(self, broader: str | None) -> list[Topic]:
        """The topics directly below one, or at the top, in their order."""
        found = [one for one in self.topics.values() if one.broader == broader]
        return sorted(found, key=lambda one: (one.place, one.id))

    def in_order(self, broader: str | None = None, depth: int = 1) -> Iterator[tuple[Topic, int]]:
        """All topics from the top, each followed by those below it, with how deep it is."""
        for one in self.beside(broader) if depth <= DEEPEST else ():
            yield one, depth
            yield from self.in_order(one.id, depth + 1)

    def shared(self, id: str | None) -> str | None:
        """The name in the shared list that a topic is, or stands below; the nearest."""
        return next(filter(None, map(name_of, (id, *self.above(id)))), None)

    def depth(self, id: str | None) -> int:
        """How many topics stand above one, and itself; 0 for the top."""
        return len(self.above(id)) + 1 if id else 0

    def height(self, id: str) -> int:
        """How many topics stand one below the other from one on, itself counted."""
        return 1 + max((self.height(one.id) for one in self.beside(id)), default=0)

    def called(self, id: str | None, spoken: Voice) -> str:
        """What a topic is called; "" for what is none of ours."""
        one = self.topics.get(id or "")
        return one.called(spoken) if one else ""

    def path(self, id: str, spoken: Voice) -> str:
        """What a topic is called, with those above it before it."""
        return ": ".join(self.called(one, spoken) for one in (*reversed(self.above(id)), id))


def whole(rows: Iterable[Topic]) -> Tree:
    """The tree of the shared list, changed by rows and with the community's own in it."""
    built_in = [
        Topic(id=concept(name), same=SAME.get(name, ()), place=number * 10)
        for number, name in enumerate(TOPICS)
    ]
    found = {one.id: one for one in (*built_in, *rows)}
    return Tree({id: one for id, one in found.items() if _stands(one, found)})


def _stands(one: Topic, found: Mapping[str, Topic]) -> bool:
    """Whether a topic hangs from the top; what does not is in no list and in no circle."""
    seen: set[str] = set()
    here: Topic | None = one
    while here is not None and here.broader is not None:
        if here.id in seen:
            return False
        seen.add(here.id)
        here = found.get(here.broader)
    return here is not None


BUILT_IN: Final = whole(())
"""The shared list as it comes."""

CIRCLE: Final = mark("It cannot stand below itself. Choose another place.")
DEEP: Final = mark("Three topics one below the other are enough. Choose a higher place.")
TOP: Final = mark("A topic of your own stands below one that all nodes know. Choose one.")
TWICE: Final = mark("Another topic in the same place is called so. Choose another name.")
FULL: Final = mark("There are three hundred topics. Change one of them instead.")


def misplaced(tree: Tree, id: str | None, broader: str | None) -> str:
    """Why a topic cannot stand below another, as a marked sentence; "" if it can.

    Args:
        tree: as it is.
        id: of the topic; None for a new one.
        broader: of the one above; None for the top.
    """
    if broader is None:
        return "" if id is not None and name_of(id) else TOP
    if broader not in tree.topics or (id is not None and broader in tree.below(id)):
        return CIRCLE
    return DEEP if tree.depth(broader) + (tree.height(id) if id else 1) > DEEPEST else ""


def named_twice(
    tree: Tree,
    id: str | None,
    broader: str | None,
    labels: Mapping[str, str],
    voices: Iterable[Voice],
) -> bool:
    """Whether one beside it is called the same in one of some languages."""
    others = [one for one in tree.beside(broader) if one.id != id]
    for spoken in voices:
        said = labels.get(spoken.language)
        if said and any(plain(one.called(spoken)) == plain(said) for one in others):
            return True
    return False


def plain(words: str) -> str:
    """Words as they are compared: small letters, one space."""
    return " ".join(unicodedata.normalize("NFKC", words).casefold().split())


def lines(topics: Iterable[Topic]) -> list[tuple[str, ...]]:
    """Words that mean the same, one line for each topic of which somebody said other words."""
    found = []
    for one in topics:
        words = (*one.also, *one.labels.values()) if one.also else ()
        single = tuple(dict.fromkeys(word for word in words if " " not in word))
        if len(single) > 1 or (single and one.name is None):
            found.append(single)
    return found
