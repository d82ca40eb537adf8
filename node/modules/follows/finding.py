"""Finding those whom one follows, whether or not they want to be found by others."""

from collections.abc import Sequence

from sqlalchemy import Connection

from node.kernel.access import Viewer
from node.kernel.finds import Hit, Sought
from node.modules.follows import queries
from node.modules.follows.rules import State
from web.links import page_of


def find(db: Connection, viewer: Viewer, sought: Sought) -> Sequence[Hit]:
    """People whom the viewer follows and who are meant, by name."""
    if not viewer.is_member or viewer.id is None or sought.by is not None:
        return []
    found = queries.accounts(db, viewer.id, way="out", now_is=State.ACCEPTED)
    return [
        Hit(href=page_of(who), title=who.label, text=who.address, icon="nodes")
        for who, _ in found
        if sought.means(who.name, who.address, id=who.id, by=None)
    ][: sought.most]
