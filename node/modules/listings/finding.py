"""Finding offers and needs that are open."""

import re
from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from node.kernel import community
from node.kernel.access import Viewer
from node.kernel.finds import Hit, Sought
from node.kernel.node import find_accounts
from node.modules.listings import concepts, queries, topics
from node.modules.listings.queries import Asked
from node.modules.listings.tables import Notice
from node.modules.listings.tree import Topic, Tree
from vocab.html import folded
from web.language import catalogue

MOST: Final = 2000
"""That are looked through, newest first."""

_JOINED: Final = re.compile(r"[\W_]+")
"""What a hashtag leaves out of several words."""


def find(db: Connection, viewer: Viewer, sought: Sought) -> Sequence[Hit]:
    """Open offers and needs that are meant, newest first; by its id an ended one, too."""
    if sought.id is not None:
        one = queries.by_id(db, sought.id, viewer)
        found = [one] if one is not None else []
    else:
        near = sought.tag is not None and not viewer.is_member
        asked = Asked(owner=sought.by, local=True if near else None)
        found = queries.open_listings(db, viewer, sought.now, asked, limit=MOST)
    about = _About(topics.load(db), viewer.language or community.load(db, "").language)
    hits = [one for one in found if _is_meant(one, sought, about)][: sought.most]
    names = {id: who.label for id, who in find_accounts(db, [one.owner for one in hits]).items()}
    return [_hit(one, names.get(one.owner, "")) for one in hits]


def _is_meant(one: Notice, sought: Sought, about: "_About") -> bool:
    words = about.words(one)
    tags = {_JOINED.sub("", folded(word)) for word in words} if sought.tag is not None else ()
    return sought.means(one.title, one.text, *words, id=one.id, by=one.owner, tags=tags)


class _About:
    """What the community calls its topics, and the other words it has for them."""

    def __init__(self, known: Tree, language: str) -> None:
        self.known = known
        self.say = catalogue(language).gettext
        self.met: dict[str, tuple[str, ...]] = {}

    def words(self, one: Notice) -> list[str]:
        """All words for what a notice is about, and for the topics above it."""
        main = (one.concept,) if one.concept else ()
        ids = (*main, *one.topics, *self.known.above(one.concept))
        return [word for id in dict.fromkeys(ids) for word in self._of(id)]

    def _of(self, id: str) -> tuple[str, ...]:
        if id not in self.met:
            topic = self.known.topics.get(id)
            self.met[id] = self._said(topic) if topic else ()
        return self.met[id]

    def _said(self, topic: Topic) -> tuple[str, ...]:
        built_in = concepts.TOPICS[topic.name] if topic.name else ""
        shared = (topic.name, built_in, self.say(built_in)) if topic.name else ()
        return (*shared, *topic.labels.values(), *topic.also)


def _hit(one: Notice, name: str) -> Hit:
    return Hit(
        href=one.path,
        title=one.title,
        text=one.text,
        by=name,
        at=one.published,
        icon="raise" if one.is_need else "swap",
        language=one.lang,
    )
