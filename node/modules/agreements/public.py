"""What the two of an agreement may look up, and what a member takes along of theirs."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from node.kernel.access import Viewer
from node.modules.agreements import queries, writing
from node.modules.agreements.objects import Agreement as Told
from node.modules.agreements.tables import Agreement
from vocab.model import Object
from vocab.types import Offer


def document(db: Connection, id: str, viewer: Viewer) -> Object | None:
    """An agreement, or the Offer it began with; for the two alone, to others it is not here."""
    if viewer.id is None:
        return None
    held = queries.by_offer(db, id)
    if held is not None and held.party(viewer.id) is not None:
        return _offer(held)
    held = queries.by_id(db, id)
    if held is not None and held.party(viewer.id) is not None:
        return writing.said(held)
    return None


def _offer(held: Agreement) -> Offer:
    back = (held.back["id"], held.returned) if held.back and held.returned else None
    told: Told = writing.offered(held.satisfies, held.primary, back)
    return Offer(
        id=held.offer,
        actor=held.interested,
        object=told,
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
        "state": str(one.state),
        "steps": [
            {"state": str(step.state), "at": step.at.isoformat(), "by": step.by,
             "words": step.words}
            for step in queries.steps(db, one.offer)
        ],
    }  # fmt: skip
