"""What the two of an agreement may look up, and what a member takes along of theirs."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from node.kernel.access import Viewer
from node.modules.agreements import queries, writing
from node.modules.agreements.objects import Agreement as Told
from node.modules.agreements.tables import Agreement
from vocab.model import Object
from vocab.types import Create, Offer


def document(db: Connection, id: str, viewer: Viewer) -> Object | None:
    """An agreement, or the Offer it began with; for the two alone, to others it is not here."""
    if viewer.id is None or not queries.is_here(db, id):
        return None
    held = queries.by_offer(db, id)
    if held is not None and held.party(viewer.id):
        return _offer(held)
    held = queries.by_id(db, id)
    if held is not None and held.party(viewer.id):
        return writing.said(held)
    return _event(db, id, viewer.id)


def _event(db: Connection, id: str, viewer: str) -> Object | None:
    """What was done, or the Create that said so, as far as it is told again."""
    held = queries.by_event(db, id)
    if held is not None and held.party(viewer):
        return writing.done(held, "deliverService")
    held = queries.by_act(db, id)
    if held is None or not held.party(viewer):
        return None
    told = writing.done(held, "deliverService")
    return Create(id=id, actor=held.giver, object=told, to=(held.receiver,),
                  published=held.delivered)  # fmt: skip


def _offer(held: Agreement) -> Offer:
    back = (held.back["id"], held.returned) if held.back and held.returned else None
    told: Told = writing.offered(held.satisfies, held.primary, back, held.due)
    return Offer(
        id=held.offer,
        actor=held.interested,
        object=told,
        attachment=writing.attached(held.terms),
        to=(held.proposer,),
        published=held.made,
        end_time=held.ends,
        handling="recipientsOnly",
    )


def export(db: Connection, account: str) -> Mapping[str, Any]:
    """What *Download my data* holds of agreements: the member's, and nobody else's."""
    return {"agreements": [_exported(db, one) for one in queries.with_member(db, account, None)]}


def _exported(db: Connection, one: Agreement) -> Mapping[str, Any]:
    return {
        "about": one.title,
        "notice": one.listing,
        "whose_notice": one.proposer,
        "answered_by": one.interested,
        "amount": {"unit": one.unit, "number": one.amount},
        "in_return": dict(one.back) if one.back else None,
        "who_does_it": one.giver,
        "when": one.due.isoformat() if one.due else None,
        "besides": dict(one.terms),
        "took": dict(one.spent) if one.spent else None,
        "state": str(one.state),
        "thanks": [
            {"by": said.by, "words": said.words, "at": said.at.isoformat(), "shown": said.shown}
            for said in queries.thanked(db, one.offer)
        ],
        "steps": [
            {"state": str(step.state), "at": step.at.isoformat(), "by": step.by,
             "words": step.words}
            for step in queries.steps(db, one.offer)
        ],
    }  # fmt: skip
