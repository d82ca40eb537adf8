"""How many members have open notices about what, and where a community's notices are; all SQL.

Counted is what its owner lets other nodes match, and people, not notices: five notices of one
person are one.
"""

from collections.abc import Mapping
from datetime import datetime
from statistics import median_low

from sqlalchemy import Connection, or_, select

from node.kernel.access import Reach
from node.modules.listings import topics
from node.modules.listings.concepts import concept
from node.modules.listings.places import Cell
from node.modules.listings.queries import live
from node.modules.listings.tables import listing

SCOPES = ("trustedPeers", "public")
ENOUGH = 5
"""Notices with a place below which a community has no middle."""
MOST = 500


def people_by_topic(db: Connection, now: datetime) -> Mapping[tuple[str, str], int]:
    """How many members have an open notice: by main topic and purpose ("offer", "request").

    A topic of the community's own counts as the one above it that all nodes know.
    """
    # every reach: only how many is told, and only of what its owner lets other nodes match
    told = or_(
        listing.c.reach.in_((Reach.TRUSTED, Reach.PUBLIC)), listing.c.match_scope.in_(SCOPES)
    )
    wanted = (
        select(listing.c.concept, listing.c.purpose, listing.c.owner)
        .where(listing.c.local, listing.c.hidden.is_(None), listing.c.concept.is_not(None))
        .where(told, live(now))
        .distinct()
    )
    known, people = topics.load(db), dict[tuple[str, str], set[str]]()
    for row in db.execute(wanted):
        shared = known.shared(row.concept)
        topic = concept(shared) if shared else row.concept
        people.setdefault((topic, row.purpose), set()).add(row.owner)
    return {one: len(owners) for one, owners in people.items()}


def middle(db: Connection, domain: str, now: datetime) -> Cell | None:
    """About where a community is, by the open notices of it that say where; None for too few."""
    # every reach: no place of anybody is told, only which community is nearer
    there = select(listing.c.north, listing.c.east).where(
        listing.c.domain == domain, listing.c.north.is_not(None), live(now)
    )
    rows = db.execute(there.limit(MOST)).all()
    if len(rows) < ENOUGH:
        return None
    return Cell(
        north=median_low(row.north for row in rows), east=median_low(row.east for row in rows)
    )
