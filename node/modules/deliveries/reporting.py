"""Telling others how far a decision is carried out: in words that a keeper writes for them."""

from collections.abc import Mapping
from html import escape
from typing import Final

from node.kernel.access import Reach
from node.kernel.errors import Conflict, Refused
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.decisions import api as decisions
from node.modules.deliveries import doing, queries
from node.modules.deliveries.objects import DeliveryReport
from node.modules.deliveries.rules import Phase
from node.modules.deliveries.tables import Report
from vocab.html import from_text
from vocab.types import Create
from web.language import catalogue, mark

STATUSES: Final[Mapping[str, str]] = {
    "delivered": mark("Done"),
    "partlyDelivered": mark("Done in part"),
    "notDelivered": mark("Not done"),
    "changed": mark("Done differently"),
}
"""How far a decision is carried out, as it travels, and in words."""


def publish(unit: Unit, slug: str, keeper: str, status: str, words: str, *, once: str) -> str:
    """Publish a report to those who may see the decision.

    Args:
        unit: the unit.
        slug: the decision, which others can see.
        keeper: who writes it.
        status: one of STATUSES.
        words: plain text, for others; nothing else leaves.
        once: the key of the form; a second sending has no second effect.

    Returns:
        The last part of `/reports/…`.

    Raises:
        Refused: E_KEEPERS_ONLY; and as `doing.found`.
        Missing: as `doing.found`.
        Conflict: E_LOCAL, nobody elsewhere can see the decision; E_PHASE.
    """
    if not accounts.is_admin(unit.db, keeper):
        raise Refused("E_KEEPERS_ONLY", keeper, safe=KEEPERS)
    if (before := queries.reported_by(unit.db, once)) is not None:
        return before
    phases = (Phase.IN_FORCE, Phase.REVIEW, Phase.REVIEWED)
    one = doing.found(unit, slug, keeper, *phases)
    if one.record is None or not may_tell(one.record):
        raise Conflict("E_LOCAL", slug, safe=LOCAL)
    us = accounts.community_account(unit.db)
    value = _value(unit, us, one.record, status, words)
    made = Create(
        id=unit.id("a"), actor=us.id, object=value, to=value.to, cc=value.cc, published=unit.now
    )
    unit.perform(made, us)
    queries.keep_once(unit, value.id or "", once)
    unit.log("delivery.report", keeper, subject=one.record.id, words=status)
    return (value.id or "").rpartition("/")[2]


KEEPERS: Final = mark("Only the %(word_keepers)s speak for the community. Ask one of them.")
LOCAL: Final = mark("Nobody elsewhere can see this decision, so there is nobody to report to.")


def may_tell(record: decisions.Record) -> bool:
    """Whether a decision has left this node, so that others may hear what becomes of it."""
    return record.sent is not None and record.reach != Reach.COMMUNITY


def _value(
    unit: Unit, us: Account, record: decisions.Record, status: str, words: str
) -> DeliveryReport:
    say = catalogue(unit.community.language).gettext
    id_ = unit.id("o")
    where = decisions.address(record.reach, followers=us.followers, peers=unit.community.peers)
    return DeliveryReport(
        id=id_,
        attributed_to=us.id,
        audience=us.id,
        in_reply_to=record.id,
        content=f"<p><strong>{escape(say(STATUSES[status]))}.</strong></p>{from_text(words)}",
        lang=unit.community.language,
        url=f"{unit.origin}/reports/{id_.rpartition('/')[2]}",
        published=unit.now,
        delivers_on=(record.id,),
        delivery_status=status,
        to=where.to,
        cc=where.cc,
        handling=where.handling,
    )


def as_object(found: Report, us: Account, origin: str) -> DeliveryReport:
    """A report of ours as it left, for those who fetch it."""
    where = decisions.address(found.reach, followers=us.followers, peers=f"{us.id}/peers")
    return DeliveryReport(
        id=found.id,
        attributed_to=us.id,
        audience=us.id,
        in_reply_to=found.record,
        content=found.content,
        lang=found.lang,
        url=f"{origin}/reports/{found.slug}",
        published=found.published,
        delivers_on=(found.record,),
        delivery_status=found.status,
        to=where.to,
        cc=where.cc,
        handling=where.handling,
    )
