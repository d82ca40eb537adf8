"""The SQL of hashtags: which posts have one, and what has it for whom."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from node.kernel.access import Viewer, visible
from node.kernel.unit import Unit
from node.modules.notes.queries import Post, post_of, posts, seen
from node.modules.notes.tables import note, tagged


def tag(unit: Unit, id: str, words: Collection[str]) -> None:
    """Let a post be found by these hashtags and by no others."""
    unit.db.execute(delete(tagged).where(tagged.c.note == id))
    if words:
        unit.db.execute(insert(tagged), [{"note": id, "word": one} for one in words])


def tagged_with(
    db: Connection, word: str, viewer: Viewer, before: datetime | None, most: int
) -> list[Post]:
    """What has a hashtag and this viewer may see, newest first; strangers see what is of here."""
    having = select(tagged.c.note).where(tagged.c.word == word)
    said = posts().where(note.c.id.in_(having), visible(note, viewer), seen(viewer))
    if not viewer.is_member:
        said = said.where(note.c.local)
    if before is not None:
        said = said.where(note.c.published < before)
    rows = db.execute(said.order_by(note.c.published.desc(), note.c.id).limit(most))
    return [post_of(row) for row in rows]
