"""What must hold of a governance proposal that arrived; vocabulary.md sections 7 and 8."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from node.modules.proposals.objects import GovernanceProposal
from vocab.checks import Check, Document, Known, base, moment_of, refuse, same_origin
from vocab.model import Object

NEXT: Mapping[str, frozenset[str]] = {
    "presented": frozenset({"prioritising", "researching", "withdrawn", "ended"}),
    "prioritising": frozenset({"researching", "withdrawn", "ended"}),
    "researching": frozenset({"formingPositions", "deliberating", "withdrawn", "ended"}),
    "formingPositions": frozenset({"deliberating", "researching", "withdrawn", "ended"}),
    "deliberating": frozenset({"voting", "researching", "withdrawn", "ended"}),
    "voting": frozenset({"decided", "deliberating", "ended"}),
    "decided": frozenset({"acting", "deliberating", "ended"}),
    "acting": frozenset({"reviewing", "monitoring"}),
    "reviewing": frozenset({"amending", "monitoring", "ended"}),
    "amending": frozenset({"deliberating", "ended"}),
    "monitoring": frozenset({"reviewing", "ended"}),
    "ended": frozenset(),
    "withdrawn": frozenset(),
}
"""From each stage, where a proposal may go (section 7, with the added rows)."""


def proposal(held: Document, activity: Document, known: Known) -> None:
    """It is the community's own, its stages are legal, its sums can be.

    Raises:
        Malformed: E_AUDIENCE, E_OWNER, E_FRAGMENT, E_STAGE, E_SUPPRESS, E_SUM.
    """
    owner, by = held.get("attributedTo"), held.get("proposedBy")
    refuse(held.get("audience") != owner, "E_AUDIENCE", "put to another community")
    foreign = by is not None and not same_origin(by, owner)
    refuse(foreign, "E_OWNER", "credited to a member of another node")
    for option in held.get("options") or ():
        strange = base(str(option.get("id"))) != held.get("id")
        refuse(strange, "E_FRAGMENT", "an option is no fragment of the proposal")
    _stages(held)
    support = held.get("supportAggregate")
    if isinstance(support, Mapping):
        _support(support)


def _stages(held: Document) -> None:
    history = list(held.get("stageHistory") or ())
    last = history[-1].get("stage") if history else None
    refuse(last != held.get("stage"), "E_STAGE", "the stage is not the last of the history")
    for one, two in pairwise(history):
        begun, then = moment_of(one, "startTime"), moment_of(two, "startTime")
        refuse(begun and then and then < begun, "E_STAGE", "the history is not in order")
        known_next = NEXT.get(str(one.get("stage")))
        illegal = known_next is not None and two.get("stage") not in known_next
        refuse(illegal, "E_STAGE", f"{one.get('stage')} to {two.get('stage')}")


def _support(support: Mapping[str, Any]) -> None:
    people, least = support.get("supporters", 0), support.get("suppressedBelow", 0)
    refuse(0 < people < least, "E_SUPPRESS", "so few supporters are not shown")
    most = people * support.get("maxPerMember", 0)
    refuse(support.get("points", 0) > most, "E_SUM", "more points than they could give")


CHECKS: Mapping[type[Object], Check] = {GovernanceProposal: proposal}
