"""Finding posts: by words, by their author, by their id."""

from collections.abc import Sequence

from sqlalchemy import Connection

from node.kernel.access import Viewer
from node.kernel.finds import Hit, Sought
from node.modules.notes import queries
from node.modules.notes.queries import Post
from vocab import html


def find(db: Connection, viewer: Viewer, sought: Sought) -> Sequence[Hit]:
    """Posts that are meant, newest first; those of a hashtag stand on its page whole."""
    if sought.tag is not None:
        return ()
    return [_hit(one) for one in queries.found(db, viewer, sought)]


def _hit(one: Post) -> Hit:
    """A post by its title, or its warning, which stands in the place of its words."""
    return Hit(
        href=one.path,
        title=one.title or one.summary,
        text="" if one.folded else html.to_text(one.content),
        by=one.author.label,
        at=one.published,
        icon="talk",
        language=one.lang,
    )
