"""Finding offers and needs that are open."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from node.kernel.access import Viewer
from node.kernel.finds import Hit, Sought
from node.modules.listings import concepts, queries
from node.modules.listings.queries import Asked
from node.modules.listings.tables import Notice

MOST: Final = 2000
"""That are looked through, newest first."""


def find(db: Connection, viewer: Viewer, sought: Sought) -> Sequence[Hit]:
    """Open offers and needs that are meant, newest first; by its id an ended one, too."""
    if sought.id is not None:
        one = queries.by_id(db, sought.id, viewer)
        found = [one] if one is not None else []
    else:
        near = sought.tag is not None and not viewer.is_member
        asked = Asked(owner=sought.by, local=True if near else None)
        found = queries.open_listings(db, viewer, sought.now, asked, limit=MOST)
    hits = [one for one in found if _is_meant(one, sought)][: sought.most]
    names = {id: who.label for id, who in queries.owners(db, [one.owner for one in hits]).items()}
    return [_hit(one, names.get(one.owner, "")) for one in hits]


def _is_meant(one: Notice, sought: Sought) -> bool:
    topics = {concepts.name_of(each) for each in (one.concept, *one.topics)} - {None}
    tags = [str(topic).replace("-", "") for topic in topics]
    return sought.means(one.title, one.text, id=one.id, by=one.owner, tags=tags)


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
