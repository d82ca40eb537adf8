"""What a module can find: by words, by whose it is, by its id; and what it answers."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection

from node.kernel.access import Viewer
from vocab.html import holds
from vocab.values import dataclass


@dataclass(frozen=True, kw_only=True)
class Sought:
    """What is looked for: by words, by whose it is, by id, by hashtag; what is left out may be any.

    `words` and `tag` are folded (`vocab.html.folded`), and each stands somewhere in what is found.
    """

    now: datetime
    words: tuple[str, ...] = ()
    by: str | None = None
    id: str | None = None
    tag: str | None = None
    most: int = 20

    def means(self, *plain: str, id: str, by: str | None, tags: Collection[str] = ()) -> bool:
        """Whether a thing of this id and owner, with these plain words and hashtags, is meant."""
        ours = self.id in (None, id) and self.by in (None, by)
        return ours and (self.tag is None or self.tag in tags) and holds(self.words, *plain)


@dataclass(frozen=True, kw_only=True)
class Hit:
    """Something that a viewer may see here: its page, and plain words to know it by."""

    href: str
    title: str
    text: str = ""
    by: str = ""
    at: datetime | None = None
    icon: str = "note"
    language: str | None = None


Finder = Callable[[Connection, Viewer, Sought], Sequence[Hit]]
"""What of it there is for this viewer, newest first."""
