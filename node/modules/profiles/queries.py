"""All SQL about profiles."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, and_, delete, exists, func, select

from node.kernel.access import Reach, Viewer, owned, visible
from node.kernel.database import is_kept, upsert
from node.kernel.tables import Account, account, account_of
from node.kernel.unit import Unit
from node.modules.moderation.api import kept_out, unseen
from node.modules.profiles.rules import Kind
from node.modules.profiles.tables import Facet, facet, facet_of

ORDER = (Kind.GIFT, Kind.SKILL, Kind.ASSET, Kind.MISSION)


def facets(db: Connection, owner: str, viewer: Viewer) -> list[Facet]:
    """What of an account this viewer may see: gift, skills, assets, mission, each oldest first."""
    wanted = select(facet).where(facet.c.owner == owner, visible(facet, viewer))
    return sorted(_all(db, wanted), key=lambda one: ORDER.index(Kind(one.kind)))


def shared(db: Connection, owner: str, viewer: Viewer) -> list[Facet]:
    """What leaves of it for this viewer: nothing that is for the community alone, or hidden."""
    return [
        one
        for one in facets(db, owner, viewer)
        if one.reach in (Reach.TRUSTED, Reach.PUBLIC) and one.hidden is None
    ]


def by_id(db: Connection, id: str, viewer: Viewer) -> Facet | None:
    """The facet with this id, if this viewer may see it."""
    if not is_kept(db, facet.c.id, id):
        return None
    wanted = select(facet).where(facet.c.id == id, visible(facet, viewer))
    return next(iter(_all(db, wanted)), None)


def own(db: Connection, id: str, viewer: Viewer) -> Facet | None:
    """A member's own facet."""
    return next(iter(_all(db, select(facet).where(facet.c.id == id, owned(facet, viewer)))), None)


def gifts(db: Connection, viewer: Viewer) -> dict[str, Facet]:
    """The gift of everybody here, as far as this viewer may see it, by account."""
    wanted = select(facet).where(facet.c.kind == Kind.GIFT, visible(facet, viewer))
    return {one.owner: one for one in _all(db, wanted)}


def all_shown(db: Connection, viewer: Viewer) -> list[Facet]:
    """Everything that anybody here shows to this viewer."""
    return _all(db, select(facet).where(visible(facet, viewer), facet.c.hidden.is_(None)))


def stored(unit: Unit, owner: str, id: str) -> Facet | None:
    """A facet of this owner, whoever may see it."""
    # every reach: only its owner changes it
    wanted = select(facet).where(facet.c.id == id, facet.c.owner == owner)
    return next(iter(_all(unit.db, wanted)), None)


def all_of(db: Connection, owner: str) -> list[Facet]:
    """Everything of one account, for its export and its erasure."""
    # every reach: it is the owner's own
    return _all(db, select(facet).where(facet.c.owner == owner))


def count(unit: Unit, owner: str, kind: str | None = None) -> int:
    """How many facets somebody has, all or of one kind."""
    # every reach: the limit holds for all of them
    wanted = select(func.count()).select_from(facet).where(facet.c.owner == owner)
    wanted = wanted if kind is None else wanted.where(facet.c.kind == kind)
    return int(unit.db.scalar(wanted) or 0)


def candidates(
    db: Connection,
    viewer: Viewer,
    *,
    concepts: Sequence[str],
    scopes: Sequence[str] = (),
    kinds: Sequence[str] = (Kind.SKILL, Kind.ASSET),
    but: str | None = None,
    limit: int = 200,
) -> list[Facet]:
    """Skills and assets of members about some concepts, for matching.

    Args:
        db: where to look.
        viewer: who is to see them.
        concepts: IRIs, of which one is enough.
        scopes: match scopes that are wanted; all if empty.
        kinds: of rules.Kind.
        but: an account that is left out.
        limit: how many at most.
    """
    there = select(account.c.id).where(account.c.suspended.is_(None), account.c.gone.is_(None))
    wanted = select(facet).where(
        visible(facet, viewer),
        facet.c.hidden.is_(None),
        facet.c.concept.in_(list(concepts)),
        facet.c.kind.in_(list(kinds)),
        facet.c.owner.in_(there),
        facet.c.owner.not_in(unseen(viewer.id)),
    )
    if scopes:
        wanted = wanted.where(facet.c.match_scope.in_(scopes))
    if but is not None:
        wanted = wanted.where(facet.c.owner != but)
    return _all(db, wanted.limit(limit))


def _all(db: Connection, wanted: Select[Any]) -> list[Facet]:
    ordered = wanted.order_by(facet.c.published, facet.c.id)
    return [facet_of(row) for row in db.execute(ordered)]


# People -------------------------------------------------------------------------------------


def local_person(db: Connection, handle: str) -> Account | None:
    """The account of ours with this handle, whatever it is; none that is gone."""
    ours = (account.c.local, account.c.gone.is_(None), account.c.handle == handle.lower())
    row = db.execute(select(account).where(*ours)).first()
    return account_of(row) if row else None


def is_kept_out(db: Connection, id: str) -> bool:
    """Whether the community has nothing to do with somebody."""
    out = account.c.id.in_(kept_out())
    return bool(db.scalar(select(exists().where(account.c.id == id, out))))


def discoverable(db: Connection, viewer: Viewer) -> list[tuple[str, str, str]]:
    """Id, name and proven name of actors elsewhere who want to be found, by name."""
    open_ = and_(
        account.c.local.is_(False),
        account.c.discoverable,
        account.c.gone.is_(None),
        account.c.suspended.is_(None),
        account.c.id.not_in(unseen(viewer.id)),
    )
    rows = select(account.c.id, account.c.name, func.coalesce(account.c.acct, "")).where(open_)
    return [(id, name, acct) for id, name, acct in db.execute(rows.order_by(account.c.name))]


def people(db: Connection, ids: Sequence[str]) -> list[Account]:
    """The accounts with these ids, by name."""
    rows = select(account).where(account.c.id.in_(list(ids))).order_by(account.c.name)
    return [account_of(row) for row in db.execute(rows)]


def hidden_people(db: Connection, viewer: Viewer) -> set[str]:
    """The ids of accounts of which this viewer wants to see nothing."""
    return set(db.scalars(unseen(viewer.id)))


# Changes ------------------------------------------------------------------------------------


def keep(unit: Unit, one: Facet) -> None:
    """Write a facet down, new or changed."""
    row = {c.name: getattr(one, c.name) for c in facet.c}
    upsert(unit.db, facet, row, key=["id"])


def remove(unit: Unit, id: str) -> None:
    """Forget a facet."""
    unit.db.execute(delete(facet).where(facet.c.id == id))
