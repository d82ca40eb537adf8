"""What other modules may use of offers and needs."""

from sqlalchemy import Connection

from federation.origins import base
from node.kernel.access import Viewer
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.listings import named, queries, showing
from node.modules.listings.about import topics as guess
from node.modules.listings.concepts import (
    KINDS,
    SCHEME,
    TERMS,
    TOPICS,
    concept,
    label,
    name_of,
    shared,
)
from node.modules.listings.counting import middle, people_by_topic
from node.modules.listings.events import Changed, Closed, Listed, Reworded
from node.modules.listings.form import UNITS, with_topics
from node.modules.listings.matched import Open, candidates, open_among
from node.modules.listings.named import shown_by as _shown_by
from node.modules.listings.named import shown_to
from node.modules.listings.parting import enough, give_back, take
from node.modules.listings.places import Cell, apart, cell
from node.modules.listings.posting import move
from node.modules.listings.queries import (
    Asked,
    heard_since,
    open_listings,
    stored,
)
from node.modules.listings.queries import by_id as listing
from node.modules.listings.queries import by_slug as at_page
from node.modules.listings.rules import LIVE, State, last_day, minutes
from node.modules.listings.showing import hide as show_no_more
from node.modules.listings.showing import show as show_to
from node.modules.listings.tables import Notice
from node.modules.listings.topics import lines as same_words
from node.modules.listings.topics import load as topics
from node.modules.listings.tree import Tree
from node.modules.listings.when import ANY, When, meet, weekdays
from node.modules.listings.words import stop_words
from node.modules.listings.writing import Wished, wished

__all__ = [
    "ANY", "HERE", "KINDS", "LIVE", "SCHEME", "TERMS", "TOPICS", "UNITS", "Asked", "Cell",
    "Changed", "Closed", "Listed", "Notice", "Open", "Reworded", "State", "Tree", "When", "Wished",
    "answered_by", "apart", "at_page", "candidates", "cell", "concept", "enough", "forget",
    "give_back", "guess", "heard_since", "label", "last_day", "listing", "meet", "middle",
    "minutes", "move", "name_of", "open_among", "open_listings", "people_by_topic", "same_words",
    "shared", "show_no_more", "show_to", "shown_by", "shown_to", "stop_words", "stored", "take",
    "topics", "weekdays", "wished", "with_topics",
]  # fmt: skip

HERE = Viewer(role="member")
"""The community itself as a viewer: whatever any member may see."""


def forget(unit: Unit, domain: str, *, but_public: bool = False) -> None:
    """Remove what came from a host: everything, or what it showed to trusted nodes only."""
    for id in named.at_domain(unit, domain, but_public=but_public):
        queries.remove(unit, id)
        unit.tell(Closed(id=id))
    showing.part(unit, domain)


def shown_by(db: Connection, viewer: Viewer, owner: str) -> list[Notice]:
    """What somebody elsewhere has shown to this viewer by name, the newest first."""
    found = (listing(db, id, viewer) for id in _shown_by(db, viewer, owner))
    return [one for one in found if one is not None]


def answered_by(unit: Unit, intent: str, who: Account) -> Notice | None:
    """The notice that somebody answers by naming its intent, if they may see it."""
    if who.local:
        viewer = Viewer(account=who, role="member")
    else:
        services = queries.services_at(unit.db, who.domain)
        trusted = any(unit.registry.trusts(unit.db, one) for one in services)
        viewer = Viewer(account=who, trusted=trusted)
    found = listing(unit.db, base(intent), viewer)
    return found if found is not None and found.primary == intent else None
