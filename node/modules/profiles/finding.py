"""Finding people: everybody of the community, and those elsewhere who want to be found.

Whom one follows is found, too, by the module that knows of it (FEP-5feb, `discoverable`).
"""

from collections.abc import Sequence

from sqlalchemy import Connection

from node.kernel.access import Viewer
from node.kernel.finds import Hit, Sought
from node.modules.accounts import api as accounts
from node.modules.profiles import queries
from vocab import html
from web.links import page_of


def find(db: Connection, viewer: Viewer, sought: Sought) -> Sequence[Hit]:
    """People that are meant, by name, or by what they show of themselves."""
    if sought.by is not None or sought.id is not None:
        return []
    return [*_here(db, viewer, sought), *_elsewhere(db, viewer, sought)][: sought.most]


def _here(db: Connection, viewer: Viewer, sought: Sought) -> list[Hit]:
    away = queries.hidden_people(db, viewer)
    shown: dict[str, list[str]] = {}
    for one in queries.all_shown(db, viewer):
        shown.setdefault(one.owner, []).append(" ".join(filter(None, (one.name, one.text))))
    found = []
    for who in accounts.members(db, suspended=False):
        said = shown.get(who.id, [])
        names = (who.name, f"@{who.handle}", *said)
        if who.id not in away and sought.means(*names, id=who.id, by=None):
            text = " · ".join(one for one in said if html.holds(sought.words, who.label, one))
            found.append(Hit(href=f"/@{who.handle}", title=who.label, text=text, icon="me"))
    return sorted(found, key=lambda hit: hit.title.casefold())


def _elsewhere(db: Connection, viewer: Viewer, sought: Sought) -> list[Hit]:
    names = queries.discoverable(db, viewer)
    ids = [id for id, name, acct in names if sought.means(name, f"@{acct}", id=id, by=None)]
    return [
        Hit(href=page_of(who), title=who.label, text=who.address, icon="nodes")
        for who in queries.people(db, ids[: sought.most])
    ]
