"""What the matcher asks of the board: which of those it has found are open and may be shown."""

import functools
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, or_, select

from node.kernel.access import Viewer, visible
from node.kernel.database import Moment, among, one_of, plain_rows, spread
from node.modules.listings.queries import away, everything
from node.modules.listings.rules import LIVE
from node.modules.listings.tables import Notice, listing
from node.modules.moderation.api import unseen

_HERE = Viewer(role="member")
"""The community itself, which looks."""


class Open(NamedTuple):
    """An open listing, as far as it must be known to be suggested to somebody.

    `foreign` is the dialect it was read from, if it is no listing of a Folkmoot node.
    """

    id: str
    owner: str
    local: bool
    domain: str
    foreign: str | None


def open_among(
    db: Connection, now: datetime, *, purpose: str, ids: Sequence[str], but: str = ""
) -> list[Open]:
    """Those of some listings that are open and may be matched: none that is hidden or kept out.

    Args:
        db: where to look.
        now: the moment.
        purpose: which side is looked for.
        ids: of which listings.
        but: an account whose own listings are left out.
    """
    near = spread("id", ids)
    rows = plain_rows(db, _open(len(near)), {**near, "purpose": purpose, "but": but, "now": now})
    return [
        Open(id, owner, bool(local), domain, foreign)
        for id, owner, local, domain, foreign, live in rows
        if live
    ]


@functools.cache
def _open(count: int) -> Select[Any]:
    """Built once each, since building costs more than asking."""
    ahead = listing.c.ends > bindparam("now", type_=Moment)
    # not in the condition: SQLite would go through all that is open and not to these
    live = and_(one_of(listing.c.lifecycle, LIVE), or_(listing.c.ends.is_(None), ahead))
    columns = (listing.c[name] for name in ("id", "owner", "local", "domain", "foreign"))
    return select(*columns, live).where(visible(listing, _HERE), _may_be_matched(count))


def candidates(
    db: Connection,
    now: datetime,
    *,
    purpose: str,
    ids: Sequence[str],
    but: str = "",
    scopes: Sequence[str] = (),
) -> list[Notice]:
    """Those of some listings that are open and may be matched: none that is hidden or kept out.

    Args:
        db: where to look.
        now: the moment.
        purpose: which side is looked for.
        ids: of which listings.
        but: an account whose own listings are left out.
        scopes: match scopes that are wanted, of ours alone; any, and others' too, if empty.
    """
    near = spread("id", ids)
    said = {**near, "purpose": purpose, "but": but, "scopes": list(scopes)}
    found = everything(db, _candidates(len(near), bool(scopes)), **said) if ids else []
    # asked for what is open, SQLite would go through all that is and not to these
    return [one for one in found if one.state(now) in LIVE]


@functools.cache
def _candidates(count: int, scoped: bool) -> Select[Any]:  # noqa: FBT001 (a key of the cache)
    """Built once each, since building costs more than asking."""
    wanted = select(listing).where(visible(listing, _HERE), _may_be_matched(count))
    if not scoped:
        return wanted
    allowed = listing.c.match_scope.in_(bindparam("scopes", expanding=True))
    return wanted.where(allowed, listing.c.local)


def _may_be_matched(count: int) -> ColumnElement[bool]:
    """Whether a listing is one of so many, of the other side, and of nobody who is kept out."""
    # every reach: half a condition, beside visible() in every query that uses it
    return and_(
        among(listing.c.id, "id", count),
        ~away(),
        listing.c.purpose == bindparam("purpose"),
        listing.c.owner != bindparam("but"),
        listing.c.owner.not_in(unseen(_HERE.id)),
    )
