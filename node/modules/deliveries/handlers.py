"""What a report on a decision does when it arrives; the same for ours and theirs."""

from sqlalchemy import delete, insert

from node.kernel.act import Act
from node.kernel.errors import Missing, Refused
from node.kernel.module import Handlers
from node.kernel.unit import Unit
from node.modules.accounts.api import Gone
from node.modules.decisions import api as decisions
from node.modules.deliveries import figures, queries
from node.modules.deliveries.matters import INSIDE, in_record, matter
from node.modules.deliveries.objects import DeliveryReport
from node.modules.deliveries.tables import report
from vocab import proofs
from vocab.html import clean
from vocab.model import id_of
from vocab.types import Create, Delete

handlers = Handlers()


@handlers.on(Create, DeliveryReport)
def reported(unit: Unit, act: Act[Create, DeliveryReport]) -> None:
    """A community says how far a decision of its own is carried out."""
    value, owner = act.object, act.actor
    if value.id is None or id_of(value.attributed_to) != owner.id:
        raise Refused("E_OWNER", f"{owner.id} speaks of {value.id}")
    if queries.any_report(unit.db, value.id) is not None:
        return
    about = next(iter(value.delivers_on), "")
    record = decisions.record_by_id(unit.db, about, INSIDE)
    if record is None or record.owner != owner.id:
        raise Refused("E_UNKNOWN_RECORD", f"{value.id} about {about}")
    here = owner.local
    content = (value.content if here else clean(value.content)) or ""
    row = {
        "id": value.id,
        "slug": value.id.rpartition("/")[2] if here else proofs.digest({"id": value.id})[-22:],
        "owner": owner.id,
        "reach": decisions.reach_of(act.activity, value),
        "record": about,
        "status": (value.delivery_status or "")[:200],
        "content": figures.words_of(content, value.metrics, value.evidence),
        "metrics": figures.numbers_row(value.metrics),
        "evidence": figures.links_row(value.evidence),
        "lang": value.lang,
        "published": value.published or unit.now,
    }
    unit.db.execute(insert(report).values(row))


@handlers.on(Delete, DeliveryReport)
def deleted(unit: Unit, act: Act[Delete, DeliveryReport]) -> None:
    """A community takes a report of its own back."""
    mine = (report.c.id == act.object.id) & (report.c.owner == act.actor.id)
    unit.db.execute(delete(report).where(mine))


def counted(unit: Unit, event: decisions.Decided) -> None:
    """A vote is counted: of what stands in its record, nothing says any more whose it is."""
    try:
        one = matter(unit.db, event.box, INSIDE, unit.now)
    except Missing:  # nothing that was proposed: nobody could say anything of it
        return
    queries.unname(unit, in_record(unit.db, one))


def gone(unit: Unit, event: Gone) -> None:
    """A community elsewhere is gone, and with it what it reported."""
    unit.db.execute(delete(report).where(report.c.owner == event.account))
