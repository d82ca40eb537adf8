"""To whom a listing is shown by name, besides those within its reach; what came from where."""

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, false, or_, select

from node.kernel.access import Reach, Viewer, visible
from node.kernel.database import insert_new
from node.kernel.unit import Unit
from node.modules.listings.tables import listing, shown


def by_name(viewer: Viewer) -> ColumnElement[bool]:
    """Whether a listing is shown to this viewer by name; half a condition, beside visible()."""
    # every reach: it widens what visible() says, which stands beside it
    if viewer.id is None:
        return false()
    named = exists().where(shown.c.listing == listing.c.id, shown.c.account == viewer.id)
    return and_(named, listing.c.hidden.is_(None))


def show(unit: Unit, id: str, to: str) -> bool:
    """Write down that a listing is shown to somebody by name; false if it was."""
    return insert_new(unit.db, shown, {"listing": id, "account": to})


def unshow(unit: Unit, id: str, to: str) -> bool:
    """Take that back; false if it was not."""
    where = and_(shown.c.listing == id, shown.c.account == to)
    return unit.db.execute(delete(shown).where(where)).rowcount > 0


def shown_to(db: Connection, id: str) -> list[str]:
    """To whom a listing is shown by name."""
    # every reach: it names people, and nothing of the listing
    wanted = select(shown.c.account).where(shown.c.listing == id).order_by(shown.c.account)
    return list(db.scalars(wanted))


def all_shown(db: Connection) -> list[tuple[str, str]]:
    """Every listing that is shown by name, and to whom."""
    # every reach: it names listings and people, and shows nothing of them
    return [(row.listing, row.account) for row in db.execute(select(shown))]


def only_for(unit: Unit, account: str) -> list[str]:
    """The listings from elsewhere that are shown to this member by name, and to nobody else."""
    # every reach: what was for a member alone goes with them
    direct = and_(listing.c.reach == Reach.DIRECT, listing.c.local.is_(False))
    mine = exists().where(shown.c.listing == listing.c.id, shown.c.account == account)
    return list(unit.db.scalars(select(listing.c.id).where(direct, mine)))


def shown_by(db: Connection, viewer: Viewer, owner: str) -> list[str]:
    """The ids of what somebody elsewhere has shown to this viewer by name, the newest first."""
    theirs = and_(listing.c.owner == owner, listing.c.local.is_(False))
    seen = and_(or_(visible(listing, viewer), by_name(viewer)), by_name(viewer))
    wanted = select(listing.c.id).where(theirs, seen).order_by(listing.c.arrived.desc())
    return list(db.scalars(wanted))


def at_domain(unit: Unit, domain: str, *, but_public: bool = False) -> list[str]:
    """The ids of listings that came from a host; all, or those that are not for everybody."""
    # every reach: the host is to be forgotten
    there = and_(listing.c.domain == domain, listing.c.local.is_(False))
    if but_public:
        there = and_(there, listing.c.handling != "public")
    return list(unit.db.scalars(select(listing.c.id).where(there)))
