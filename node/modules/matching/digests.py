"""Digests: what our node tells trusted nodes of what is offered and needed, and theirs; all SQL.

Ours is counted once a day and shown to trusted nodes alone; theirs is fetched once a day and
goes with the trust. It chooses whom to ask, and shows members what others lack.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import Connection, and_, delete, select

from node.kernel.access import Viewer
from node.kernel.database import upsert
from node.kernel.errors import Refused
from node.kernel.node import find_account
from node.kernel.tables import Account, account, account_of
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.listings import api as listings
from node.modules.matching import bands
from node.modules.matching.bands import Band, Held
from node.modules.matching.objects import CapabilityDigest, DigestBucket
from node.modules.matching.tables import digest
from node.modules.peers import api as peers
from vocab.values import dataclass

HOLDS: Final = timedelta(days=14)
"""An older digest of another node says nothing any more."""
AHEAD: Final = timedelta(days=1)
SIDES: Final = ("offer", "request")


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a node tells of a topic: how many offer it, how many need it."""

    topic: str
    offers: Band
    needs: Band

    @property
    def lacks(self) -> bool:
        """More people need it than offer it, as far as is told."""
        return self.needs.rank > self.offers.rank


# Ours ---------------------------------------------------------------------------------------


def count(unit: Unit) -> None:
    """Count what is told of us today; once a day, whatever calls it."""
    us = accounts.service_account(unit.db).id
    today = _midnight(unit.now)
    row = unit.db.execute(select(digest).where(digest.c.service == us)).one_or_none()
    if row is not None and row.as_of >= today:
        return
    found = listings.people_by_topic(unit.db, unit.now)
    known = {topic for topic, _ in found if listings.label(topic)}
    held = {}
    for side in SIDES:
        before = {t: Held(**one) for t, one in row.held[side].items()} if row else None
        people = {topic: found.get((topic, side), 0) for topic in known}
        held[side] = bands.digest(before, people, today.date())
    topics = sorted({topic for told in held.values() for topic in told})
    said = {t: [held[side].get(t, Held()).band for side in SIDES] for t in topics}
    kept = {
        side: {t: {"band": one.band, "people": one.people} for t, one in told.items()}
        for side, told in held.items()
    }
    values = {"service": us, "as_of": today, "at": unit.now, "said": said, "held": kept}
    upsert(unit.db, digest, values, key=["service"])


def _midnight(moment: datetime) -> datetime:
    return datetime.combine(moment.date(), time(), tzinfo=UTC)


def on_actor(_db: Connection, one: Account, _now: datetime) -> Mapping[str, Any]:
    """Where our community's digest is, on its actor."""
    return {"digest": f"{one.id}/digest"} if one.kind == "Community" else {}


def document(db: Connection, id: str, viewer: Viewer) -> CapabilityDigest | None:
    """Our digest, for trusted nodes."""
    if not viewer.trusted or not id.endswith("/digest"):
        return None
    ours = and_(account.c.local, account.c.kind == "Community")
    row = db.execute(select(account).where(ours)).first()
    if row is None or id != f"{row.id}/digest":
        return None
    whole = account_of(row)
    kept = db.execute(select(digest).where(digest.c.held.is_not(None))).first()
    if kept is None:
        return None
    return CapabilityDigest(
        id=id,
        attributed_to=whole.id,
        as_of=kept.as_of,
        updated=kept.as_of,
        suppressed_below=bands.SMALLEST,
        buckets=tuple(
            DigestBucket(concept=one.topic, offer_band=one.offers, need_band=one.needs)
            for one in _read(kept.said)
        ),
        to=(f"{whole.id}/peers",),
        handling="trustedPeers",
    )


def ours(db: Connection) -> Sequence[Told]:
    """What trusted nodes are told of us."""
    wanted = select(digest.c.said).where(digest.c.held.is_not(None))
    return [one for said in db.scalars(wanted) for one in _read(said)]


def _read(said: Mapping[str, Sequence[str]]) -> list[Told]:
    """What is told, without topics of which nothing is."""
    found = [
        Told(topic=topic, offers=bands.read(offers), needs=bands.read(needs))
        for topic, (offers, needs) in sorted(said.items())
    ]
    return [one for one in found if (one.offers, one.needs) != (Band.NONE, Band.NONE)]


# Theirs -------------------------------------------------------------------------------------


def place(db: Connection, service: str) -> tuple[str, str] | None:
    """Whose digest a trusted node has, and where; None if it says nothing of one."""
    known = find_account(db, service)
    if known is None or not peers.trusted(db, service):
        return None
    whole = peers.community_of(db, known)
    said = (whole.document or {}).get("digest") if whole else None
    return (whole.id, said) if whole and isinstance(said, str) else None


def keep(unit: Unit, service: str, owner: str, found: object) -> None:
    """Keep the digest of a trusted node: what it says of topics that we know, each once.

    Raises:
        Refused: E_OBJECT, E_OWNER, E_TIME_ORDER: it is none, somebody else's, or of tomorrow.
    """
    if not peers.trusted(unit.db, service):
        return
    if not isinstance(found, CapabilityDigest) or found.as_of is None:
        raise Refused("E_OBJECT", f"{service} shows no digest")
    if found.attributed_to != owner:
        raise Refused("E_OWNER", f"{found.id} is of {found.attributed_to}")
    if found.as_of > unit.now + AHEAD:
        raise Refused("E_TIME_ORDER", f"{found.id} was counted {found.as_of}")
    said = {
        one.concept: [bands.read(one.offer_band), bands.read(one.need_band)]
        for one in found.buckets
        if listings.label(one.concept)
    }
    values = {"service": service, "as_of": found.as_of, "at": unit.now, "said": said, "held": None}
    upsert(unit.db, digest, values, key=["service"])


def theirs(db: Connection, now: datetime) -> Mapping[str, Sequence[Told]]:
    """What trusted nodes tell of themselves, by their services."""
    recent = and_(digest.c.held.is_(None), digest.c.as_of > now - HOLDS)
    rows = db.execute(select(digest.c.service, digest.c.said).where(recent))
    return {row.service: _read(row.said) for row in rows}


def lacking(db: Connection, now: datetime) -> list[tuple[str, Told]]:
    """What trusted communities lack, as they tell it: (the community's name, what), by name."""
    told = theirs(db, now)
    named = [
        ((peers.community_of(db, service) or service).label, one)
        for service in peers.trusted_services(db)
        for one in told.get(service.id, ())
        if one.lacks
    ]
    return sorted(named, key=lambda each: (each[0], -each[1].needs.rank, each[1].topic))


def forget(unit: Unit, service: str) -> None:
    """A node is trusted no more: its digest goes."""
    unit.db.execute(delete(digest).where(digest.c.service == service))


def expire(unit: Unit) -> None:
    """Let go digests that say nothing any more."""
    old = and_(digest.c.held.is_(None), digest.c.as_of <= unit.now - HOLDS)
    unit.db.execute(delete(digest).where(old))
