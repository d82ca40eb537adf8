"""What a member takes along of the ledger, and what the other node of a pair may look up."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from node.kernel.access import Viewer
from node.kernel.community import load
from node.modules.ledger import between, queries, wiring
from node.modules.ledger.pairs import Leg, Way
from node.modules.ledger.tables import Entry
from vocab.model import Object, OrderedCollection


def document(db: Connection, id: str, viewer: Viewer) -> Object | None:
    """A leg of ours, the Offer of one, or what we settled last; for the other node's service."""
    at = wiring.origin(id)
    if viewer.account is None or viewer.account.kind != "NodeService":
        return None
    if id == wiring.ledger_id(at):
        return _last(db, at, viewer.account.id)
    held = between.by_leg(db, id) or between.by_offer(db, id)
    if held is None or held.service != viewer.account.id:
        return None
    if id == held.offer:
        here = held.way is Way.OUT
        return wiring.offer(held, load(db, at).service, held.made) if here else None
    return wiring.leg(held, at) if held.state in (Leg.RESERVED, Leg.SETTLED) else None


def _last(db: Connection, at: str, service: str) -> Object | None:
    """What the payee's node shows the payer's: its last credit leg, to hold against its own."""
    if between.pair_with(db, service) is None:
        return None
    last = between.last(db, service, Way.IN)
    legs = (replace(wiring.credit_leg(last, at), digest_multibase=last.digest),) if last else ()
    return OrderedCollection(
        id=wiring.ledger_id(at), total_items=len(legs), ordered_items=legs,
        handling="recipientsOnly",
    )  # fmt: skip


def export(db: Connection, account: str) -> Mapping[str, Any]:
    """What *Download my data* holds of time: sums, and each entry; minutes are whole."""
    mine = queries.held(db, account)
    if mine is None:
        return {"gave_minutes": 0, "received_minutes": 0, "entries": [], "on_its_way": []}
    gave, received = queries.sums(db, mine.id)
    entries = queries.statement(db, mine.id, None)
    held = queries.holders(db, {one for e in entries for one in (e.giver, e.receiver)})
    others = {
        one.id: one.away or held[one.receiver if one.giver == mine.id else one.giver].holder
        for one in entries
    }
    return {
        "gave_minutes": gave,
        "received_minutes": received,
        "on_its_way": [
            {"to": one.payee, "minutes": one.minutes, "about": one.title, "state": str(one.state)}
            for one in between.of_member(db, account)
        ],
        "entries": [_exported(one, mine.id, others[one.id]) for one in entries],
    }


def _exported(one: Entry, mine: str, other: str | None) -> Mapping[str, Any]:
    return {
        "id": one.id,
        "at": one.at.isoformat(),
        "way": "gave" if one.giver == mine else "received",
        "minutes": one.minutes,
        "with": other,
        "why": str(one.why),
        "about": one.title,
        "words": one.words,
        "reverses": one.reverses,
    }
