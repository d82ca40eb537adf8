"""Looking at a decision again: one member writes the review, another says that it is so. Units."""

from collections.abc import Mapping
from typing import Final

from node.kernel.errors import Conflict, Invalid, Refused
from node.kernel.unit import Unit
from node.modules.deliveries import queries, rules
from node.modules.deliveries.doing import found
from node.modules.deliveries.matters import expected
from node.modules.deliveries.rules import Came, Phase, Verdict
from node.modules.proposals import api as proposals
from node.modules.proposals.api import State
from vocab.values import dataclass
from web.language import mark


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a member finds: `found` by the id of a measure, `came` by the key of an expectation."""

    verdict: Verdict
    reasons: str
    found: Mapping[str, str]
    came: Mapping[str, Came]


UNANSWERED: Final = mark("Say what became of it. If that cannot be said, choose that.")
UNMEASURED: Final = mark("Say what you found. If nobody looked, write that.")


def write(unit: Unit, slug: str, member: str, finding: Finding) -> None:
    """Write the review of a decision; in place of another that does not stand yet.

    Raises:
        Refused, Missing: as `doing.found`.
        Conflict: E_PHASE, its day has not come, or its review stands.
        Invalid: a measure or an expectation is not answered, by the name of its field.
    """
    one = found(unit, slug, member, Phase.REVIEW)
    measures, said = queries.measures(unit.db, slug), expected(unit.db, one)
    wrong = {f"found-{m.id}": UNMEASURED for m in measures if not finding.found.get(m.id)}
    wrong |= {f"came-{e.key}": UNANSWERED for e in said if e.key not in finding.came}
    if wrong:
        raise Invalid(wrong)
    values = {
        "verdict": finding.verdict,
        "reasons": finding.reasons,
        "found": {m.id: finding.found[m.id] for m in measures},
        "came": {e.key: finding.came[e.key] for e in said},
        "by": member,
    }
    queries.keep_review(unit, slug, values)


def second(unit: Unit, slug: str, member: str, written: str) -> Verdict:
    """Say that a review is so; from then on it stands.

    Args:
        unit: the unit.
        slug: the decision.
        member: who has read it.
        written: when the review that they read was written (ISO), lest another slips in.

    Raises:
        Refused: E_OWN, they wrote it; and as `doing.found`.
        Missing: as `doing.found`.
        Conflict: E_PHASE, as `write`; E_STATE, there is none, or another by now.
    """
    one = found(unit, slug, member, Phase.REVIEW)
    if one.review is None or one.review.at.isoformat() != written:
        raise Conflict("E_STATE", slug, safe=CHANGED)
    if not rules.may_second(one.review.by, member):
        raise Refused("E_OWN", member, safe=rules.OWN)
    queries.second(unit, slug, member)
    subject = one.record.id if one.record else None
    verdict = one.review.verdict
    unit.log("delivery.review", unit.community.id, subject=subject, words=verdict)
    # its day has come, whether or not the clock ran since
    proposals.follow(unit, slug, "reviewing", by=proposals.Who.CLOCK)
    proposals.follow(unit, slug, *AFTER[verdict], by=proposals.Who.MEMBERS)
    return verdict


AFTER: Final[Mapping[Verdict, tuple[str, State | None]]] = {
    Verdict.WORKED: ("ended", State.CLOSED),
    Verdict.PARTLY: ("monitoring", None),
    Verdict.FAILED: ("monitoring", None),
}
"""Where a proposal stands after its review: closed, or looked after until it is changed."""

CHANGED: Final = mark("This review has changed meanwhile. Read it again before you agree.")
