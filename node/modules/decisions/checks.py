"""What must hold of a decision record, and of a response, that arrived.

A record whose numbers tell how somebody voted is refused as well as one whose numbers do not
add up. Source: vocabulary.md sections 6.9, 6.10 and 8.
"""

from collections.abc import Mapping
from typing import Any

from node.modules.decisions import aggregate
from node.modules.decisions.objects import DecisionRecord, DecisionResponse
from node.modules.decisions.options import options_of
from vocab import proofs
from vocab.checks import Check, Document, Known, base, proven, refuse, same_origin
from vocab.model import Malformed, Object

ONE_EACH = (
    "consent", "consensus", "majority", "supermajority", "gradients", "senseCheck",
    "adviceProcess",
)  # fmt: skip
"""Methods in which everybody who takes part takes one position."""
SUPPRESSED_BELOW = 5
SMALLEST_SHOWN = 8
"""Under so many participants no count is shown."""


def record(held: Document, activity: Document, known: Known) -> None:
    """It is the community's own, about its own text, its numbers can be, its proof holds.

    Raises:
        Malformed: E_AUDIENCE, E_OWNER, E_FRAGMENT, E_OPTION, E_SUM, E_QUORUM, E_SUPPRESS,
            E_JOINT,
            E_SUBJECT, E_PROOF_OWNER, E_PROOF_INVALID and others of `vocab.proofs.verify`.
    """
    owner = held.get("attributedTo")
    refuse(held.get("audience") != owner, "E_AUDIENCE", "not the community it is for")
    local = held.get("decisionScope") == "local"
    abroad = local and not same_origin(held.get("decides"), owner)
    refuse(abroad, "E_AUDIENCE", "local decision about another node's proposal")
    replaced = held.get("supersedes")
    theirs = replaced is not None and not same_origin(replaced, owner)
    refuse(theirs, "E_OWNER", "supersedes another community's record")
    refuse({"ballotIn", "concludes"} <= held.keys(), "E_JOINT", "a ballot and what came of it")
    _options(held, known)
    _numbers(held)
    if "concludes" in held:  # whose electorate is communities, who hide nothing
        _together(held)
    else:
        _suppressed(held)
    _subject(held, known)
    proven(held, known)


def _options(held: Document, known: Known) -> None:
    """What was chosen and what was counted are options of the proposal, each of them once."""
    counted = [one["option"] for one in held.get("tallies") or () if "option" in one]
    chosen, given = held.get("chosenOption"), held.get("options") or []
    told = [one.id for one in options_of(held)]
    odd = not isinstance(given, list) or len(told) != len(given)
    refuse(odd, "E_OPTION", "what stands among the options is none")
    named = [*told, *counted, *([chosen] if chosen is not None else ())]
    strange = any(base(str(one)) != held.get("decides") for one in named)
    refuse(strange, "E_FRAGMENT", "names an option of another proposal")
    refuse(len(set(told)) < len(told), "E_OPTION", "names an option twice")
    stored = known.stored(held["decides"]) or {}
    there = set(told) or {one.id for one in options_of(stored)}
    refuse(there and not set(named) <= there, "E_OPTION", "chose or counted what was no option")


def _numbers(held: Document) -> None:
    electorate, quorum = held["electorate"], held["quorum"]
    came = electorate["participated"]
    refuse(came > electorate["eligible"], "E_SUM", "more took part than could")
    enough = came >= quorum["required"]
    wrong = quorum["quorumBasis"] != "noQuorum" and quorum["reached"] != enough
    refuse(wrong, "E_QUORUM", "reached does not follow from the numbers")
    approved = held.get("outcome") in ("approved", "approvedWithAmendments")
    refuse(approved and not quorum["reached"], "E_QUORUM", "approved without quorum")
    counted = sum(one["count"] for one in held.get("tallies") or ())
    too_many = held.get("method") in ONE_EACH and counted > came
    refuse(too_many, "E_SUM", "more positions than participants")


def _suppressed(held: Document) -> None:
    least = held.get("suppressedBelow", SUPPRESSED_BELOW)
    for one in held.get("minorityStatements") or ():
        few = 0 < one.get("supporters", least) < least
        refuse(few, "E_SUPPRESS", "so few supporters are not shown")
    counting = held.get("counting")
    figures = isinstance(counting, Mapping) and {"figures", "pairs", "rounds"} & set(counting)
    hidden = held.get("disclosure") != "full"
    refuse(bool(figures) and hidden, "E_SUPPRESS", "figures that were not to be shown")
    if held.get("method") not in ONE_EACH or not held.get("tallies"):
        return
    counts = [one["count"] for one in held["tallies"] if one["count"]]
    came = held["electorate"]["participated"]
    refuse(any(one < least for one in counts), "E_SUPPRESS", "a count under the limit")
    refuse(sum(counts) < came, "E_SUPPRESS", "what is left out could be subtracted")
    refuse(len(counts) < 2, "E_SUPPRESS", "one position alone tells everybody's")
    refuse(came < SMALLEST_SHOWN, "E_SUPPRESS", "too few took part")


def _together(held: Document) -> None:
    """Each community once, by its own record, and the outcome follows from the rule."""
    told = held["nodeOutcomes"]
    named = [one["community"] for one in told]
    silent = held.get("silent") or []
    refuse(len(set(named)) < len(named), "E_JOINT", "a community is counted twice")
    refuse(set(named) & set(silent), "E_JOINT", "counted and silent")
    for one in told:
        away = not same_origin(one["record"], one["community"])
        refuse(away, "E_JOINT", "the record of another origin")
    heavy = [one for one in told if "weight" in one]
    rule = aggregate.read(held["aggregateRule"], table=heavy)
    said = [
        aggregate.Said(community=one["community"], voice=voice, members=one.get("weight", 0))
        for one in told
        for voice in aggregate.Voice
        if voice == one["ballot"]
    ]
    refuse(len(said) < len(told), "E_JOINT", "a ballot that says nothing we know")
    unknown = rule.weighting is aggregate.Weighting.TABLE and silent
    if unknown and rule.silence is aggregate.Silence.REJECT:
        return  # what the silent weigh stands in the process alone
    comes = aggregate.outcome(rule, said, [*named, *silent])
    refuse(comes != held.get("outcome"), "E_RULE", f"by the rule it is {comes}")


def _subject(held: Document, known: Known) -> None:
    text = known.stored(held["decides"])
    if text is not None:
        same = proofs.subject_digest(text) == held.get("subjectDigest")
        refuse(not same, "E_SUBJECT", "decides another text than the one stored")


def response(held: Document, activity: Document, known: Known) -> None:
    """It is the responder's own, about somebody else's record, on a basis of its own.

    Raises:
        Malformed: E_AUDIENCE, E_SELF_RESPONSE, E_FRAGMENT, E_ORIGIN_OBJECT, E_PROOF_….
    """
    owner, about = held.get("attributedTo"), held.get("respondsTo")
    refuse(held.get("audience") != owner, "E_AUDIENCE", "not the community it is for")
    refuse(same_origin(about, owner), "E_SELF_RESPONSE", "answers its own record")
    refuse(held.get("inReplyTo") != about, "E_FRAGMENT", "inReplyTo differs from respondsTo")
    basis = held.get("basis")
    borrowed = basis is not None and not same_origin(basis, owner)
    refuse(borrowed, "E_ORIGIN_OBJECT", "the basis is not its own decision")
    proven(held, known)


def answers(held: Document, answered: Mapping[str, Any]) -> None:
    """Whether a response is about exactly this record, as it was fetched from its origin.

    Raises:
        Malformed: E_SUBJECT.
    """
    if proofs.digest(answered) != held.get("respondsToDigest"):
        raise Malformed("E_SUBJECT", "responds to another text than this record's")


CHECKS: Mapping[type[Object], Check] = {DecisionRecord: record, DecisionResponse: response}
