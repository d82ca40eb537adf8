"""All SQL about trust between nodes."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)

from node.kernel.access import Viewer
from node.kernel.database import holds, upsert
from node.kernel.tables import Account, account, account_of
from node.kernel.unit import Unit
from node.modules.peers.objects import TRUSTED, Peering
from node.modules.peers.rules import Side, State
from node.modules.peers.tables import peering
from vocab.model import Object
from vocab.types import Accept, Offer
from vocab.values import dataclass


@dataclass(frozen=True, kw_only=True)
class Bond:
    """How it stands between our node and another."""

    service: str
    state: State
    asked_by: Side
    ours: str | None
    theirs: str | None
    ours_is: str | None
    statement: str | None
    at: datetime
    starts: datetime
    ends: datetime
    lapses: datetime


@dataclass(frozen=True, kw_only=True)
class Peer:
    """Another node as people see it; `name` is its community's."""

    domain: str
    state: State
    name: str
    summary: str
    service: str
    url: str
    asked_by: Side
    since: datetime
    ends: datetime
    doubted: datetime | None


def bond(db: Connection, service: str) -> Bond | None:
    """What there is with a node's service; None if nothing ever was."""
    row = db.execute(_BOND, {"service": service}).one_or_none()
    return _bond(row) if row else None


def by_activity(db: Connection, id: str) -> Bond | None:
    """What an Offer or Accept of either side began."""
    either = or_(peering.c.ours == id, peering.c.theirs == id)
    row = db.execute(select(peering).where(either)).first()
    return _bond(row) if row else None


def _bond(row: Row[Any]) -> Bond:
    held = dict(row._mapping)  # noqa: SLF001
    return Bond(**{**held, "state": State(held["state"]), "asked_by": Side(held["asked_by"])})


def keep(unit: Unit, service: str, **values: Any) -> None:
    """Write down how it stands with a node."""
    upsert(unit.db, peering, {"service": service, "at": unit.now, **values}, key=["service"])


def change(unit: Unit, service: str, **values: Any) -> None:
    """Change what is written down of a node."""
    mine = update(peering).where(peering.c.service == service)
    unit.db.execute(mine.values(at=unit.now, **values))


def trusted(db: Connection, service: str) -> bool:
    """Whether our community and that of this node's service trust each other."""
    return holds(db, _TRUSTED, {"service": service})


# Built once: who asks whether somebody may see something asks this, too.
_TRUSTED = select(
    exists()
    .where(
        peering.c.service == bindparam("service"), peering.c.state == literal(State.ACTIVE.value)
    )
    .where(account.c.id == peering.c.service, account.c.doubted.is_(None))
)
_BOND = select(peering).where(peering.c.service == bindparam("service"))


def trusted_services(db: Connection) -> list[Account]:
    """The services of all trusted nodes."""
    wanted = (
        select(account)
        .join(peering, peering.c.service == account.c.id)
        .where(
            peering.c.state == State.ACTIVE,
            account.c.gone.is_(None),
            account.c.doubted.is_(None),
        )
        .order_by(account.c.id)
    )
    return [account_of(row) for row in db.execute(wanted)]


def listed(db: Connection) -> list[Peer]:
    """All nodes with which there is or was something, by domain."""
    wanted = (
        select(account, peering.c.state, peering.c.asked_by, peering.c.at, peering.c.ends)
        .join(peering, peering.c.service == account.c.id)
        .order_by(account.c.domain)
    )
    return [_peer(db, row) for row in db.execute(wanted).all()]


def listed_one(db: Connection, service: str) -> Peer | None:
    """One node with which there is or was something."""
    return next((peer for peer in listed(db) if peer.service == service), None)


def _peer(db: Connection, row: Row[Any]) -> Peer:
    service = account_of(row)
    whole = community_of(db, service)
    return Peer(
        domain=service.domain,
        state=State(row.state),
        name=(whole or service).label,
        summary=(whole or service).summary,
        service=service.id,
        url=service.id.removesuffix("/service"),
        asked_by=Side(row.asked_by),
        since=row.at,
        ends=row.ends,
        doubted=service.doubted,
    )


def communities(service: Account) -> list[str]:
    """The ids of the communities a node says it is the node of."""
    said = (service.document or {}).get("communities")
    held = said if isinstance(said, list) else [said]
    return [one for one in held if isinstance(one, str)]


def community_of(db: Connection, service: Account) -> Account | None:
    """The community of a node, if both say that they belong together and we know it."""
    mine = and_(account.c.service == service.id, account.c.kind == "Community")
    named = communities(service)
    for row in db.execute(select(account).where(mine).order_by(account.c.id)):
        if row.id in named:
            return account_of(row)
    return None


def by_domain(db: Connection, domain: str) -> str | None:
    """The service of a node with which there is or was something."""
    return db.scalar(
        select(peering.c.service)
        .join(account, account.c.id == peering.c.service)
        .where(func.lower(account.c.domain) == domain.lower())
    )


def over(db: Connection, now: datetime) -> list[Bond]:
    """Trust whose time is over, and proposals nobody answered."""
    old: ColumnElement[bool] = or_(
        and_(peering.c.state == State.ACTIVE, peering.c.ends <= now),
        and_(peering.c.state == State.PROPOSED, peering.c.lapses <= now),
    )
    return [_bond(row) for row in db.execute(select(peering).where(old))]


def audience(db: Connection, collection: str) -> list[str] | None:
    """The services of the nodes our community trusts; None for any other collection."""
    if not collection.endswith("/peers"):
        return None
    whole = and_(
        account.c.id == collection.removesuffix("/peers"),
        account.c.local,
        account.c.kind == "Community",
    )
    if db.scalar(select(account.c.id).where(whole)) is None:
        return None
    return [service.id for service in trusted_services(db)]


def document(db: Connection, id: str, viewer: Viewer) -> Object | None:
    """Our statement, or an Offer or Accept of either side, for the other node alone."""
    if viewer.id is None:
        return None
    either = or_(peering.c.statement == id, peering.c.ours == id, peering.c.theirs == id)
    row = db.execute(select(peering).where(either, peering.c.service == viewer.id)).first()
    if row is None:
        return None
    held = _bond(row)
    us = db.scalar(select(account.c.id).where(account.c.local, account.c.kind == "NodeService"))
    if id == held.statement:
        return statement(held, us or "")
    return activity(held, us or "", Side.US if id == held.ours else Side.THEM)


def statement(held: Bond, us: str) -> Peering:
    """Our own statement about the other node."""
    told = {State.PROPOSED: "proposed", State.ACTIVE: "active", State.ENDED: "ended"}
    return Peering(
        id=held.statement,
        attributed_to=us,
        subject=us,
        relationship=TRUSTED,
        object=held.service,
        start_time=held.starts,
        end_time=held.ends,
        lifecycle=told.get(held.state, "revoked"),
        handling="recipientsOnly",
    )


def activity(held: Bond, us: str, by: Side) -> Offer | Accept:
    """The Offer or Accept by which a side said yes, as far as we need to know it again."""
    mine = by is Side.US
    actor, other = (us, held.service) if mine else (held.service, us)
    id = held.ours if mine else held.theirs
    about = Peering(subject=actor, object=other, attributed_to=actor)
    first = held.ours_is == "Offer" if mine else held.asked_by is by
    if first:
        return Offer(id=id, actor=actor, object=about, to=(other,))
    asked = held.theirs if mine else held.ours
    return Accept(id=id, actor=actor, object=Offer(id=asked, actor=other, object=about))
