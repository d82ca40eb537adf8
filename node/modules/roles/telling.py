"""Telling the communities we trust who holds a role: by the holder's own yes, and no longer. Units.

Nobody is told by default. What ends a term, or takes the yes back, takes it back elsewhere too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection

from node.kernel.access import Reach, Viewer
from node.kernel.errors import Conflict, Refused
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.decisions import api as decisions
from node.modules.peers import api as peers
from node.modules.roles import queries, showing
from node.modules.roles.objects import Membership, on_wire
from node.modules.roles.objects import Role as Named
from node.modules.roles.rules import Kind, State, Why
from node.modules.roles.tables import Holding, Role, Told
from vocab.html import untagged
from vocab.model import Activity, Object
from vocab.types import Create, Delete, Tombstone, Update
from web.language import mark

NOT_NOW: Final = mark("You do not hold it now, so there is nothing to tell others.")
UNASKED: Final = mark("Whoever holds a role says themselves whether others hear of it.")


def tell(unit: Unit, one: Holding) -> None:
    """Tell the communities we trust, also those to come, that somebody holds a role.

    Args:
        unit: the unit.
        one: what its holder has said yes for (`holding.mine`).

    Raises:
        Conflict: E_STATE, they do not hold it now.
    """
    held = queries.role_of(unit.db, one.role)
    if held is None or not _now(unit, one, held):
        raise Conflict("E_STATE", one.id, safe=NOT_NOW)
    if showing.of_holding(unit.db, one.id) is not None:
        return
    us = accounts.community_account(unit.db)
    id_ = unit.id("o")
    about = {"holding": one.id, "member": one.member, "begins": one.begins, "ends": one.ends}
    place = {"id": id_, "owner": us.id, "reach": Reach.TRUSTED, "published": unit.now}
    showing.add(unit, {**place, **about, **_named(unit, held), "revision": 1})
    row = showing.stored(unit.db, id_)
    assert row is not None, "it was just written"
    value = as_object(row, unit.community.peers)
    unit.perform(_create(unit, us, value, (unit.community.peers,)), us)
    unit.log("role.tell", one.member or us.id, subject=one.record)


def _now(unit: Unit, one: Holding, held: Role) -> bool:
    seat = one.kind is Kind.SEAT and one.state is State.HELD and held.ended is None
    begun = one.begins is not None and one.begins <= unit.now
    here = one.member is not None and accounts.is_member(unit.db, one.member)
    return seat and begun and here and one.ends is not None and one.ends > unit.now


def _named(unit: Unit, held: Role) -> dict[str, object]:
    """What of a role itself is told."""
    record = decisions.any_record(unit.db, held.record)
    seen = record is not None and record.sent is not None and record.reach != Reach.COMMUNITY
    return {
        "label": untagged(held.name),
        "powers": on_wire(held.powers),
        "mandate": held.record if seen else None,
    }


def take_back(unit: Unit, one: Holding) -> None:
    """Tell it no longer: those who heard it are told to forget it."""
    row = showing.of_holding(unit.db, one.id)
    if row is None:
        return
    showing.drop(unit, row.id)
    if row.ends <= unit.now:
        return  # its time is over, and everybody's clock says so
    us = accounts.community_account(unit.db)
    news = Delete(
        id=unit.id("a"),
        actor=us.id,
        object=Tombstone(id=row.id, former_type=Membership.type, deleted=unit.now),
        to=(unit.community.peers,),
        published=unit.now,
        handling="trustedPeers",
    )
    unit.perform(news, us, obj=Membership(id=row.id))
    unit.log("role.untell", one.member or us.id, subject=one.record)


def ended(unit: Unit, one: Holding, why: Why) -> None:
    """A term has ended: a recall is told as one (vocabulary.md 7), all else is taken back."""
    row = showing.of_holding(unit.db, one.id)
    if row is None or why is not Why.RECALLED or row.ends <= unit.now:
        take_back(unit, one)
        return
    # the decision about the recall names somebody and stays here, so nothing is its mandate
    _update(unit, row, {"mandate": None}, "recalled")
    showing.drop(unit, row.id)


def renamed(unit: Unit, slug: str) -> None:
    """A decision has changed a role: those who heard of its holders hear of that."""
    held = queries.role_of(unit.db, slug)
    for row in showing.of_role(unit.db, slug) if held else ():
        assert held is not None
        now_is = _named(unit, held)
        was = {"label": row.label, "powers": list(row.powers), "mandate": row.mandate}
        if now_is != was and row.ends > unit.now:
            _update(unit, row, now_is)


def _update(unit: Unit, row: Told, values: Mapping[str, object], lifecycle: str = "active") -> None:
    showing.change(unit, row.id, {**values, "revision": row.revision + 1})
    now_is = showing.stored(unit.db, row.id)
    assert now_is is not None, "it was just written"
    us = accounts.community_account(unit.db)
    value = replace(as_object(now_is, unit.community.peers, lifecycle), updated=unit.now)
    news = Update(
        id=unit.id("a"), actor=us.id, object=value, to=value.to, published=unit.now,
        handling=value.handling,
    )  # fmt: skip
    unit.perform(news, us)


# What happens elsewhere in the program -------------------------------------------------------


def begun(unit: Unit, event: peers.Trusted) -> None:
    """A node is trusted from now on: it hears what the others have heard."""
    us = accounts.community_account(unit.db)
    if not peers.trusted(unit.db, event.service):
        return
    for row in showing.ours(unit.db, unit.now):
        value = as_object(row, unit.community.peers)
        unit.perform(_create(unit, us, value, (event.service,)), us)


def over(unit: Unit, event: peers.TrustEnded) -> None:
    """A node is trusted no longer: what it told us is forgotten, as it forgets what we told."""
    showing.drop_at(unit, event.service)


def shut_out(unit: Unit, event: accounts.Suspended) -> None:
    """A member is suspended: nobody elsewhere is to turn to them; coming back, they say anew."""
    for one in queries.of_person(unit.db, event.account):
        take_back(unit, one)


def gone(unit: Unit, event: accounts.Gone) -> None:
    """Somebody elsewhere is gone, and with them what was told of them, or by them."""
    showing.drop_of(unit, event.account)


def bar(unit: Unit, actor: Account, activity: Activity, obj: Object) -> None:
    """No name leaves without its holder's yes, and none to anybody but nodes we trust.

    Raises:
        Refused: E_NO_CONSENT.
    """
    if not isinstance(obj, Membership) or isinstance(activity, Delete):
        return
    row = showing.stored(unit.db, obj.id or "")
    peers_ = {unit.community.peers, *(one.id for one in peers.trusted_services(unit.db))}
    whom = {*activity.to, *activity.cc, *activity.bto, *activity.bcc, *obj.to, *obj.cc}
    said = row is not None and row.holding is not None and row.member == obj.member
    if not said or not whom <= peers_ or obj.handling != "trustedPeers":
        raise Refused("E_NO_CONSENT", obj.id or "", safe=UNASKED)


# As it travels -------------------------------------------------------------------------------


def _create(unit: Unit, us: Account, value: Membership, to: Sequence[str]) -> Create:
    return Create(
        id=unit.id("a"), actor=us.id, object=value, to=tuple(to), published=unit.now,
        handling=value.handling,
    )  # fmt: skip


def as_object(row: Told, peers_: str, lifecycle: str = "active") -> Membership:
    """What is told, as it leaves."""
    return Membership(
        id=row.id,
        attributed_to=row.owner,
        member=row.member,
        organization=row.owner,
        role=Named(pref_label=row.label, powers=row.powers),
        start_time=row.begins,
        end_time=row.ends,
        recallable=True,
        mandate=row.mandate,
        lifecycle=lifecycle,
        revision=row.revision,
        published=row.published,
        to=(peers_,),
        handling="trustedPeers",
    )


def document(db: Connection, id: str, viewer: Viewer) -> Object | None:
    """What is told of ours, for nodes that we trust."""
    row = showing.by_id(db, id, viewer)
    return as_object(row, f"{row.owner}/peers") if row is not None else None
