"""Telling others how far a decision is carried out: in words that a keeper writes for them,
and with the numbers and links that they tick.
"""

from collections.abc import Mapping
from html import escape
from typing import Final

from node.kernel.access import Reach
from node.kernel.errors import Conflict, Invalid, Missing, Refused
from node.kernel.tables import Account
from node.kernel.unit import Unit
from node.modules.accounts import api as accounts
from node.modules.decisions import api as decisions
from node.modules.deliveries import doing, figures, queries
from node.modules.deliveries.figures import NOTHING, Told
from node.modules.deliveries.objects import DeliveryReport
from node.modules.deliveries.rules import Phase, State
from node.modules.deliveries.tables import Report, Step
from node.modules.proposals.api import Evidence
from vocab.html import from_text
from vocab.things import PropertyValue
from vocab.types import Create
from web.language import catalogue, mark

STATUSES: Final[Mapping[str, str]] = {
    "delivered": mark("Done"),
    "partlyDelivered": mark("Done in part"),
    "notDelivered": mark("Not done"),
    "changed": mark("Done differently"),
}
"""How far a decision is carried out, as it travels, and in words."""


def publish(
    unit: Unit,
    slug: str,
    keeper: str,
    status: str,
    words: str,
    *,
    once: str,
    told: Told = NOTHING,
) -> str:
    """Publish a report to those who may see the decision.

    Args:
        unit: the unit.
        slug: the decision, which others can see.
        keeper: who writes it.
        status: one of STATUSES.
        words: plain text, for others.
        once: the key of the form; a second sending has no second effect.
        told: what goes with it; nothing else leaves.

    Returns:
        The last part of `/reports/…`.

    Raises:
        Refused: E_KEEPERS_ONLY; and as `doing.found`.
        Missing: as `doing.found`.
        Conflict: E_LOCAL, nobody elsewhere can see the decision; E_PHASE.
        Invalid: something ticked has no value or no name, or names somebody.
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
    with_it = _metrics(unit, slug, told), _evidence(unit, slug, told)
    value = _value(unit, us, one.record, status, words, with_it)
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


EMPTY: Final = mark("Write what came of it, or take the tick away.")
NAMELESS: Final = mark("Write what the link is, or take the tick away.")
NAMES: Final = mark("This names somebody who had a part in the step. Say it without a name.")

With = tuple[tuple[PropertyValue, ...], tuple[Evidence, ...]]


def _metrics(unit: Unit, slug: str, told: Told) -> tuple[PropertyValue, ...]:
    """The measures of a decision that were ticked, with what came of them.

    Raises:
        Missing: one is not a measure of this decision.
        Invalid: one has no value.
    """
    known = {one.id: one for one in queries.measures(unit.db, slug)}
    if odd := told.metrics.keys() - known.keys():
        raise Missing(detail=str(sorted(odd)))
    if empty := {f"value-{id}": EMPTY for id, (value, _) in told.metrics.items() if not value}:
        raise Invalid(empty)
    return tuple(
        figures.number(one.what, *told.metrics[one.id])
        for one in known.values()
        if one.id in told.metrics
    )


def may_show(one: Step) -> bool:
    """Whether the proof of a step can go out: somebody else confirmed it, and it is a link."""
    return one.state is State.DONE and (one.link or "").startswith("https://")


def _evidence(unit: Unit, slug: str, told: Told) -> tuple[Evidence, ...]:
    """The links of finished steps that were ticked, in the keeper's words; names go with none.

    Raises:
        Missing: one is not a finished step of this decision with a link.
        Invalid: one has no name, or words or link name somebody who had a part in the step.
    """
    known = {one.id: one for one in queries.steps(unit.db, slug) if may_show(one)}
    if odd := told.evidence.keys() - known.keys():
        raise Missing(detail=str(sorted(odd)))
    wrong = {f"name-{id}": NAMELESS for id, (name, _) in told.evidence.items() if not name}
    for id, (name, statement) in told.evidence.items():
        people = _people(unit, known[id])
        for field, words in (("said", statement), ("name", name), ("link", known[id].link or "")):
            if figures.names(words, people):
                wrong[f"{field}-{id}"] = NAMES
    if wrong:
        raise Invalid(wrong)
    return tuple(
        figures.link(told.evidence[id][0], one.link or "", told.evidence[id][1])
        for id, one in known.items()
        if id in told.evidence
    )


def _people(unit: Unit, one: Step) -> set[str]:
    """What those are called who had a part in a step, and their short names."""
    people = {id for id in (one.owner, one.checker, one.maker) if id}
    called = set(accounts.names_of(unit.db, people).values())
    return called | {each.handle for each in accounts.members(unit.db) if each.id in people}


def _value(
    unit: Unit, us: Account, record: decisions.Record, status: str, words: str, with_it: With
) -> DeliveryReport:
    say = catalogue(unit.community.language).gettext
    id_ = unit.id("o")
    where = decisions.address(record.reach, followers=us.followers, peers=unit.community.peers)
    first = f"<p><strong>{escape(say(STATUSES[status]))}.</strong></p>"
    return DeliveryReport(
        id=id_,
        attributed_to=us.id,
        audience=us.id,
        in_reply_to=record.id,
        content=f"{first}{from_text(words)}{figures.lists(*with_it)}",
        lang=unit.community.language,
        url=f"{unit.origin}/reports/{id_.rpartition('/')[2]}",
        published=unit.now,
        delivers_on=(record.id,),
        delivery_status=status,
        metrics=with_it[0],
        evidence=with_it[1],
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
        content=found.content + figures.lists(found.metrics, found.evidence),
        lang=found.lang,
        url=f"{origin}/reports/{found.slug}",
        published=found.published,
        delivers_on=(found.record,),
        delivery_status=found.status,
        metrics=tuple(found.metrics),
        evidence=tuple(found.evidence),
        to=where.to,
        cc=where.cc,
        handling=where.handling,
    )
