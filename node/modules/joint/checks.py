"""What must hold of a joint process that arrived; vocabulary.md 6.11 and 8."""

from collections.abc import Mapping

from node.modules.decisions import api as decisions
from node.modules.joint.objects import JointProcess
from vocab.checks import Check, Document, Known, moment_of, proven, refuse
from vocab.model import Object


def process(held: Document, activity: Document, known: Known) -> None:
    """It is the community's own, who takes part in it, by a rule that can be counted by.

    Raises:
        Malformed: E_AUDIENCE, E_JOINT, E_RULE, E_HANDLING, E_TIME_ORDER, E_PROOF_….
    """
    owner = held.get("attributedTo")
    refuse(held.get("audience") != owner, "E_AUDIENCE", "not the community it is of")
    refuse(owner not in held["participants"], "E_JOINT", "the convener takes no part")
    refuse(held.get("handling") != "public", "E_HANDLING", "joint decisions are public")
    rule = decisions.read_rule(held["aggregateRule"], held.get("weights"))
    table = rule.weighting is decisions.Weighting.TABLE
    bare = table and not set(held["participants"]) <= set(rule.table)
    refuse(bare, "E_RULE", "somebody has no weight")
    begins, ends = moment_of(held, "startTime"), moment_of(held, "endTime")
    refuse(begins and ends and ends <= begins, "E_TIME_ORDER", "ends before it begins")
    proven(held, known)


CHECKS: Mapping[type[Object], Check] = {JointProcess: process}
